"""Every way to read a list of arrays: each entry of the tables, under each set of options, in one direction and two."""

from __future__ import annotations

from collections import namedtuple
from functools import cache

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
    "state": ("unit", "units"),
}
OF_EVERY_CELL = ("gate", "part", "direction", "unit", "hidden", "input", "state", "one")

# `arrays`: pairs of an entry's array and its direction; None where one array holds both, or there is one.
Reading = namedtuple("Reading", "layout options arrays directions key")
Group = namedtuple(
    "Group", "reading others"
)  # readings whose arrays have the same shapes, whatever their sizes


def readings() -> Iterator[Reading]:
    """All of them; what a framework does by default comes first.

    >>> first = next(readings())
    >>> first.layout.framework, first.layout.cell, [array.name for array, direction in first.arrays]
    ('keras', 'lstm', ['kernel', 'recurrent_kernel', 'bias'])
    """
    for framework in layouts.FRAMEWORKS:
        for key, layout in layouts.table(framework).items():
            for options, arrays in sorted(variants(layout), key=lambda one: strange(layout, one[0])):
                yield _read(layout, options, arrays, ("forward",), key)
                if layout.path_two:
                    yield _read(layout, options, arrays, ("forward", "backward"), key)


@cache
def groups(main: bool = False) -> tuple[Group, ...]:
    """The readings, those whose arrays have the same shapes together; `main`: of the frameworks whose files are read.

    >>> torch = next(group for group in groups() if group.reading.layout.framework == "pytorch")
    >>> sorted({other.layout.framework for other in torch.others})
    ['candle', 'jittor', 'megengine', 'mindspore', 'mxnet', 'oneflow', 'paddle', 'tinygrad']
    """
    found: dict[tuple[object, ...], list[Reading]] = {}
    for reading in readings():
        if not main or reading.layout.framework in layouts.MAIN:
            found.setdefault(_signature(reading), []).append(reading)
    return tuple(Group(first, tuple(others)) for first, *others in found.values())


def _signature(reading: Reading) -> tuple[object, ...]:
    """What the shapes of its arrays depend on."""
    cut = [known(reading, array) for array, _ in reading.arrays]
    factors = [
        tuple(
            tuple(
                sizes[name] if name in sizes else pattern.SAME.get(name, name)
                for name in axis
                if sizes.get(name) != 1
            )
            for axis in pattern.axes(array.pattern)
        )
        for (array, _), sizes in zip(reading.arrays, cut, strict=True)
    ]
    roles = [(array.role, direction) for array, direction in reading.arrays]
    return reading.layout.cell, len(reading.directions), *factors, *roles


def strange(layout: layouts.Layout, options: Mapping[str, bool]) -> int:
    """How many options are not the framework's defaults."""
    return sum(bool(layout.options.get(name)) != value for name, value in options.items())


def _read(
    layout: layouts.Layout,
    options: dict[str, bool],
    arrays: tuple[layouts.Array, ...],
    directions: tuple[str, ...],
    key: str,
) -> Reading:
    joined = any("direction" in axis for array in arrays for axis in pattern.axes(array.pattern))
    apart = directions if len(directions) == 2 and not joined else (None,)
    return Reading(layout, options, tuple((array, one) for one in apart for array in arrays), directions, key)


def known(reading: Reading, array: layouts.Array) -> dict[str, int]:
    """The sizes that an entry fixes."""
    gates = layouts.gates_of(reading.layout, array)
    return {"gate": len(gates), "part": len(array.parts), "direction": len(reading.directions)}


def title(reading: Reading) -> str:
    """`LSTM of Keras, one direction`."""
    cell = reading.layout.title or CELLS[reading.layout.cell].name
    count = "two directions" if len(reading.directions) == 2 else "one direction"
    return f"{cell} of {layouts.NAMES[reading.layout.framework]}, {count}"


def others(reading: Reading) -> list[str]:
    """The sizes that only some cells have: a convolution's window, a projection."""
    named = [
        part
        for array, _ in reading.arrays
        for axis in pattern.axes(array.pattern)
        for name in axis
        for part in name.split("+")
    ]
    return [name for name in dict.fromkeys(named) if name not in OF_EVERY_CELL]


def product(axis: tuple[str, ...], sizes: Mapping[str, int]) -> str:
    """How the length of an axis comes about; a size that is not known, or is one gate, is left out.

    >>> product(("gate", "unit"), {"gate": 4, "unit": 20})
    '4 gates x 20 units'
    >>> product(("input+hidden",), {"input": 100, "unit": 20})
    '100 inputs + 20 units'
    """
    if any("+" in name for name in axis):
        return " + ".join(product((part,), sizes) or f"? {part}" for part in axis[0].split("+"))
    found = {name: sizes.get(pattern.SAME.get(name, name)) for name in axis if name != "one"}
    told = [(name, size) for name, size in found.items() if size is not None and (name, size) != ("gate", 1)]
    return " x ".join(f"{size} {_word(name, size)}" for name, size in told)


def _word(name: str, size: int) -> str:
    one, several = WORDS.get(name, (f"in {name}", f"in {name}"))  # a convolution's window: 3 in height
    return one if size == 1 else several
