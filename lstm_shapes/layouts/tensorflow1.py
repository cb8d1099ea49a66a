"""TensorFlow 1: the cells of `tf.nn.rnn_cell` and the fused operators.  Input and state share one kernel."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


GATED = (
    Array("w", "joint_kernel", "input+hidden (gate unit)"),
    Array("wci", "peephole", "(gate unit)", gates=("input",)),
    Array("wcf", "peephole", "(gate unit)", gates=("forget",)),
    Array("wco", "peephole", "(gate unit)", gates=("output",)),
    Array("b", "bias", "(gate unit)"),
)

COMMON: dict[str, Any] = {
    "framework": "tensorflow1",
    "version": "2.21.0",
    "verified": "run: TensorFlow 2.21.0",
}

BASIC_LSTM = Layout(
    cell="lstm",
    title="BasicLSTMCell",
    object="tf.compat.v1.nn.rnn_cell.BasicLSTMCell",
    gates=("input", "cell", "forget", "output"),
    gate_names=("i", "j", "f", "o"),
    arrays=(
        Array("kernel", "joint_kernel", "input+hidden (gate unit)"),
        Array("bias", "bias", "(gate unit)"),
    ),
    layer="basic_lstm_cell",
    path_two="{suffix}/{array}",
    suffix={"forward": "fw", "backward": "bw"},
    equations={"forget_add": 1.0},
    bias_convention="one",
    forget_bias_from="added at run time: forget_bias=1.0 by default; the stored bias starts at 0",
    vs_keras="kernel and recurrent_kernel in one array, inputs first; order differs",
    directions="bidirectional_dynamic_rnn: variable scopes .../fw/... and .../bw/...",
    stacking="MultiRNNCell: scopes cell_0, cell_1, ...",
    pitfalls=(
        "add forget_bias to bias[2*units:3*units] when converting, or the forget gate is off by it",
        "one kernel of input_dim + units rows: the first input_dim see the input, the rest see the state",
        "a state is the tuple (c, h), the reverse of Keras's [h, c]",
    ),
    max_abs_error=1.2e-07,
    source="tf_keras/src/layers/rnn/legacy_cells.py: BasicLSTMCell.call, 2.21.0",
    **COMMON,
)
LSTM = Layout(
    cell="lstm",
    title="LSTMCell",
    object="tf.compat.v1.nn.rnn_cell.LSTMCell",
    gates=("input", "cell", "forget", "output"),
    gate_names=("i", "j", "f", "o"),
    arrays=(
        Array("kernel", "joint_kernel", "input+hidden (gate unit)", when={"projection": False}),
        Array("kernel", "joint_kernel", "input+projection (gate unit)", when={"projection": True}),
        Array("bias", "bias", "(gate unit)"),
        Array("w_f_diag", "peephole", "(gate unit)", gates=("forget",), when={"peephole": True}),
        Array("w_i_diag", "peephole", "(gate unit)", gates=("input",), when={"peephole": True}),
        Array("w_o_diag", "peephole", "(gate unit)", gates=("output",), when={"peephole": True}),
        Array("projection/kernel", "projection", "unit projection", when={"projection": True}),
    ),
    options={"peephole": False, "projection": None},
    layer="lstm_cell",
    path_two="{suffix}/{array}",
    suffix={"forward": "fw", "backward": "bw"},
    equations={"forget_add": 1.0},
    bias_convention="one",
    forget_bias_from="added at run time: forget_bias=1.0 by default",
    vs_keras="joint kernel, other order, and parts Keras has no place for",
    directions="bidirectional_dynamic_rnn: scopes fw and bw",
    stacking="MultiRNNCell: scopes cell_0, cell_1, ...",
    pitfalls=(
        "w_f_diag and w_i_diag see the old cell state, w_o_diag the new one",
        "cell_clip, proj_clip: off by default",
    ),
    max_abs_error=1.9e-07,
    source="tf_keras/src/layers/rnn/legacy_cells.py: LSTMCell.call, 2.21.0",
    **COMMON,
)
GRU = Layout(
    cell="gru",
    object="tf.compat.v1.nn.rnn_cell.GRUCell",
    gates=("reset", "update", "candidate"),
    gate_names=("r", "u", "c"),
    arrays=(
        Array("gates/kernel", "joint_kernel", "input+hidden (gate unit)", gates=("reset", "update")),
        Array("gates/bias", "bias", "(gate unit)", gates=("reset", "update")),
        Array("candidate/kernel", "joint_kernel", "input+hidden (gate unit)", gates=("candidate",)),
        Array("candidate/bias", "bias", "(gate unit)", gates=("candidate",)),
    ),
    layer="gru_cell",
    path_two="{suffix}/{array}",
    suffix={"forward": "fw", "backward": "bw"},
    equations={"reset_after": False},
    bias_convention="one, in two arrays",
    forget_bias_from="none added; gates/bias starts at 1, candidate/bias at 0",
    vs_keras="four arrays, r before z, reset before the product",
    directions="bidirectional_dynamic_rnn: scopes fw and bw",
    stacking="MultiRNNCell: scopes cell_0, cell_1, ...",
    pitfalls=("converts to GRU(reset_after=False) only",),
    max_abs_error=1.2e-07,
    source="tf_keras/src/layers/rnn/legacy_cells.py: GRUCell.call, 2.21.0",
    **COMMON,
)
SIMPLE_RNN = Layout(
    cell="simple_rnn",
    object="tf.compat.v1.nn.rnn_cell.BasicRNNCell",
    gates=(),
    arrays=(
        Array("kernel", "joint_kernel", "input+hidden unit"),
        Array("bias", "bias", "unit"),
    ),
    layer="basic_rnn_cell",
    path_two="{suffix}/{array}",
    suffix={"forward": "fw", "backward": "bw"},
    bias_convention="one",
    vs_keras="joint kernel",
    directions="bidirectional_dynamic_rnn: scopes fw and bw",
    stacking="MultiRNNCell",
    max_abs_error=6.4e-08,
    source="tf_keras/src/layers/rnn/legacy_cells.py: BasicRNNCell.call, 2.21.0",
    **COMMON,
)
BLOCK_LSTM = Layout(
    cell="lstm",
    title="BlockLSTM",
    object="tf.raw_ops.BlockLSTM",
    gates=("input", "cell", "forget", "output"),
    gate_names=("i", "ci", "f", "o"),
    arrays=GATED,
    layer="block_lstm",
    equations={"forget_add": 1.0},
    bias_convention="one",
    forget_bias_from="added at run time: attribute forget_bias=1",
    vs_keras="joint kernel, order i, c, f, o",
    directions="none of its own: the caller runs a second cell over the reversed sequence",
    stacking="none",
    pitfalls=(
        "cell_clip defaults to 3; any value <= 0 turns it off",
        "LSTMBlockCell's documentation writes [i, f, ci, o] = xh*w + b; the op is [i, ci, f, o]",
    ),
    max_abs_error=1e-07,
    source="tensorflow/core/kernels/rnn/lstm_ops.cc; tensorflow/core/ops/rnn_ops.cc, 2.21.0",
    **COMMON,
)
BLOCK_LSTM_V2 = Layout(
    cell="lstm",
    title="BlockLSTMV2",
    object="tf.raw_ops.BlockLSTMV2",
    gates=("input", "forget", "cell", "output"),
    gate_names=("i", "f", "ci", "o"),
    arrays=GATED,
    layer="block_lstm_v2",
    bias_convention="one",
    forget_bias_from="none: V2 has no forget_bias attribute",
    vs_keras="joint kernel, Keras's order",
    directions="none of its own: the caller runs a second cell over the reversed sequence",
    stacking="none",
    pitfalls=(
        "V2 changed the gate order: BlockLSTM and LSTMBlockCell are i, c, f, o, BlockLSTMV2 is i, f, c, o",
        "cell_clip defaults to 0 (off) here, to 3 in the other two",
    ),
    max_abs_error=1e-07,
    source="tensorflow/core/kernels/rnn/lstm_ops.cc (gate_layout ICFO / IFCO), 2.21.0",
    **COMMON,
)
BLOCK_GRU = Layout(
    cell="gru",
    title="GRUBlockCell",
    object="tf.raw_ops.GRUBlockCell",
    gates=("reset", "update", "candidate"),
    gate_names=("r", "u", "c"),
    arrays=(
        Array("w_ru", "joint_kernel", "input+hidden (gate unit)", gates=("reset", "update")),
        Array("w_c", "joint_kernel", "input+hidden (gate unit)", gates=("candidate",)),
        Array("b_ru", "bias", "(gate unit)", gates=("reset", "update")),
        Array("b_c", "bias", "(gate unit)", gates=("candidate",)),
    ),
    layer="block_gru",
    equations={"reset_after": False},
    bias_convention="one, in two arrays",
    vs_keras="as GRUCell",
    directions="none of its own: the caller runs a second cell over the reversed sequence",
    stacking="none",
    max_abs_error=2e-07,
    source="tensorflow/core/ops/rnn_ops.cc: GRUBlockCell, 2.21.0",
    **COMMON,
)

LAYOUTS = {
    "basic_lstm": BASIC_LSTM,
    "lstm": LSTM,
    "gru": GRU,
    "simple_rnn": SIMPLE_RNN,
    "block_lstm": BLOCK_LSTM,
    "block_lstm_v2": BLOCK_LSTM_V2,
    "block_gru": BLOCK_GRU,
}
