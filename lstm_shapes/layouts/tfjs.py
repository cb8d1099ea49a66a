"""TensorFlow.js: Keras 2's layers in a browser."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


GATED = (
    Array("kernel", "kernel", "input (gate unit)"),
    Array("recurrent_kernel", "recurrent_kernel", "hidden (gate unit)"),
    Array("bias", "bias", "(gate unit)", when={"use_bias": True}),
)

SQUASH = {
    "activation": ("activation", {name: repr(name) for name in ("tanh", "sigmoid", "relu", "linear")}),
    "recurrent_activation": (
        "recurrentActivation",
        {"sigmoid": "'sigmoid'", "hard_sigmoid_0.2": "'hardSigmoid'"},
    ),
}

COMMON: dict[str, Any] = {
    "framework": "tfjs",
    "settable": SQUASH,
    "options": {"use_bias": True},
    "path": "{layer}/{array}",
    "path_two": "{layer}/{direction}_{inner}/{array}",
    "wrapper": "bidirectional_Bidirectional1",
    "bias_convention": "one",
    "directions": "Bidirectional, forward first",
    "stacking": "one layer object per level",
    "version": "4.22.0",
    "verified": "run: TensorFlow.js 4.22.0",
    "source": "@tensorflow/tfjs-layers layers/recurrent.ts, 4.22.0",
}

LSTM = Layout(
    cell="lstm",
    object="tf.layers.lstm",
    gates=("input", "forget", "cell", "output"),
    gate_names=("i", "f", "c", "o"),
    arrays=GATED,
    layer="lstm_LSTM1",
    forget_bias=1.0,
    equations={"recurrent_activation": "hard_sigmoid_0.2"},
    forget_bias_from="initial value only: unitForgetBias",
    vs_keras="same layout, another default gate function",
    pitfalls=(
        (
            "recurrentActivation defaults to hardSigmoid (0.2x + 0.5); a converted Keras model carries "
            "its own setting"
        ),
    ),
    max_abs_error=7.8e-08,
    **COMMON,
)
GRU = Layout(
    cell="gru",
    object="tf.layers.gru",
    gates=("update", "reset", "candidate"),
    gate_names=("z", "r", "h"),
    arrays=GATED,
    layer="gru_GRU1",
    equations={"recurrent_activation": "hard_sigmoid_0.2", "reset_after": False},
    vs_keras="same as reset_after=False",
    pitfalls=(
        (
            "resetAfter=true is refused: 'GRUCell does not support reset_after parameter set to true.' "
            "A default Keras GRU cannot be loaded as a layers model"
        ),
    ),
    max_abs_error=8.8e-08,
    **COMMON,
)
SIMPLE_RNN = Layout(
    cell="simple_rnn",
    object="tf.layers.simpleRNN",
    gates=(),
    arrays=(
        Array("kernel", "kernel", "input unit"),
        Array("recurrent_kernel", "recurrent_kernel", "hidden unit"),
        Array("bias", "bias", "unit", when={"use_bias": True}),
    ),
    layer="simple_rnn_SimpleRNN1",
    vs_keras="same",
    max_abs_error=1.1e-07,
    **COMMON,
)

LAYOUTS = {"lstm": LSTM, "gru": GRU, "simple_rnn": SIMPLE_RNN}
