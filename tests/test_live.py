"""Live layers and models of Keras 3 and tf_keras: every label is the framework's own word for that variable."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tf_keras

import lstm_shapes
from lstm_shapes.layer import UsageError

BOTH = pytest.mark.parametrize("framework", [keras, tf_keras], ids=["keras", "tf_keras"])


def name_of(variable) -> str:
    """`bi/forward_lstm/lstm_cell/kernel`, in both frameworks."""
    return getattr(variable, "path", variable.name).partition(":")[0]


def models(framework):
    """Every case that a live object can be."""
    L, I, M = framework.layers, framework.Input, framework.Model  # noqa: E741

    def one(layer, shape=(7, 5)):
        x = I(shape)
        return M(x, layer(x))

    class Mine(L.LSTM):
        """A subclass is an LSTM."""

    def nested():
        a = I((6, 4))
        deep = M(
            a, L.Dense(3, name="first")(L.LSTM(5, return_sequences=True, name="deep_lstm")(a)), name="deep"
        )
        b = I((6, 4))
        return M(b, L.GRU(6, name="gru")(deep(b)))

    def frozen():
        layer = L.LSTM(5, return_sequences=True, name="frozen")
        layer.trainable = False
        x = I((6, 4))
        return M(x, L.Dense(2)(L.LSTM(3, name="free")(L.BatchNormalization()(layer(x)))))

    def twice():
        shared, a, b = L.Bidirectional(L.LSTM(5), name="shared"), I((6, 3)), I((6, 3))
        return M([a, b], L.Concatenate()([shared(a), shared(b)]))

    mixed = L.Bidirectional(L.LSTM(4), backward_layer=L.GRU(4, go_backwards=True), name="mixed")
    return {
        "lstm": one(L.LSTM(4)),
        "gru": one(L.GRU(4, reset_after=False)),
        "simple": one(L.SimpleRNN(4, use_bias=False)),
        "bidirectional": one(L.Bidirectional(L.GRU(4), merge_mode="sum")),
        "mixed": one(mixed),
        "rnn of a cell": one(L.RNN(L.LSTMCell(3))),
        "stack of cells": one(L.RNN([L.LSTMCell(6), L.GRUCell(7), L.SimpleRNNCell(2)])),
        "time distributed": one(L.TimeDistributed(L.LSTM(4)), (3, 7, 5)),
        "conv": one(L.ConvLSTM2D(3, 2), (4, 8, 8, 2)),
        "subclass": one(Mine(4)),
        "nested": nested(),
        "frozen": frozen(),
        "called twice": twice(),
    }


@BOTH
@pytest.mark.parametrize("case", list(models(keras)))
def test_every_array_is_what_the_framework_calls_it(framework, case):
    model = models(framework)[case]
    found, arrays = lstm_shapes.explain(model), model.get_weights()
    assert found.weights
    for weight in found.weights:
        name = name_of(model.weights[weight.index])
        assert arrays[weight.index].shape == weight.shape
        assert name.split("/")[-1] == weight.role
        assert (weight.direction is None) or (weight.direction in name) or case == "mixed"
        assert np.dtype(weight.dtype) == arrays[weight.index].dtype
    indices = sorted(one.index for one in (*found.weights, *found.other_weights))
    assert indices == list(range(len(arrays)))
    assert found.parameters == model.count_params()


@BOTH
def test_a_layer_alone_is_explained_like_its_numbers(framework):
    layer = framework.layers.Bidirectional(
        framework.layers.LSTM(20, name="lstm"), merge_mode="sum", name="bidirectional"
    )
    layer.build((None, 45, 100))
    found = lstm_shapes.explain(layer).layers[0]
    expected = lstm_shapes.explain(input_dim=100, units=20, bidirectional=True, merge_mode="sum").layers[0]
    assert [(w.path, w.role, w.shape, w.gates) for w in found.weights] == [
        (w.path, w.role, w.shape, w.gates) for w in expected.weights
    ]
    assert found.merge_mode == "sum"


@BOTH
def test_a_layer_that_is_not_built_is_explained_in_symbols(framework):
    layer = framework.layers.Bidirectional(framework.layers.GRU(20), merge_mode="ave", name="reader")
    found = lstm_shapes.explain(layer).layers[0]
    assert (found.path, found.units, found.merge_mode) == ("reader", 20, "ave")
    assert found.weights[0].shape == ("input_dim", 60)
    with pytest.raises(UsageError, match="no weights yet"):
        lstm_shapes.explain(framework.layers.Dense(3))


ALONE = {  # what is built on which input
    "lstm": (lambda k: k.LSTM(4, use_bias=False), (2, 7, 5)),
    "cell": (lambda k: k.GRUCell(4, reset_after=False), (2, 5)),
    "stack of cells": (
        lambda k: k.StackedRNNCells([k.LSTMCell(6), k.GRUCell(7), k.SimpleRNNCell(2)]),
        (2, 5),
    ),
    "rnn": (lambda k: k.RNN([k.LSTMCell(3), k.SimpleRNNCell(2)]), (2, 7, 5)),
    "mixed": (lambda k: k.Bidirectional(k.LSTM(4), backward_layer=k.GRU(4, go_backwards=True)), (2, 7, 5)),
    "time distributed": (lambda k: k.TimeDistributed(k.Bidirectional(k.GRU(4))), (2, 3, 7, 5)),
    "conv 1d": (lambda k: k.ConvLSTM1D(3, 2), (2, 4, 8, 5)),
    "conv 3d": (lambda k: k.ConvLSTM3D(3, (1, 2, 3)), (2, 4, 6, 6, 6, 5)),
}


@BOTH
@pytest.mark.parametrize("case", ALONE)
def test_what_is_not_built_has_the_shapes_that_it_will_have(framework, case):
    make, shape = ALONE[case]
    layer = make(framework.layers)
    before = [(w.index, w.role, w.direction, w.gates, w.shape) for w in lstm_shapes.explain(layer).weights]
    assert str(lstm_shapes.explain(layer))
    layer.build(shape)
    after = [(w.index, w.role, w.direction, w.gates, w.shape) for w in lstm_shapes.explain(layer).weights]
    assert [one[-1] for one in after] == [array.shape for array in layer.get_weights()]
    filled = [(*rest, tuple(5 if n == "input_dim" else n for n in shape)) for *rest, shape in before]
    assert filled == after


@BOTH
def test_a_model_that_is_not_built_tells_its_layers(framework):
    L = framework.layers
    model = framework.Sequential([L.LSTM(4, return_sequences=True), L.Dropout(0.1), L.GRU(3)])
    found = lstm_shapes.explain(model)
    assert [(layer.cell, layer.units) for layer in found.layers] == [("LSTM", 4), ("GRU", 3)]
    assert found.weights[0].index is None
    assert found.connections[0].through == (model.layers[1].name,)
    assert "Not built yet" in str(found)


@BOTH
def test_what_feeds_what_is_told(framework):
    L = framework.layers
    x = framework.Input((45, 100))
    code = L.Bidirectional(L.LSTM(20), merge_mode="sum", name="encoder_lstm")(x)
    copied = L.Dropout(0.1, name="drop")(L.RepeatVector(45, name="repeater")(code))
    out = L.Bidirectional(L.LSTM(100, return_sequences=True), merge_mode="sum", name="decoder_lstm")(copied)
    found = lstm_shapes.explain(framework.Model(x, out))
    (joined,) = found.connections
    assert (joined.source, joined.target, joined.kernel_index) == ("encoder_lstm", "decoder_lstm", 6)
    assert joined.through == ("repeater", "drop")
    assert found.layers[1].output_shape == (None, 45, 100)


def test_a_handed_over_state_is_no_connection_to_the_kernel():
    L = keras.layers
    a, b = keras.Input((None, 9)), keras.Input((None, 11))
    _, h, c = L.LSTM(8, return_state=True, name="enc")(a)
    y = L.LSTM(8, return_sequences=True, name="dec")(b, initial_state=[h, c])
    assert lstm_shapes.explain(keras.Model([a, b], y)).connections == ()


def test_what_is_no_layer_is_refused_in_one_line():
    for thing in (3, object(), [1, 2], {"a": 1}):
        with pytest.raises(UsageError, match="was expected"):
            lstm_shapes.explain(thing)
