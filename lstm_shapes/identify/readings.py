"""Every way to read a list of arrays: each entry of the tables, under each set of options, in one direction and two."""

from __future__ import annotations

from collections import namedtuple

from lstm_shapes import layouts, pattern
from lstm_shapes.cells import CELLS
from lstm_shapes.recognise.fit import variants

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WORDS = {  # one, several
    "gate": ("gate", "gates"),
    "part": ("bias", "biases"),
    "direction": ("direction", "directions"),
    "unit": ("unit", "units"),
    "hidden": ("unit", "units"),
    "input": ("input", "inputs"),
    "projection": ("projected feature", "projected features"),
}
OF_EVERY_CELL = ("gate", "part", "direction", "unit", "hidden", "input")

# `arrays`: pairs of an entry's array and its direction; None where one array holds both, or there is one.
Reading = namedtuple("Reading", "layout options arrays directions")


def readings() -> Iterator[Reading]:
    """All of them; what a framework does by default comes first.

    >>> first = next(readings())
    >>> first.layout.framework, first.layout.cell, [array.name for array, direction in first.arrays]
    ('keras', 'lstm', ['kernel', 'recurrent_kernel', 'bias'])
    """
    for framework in layouts.FRAMEWORKS:
        for layout in layouts.table(framework).values():
            for options, arrays in sorted(variants(layout), key=lambda one: strange(layout, one[0])):
                yield _read(layout, options, arrays, ("forward",))
                yield _read(layout, options, arrays, ("forward", "backward"))


def strange(layout: layouts.Layout, options: Mapping[str, bool]) -> int:
    """How many options are not the framework's defaults."""
    return sum(bool(layout.options.get(name)) != value for name, value in options.items())


def _read(
    layout: layouts.Layout,
    options: dict[str, bool],
    arrays: tuple[layouts.Array, ...],
    directions: tuple[str, ...],
) -> Reading:
    joined = any("direction" in axis for axis in pattern.axes(arrays[0].pattern))
    apart = directions if len(directions) == 2 and not joined else (None,)
    return Reading(layout, options, tuple((array, one) for one in apart for array in arrays), directions)


def known(reading: Reading, array: layouts.Array) -> dict[str, int]:
    """The sizes that an entry fixes."""
    gates = reading.layout.gates if array.gates is None else array.gates
    return {"gate": len(gates), "part": len(array.parts), "direction": len(reading.directions)}


def title(reading: Reading) -> str:
    """`LSTM of Keras, one direction`."""
    cell = reading.layout.title or CELLS[reading.layout.cell].name
    count = "two directions" if len(reading.directions) == 2 else "one direction"
    return f"{cell} of {layouts.NAMES[reading.layout.framework]}, {count}"


def others(reading: Reading) -> list[str]:
    """The sizes that only some cells have: a convolution's window, a projection."""
    named = [name for array, _ in reading.arrays for axis in pattern.axes(array.pattern) for name in axis]
    return [name for name in dict.fromkeys(named) if name not in OF_EVERY_CELL]


def product(axis: tuple[str, ...], sizes: Mapping[str, int]) -> str:
    """How the length of an axis comes about; a size that is not known, or is one gate, is left out.

    >>> product(("gate", "unit"), {"gate": 4, "unit": 20})
    '4 gates x 20 units'
    """
    found = {name: sizes.get(pattern.SAME.get(name, name)) for name in axis}
    told = [(name, size) for name, size in found.items() if size is not None and (name, size) != ("gate", 1)]
    return " x ".join(f"{size} {_word(name, size)}" for name, size in told)


def _word(name: str, size: int) -> str:
    one, several = WORDS.get(name, (f"in {name}", f"in {name}"))  # a convolution's window: 3 in height
    return one if size == 1 else several
