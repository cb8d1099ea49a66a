"""From a number of parameters to the layers that have so many."""

from __future__ import annotations

import math
from collections import namedtuple
from itertools import product

from lstm_shapes import layouts, pattern
from lstm_shapes.compute import did_you_mean
from lstm_shapes.identify.readings import Reading, known, others, readings

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_shapes.layouts import Array

MOST_PARAMETERS, LARGEST_UNITS = 10**10, 4096

Count = namedtuple("Count", "framework cell input_dim units directions options")


def from_parameters(
    total: int,
    *,
    input_dim: int | None = None,
    units: int | None = None,
    frameworks: Sequence[str] = ("keras",),
) -> list[Count]:
    """Every layer that has `total` parameters, up to `LARGEST_UNITS` units.

    Each count grows with `units` and is linear in `input_dim`, so for each `units` there is one `input_dim` or none.

    >>> from_parameters(19360, input_dim=100, units=20)[0][:5]
    ('keras', 'lstm', 100, 20, 2)

    Parameters
    ----------
    total : int
    input_dim, units : int, optional
        Only layers of this size.
    frameworks : sequence of str
        Of `lstm_shapes.layouts.FRAMEWORKS`.

    Returns
    -------
    list of Count
        A framework's default options come first.

    Raises
    ------
    ValueError
        If a number is not positive, or absurdly large, or a framework is not known.
    """
    largest = {"parameters": MOST_PARAMETERS, "units": MOST_PARAMETERS, "inputs": MOST_PARAMETERS}
    for name, given in (("parameters", total), ("units", units), ("inputs", input_dim)):
        if given is not None and not 0 < given <= largest[name]:
            raise ValueError(f"{given:,} {name}: 1 to {largest[name]:,} were expected")
    for name in frameworks:
        if name not in layouts.FRAMEWORKS:
            raise ValueError(f"unknown framework {name!r}{did_you_mean(name, layouts.FRAMEWORKS)}")
    found = (
        one
        for reading in readings()
        if reading.layout.framework in frameworks and not others(reading)
        for one in _of(reading, total, range(1, LARGEST_UNITS + 1) if units is None else (units,))
        if input_dim in (None, one.input_dim)
    )
    return sorted(found, key=lambda one: _strange(one))  # stable: otherwise as in the tables


def _strange(one: Count) -> int:
    """How many options are not the framework's defaults; the tables know."""
    defaults = {layout.cell: layout.options for layout in layouts.table(one.framework).values()}[one.cell]
    return sum(bool(defaults.get(name)) != value for name, value in one.options.items())


def _of(reading: Reading, total: int, sizes: Sequence[int]) -> Iterator[Count]:
    entry, terms = reading.layout, [term for array, _ in reading.arrays for term in _terms(reading, array)]
    for size in sizes:
        fixed, each = (
            sum(factor * size**power for factor, inputs, power in terms if inputs == n) for n in (0, 1)
        )
        inputs, rest = divmod(total - fixed, each)
        if inputs < 1:  # and with more units still less is left for the inputs
            return
        if rest == 0:
            yield Count(entry.framework, entry.cell, inputs, size, len(reading.directions), reading.options)


def _terms(reading: Reading, array: Array) -> Iterator[tuple[int, int, int]]:
    """How many numbers an array holds: a factor, the power of `input_dim` in it, the power of `units`; summed."""
    fixed = known(reading, array)
    axes = [name.split("+") for axis in pattern.axes(array.pattern) for name in axis]
    for chosen in product(*axes):
        names = [pattern.SAME.get(name, name) for name in chosen]
        yield math.prod(fixed.get(name, 1) for name in names), names.count("input"), names.count("unit")
