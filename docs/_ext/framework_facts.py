"""What the pages say of one entry of the tables: words and numbers, no HTML."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lstm_shapes import layouts, pattern
from lstm_shapes.cells import CELLS
from lstm_shapes.compute import from_numbers
from lstm_shapes.layer import SYMBOLS, Layer
from lstm_shapes.layouts import Array, Layout
from lstm_shapes.pattern import Word

INPUT, UNITS, PROJECTION, WINDOW = 100, 20, 5, 3  # the sizes of every example on these pages
LETTERS = {
    "input": "i", "forget": "f", "cell": "c", "output": "o",
    "update": "z", "reset": "r", "candidate": "h", "recurrent_candidate": "h′",
}  # fmt: skip
# What an entry's equations say, where they are not the usual ones; a short word for the table, a sentence for the page.
DIFFERS = {
    ("reset_after", False): ("reset before", "the reset gate acts before the matrix product"),
    ("update", "take"): (
        "update takes",
        "an open update gate takes the new state, h′ = (1 − z) · h + z · h̃, where Keras's keeps the old one",
    ),
    ("forget_add", 1.0): ("+1 to forget", "1 is added to the forget gate on every step, and stored nowhere"),
    ("recurrent_activation", "hard_sigmoid_0.2"): (
        "hard sigmoid",
        "the gates go through hard_sigmoid, 0.2 · x + 0.5 between 0 and 1",
    ),
    ("activation", "relu"): ("relu", "relu in the place of tanh"),
    ("output_peephole", "added_after_activation"): (
        "peephole after",
        "the output gate's peephole is added after the sigmoid",
    ),
}
SIDES = {"joint_kernel": "joint", "kernel": ""}
WHEN = {
    "use_bias": ("with a bias", "without a bias"),
    "reset_after": ("reset after", "reset before"),
    "peephole": ("with peepholes", "without peepholes"),
    "projection": ("with a projection", "without a projection"),
}


def entries() -> Iterator[tuple[str, str, Layout]]:
    """Every entry: framework, key, layout; the most used frameworks first."""
    for name in layouts.FRAMEWORKS:
        for key, layout in layouts.table(name).items():
            yield name, key, layout


def cell_name(layout: Layout) -> str:
    """`LSTM`, or the name that only this framework has."""
    return layout.title or CELLS[layout.cell].name


def example(layout: Layout, key: str, **options: Any) -> Layer:
    """The layer of 100 inputs and 20 units that the entry makes."""
    window = any("width" in array.pattern for array in layout.arrays)
    sizes = {"kernel_size": WINDOW} if window else {}
    return from_numbers(INPUT, UNITS, framework=layout.framework, cell=key, **sizes, **options).layers[0]


def formulas(layout: Layout, key: str) -> list[tuple[str, str, int]]:
    """`(under which options, formula, number for the example)`, the framework's default first.

    >>> for found in formulas(layouts.find("keras", "gru"), "gru"):
    ...     print(found)
    ('reset after', '3 · units · (input_dim + units + 2)', 7320)
    ('reset before', '3 · units · (input_dim + units + 1)', 7260)
    """
    found: dict[str, tuple[str, str, int]] = {}
    for words, options in _variants(layout):
        layer = example(layout, key, **options)
        assert layer.arithmetic
        symbols = layer.arithmetic.symbols.replace("*", " · ")
        found.setdefault(symbols, (words, symbols, layer.arithmetic.total))
    rows = list(found.values())
    return rows if len(rows) > 1 else [("", *rows[0][1:])]


def _variants(layout: Layout) -> Iterator[tuple[str, dict[str, Any]]]:
    options = {name: value for name, value in layout.options.items() if name != "use_bias"}
    yield ", ".join(WHEN[name][not value] for name, value in options.items()), {}
    for name, default in options.items():
        value = (PROJECTION if not default else None) if name == "projection" else not default
        yield WHEN[name][not value], {name: value}


def shape(layout: Layout, array: Array) -> str:
    """The array's shape in symbols, for one direction.

    >>> shape(layouts.find("keras", "lstm"), layouts.find("keras", "lstm").arrays[0])
    '(input_dim, 4 · units)'
    """
    gates = layouts.gates_of(layout, array)
    sizes = {**SYMBOLS, "gate": len(gates), "part": len(array.parts), "direction": Word("directions")}
    words = [str(size).replace("*", " · ") for size in pattern.shape(array.pattern, sizes)]
    return f"({', '.join(words)}{',' if len(words) == 1 else ''})"


def only_when(array: Array) -> str:
    """`with peepholes`: the options under which the array is there; a bias needs no word."""
    return ", ".join(WHEN[name][not value] for name, value in array.when.items() if name != "use_bias")


def order(gates: tuple[str, ...]) -> str:
    """The gates' letters.

    >>> order(("input", "forget", "cell", "output"))
    'i f c o'
    """
    return " ".join(LETTERS[gate] for gate in gates)


def differences(layout: Layout) -> list[tuple[str, str]]:
    """`(short, sentence)` for each equation that is not the usual one, and for memory that is not what it looks like."""
    found = [DIFFERS[name, value] for name, value in layout.equations.items()]
    if layout.options.get("reset_after") is False:
        short, sentence = DIFFERS["reset_after", False]
        found.append((f"{short} by default", f"{sentence}, unless asked otherwise"))
    if moved := [array for array in layout.arrays if array.block_memory]:
        words = ", ".join(f"{array.name}: {array.block_memory}" for array in moved)
        found.append(
            (
                "memory rearranged",
                f"each gate's block, read row by row, is a matrix with other axes ({words})",
            )
        )
    return found


def biases(layout: Layout, key: str) -> int:
    """How many numbers of bias there are for each unit: 4 where an LSTM has one for each gate.

    >>> biases(layouts.find("keras", "lstm"), "lstm"), biases(layouts.find("pytorch", "lstm"), "lstm")
    (4, 8)
    """
    weights = example(layout, key).weights
    return sum(weight.parameters for weight in weights if weight.role in ("bias", "recurrent_bias")) // UNITS


def biases_said(layout: Layout, key: str) -> str:
    """`one bias` or `two biases`, for each gate."""
    return {1: "one bias", 2: "two biases"}[biases(layout, key) // max(len(layout.gates), 1)]


def how_stored(layout: Layout) -> str:
    """Where the gates are in the kernel: in columns, in rows, or each in an array of its own.

    >>> [how_stored(layouts.find(name, "lstm")) for name in ("keras", "pytorch", "chainer", "flax", "haiku")]
    ['columns', 'rows', 'rows, interleaved', 'one array each', 'columns, joint kernel']
    """
    array = next(one for one in layout.arrays if one.role in SIDES)
    joint = ", joint kernel" if array.role == "joint_kernel" else ""
    if not layout.gates:
        names = [name for axis in pattern.axes(array.pattern) for name in axis]
        return ("columns" if names[-1] == "unit" else "rows") + joint
    if array.gates is not None and len(array.gates) == 1:
        return "one array each" + joint
    axes = pattern.axes(array.pattern)
    axis = next(axis for axis in axes if "gate" in axis)
    where = "columns" if axes[-1] in (axis, ("unit",)) else "rows"
    return where + (", interleaved" if axis == ("unit", "gate") else "") + joint
