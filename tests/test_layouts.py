"""The tables: each entry has the names, shapes, gates and numbers that were found by running or reading the framework.

`layouts.json` holds those findings, one row a layer class: names and axes as the frameworks have them, shapes for two
sets of sizes.  Axes are in the words of the findings: `gate.unit` is both in one axis, the gate outermost.
"""

from __future__ import annotations

import json
import pathlib
import re

import numpy as np
import pytest

from lstm_shapes import layouts
from lstm_shapes.cells import CELLS, cell_of
from lstm_shapes.compute import from_numbers

FACTS = json.loads((pathlib.Path(__file__).parent / "layouts.json").read_text(encoding="utf-8"))
SIZES, ROWS = FACTS["sizes"], FACTS["rows"]
GATES = {
    "lstm": {"i": "input", "f": "forget", "c": "cell", "o": "output"},
    "gru": {"z": "update", "r": "reset", "h": "candidate", "rec_h": "recurrent_candidate"},
}
AXES = {
    "in": "I",
    "unit": "H",
    "unit2": "H",
    "dir": "D",
    "proj": "P",
    "one": 1,
    "k0": "K0",
    "k1": "K1",
    "k2": "K2",
}
# Where the findings say it otherwise in words than in their shapes.
COLUMN = {"matlab-lstm": "Bias", "matlab-gru": "Bias"}  # "a (4*H, 1) column": MATLAB has no vectors
ENTRIES = [(name, key) for name in layouts.FRAMEWORKS for key in layouts.table(name)]


def explained(row: dict, sizes: dict, **more):
    """The row's layer; two directions where one array holds both."""
    layout = layouts.find(row["framework"], row["cell"])
    joined = "direction" in str(layout.arrays) and sizes["D"] == 2
    options = dict(row["options"])
    if options.get("projection"):
        options["projection"] = sizes["P"]
    rank = sum(name in str(layout.arrays) for name in ("depth", "height", "width"))
    if rank:
        options["kernel_size"] = [sizes[f"K{i}"] for i in range(rank)]
    found = from_numbers(
        sizes["I"],
        sizes["H"],
        framework=row["framework"],
        cell=row["cell"],
        bidirectional=joined,
        **options,
        **more,
    )
    return found.layers[0]


def shape_of(row: dict, array: dict, number: int) -> tuple[int, ...]:
    shape = tuple(array["shapes"][number])
    return (*shape, 1) if COLUMN.get(row["id"]) == array["name"] else shape


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_an_entry_has_the_arrays_of_its_framework(row, number):
    layer = explained(row, SIZES[number])
    names = [
        re.sub(r"\{ld?\}", "0", array["name"]).replace("{d}", "l" if row["framework"] == "mxnet" else "")
        for array in row["arrays"]
    ]
    assert [weight.path.endswith(name) for weight, name in zip(layer.weights, names, strict=True)] == [
        True
    ] * len(names)
    assert [weight.role for weight in layer.weights] == [array["role"] for array in row["arrays"]]
    assert [weight.shape for weight in layer.weights] == [
        shape_of(row, array, number) for array in row["arrays"]
    ]
    times = len(layer.directions)
    assert layer.parameters == times * row["parameters"][number]
    assert layer.arithmetic.total == layer.parameters
    assert (
        eval(layer.arithmetic.factored) == eval(layer.arithmetic.expanded) == layer.parameters
    )  # our own text


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_the_slices_of_a_gate_are_where_the_axes_say(row):
    layer, sizes = explained(row, SIZES[0]), SIZES[0]
    letters = GATES.get(layouts.find(row["framework"], row["cell"]).cell, {})
    for weight, array in zip(layer.weights, row["arrays"], strict=True):
        gates = [letters[letter] for letter in array.get("gates", "").split()]
        assert list(weight.gates) == gates
        if len(gates) < 2:
            continue
        parts = array.get("parts", "").split()
        assert list(weight.parts) == parts
        flat = array["axes"].replace(".", " ").split()
        fed_back = sizes["P" if row["options"].get("projection") else "H"]
        lengths = {"gate": len(gates), "part": len(parts), "hid": fed_back, "in+hid": sizes["I"] + fed_back}
        counts = [lengths.get(name) or sizes.get(AXES[name], 1) for name in flat]
        numbers = np.zeros(counts, int) + np.arange(len(gates)).reshape(
            [-1 if name == "gate" else 1 for name in flat]
        )
        stored = numbers.reshape(weight.shape)  # each number says which gate it belongs to
        for place, ranges in enumerate(weight.gates.values()):
            where = np.concatenate([np.arange(stored.shape[weight.gate_axis])[slice(*one)] for one in ranges])
            assert (stored.take(where, axis=weight.gate_axis) == place).all()
            assert len(where) == stored.shape[weight.gate_axis] // len(gates)
