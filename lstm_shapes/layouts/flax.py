"""Flax linen (JAX): one array a gate, in the order in which the parameters are sorted."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


GATED = (
    Array("hf/bias", "recurrent_bias", "(gate unit)", gates=("forget",)),
    Array("hf/kernel", "recurrent_kernel", "hidden (gate unit)", gates=("forget",)),
    Array("hg/bias", "recurrent_bias", "(gate unit)", gates=("cell",)),
    Array("hg/kernel", "recurrent_kernel", "hidden (gate unit)", gates=("cell",)),
    Array("hi/bias", "recurrent_bias", "(gate unit)", gates=("input",)),
    Array("hi/kernel", "recurrent_kernel", "hidden (gate unit)", gates=("input",)),
    Array("ho/bias", "recurrent_bias", "(gate unit)", gates=("output",)),
    Array("ho/kernel", "recurrent_kernel", "hidden (gate unit)", gates=("output",)),
    Array("if/kernel", "kernel", "input (gate unit)", gates=("forget",)),
    Array("ig/kernel", "kernel", "input (gate unit)", gates=("cell",)),
    Array("ii/kernel", "kernel", "input (gate unit)", gates=("input",)),
    Array("io/kernel", "kernel", "input (gate unit)", gates=("output",)),
)

COMMON: dict[str, Any] = {
    "framework": "flax",
    "path_two": "{direction}_rnn/cell/{array}",
    "directions": "Bidirectional(forward_rnn, backward_rnn): two RNNs, outputs forward first; flattened parameters "
    "are sorted by name, so backward_rnn comes first",
    "stacking": "one RNN(cell) per level",
    "version": "0.12.8",
    "verified": "run: Flax 0.12.8",
}

LSTM = Layout(
    cell="lstm",
    object="flax.linen.LSTMCell",
    gates=("forget", "cell", "input", "output"),
    gate_names=("f", "g", "i", "o"),
    arrays=GATED,
    layer="lstm",
    bias_convention="one, on the recurrent side (hi/bias, ...); ii, if, ig, io have none",
    forget_bias_from="none: all biases start at 0",
    vs_keras="12 arrays, one per gate, not transposed",
    pitfalls=(
        "names are two letters, side then gate: 'if' is input-to-forget, 'hi' is hidden-to-input",
        "flattened parameters come sorted by name: hf, hg, hi, ho, if, ig, ii, io",
        "carry is (c, h), the reverse of Keras's [h, c]",
    ),
    max_abs_error=8.7e-08,
    source="flax/linen/recurrent.py: LSTMCell, 0.12.8",
    **COMMON,
)
OPTIMIZED_LSTM = Layout(
    cell="lstm",
    title="OptimizedLSTM",
    object="flax.linen.OptimizedLSTMCell",
    gates=("forget", "cell", "input", "output"),
    gate_names=("f", "g", "i", "o"),
    arrays=GATED,
    layer="optimized_lstm",
    bias_convention="one, on the recurrent side (hi/bias, ...); ii, if, ig, io have none",
    forget_bias_from="none: all biases start at 0",
    vs_keras="12 arrays, one per gate, not transposed",
    pitfalls=(
        "names are two letters, side then gate: 'if' is input-to-forget, 'hi' is hidden-to-input",
        "flattened parameters come sorted by name: hf, hg, hi, ho, if, ig, ii, io",
        "carry is (c, h), the reverse of Keras's [h, c]",
    ),
    max_abs_error=6e-08,
    source="flax/linen/recurrent.py: OptimizedLSTMCell, 0.12.8",
    **COMMON,
)
GRU = Layout(
    cell="gru",
    object="flax.linen.GRUCell",
    gates=("candidate", "reset", "update"),
    gate_names=("n", "r", "z"),
    arrays=(
        Array("hn/bias", "recurrent_bias", "(gate unit)", gates=("candidate",)),
        Array("hn/kernel", "recurrent_kernel", "hidden (gate unit)", gates=("candidate",)),
        Array("hr/kernel", "recurrent_kernel", "hidden (gate unit)", gates=("reset",)),
        Array("hz/kernel", "recurrent_kernel", "hidden (gate unit)", gates=("update",)),
        Array("in/bias", "bias", "(gate unit)", gates=("candidate",)),
        Array("in/kernel", "kernel", "input (gate unit)", gates=("candidate",)),
        Array("ir/bias", "bias", "(gate unit)", gates=("reset",)),
        Array("ir/kernel", "kernel", "input (gate unit)", gates=("reset",)),
        Array("iz/bias", "bias", "(gate unit)", gates=("update",)),
        Array("iz/kernel", "kernel", "input (gate unit)", gates=("update",)),
    ),
    layer="gru",
    bias_convention="one on the input side (ir, iz, in) and hn/bias for the candidate alone",
    vs_keras="10 arrays, one per gate, not transposed",
    pitfalls=("Keras bias[1] is [0, 0, hn/bias]",),
    max_abs_error=8e-08,
    source="flax/linen/recurrent.py: GRUCell, 0.12.8",
    **COMMON,
)
SIMPLE_RNN = Layout(
    cell="simple_rnn",
    object="flax.linen.SimpleCell",
    gates=(),
    arrays=(
        Array("h/kernel", "recurrent_kernel", "hidden unit"),
        Array("i/bias", "bias", "unit"),
        Array("i/kernel", "kernel", "input unit"),
    ),
    layer="simple_rnn",
    bias_convention="one, on the input side",
    vs_keras="same arrays, other names",
    pitfalls=("residual=True adds h inside the activation",),
    max_abs_error=2.3e-07,
    source="flax/linen/recurrent.py: SimpleCell, 0.12.8",
    **COMMON,
)
CONV_LSTM_2D = Layout(
    cell="lstm",
    title="ConvLSTM",
    object="flax.linen.ConvLSTMCell",
    gates=("input", "cell", "forget", "output"),
    gate_names=("i", "g", "f", "o"),
    arrays=(
        Array("hh/bias", "recurrent_bias", "(gate unit)"),
        Array("hh/kernel", "recurrent_kernel", "height width hidden (gate unit)"),
        Array("ih/bias", "bias", "(gate unit)"),
        Array("ih/kernel", "kernel", "height width input (gate unit)"),
    ),
    layer="conv_lstm_2d",
    equations={"forget_add": 1.0},
    bias_convention="two",
    forget_bias_from="added at run time: sigmoid(f + 1)",
    vs_keras="axes as Keras; order i, c, f, o; two biases",
    pitfalls=(
        (
            "the same library's LSTMCell is i, f, g, o without the 1; its ConvLSTMCell is i, g, f, o "
            "with it, and the docstring does not say"
        ),
    ),
    max_abs_error=2.9e-07,
    source="flax/linen/recurrent.py: ConvLSTMCell, 0.12.8",
    **COMMON,
)

LAYOUTS = {
    "lstm": LSTM,
    "optimized_lstm": OPTIMIZED_LSTM,
    "gru": GRU,
    "simple_rnn": SIMPLE_RNN,
    "conv_lstm_2d": CONV_LSTM_2D,
}
