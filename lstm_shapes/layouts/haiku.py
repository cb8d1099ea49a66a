"""Haiku (JAX): input and state share one kernel in its LSTM; its update gate takes where Keras keeps."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


COMMON: dict[str, Any] = {
    "framework": "haiku",
    "path": "{layer}/{array}",
    "directions": "none of its own: the caller runs a second cell over the reversed sequence",
    "stacking": "hk.DeepRNN([...])",
    "version": "0.0.17",
    "verified": "run: Haiku 0.0.17",
}

LSTM = Layout(
    cell="lstm",
    object="haiku.LSTM",
    gates=("input", "cell", "forget", "output"),
    gate_names=("i", "g", "f", "o"),
    arrays=(
        Array("linear/b", "bias", "(gate unit)"),
        Array("linear/w", "joint_kernel", "input+hidden (gate unit)"),
    ),
    layer="lstm",
    equations={"forget_add": 1.0},
    bias_convention="one",
    forget_bias_from="added at run time: sigmoid(f + 1)",
    vs_keras="joint kernel, order i, c, f, o",
    pitfalls=(
        (
            "the docstring lists i, f, g, o and says 1.0 is added to b_f after initialisation; the "
            "code's order is i, g, f, o and it adds 1 on every call, so a loaded b_f of 1 counts as 2"
        ),
    ),
    max_abs_error=6.6e-08,
    source="haiku/_src/recurrent.py: LSTM, 0.0.17",
    **COMMON,
)
GRU = Layout(
    cell="gru",
    object="haiku.GRU",
    gates=("update", "reset", "candidate"),
    gate_names=("z", "r", "a"),
    arrays=(
        Array("b", "bias", "(gate unit)"),
        Array("w_h", "recurrent_kernel", "hidden (gate unit)"),
        Array("w_i", "kernel", "input (gate unit)"),
    ),
    layer="gru",
    equations={"reset_after": False, "update": "take"},
    bias_convention="one",
    vs_keras="Keras's arrays, but the update gate means the opposite",
    pitfalls=(
        "h' = (1 - z)*h + z*a: negate all of z's weights and biases to get Keras's z*h + (1 - z)*a",
        "the docstring calls z the reset and r the update gate; it is the other way round",
    ),
    max_abs_error=9.5e-08,
    source="haiku/_src/recurrent.py: GRU, 0.0.17",
    **COMMON,
)
SIMPLE_RNN = Layout(
    cell="simple_rnn",
    title="VanillaRNN",
    object="haiku.VanillaRNN",
    gates=(),
    arrays=(
        Array("linear/b", "bias", "unit"),
        Array("linear/w", "kernel", "input unit"),
        Array("linear_1/b", "recurrent_bias", "unit"),
        Array("linear_1/w", "recurrent_kernel", "hidden unit"),
    ),
    layer="vanilla_rnn",
    equations={"activation": "relu"},
    bias_convention="two (double_bias=True)",
    vs_keras="same axes; two biases; relu",
    pitfalls=("the activation is relu, not tanh",),
    max_abs_error=3.7e-07,
    source="haiku/_src/recurrent.py: VanillaRNN, 0.0.17",
    **COMMON,
)
CONV_LSTM_2D = Layout(
    cell="lstm",
    title="ConvLSTM",
    object="haiku.Conv2DLSTM",
    gates=("input", "cell", "forget", "output"),
    gate_names=("i", "g", "f", "o"),
    arrays=(
        Array("hidden_to_hidden/b", "recurrent_bias", "(gate unit)"),
        Array("hidden_to_hidden/w", "recurrent_kernel", "height width hidden (gate unit)"),
        Array("input_to_hidden/b", "bias", "(gate unit)"),
        Array("input_to_hidden/w", "kernel", "height width input (gate unit)"),
    ),
    layer="conv2_dlstm",
    equations={"forget_add": 1.0},
    bias_convention="two",
    forget_bias_from="added at run time",
    vs_keras="axes as Keras; order i, c, f, o",
    max_abs_error=2.6e-07,
    source="haiku/_src/recurrent.py: ConvNDLSTM, 0.0.17",
    **COMMON,
)

LAYOUTS = {"lstm": LSTM, "gru": GRU, "simple_rnn": SIMPLE_RNN, "conv_lstm_2d": CONV_LSTM_2D}
