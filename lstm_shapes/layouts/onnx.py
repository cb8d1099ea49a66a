"""ONNX: the operators LSTM, GRU and RNN.  One array holds all directions: forward first."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


BIASES = ("bias", "recurrent_bias")
W = Array("W", "kernel", "direction (gate unit) input")
R = Array("R", "recurrent_kernel", "direction (gate unit) hidden")
B = Array("B", "bias", "direction (part gate unit)", parts=BIASES, when={"use_bias": True})
COMMON: dict[str, Any] = {
    "framework": "onnx",
    "path": "{array}",
    "path_two": "{array}",
    "version": "operator set 14, onnxruntime 1.23.2",
    "verified": "run: onnxruntime 1.23.2",
    "bias_convention": "two, end to end on axis 1: Wb of all gates, then Rb of all gates",
    "directions": "axis 0 of every array, forward first; direction='reverse' alone is one direction, its output in input order",
    "stacking": "one node per level",
    "source": "onnx/docs/Operators.md, LSTM, GRU and RNN, operator set 14 and later",
}

LSTM = Layout(
    cell="lstm",
    gates=("input", "output", "forget", "cell"),
    arrays=(
        W,
        R,
        B,
        Array(
            "P",
            "peephole",
            "direction (gate unit)",
            when={"peephole": True},
            gates=("input", "output", "forget"),
        ),
    ),
    options={"use_bias": True, "peephole": False},
    settable={
        "recurrent_activation": (
            "activations",
            {"sigmoid": "[Sigmoid, Tanh, Tanh]", "hard_sigmoid_0.2": "[HardSigmoid, Tanh, Tanh]"},
        )
    },
    layer="lstm",
    object="LSTM",
    gate_names=("i", "o", "f", "c"),
    vs_keras="transposed, order i, o, f, c",
    pitfalls=(
        "P has three blocks in the order i, o, f; it is input number 7 of the node, after initial_h and initial_c",
        "the node's Y is (time, directions, batch, units)",
        "input_forget=1 couples i = 1 - f",
    ),
    max_abs_error=1.4e-07,
    **COMMON,
)
GRU = Layout(
    cell="gru",
    gates=("update", "reset", "candidate"),
    arrays=(W, R, B),
    options={"use_bias": True, "reset_after": False},
    settable={
        "reset_after": ("linear_before_reset", {True: "1", False: "0"}),
        "recurrent_activation": (
            "activations",
            {"sigmoid": "[Sigmoid, Tanh]", "hard_sigmoid_0.2": "[HardSigmoid, Tanh]"},
        ),
    },
    layer="gru",
    object="GRU; reset_after is its attribute linear_before_reset",
    gate_names=("z", "r", "h"),
    vs_keras="transposed, Keras's order",
    pitfalls=(
        "linear_before_reset defaults to 0; Keras's and PyTorch's GRU need 1",
        "with linear_before_reset=0, Rb of h is outside the reset product, so the two halves of B add up",
    ),
    max_abs_error=2.2e-07,
    **COMMON,
)
RNN = Layout(
    cell="simple_rnn",
    gates=(),
    arrays=(
        Array("W", "kernel", "direction unit input"),
        Array("R", "recurrent_kernel", "direction unit hidden"),
        Array("B", "bias", "direction (part unit)", parts=BIASES, when={"use_bias": True}),
    ),
    options={"use_bias": True},
    settable={"activation": ("activations", {"tanh": "[Tanh]", "relu": "[Relu]"})},
    layer="rnn",
    object="RNN",
    vs_keras="transposed",
    max_abs_error=7e-07,
    **COMMON,
)

LAYOUTS = {layout.cell: layout for layout in (LSTM, GRU, RNN)}
