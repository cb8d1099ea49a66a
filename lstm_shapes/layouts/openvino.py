"""OpenVINO: ONNX's axes, other gate orders, one bias."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


COMMON: dict[str, Any] = {
    "framework": "openvino",
    "path_two": "{array}",
    "directions": "axis 0, forward first (direction='bidirectional')",
    "stacking": "one op per level",
    "version": "2026.4.1",
    "verified": "run: OpenVINO 2026.4.1",
}

LSTM = Layout(
    cell="lstm",
    object="opset5 LSTMSequence",
    gates=("forget", "input", "cell", "output"),
    gate_names=("f", "i", "c", "o"),
    arrays=(
        Array("W", "kernel", "direction (gate unit) input"),
        Array("R", "recurrent_kernel", "direction (gate unit) hidden"),
        Array("B", "bias", "direction (gate unit)"),
    ),
    layer="lstm",
    bias_convention="one: the two ONNX halves are added up",
    vs_keras="transposed, forget gate first",
    pitfalls=("f comes first, unlike everywhere else",),
    max_abs_error=9.6e-08,
    source="OpenVINO opset documentation: LSTMSequence-5, 2026.4.1",
    **COMMON,
)
GRU = Layout(
    cell="gru",
    object="opset5 GRUSequence",
    gates=("update", "reset", "candidate"),
    gate_names=("z", "r", "h"),
    arrays=(
        Array("W", "kernel", "direction (gate unit) input"),
        Array("R", "recurrent_kernel", "direction (gate unit) hidden"),
        Array("B", "bias", "direction (gate unit)", when={"reset_after": False}),
        Array(
            "B",
            "bias",
            "direction (gate unit)",
            gates=("update", "reset", "candidate", "recurrent_candidate"),
            when={"reset_after": True},
        ),
    ),
    options={"reset_after": False},
    settable={"reset_after": ("linear_before_reset", {True: "True", False: "False"})},
    layer="gru",
    bias_convention="one",
    vs_keras="transposed; matches reset_after=False",
    pitfalls=("B is 4*units wide for a 3-gate cell",),
    max_abs_error=9.9e-08,
    source="OpenVINO opset documentation: GRUSequence-5, 2026.4.1",
    **COMMON,
)
SIMPLE_RNN = Layout(
    cell="simple_rnn",
    object="opset5 RNNSequence",
    gates=(),
    arrays=(
        Array("W", "kernel", "direction unit input"),
        Array("R", "recurrent_kernel", "direction unit hidden"),
        Array("B", "bias", "direction unit"),
    ),
    layer="simple_rnn",
    bias_convention="one",
    vs_keras="transposed",
    max_abs_error=8.6e-08,
    source="OpenVINO opset documentation: RNNSequence-5, 2026.4.1",
    **COMMON,
)

LAYOUTS = {"lstm": LSTM, "gru": GRU, "simple_rnn": SIMPLE_RNN}
