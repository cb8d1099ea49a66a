"""NNabla: gates have an axis of their own; input and state share one kernel."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


COMMON: dict[str, Any] = {
    "framework": "nnabla",
    "path_two": "{array}",
    "vs_keras": "gates on their own axis, joint and transposed",
    "directions": "axis of 2, forward first",
    "stacking": "layer 0 in weight_l0, the rest in weight (layers - 1, directions, ...)",
    "version": "1.39.0",
    "verified": "run: NNabla 1.39.0",
}

LSTM = Layout(
    cell="lstm",
    object="nnabla.parametric_functions.lstm",
    gates=("input", "forget", "cell", "output"),
    gate_names=("i", "f", "candidate", "o"),
    arrays=(
        Array("weight_l0", "joint_kernel", "direction gate unit input+hidden"),
        Array("bias", "bias", "one direction gate unit"),
    ),
    layer="lstm",
    bias_convention="one",
    pitfalls=("the docstring writes the equations in the order f, i, o, c, which is not the storage order",),
    max_abs_error=9.9e-08,
    source="nnabla/parametric_functions.py: lstm, 1.39.0",
    **COMMON,
)
GRU = Layout(
    cell="gru",
    object="nnabla.parametric_functions.gru",
    gates=("reset", "update", "candidate"),
    gate_names=("r", "z", "n"),
    arrays=(
        Array("weight_l0", "joint_kernel", "direction gate unit input+hidden"),
        Array(
            "bias",
            "bias",
            "one direction gate unit",
            gates=("reset", "update", "candidate", "recurrent_candidate"),
        ),
    ),
    layer="gru",
    bias_convention="four blocks: r, z, candidate input side, candidate recurrent side",
    max_abs_error=7.6e-08,
    source="nnabla/parametric_functions.py: gru, 1.39.0",
    **COMMON,
)

LAYOUTS = {"lstm": LSTM, "gru": GRU}
