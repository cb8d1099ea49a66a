"""Chainer: interleaved gates in `LSTM`, one array a gate elsewhere."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


COMMON: dict[str, Any] = {
    "framework": "chainer",
    "version": "7.8.1",
    "verified": "run: Chainer 7.8.1",
}

LSTM = Layout(
    cell="lstm",
    object="chainer.links.LSTM, StatelessLSTM",
    gates=("cell", "input", "forget", "output"),
    gate_names=("a", "i", "f", "o"),
    arrays=(
        Array("upward/W", "kernel", "(unit gate) input"),
        Array("upward/b", "bias", "(unit gate)"),
        Array("lateral/W", "recurrent_kernel", "(unit gate) hidden"),
    ),
    layer="lstm",
    forget_bias=1.0,
    bias_convention="one, on the input side",
    forget_bias_from="initial value only: forget_bias_init=1",
    vs_keras="transposed, and the gates are interleaved: unit-major",
    directions="none of its own: the caller runs a second cell over the reversed sequence",
    stacking="one link per level",
    pitfalls=(
        "row 4*u + g is unit u's gate g: reshape to (units, 4, input_dim), do not cut into four blocks",
    ),
    max_abs_error=6.7e-08,
    source="chainer/functions/rnn/lstm.py: _extract_gates; chainer/links/rnn/lstm.py, 7.8.1",
    **COMMON,
)
PEEPHOLE_LSTM = Layout(
    cell="lstm",
    title="StatefulPeepholeLSTM",
    object="chainer.links.StatefulPeepholeLSTM",
    gates=("cell", "input", "forget", "output"),
    gate_names=("a", "i", "f", "o"),
    arrays=(
        Array("upward/W", "kernel", "(unit gate) input"),
        Array("upward/b", "bias", "(unit gate)"),
        Array("lateral/W", "recurrent_kernel", "(unit gate) hidden"),
        Array("peep_i/W", "peephole", "(gate unit) state", gates=("input",)),
        Array("peep_f/W", "peephole", "(gate unit) state", gates=("forget",)),
        Array("peep_o/W", "peephole", "(gate unit) state", gates=("output",)),
    ),
    layer="peephole_lstm",
    bias_convention="one",
    vs_keras="Keras has no peepholes",
    directions="none of its own: the caller runs a second cell over the reversed sequence",
    stacking="one link per level",
    pitfalls=("peepholes are full (units, units) matrices, not diagonals as everywhere else",),
    max_abs_error=7.3e-08,
    source="chainer/links/rnn/peephole.py, 7.8.1",
    **COMMON,
)
GRU = Layout(
    cell="gru",
    object="chainer.links.StatelessGRU, StatefulGRU",
    gates=("reset", "update", "candidate"),
    gate_names=("r", "z", "candidate"),
    arrays=(
        Array("W_r/W", "kernel", "(gate unit) input", gates=("reset",)),
        Array("W_r/b", "bias", "(gate unit)", gates=("reset",)),
        Array("U_r/W", "recurrent_kernel", "(gate unit) hidden", gates=("reset",)),
        Array("U_r/b", "recurrent_bias", "(gate unit)", gates=("reset",)),
        Array("W_z/W", "kernel", "(gate unit) input", gates=("update",)),
        Array("W_z/b", "bias", "(gate unit)", gates=("update",)),
        Array("U_z/W", "recurrent_kernel", "(gate unit) hidden", gates=("update",)),
        Array("U_z/b", "recurrent_bias", "(gate unit)", gates=("update",)),
        Array("W/W", "kernel", "(gate unit) input", gates=("candidate",)),
        Array("W/b", "bias", "(gate unit)", gates=("candidate",)),
        Array("U/W", "recurrent_kernel", "(gate unit) hidden", gates=("candidate",)),
        Array("U/b", "recurrent_bias", "(gate unit)", gates=("candidate",)),
    ),
    layer="gru",
    equations={"reset_after": False, "update": "take"},
    bias_convention="two",
    vs_keras="12 arrays, transposed; the update gate means the opposite",
    directions="none of its own: the caller runs a second cell over the reversed sequence",
    stacking="one link per level",
    pitfalls=(
        "h' = (1 - z)*h + z*candidate here, but NStepGRU of the same library has (1 - z)*candidate + z*h",
        (
            "StatefulGRU skips U_z, U_r and U, biases included, on the first step when no state is set;"
            " StatelessGRU with h=0 adds those biases, so the two differ whenever they are not 0"
        ),
    ),
    max_abs_error=8.6e-08,
    source="chainer/links/rnn/gru.py, 7.8.1",
    **COMMON,
)
N_STEP_LSTM = Layout(
    cell="lstm",
    title="NStepLSTM",
    object="chainer.links.NStepLSTM",
    gates=("input", "forget", "cell", "output"),
    gate_names=("w0, w4", "w1, w5", "w2, w6", "w3, w7"),
    arrays=(
        Array("w0", "kernel", "(gate unit) input", gates=("input",)),
        Array("w1", "kernel", "(gate unit) input", gates=("forget",)),
        Array("w2", "kernel", "(gate unit) input", gates=("cell",)),
        Array("w3", "kernel", "(gate unit) input", gates=("output",)),
        Array("w4", "recurrent_kernel", "(gate unit) hidden", gates=("input",)),
        Array("w5", "recurrent_kernel", "(gate unit) hidden", gates=("forget",)),
        Array("w6", "recurrent_kernel", "(gate unit) hidden", gates=("cell",)),
        Array("w7", "recurrent_kernel", "(gate unit) hidden", gates=("output",)),
        Array("b0", "bias", "(gate unit)", gates=("input",)),
        Array("b1", "bias", "(gate unit)", gates=("forget",)),
        Array("b2", "bias", "(gate unit)", gates=("cell",)),
        Array("b3", "bias", "(gate unit)", gates=("output",)),
        Array("b4", "recurrent_bias", "(gate unit)", gates=("input",)),
        Array("b5", "recurrent_bias", "(gate unit)", gates=("forget",)),
        Array("b6", "recurrent_bias", "(gate unit)", gates=("cell",)),
        Array("b7", "recurrent_bias", "(gate unit)", gates=("output",)),
    ),
    layer="n_step_lstm",
    path="{number}/{array}",
    path_two="{place}/{array}",
    bias_convention="two",
    vs_keras="16 arrays, transposed, cuDNN's order",
    directions="child links 2*layer (forward) and 2*layer+1 (backward) in NStepBiLSTM",
    stacking="child links 0, 1, ...",
    pitfalls=(
        (
            "n_step_lstm's docstring gives w2 to the output gate and w3 to the candidate; the code has "
            "them the other way round"
        ),
        "links.LSTM of the same library is a, i, f, o and interleaved",
    ),
    max_abs_error=1.2e-07,
    source="chainer/functions/rnn/n_step_lstm.py; chainer/links/rnn/n_step_rnn.py, 7.8.1",
    **COMMON,
)
N_STEP_GRU = Layout(
    cell="gru",
    title="NStepGRU",
    object="chainer.links.NStepGRU",
    gates=("reset", "update", "candidate"),
    gate_names=("w0, w3", "w1, w4", "w2, w5"),
    arrays=(
        Array("w0", "kernel", "(gate unit) input", gates=("reset",)),
        Array("w1", "kernel", "(gate unit) input", gates=("update",)),
        Array("w2", "kernel", "(gate unit) input", gates=("candidate",)),
        Array("w3", "recurrent_kernel", "(gate unit) hidden", gates=("reset",)),
        Array("w4", "recurrent_kernel", "(gate unit) hidden", gates=("update",)),
        Array("w5", "recurrent_kernel", "(gate unit) hidden", gates=("candidate",)),
        Array("b0", "bias", "(gate unit)", gates=("reset",)),
        Array("b1", "bias", "(gate unit)", gates=("update",)),
        Array("b2", "bias", "(gate unit)", gates=("candidate",)),
        Array("b3", "recurrent_bias", "(gate unit)", gates=("reset",)),
        Array("b4", "recurrent_bias", "(gate unit)", gates=("update",)),
        Array("b5", "recurrent_bias", "(gate unit)", gates=("candidate",)),
    ),
    layer="n_step_gru",
    path="{number}/{array}",
    path_two="{place}/{array}",
    bias_convention="two",
    vs_keras="12 arrays, transposed, r before z",
    directions="child links, as NStepLSTM",
    stacking="child links 0, 1, ...",
    max_abs_error=1.2e-07,
    source="chainer/functions/rnn/n_step_gru.py, 7.8.1",
    **COMMON,
)

LAYOUTS = {
    "lstm": LSTM,
    "peephole_lstm": PEEPHOLE_LSTM,
    "gru": GRU,
    "n_step_lstm": N_STEP_LSTM,
    "n_step_gru": N_STEP_GRU,
}
