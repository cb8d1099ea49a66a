"""The slices mean what the table says: the output computed from them alone is the framework's own."""

from __future__ import annotations

import itertools
from dataclasses import replace

import keras
import numpy as np
import pytest

from lstm_shapes import layouts, reference
from lstm_shapes.checks import make
from lstm_shapes.compute import from_numbers

CASES = [
    {"cell": cell, "bidirectional": two, "use_bias": bias, "return_sequences": sequences, **extra, **merge}
    for cell, extras in (
        ("lstm", [{}]),
        ("gru", [{"reset_after": True}, {"reset_after": False}]),
        ("simple_rnn", [{}]),
    )
    for extra in extras
    for two in (False, True)
    for merge in ([{"merge_mode": m} for m in ("concat", "sum", "mul", "ave", None)] if two else [{}])
    for bias in (True, False)
    for sequences in (True, False)
]


def filled(case: dict, seed: int = 1997):
    """The layer as we explain it, the real one with random weights (equal ones hide a swap), and an input."""
    rng = np.random.default_rng(seed)
    layer = from_numbers(5, 4, **case).layers[0]
    real, x = make(keras, layer), rng.normal(size=(3, 7, 5)).astype("float32")
    real.build(x.shape)
    real.set_weights([rng.normal(size=w.shape) for w in real.get_weights()])
    return layer, real, x


def error(ours, theirs) -> float:
    """The largest difference, relative to the largest value."""
    ours, theirs = (list(v) if isinstance(v, list | tuple) else [v] for v in (ours, theirs))
    pairs = zip(ours, map(np.asarray, theirs), strict=True)
    return max(float(np.abs(a - b).max() / np.abs(b).max()) for a, b in pairs)


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(f"{v}" for v in case.values()))
def test_the_labelled_slices_alone_compute_what_keras_computes(case):
    layer, real, x = filled(case)
    assert error(reference.output(layer, real.get_weights(), x), real(x)) < 1e-5


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_only_the_order_in_the_table_computes_what_keras_computes(cell):
    layer, real, x = filled({"cell": cell})
    theirs, table = np.asarray(real(x)), layouts.find("keras", cell).gates
    for order in itertools.permutations(table):
        weights = tuple(
            replace(w, gates=dict(zip(order, w.gates.values(), strict=True))) for w in layer.weights
        )
        ours = reference.output(replace(layer, weights=weights), real.get_weights(), x)
        assert (error(ours, theirs) < 1e-5) == (order == table), order


def test_the_directions_cannot_be_exchanged():
    layer, real, x = filled({"bidirectional": True})
    arrays = real.get_weights()
    assert error(reference.output(layer, arrays, x), real(x)) < 1e-5
    assert error(reference.output(layer, arrays[3:] + arrays[:3], x), real(x)) > 1e-2


def test_forgetting_nothing_keeps_the_cell_state():
    """Columns 20:40 by experiment: shut the input gate, open the forget gate there, and the state stays."""
    layer = from_numbers(3, 2).layers[0]
    kernel, recurrent, bias = (np.zeros(w.shape) for w in layer.weights)
    ((first, last),) = layer.weights[2].gates["forget"]
    bias[:] = -50
    bias[first:last] = 50
    real = keras.layers.LSTM(2, return_state=True)
    x = np.ones((1, 9, 3), "float32")
    real.build(x.shape)
    real.set_weights([kernel, recurrent, bias])
    start = np.array([[0.25, -0.5]], "float32")
    _, _, c = real(x, initial_state=[np.zeros((1, 2), "float32"), start])
    assert np.allclose(np.asarray(c), start)
