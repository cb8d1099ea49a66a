"""ncnn: the arrays of a `.bin` file, in its order."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


COMMON: dict[str, Any] = {
    "framework": "ncnn",
    "path_two": "{array}",
    "directions": "axis 0 (num_directions), forward first; direction 0 forward, 1 reverse, 2 both",
    "stacking": "one layer per level",
    "version": "1.0.20261020",
    "verified": "run: ncnn 1.0.20261020",
}

LSTM = Layout(
    cell="lstm",
    object="LSTM",
    gates=("input", "forget", "output", "cell"),
    gate_names=("I", "F", "O", "G"),
    arrays=(
        Array("weight_xc_data", "kernel", "direction (gate unit) input"),
        Array("bias_c_data", "bias", "direction gate unit"),
        Array("weight_hc_data", "recurrent_kernel", "direction (gate unit) hidden"),
    ),
    layer="lstm",
    bias_convention="one",
    vs_keras="transposed, candidate last",
    pitfalls=(
        "file order is input weights, bias, recurrent weights",
        "hidden_size param and weight_hr_data appear only with a projection",
    ),
    max_abs_error=1.7e-07,
    source="ncnn src/layer/lstm.cpp, 1.0.20261020",
    **COMMON,
)
GRU = Layout(
    cell="gru",
    object="GRU",
    gates=("reset", "update", "candidate"),
    gate_names=("R", "U", "N"),
    arrays=(
        Array("weight_xc_data", "kernel", "direction (gate unit) input"),
        Array(
            "bias_c_data",
            "bias",
            "direction gate unit",
            gates=("reset", "update", "candidate", "recurrent_candidate"),
        ),
        Array("weight_hc_data", "recurrent_kernel", "direction (gate unit) hidden"),
    ),
    layer="gru",
    bias_convention="four blocks: r, z, WN (candidate input side), BN (candidate recurrent side)",
    vs_keras="transposed, r before z",
    max_abs_error=1.4e-07,
    source="ncnn src/layer/gru.cpp, 1.0.20261020",
    **COMMON,
)

LAYOUTS = {"lstm": LSTM, "gru": GRU}
