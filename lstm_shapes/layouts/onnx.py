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
    "forget_bias": 0.0,
    "verified": "run: onnxruntime",
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
    layer="lstm",
    wrapper="lstm",
    **COMMON,
)
GRU = Layout(
    cell="gru",
    gates=("update", "reset", "candidate"),
    arrays=(W, R, B),
    options={"use_bias": True},
    layer="gru",
    wrapper="gru",
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
    layer="rnn",
    wrapper="rnn",
    **COMMON,
)

LAYOUTS = {layout.cell: layout for layout in (LSTM, GRU, RNN)}
