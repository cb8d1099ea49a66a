"""Flax nnx (JAX): the cells of linen, some of them stored otherwise."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


COMMON: dict[str, Any] = {
    "framework": "nnx",
    "path_two": "{direction}_rnn.cell.{array}",
    "directions": "Bidirectional(forward_rnn, backward_rnn): two RNNs, outputs forward first; flattened parameters "
    "are sorted by name, so backward_rnn comes first",
    "stacking": "one RNN(cell) per level",
    "version": "0.12.8",
    "verified": "run: Flax 0.12.8",
}

LSTM = Layout(
    cell="lstm",
    object="flax.nnx.LSTMCell",
    gates=("forget", "cell", "input", "output"),
    gate_names=("f", "g", "i", "o"),
    arrays=(
        Array("hf.bias", "recurrent_bias", "(gate unit)", gates=("forget",)),
        Array("hf.kernel", "recurrent_kernel", "hidden (gate unit)", gates=("forget",)),
        Array("hg.bias", "recurrent_bias", "(gate unit)", gates=("cell",)),
        Array("hg.kernel", "recurrent_kernel", "hidden (gate unit)", gates=("cell",)),
        Array("hi.bias", "recurrent_bias", "(gate unit)", gates=("input",)),
        Array("hi.kernel", "recurrent_kernel", "hidden (gate unit)", gates=("input",)),
        Array("ho.bias", "recurrent_bias", "(gate unit)", gates=("output",)),
        Array("ho.kernel", "recurrent_kernel", "hidden (gate unit)", gates=("output",)),
        Array("if_.kernel", "kernel", "input (gate unit)", gates=("forget",)),
        Array("ig.kernel", "kernel", "input (gate unit)", gates=("cell",)),
        Array("ii.kernel", "kernel", "input (gate unit)", gates=("input",)),
        Array("io.kernel", "kernel", "input (gate unit)", gates=("output",)),
    ),
    layer="lstm",
    bias_convention="one, on the recurrent side",
    vs_keras="12 arrays, not transposed",
    pitfalls=("the attribute is if_, because if is a keyword; linen's is 'if'",),
    max_abs_error=2.1e-07,
    source="flax/nnx/nn/recurrent.py: LSTMCell, 0.12.8",
    **COMMON,
)
OPTIMIZED_LSTM = Layout(
    cell="lstm",
    title="OptimizedLSTM",
    object="flax.nnx.OptimizedLSTMCell",
    gates=("input", "forget", "cell", "output"),
    gate_names=("i", "f", "g", "o"),
    arrays=(
        Array("dense_h.bias", "recurrent_bias", "(gate unit)"),
        Array("dense_h.kernel", "recurrent_kernel", "hidden (gate unit)"),
        Array("dense_i.kernel", "kernel", "input (gate unit)"),
    ),
    layer="optimized_lstm",
    bias_convention="one, on the recurrent side",
    vs_keras="Keras's layout exactly, under other names",
    pitfalls=(
        "linen's class of the same name has 12 arrays; this one has 3, so linen checkpoints do not load",
    ),
    max_abs_error=1.1e-07,
    source="flax/nnx/nn/recurrent.py: OptimizedLSTMCell, 0.12.8",
    **COMMON,
)
GRU = Layout(
    cell="gru",
    object="flax.nnx.GRUCell",
    gates=("reset", "update", "candidate"),
    gate_names=("r", "z", "n"),
    arrays=(
        Array("dense_h.kernel", "recurrent_kernel", "hidden (gate unit)"),
        Array("dense_i.bias", "bias", "(gate unit)"),
        Array("dense_i.kernel", "kernel", "input (gate unit)"),
    ),
    layer="gru",
    bias_convention="one, on the input side",
    vs_keras="Keras's axes, r before z, no recurrent bias",
    pitfalls=(
        (
            "the docstring's equation has b_hn, as in linen; the class has no such parameter, so a "
            "linen, Keras or PyTorch GRU whose candidate has a recurrent bias cannot be carried over "
            "exactly"
        ),
    ),
    max_abs_error=1.1e-07,
    source="flax/nnx/nn/recurrent.py: GRUCell, 0.12.8",
    **COMMON,
)
SIMPLE_RNN = Layout(
    cell="simple_rnn",
    object="flax.nnx.SimpleCell",
    gates=(),
    arrays=(
        Array("dense_h.kernel", "recurrent_kernel", "hidden unit"),
        Array("dense_i.bias", "bias", "unit"),
        Array("dense_i.kernel", "kernel", "input unit"),
    ),
    layer="simple_rnn",
    bias_convention="one",
    vs_keras="same arrays, other names",
    max_abs_error=1.3e-07,
    source="flax/nnx/nn/recurrent.py: SimpleCell, 0.12.8",
    **COMMON,
)

LAYOUTS = {"lstm": LSTM, "optimized_lstm": OPTIMIZED_LSTM, "gru": GRU, "simple_rnn": SIMPLE_RNN}
