"""Keras 3.  Every entry is proved against real Keras by tests/test_meaning.py and tests/test_check.py."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


# Any function will do, so that the two that are called hard_sigmoid can be written out where the name means the other.
ACTIVATIONS = {name: repr(name) for name in ("tanh", "sigmoid", "relu", "linear", "elu", "softsign", "selu")}
RECURRENT = {
    **ACTIVATIONS,
    "hard_sigmoid_1/6": "'hard_sigmoid'",
    "hard_sigmoid_0.2": "a function that gives keras.ops.clip(0.2 * a + 0.5, 0, 1)",
}
SQUASH: dict[str, Any] = {
    "activation": ("activation", ACTIVATIONS),
    "recurrent_activation": ("recurrent_activation", RECURRENT),
}
RESET = {**SQUASH, "reset_after": ("reset_after", {True: "True", False: "False"})}

KERNEL = Array("kernel", "kernel", "input (gate unit)")
RECURRENT_KERNEL = Array("recurrent_kernel", "recurrent_kernel", "hidden (gate unit)")
PATHS: dict[str, Any] = {
    "path": "{layer}/{cell}_cell/{array}",
    "path_two": "{layer}/{direction}_{inner}/{cell}_cell/{array}",
    "wrapper": "bidirectional",
    "version": "3.15.1",
    "verified": "run: Keras 3.15.1 on TensorFlow, JAX and PyTorch",
    "vs_keras": "is Keras",
}
TWO: dict[str, Any] = {
    "directions": "`Bidirectional` holds two layers, forward first: the forward layer's arrays, then the backward layer's",
    "stacking": "one layer object per level; `StackedRNNCells`: cells in order",
}

LSTM = Layout(
    framework="keras",
    cell="lstm",
    gates=("input", "forget", "cell", "output"),
    arrays=(KERNEL, RECURRENT_KERNEL, Array("bias", "bias", "(gate unit)", when={"use_bias": True})),
    options={"use_bias": True},
    settable=SQUASH,
    layer="lstm",
    **PATHS,
    **TWO,
    object="keras.layers.LSTM, keras.layers.LSTMCell",
    gate_names=("i", "f", "c", "o"),
    bias_convention="one",
    forget_bias=1.0,
    forget_bias_from="initial value only: unit_forget_bias=True (default) writes 1 into bias[units:2*units]",
    pitfalls=(
        "units is the width of one gate: the last axis of every array is 4*units",
        "use_bias=False drops the third array, so get_weights() has 2 entries",
        "with seeded dropout, layer.variables also lists a seed generator's state; layer.weights does not",
    ),
    max_abs_error=1.3e-07,
    source="keras/src/layers/rnn/lstm.py, LSTMCell.build and .call, Keras 3.15.1",
)

GRU = Layout(
    framework="keras",
    cell="gru",
    gates=("update", "reset", "candidate"),
    arrays=(
        KERNEL,
        RECURRENT_KERNEL,
        Array(
            "bias",
            "bias",
            "part (gate unit)",
            parts=("bias", "recurrent_bias"),
            when={"use_bias": True, "reset_after": True},
        ),
        Array("bias", "bias", "(gate unit)", when={"use_bias": True, "reset_after": False}),
    ),
    options={"use_bias": True, "reset_after": True},
    settable=RESET,
    layer="gru",
    **PATHS,
    **TWO,
    object="keras.layers.GRU, keras.layers.GRUCell",
    gate_names=("z", "r", "h"),
    bias_convention="two rows with reset_after=True: bias[0] input side, bias[1] recurrent side; one otherwise",
    forget_bias=0.0,
    pitfalls=(
        "the two bias rows add up for z and r, but not for h: bias[1, 2*units:] sits inside the reset product",
        "a cuDNN or PyTorch GRU has z and r the other way round",
        "reset_after=False cannot be turned into reset_after=True: the arithmetic differs, not only the layout",
    ),
    max_abs_error=1.5e-07,
    source="keras/src/layers/rnn/gru.py, GRUCell.build and .call, Keras 3.15.1",
)

SIMPLE_RNN = Layout(
    framework="keras",
    cell="simple_rnn",
    gates=(),
    arrays=(
        Array("kernel", "kernel", "input unit"),
        Array("recurrent_kernel", "recurrent_kernel", "hidden unit"),
        Array("bias", "bias", "unit", when={"use_bias": True}),
    ),
    options={"use_bias": True},
    settable=SQUASH,
    layer="simple_rnn",
    **PATHS,
    **TWO,
    object="keras.layers.SimpleRNN",
    bias_convention="one",
    forget_bias=0.0,
    max_abs_error=2.2e-07,
    source="keras/src/layers/rnn/simple_rnn.py, SimpleRNNCell.build and .call, Keras 3.15.1",
)


def _conv_lstm(spatial: str, max_abs_error: float) -> Layout:
    """ConvLSTM1D, 2D and 3D differ in the axes of the window only."""
    rank = len(spatial.split())
    return Layout(
        framework="keras",
        cell="lstm",
        title="ConvLSTM",
        gates=("input", "forget", "cell", "output"),
        arrays=(
            Array("kernel", "kernel", f"{spatial} input (gate unit)"),
            Array("recurrent_kernel", "recurrent_kernel", f"{spatial} hidden (gate unit)"),
            Array("bias", "bias", "(gate unit)", when={"use_bias": True}),
        ),
        options={"use_bias": True},
        layer="conv_lstm",
        **PATHS,
        object=f"keras.layers.ConvLSTM{rank}D",
        gate_names=("i", "f", "c", "o"),
        bias_convention="one",
        forget_bias=1.0,
        forget_bias_from="initial value only: unit_forget_bias=True (default) writes 1 into bias[filters:2*filters]",
        directions="`Bidirectional`, as for LSTM",
        stacking="one layer object per level",
        pitfalls=(
            "the gate axis is the last one, after the window and the channels; units are the filters",
            "the recurrent convolution is always padding='same', stride 1, whatever the input's is",
            "recurrent_activation is sigmoid here, hard_sigmoid in Keras 2",
        ),
        max_abs_error=max_abs_error,
        source="keras/src/layers/rnn/conv_lstm.py, ConvLSTMCell.build and .call, Keras 3.15.1",
    )


LAYOUTS = {
    "lstm": LSTM,
    "gru": GRU,
    "simple_rnn": SIMPLE_RNN,
    "conv_lstm_1d": _conv_lstm("width", 8.7e-08),
    "conv_lstm_2d": _conv_lstm("height width", 2.0e-07),
    "conv_lstm_3d": _conv_lstm("depth height width", 6.4e-07),
}
