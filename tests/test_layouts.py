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

from lstm_shapes import layouts, reference
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


# ---------------------------------------------------------------- what a row computes, by its own words alone


def times(x, kernel):
    """`x @ kernel`, or the sum over a window of shifted products: SAME padding, stride 1."""
    if kernel.ndim < 3:
        return x * kernel if kernel.ndim == 1 else x @ kernel
    total, window = 0, kernel.shape[:-2]
    pads = [(0, 0), *(((n - 1) // 2, n // 2) for n in window), (0, 0)]
    padded = np.pad(x, pads)
    for at in np.ndindex(window):
        cut = tuple(slice(i, i + n) for i, n in zip(at, x.shape[1:-1], strict=True))
        total = total + padded[(slice(None), *cut)] @ kernel[at]
    return total


def blocks(row: dict, arrays: list, sizes: dict) -> dict:
    """(role, letter of the gate) -> block, units last; of the first direction."""
    found = {}
    for facts, array in zip(row["arrays"], arrays, strict=True):
        gates, parts = (facts.get(name, "").split() for name in ("gates", "parts"))
        fed_back = sizes["P" if row["options"].get("projection") else "H"]
        lengths = {"gate": len(gates), "part": len(parts), "hid": fed_back, "in+hid": sizes["I"] + fed_back}
        flat = facts["axes"].replace(".", " ").split()
        whole = array.reshape([lengths.get(name) or sizes.get(AXES[name], 1) for name in flat])
        for place in np.ndindex(max(len(parts), 1), max(len(gates), 1)):
            index = {"part": place[0], "gate": place[1] if "gate" in flat else 0, "dir": 0, "one": 0}
            block = whole[tuple(index.get(name, slice(None)) for name in flat)]
            left = [name for name in flat if name not in index]
            if "unit" in left:
                block = np.moveaxis(block, left.index("unit"), -1)
            if "block_memory" in facts:
                block = block.copy().ravel().reshape(block.shape[::-1]).T
            role = parts[place[0]] if parts else facts["role"]
            gate = gates[place[1]] if gates else ""
            if gate == "rec_h":
                role, gate = "recurrent_bias", "h"
            if role == "joint_kernel":
                found["kernel", gate], found["recurrent_kernel", gate] = (
                    block[: sizes["I"]],
                    block[sizes["I"] :],
                )
            else:
                found[role, gate] = block
    return found


SQUASH = {
    "tanh": np.tanh,
    "relu": lambda a: np.maximum(a, 0),
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "hard_sigmoid_0.2": lambda a: np.clip(0.2 * a + 0.5, 0, 1),
}


def computed(row: dict, arrays: list, x: np.ndarray, sizes: dict) -> np.ndarray:
    """The equations at the head of the findings; the last hidden state."""
    w, e = blocks(row, arrays, sizes), row["equations"]
    act, rec = SQUASH[e["activation"]], SQUASH[e.get("recurrent_activation", "sigmoid")]
    kind = layouts.find(row["framework"], row["cell"]).cell
    fed_back = sizes["P" if row["options"].get("projection") else "H"]
    h, c = np.zeros((*x[:, 0].shape[:-1], fed_back)), np.zeros((*x[:, 0].shape[:-1], sizes["H"]))
    for step in np.moveaxis(x, 1, 0):

        def given(gate, step=step):
            return times(step, w["kernel", gate]) + w.get(("bias", gate), 0)

        def fed(gate, h):
            return times(h, w["recurrent_kernel", gate]) + w.get(("recurrent_bias", gate), 0)

        if kind == "simple_rnn":
            h = act(given("") + fed("", h))
        elif kind == "gru":
            z, r = (rec(given(gate) + fed(gate, h)) for gate in "zr")
            new = act(given("h") + (r * fed("h", h) if e["reset"] == "after" else fed("h", r * h)))
            h = z * h + (1 - z) * new if e["update"] == "keep" else (1 - z) * h + z * new
        else:

            def peep(gate, c):
                return times(c, w["peephole", gate]) if ("peephole", gate) in w else 0

            i = rec(given("i") + fed("i", h) + peep("i", c))
            f = rec(given("f") + fed("f", h) + peep("f", c) + e.get("forget_add", 0))
            c = f * c + i * act(given("c") + fed("c", h))
            late = e.get("output_peephole") == "added_after_activation"
            o = rec(given("o") + fed("o", h) + (0 if late else peep("o", c)))
            h = (o + (peep("o", c) if late else 0)) * act(c)
            if ("projection", "") in w:
                h = h @ w["projection", ""].T
    return h


def filled(row: dict, number: int = 0) -> tuple:
    """The row's layer, random arrays for it (equal ones hide a swap), and an input."""
    rng, sizes = np.random.default_rng(1997), SIZES[number]
    layer = explained(row, sizes)
    arrays = [rng.normal(size=weight.shape) * (weight.role != "fixed") for weight in layer.weights]
    window = (4, 3, 2)[
        : sum(
            name in str(layer.weights[-1].pattern) + str(layer.weights[0].pattern)
            for name in ("depth", "height", "width")
        )
    ]
    return layer, arrays, rng.normal(size=(3, 5, *window, sizes["I"]))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_an_entry_computes_what_the_findings_say(row):
    layer, arrays, x = filled(row)
    assert np.abs(reference.output(layer, arrays, x) - computed(row, arrays, x, SIZES[0])).max() < 1e-12
