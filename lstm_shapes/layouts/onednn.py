"""oneDNN (Intel): weights in the format `ldigo`, layers and directions first."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


GATED = (
    Array("weights_layer", "kernel", "one direction input gate unit"),
    Array("weights_iter", "recurrent_kernel", "one direction hidden gate unit"),
    Array("bias", "bias", "one direction gate unit"),
)

COMMON: dict[str, Any] = {
    "framework": "onednn",
    "path_two": "{array}",
    "directions": "axis 1",
    "version": "commit 3f27bec",
    "verified": "read: oneDNN commit 3f27bec",
    "source": "doc/functional_api/primitives/rnn.md, commit 3f27bec",
}

LSTM = Layout(
    cell="lstm",
    object="lstm_forward, weights in ldigo",
    gates=("input", "forget", "cell", "output"),
    gate_names=("i", "f", "c~", "o"),
    arrays=GATED,
    layer="lstm",
    bias_convention="one",
    vs_keras="Keras's memory order exactly: ldigo of one layer, one direction is (input_dim, 4*units)",
    stacking="axis 0 (only when all layers have one input size)",
    pitfalls=("optional weights_peephole (i, f, o) and weights_projection",),
    **COMMON,
)
GRU = Layout(
    cell="gru",
    object="gru_forward, weights in ldigo",
    gates=("update", "reset", "candidate"),
    gate_names=("u", "r", "o"),
    arrays=GATED,
    layer="gru",
    equations={"reset_after": False},
    bias_convention="one",
    vs_keras="Keras's memory order for reset_after=False",
    stacking="axis 0",
    pitfalls=(
        "its documentation gives the trick for the opposite update gate: multiply W_u, U_u and B_u by -1",
    ),
    **COMMON,
)
LBR_GRU = Layout(
    cell="gru",
    title="LBR GRU",
    object="lbr_gru_forward, weights in ldigo",
    gates=("update", "reset", "candidate"),
    gate_names=("u", "r", "o"),
    arrays=(
        Array("weights_layer", "kernel", "one direction input gate unit"),
        Array("weights_iter", "recurrent_kernel", "one direction hidden gate unit"),
        Array(
            "bias",
            "bias",
            "one direction gate unit",
            gates=("update", "reset", "candidate", "recurrent_candidate"),
        ),
    ),
    layer="lbr_gru",
    bias_convention="four blocks: u, r, o, u'",
    vs_keras="Keras's memory order; bias of 4 blocks",
    stacking="axis 0",
    pitfalls=("the fourth bias block is the candidate's recurrent bias, although it is called u'",),
    **COMMON,
)

LAYOUTS = {"lstm": LSTM, "gru": GRU, "lbr_gru": LBR_GRU}
