"""Each entry computes what its row of the findings says, and nothing else does: NumPy that knows only the row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from findings import ROWS, SIZES, explained, flat, lengths

from lstm_shapes import layouts, reference


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
        names = flat(facts)
        whole = array.reshape(lengths(row, facts, sizes))
        for place in np.ndindex(max(len(parts), 1), max(len(gates), 1)):
            index = {"part": place[0], "gate": place[1] if "gate" in names else 0, "dir": 0, "one": 0}
            block = whole[tuple(index.get(name, slice(None)) for name in names)]
            left = [name for name in names if name not in index]
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


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_gates_in_another_order_compute_something_else(row):
    """The proof can fail: in each array that holds several gates, their slices change hands."""
    layer, arrays, x = filled(row)
    right = computed(row, arrays, x, SIZES[0])
    for place, weight in enumerate(layer.weights):
        if len(weight.gates) > 1:
            names, slices = [*weight.gates], [*weight.gates.values()]
            turned = dict(zip(names, [*slices[1:], slices[0]], strict=True))
            wrong = (*layer.weights[:place], replace(weight, gates=turned), *layer.weights[place + 1 :])
            assert np.abs(reference.output(replace(layer, weights=wrong), arrays, x) - right).max() > 1e-3


def test_two_arrays_of_one_gate_each_cannot_change_places():
    row = next(row for row in ROWS if row["id"] == "linen-lstm")
    layer, arrays, x = filled(row)
    right = computed(row, arrays, x, SIZES[0])
    assert np.abs(reference.output(layer, [*arrays[2:4], *arrays[:2], *arrays[4:]], x) - right).max() > 1e-3


@pytest.mark.parametrize(
    ("framework", "cell", "change"),
    [
        ("haiku", "lstm", {"forget_add": 0}),
        ("haiku", "gru", {"update": "keep"}),
        ("sonnet", "gru", {"reset_after": True}),
        ("haiku", "simple_rnn", {"activation": "tanh"}),
        ("keras2", "tf1_lstm", {"recurrent_activation": "sigmoid"}),
        ("lasagne", "lstm", {"output_peephole": "new"}),
    ],
)
def test_other_equations_compute_something_else(framework, cell, change):
    row = next(row for row in ROWS if (row["framework"], row["cell"]) == (framework, cell))
    layer, arrays, x = filled(row)
    options = {**layer.options, "equations": {**layer.options["equations"], **change}}
    wrong = reference.output(replace(layer, options=options), arrays, x)
    assert np.abs(wrong - computed(row, arrays, x, SIZES[0])).max() > 1e-3
