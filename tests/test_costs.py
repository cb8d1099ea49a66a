"""Bytes and multiplications, against what Keras allocates and the operations in its own graph."""

from __future__ import annotations

import keras
import pytest
import tensorflow as tf

import lstm_shapes
from lstm_shapes.costs import BYTES, elementwise, memory, multiplications
from lstm_shapes.layer import UsageError
from lstm_shapes.sphinx_ext import say

CELLS = {
    "lstm": (keras.layers.LSTMCell, 2, {}),
    "gru": (keras.layers.GRUCell, 1, {}),
    "gru before": (keras.layers.GRUCell, 1, {"reset_after": False}),
    "simple_rnn": (keras.layers.SimpleRNNCell, 1, {}),
}


def counted(cell: keras.layers.Layer, inputs: int, states: int) -> int:
    """Multiplications in the graph of one step: in the matrix products, and element by element."""
    step = tf.function(lambda x, *state: cell(x, list(state)))
    specs = [tf.TensorSpec((1, inputs)), *[tf.TensorSpec((1, cell.units))] * states]
    found = 0
    for op in step.get_concrete_function(*specs).graph.get_operations():
        if op.type == "MatMul":
            found += op.inputs[0].shape[-1] * op.outputs[0].shape.num_elements()
        if op.type == "Mul":
            found += op.outputs[0].shape.num_elements()
    return found


@pytest.mark.parametrize("name", CELLS)
def test_a_step_multiplies_as_often_as_in_the_graph_of_keras(name):
    make, states, options = CELLS[name]
    said = lstm_shapes.explain(input_dim=13, units=7, cell=name.split()[0], **options)
    assert multiplications(said) == counted(make(7, **options), 13, states)


def test_two_directions_and_two_layers_add_up():
    one = multiplications(lstm_shapes.explain(input_dim=13, units=7))
    assert multiplications(lstm_shapes.explain(input_dim=13, units=7, bidirectional=True)) == 2 * one
    above = multiplications(lstm_shapes.explain(input_dim=7, units=7))
    assert multiplications(lstm_shapes.explain(input_dim=13, units=7, layers=2)) == one + above


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_the_bytes_are_those_that_keras_allocates(dtype):
    layer = keras.layers.Bidirectional(keras.layers.GRU(7, dtype=dtype))
    layer.build((None, None, 13))
    said = lstm_shapes.explain(input_dim=13, units=7, cell="gru", bidirectional=True)
    assert memory(said, dtype) == sum(array.nbytes for array in layer.get_weights())


def test_a_dtype_has_the_size_that_tensorflow_says():
    assert {dtype: tf.as_dtype(dtype).size for dtype in BYTES} == BYTES


def test_what_cannot_be_said():
    said = lstm_shapes.explain(input_dim=13, units=7)
    with pytest.raises(UsageError, match="unknown dtype 'float31'"):
        memory(said, "float31")
    conv = lstm_shapes.explain("tests/corpus/files/keras3/conv_lstm_2d.keras")
    with pytest.raises(UsageError, match="conv_a is a ConvLSTM: its window"):
        multiplications(conv)


def test_a_gru_that_resets_before_counts_too():
    layer = lstm_shapes.explain(input_dim=13, units=7, cell="gru", reset_after=False).layers[0]
    assert elementwise(layer) == 3  # r * h, z * h, (1 - z) * g


@pytest.mark.parametrize(
    ("framework", "cell", "more"), [("tensorflow1", "block_lstm", 9), ("lasagne", "lstm", 9)]
)
def test_peepholes_multiply_and_a_first_state_does_not(framework, cell, more):
    """One weight for each unit and each of three gates, 3 * 3; Lasagne also keeps h and c to start from."""
    plain = multiplications(lstm_shapes.explain(input_dim=5, units=3))
    assert (
        multiplications(lstm_shapes.explain(input_dim=5, units=3, framework=framework, cell=cell))
        == plain + more
    )


def test_roles_say_them():
    assert say("bytes float32 --input 100 --units 20", {}) == "38 720"  # 4 * 4 * 20 * (100 + 20 + 1)
    assert say("multiplications --input 100 --units 20", {}) == "9 660"  # 100 * 80 + 20 * 80 + 3 * 20
