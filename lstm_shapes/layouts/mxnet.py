"""MXNet Gluon: PyTorch's arrays, named from the left."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


GATED = (
    Array("i2h_weight", "kernel", "(gate unit) input"),
    Array("h2h_weight", "recurrent_kernel", "(gate unit) hidden"),
    Array("i2h_bias", "bias", "(gate unit)"),
    Array("h2h_bias", "recurrent_bias", "(gate unit)"),
)

COMMON: dict[str, Any] = {
    "framework": "mxnet",
    "path": "l{number}_{array}",
    "path_two": "{suffix}{number}_{array}",
    "suffix": {"forward": "l", "backward": "r"},
    "bias_convention": "two",
    "directions": "name prefix l (left to right) or r; forward first",
    "stacking": (
        "number in the name: l0_, l1_, ...; the fused op's flat vector holds all weights first "
        "(layer, direction, i2h, h2h), then all biases"
    ),
    "version": "1.9.1",
    "verified": "run: MXNet Gluon 1.9.1",
}

LSTM = Layout(
    cell="lstm",
    object="mxnet.gluon.rnn.LSTM",
    gates=("input", "forget", "cell", "output"),
    gate_names=("i", "f", "c", "o"),
    arrays=GATED,
    layer="lstm",
    forget_bias_from="none by default; mx.init.LSTMBias writes 1 into the forget block when asked",
    vs_keras="transposed, Keras's order, two biases",
    pitfalls=("layout='TNC' by default",),
    max_abs_error=7.2e-08,
    source="mxnet/gluon/rnn/rnn_layer.py, rnn_cell.py: LSTMCell, 1.9.1",
    **COMMON,
)
GRU = Layout(
    cell="gru",
    object="mxnet.gluon.rnn.GRU",
    gates=("reset", "update", "candidate"),
    gate_names=("r", "z", "o"),
    arrays=GATED,
    layer="gru",
    vs_keras="transposed, r before z",
    max_abs_error=1.8e-07,
    source="mxnet/gluon/rnn/rnn_cell.py: GRUCell, 1.9.1",
    **COMMON,
)
SIMPLE_RNN = Layout(
    cell="simple_rnn",
    object="mxnet.gluon.rnn.RNN(activation='tanh')",
    gates=(),
    arrays=(
        Array("i2h_weight", "kernel", "unit input"),
        Array("h2h_weight", "recurrent_kernel", "unit hidden"),
        Array("i2h_bias", "bias", "unit"),
        Array("h2h_bias", "recurrent_bias", "unit"),
    ),
    layer="simple_rnn",
    vs_keras="transposed, two biases",
    pitfalls=("default activation is relu",),
    max_abs_error=2.3e-07,
    source="mxnet/gluon/rnn/rnn_layer.py, 1.9.1",
    **COMMON,
)

LAYOUTS = {"lstm": LSTM, "gru": GRU, "simple_rnn": SIMPLE_RNN}
