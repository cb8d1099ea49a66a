"""PaddlePaddle: stored as PyTorch's, except the projection."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


GATED = (
    Array("weight_ih", "kernel", "(gate unit) input"),
    Array("weight_hh", "recurrent_kernel", "(gate unit) hidden"),
    Array("bias_ih", "bias", "(gate unit)"),
    Array("bias_hh", "recurrent_bias", "(gate unit)"),
)

COMMON: dict[str, Any] = {
    "framework": "paddle",
    "bias_convention": "two",
    "version": "3.3.1",
    "verified": "run: PaddlePaddle 3.3.1",
}

LSTM = Layout(
    cell="lstm",
    object="paddle.nn.LSTM",
    gates=("input", "forget", "cell", "output"),
    gate_names=("i", "f", "g", "o"),
    arrays=GATED,
    layer="lstm",
    path="{array}_l{number}",
    path_two="{array}_l{number}{suffix}",
    suffix={"forward": "", "backward": "_reverse"},
    vs_keras="transposed, Keras's order, two biases",
    directions="name suffix _reverse, forward first",
    stacking="name index _l0, _l1, ...",
    pitfalls=(
        "default is batch-first (time_major=False), unlike PyTorch",
        "state_dict lists every array twice, as weight_ih_l0 and as 0.cell.weight_ih",
    ),
    max_abs_error=1.3e-07,
    source="paddle/nn/layer/rnn.py: LSTMCell, RNNBase, 3.3.1",
    **COMMON,
)
GRU = Layout(
    cell="gru",
    object="paddle.nn.GRU",
    gates=("reset", "update", "candidate"),
    gate_names=("r", "z", "c"),
    arrays=GATED,
    layer="gru",
    path="{array}_l{number}",
    path_two="{array}_l{number}{suffix}",
    suffix={"forward": "", "backward": "_reverse"},
    vs_keras="transposed, r before z",
    directions="name suffix _reverse, forward first",
    stacking="name index _l0, _l1, ...",
    max_abs_error=2e-07,
    source="paddle/nn/layer/rnn.py: GRUCell, 3.3.1",
    **COMMON,
)
SIMPLE_RNN = Layout(
    cell="simple_rnn",
    object="paddle.nn.SimpleRNN",
    gates=(),
    arrays=(
        Array("weight_ih", "kernel", "unit input"),
        Array("weight_hh", "recurrent_kernel", "unit hidden"),
        Array("bias_ih", "bias", "unit"),
        Array("bias_hh", "recurrent_bias", "unit"),
    ),
    layer="simple_rnn",
    path="{array}_l{number}",
    path_two="{array}_l{number}{suffix}",
    suffix={"forward": "", "backward": "_reverse"},
    vs_keras="transposed, two biases",
    directions="name suffix _reverse, forward first",
    stacking="name index _l0, _l1, ...",
    max_abs_error=2.9e-07,
    source="paddle/nn/layer/rnn.py, 3.3.1",
    **COMMON,
)
LSTM_CELL = Layout(
    cell="lstm",
    title="LSTMCell",
    object="paddle.nn.LSTMCell in paddle.nn.RNN",
    gates=("input", "forget", "cell", "output"),
    gate_names=("i", "f", "g", "o"),
    arrays=(
        Array("weight_ih", "kernel", "(gate unit) input"),
        Array("weight_hh", "recurrent_kernel", "(gate unit) hidden", when={"projection": False}),
        Array("weight_hh", "recurrent_kernel", "(gate unit) projection", when={"projection": True}),
        Array("bias_ih", "bias", "(gate unit)"),
        Array("bias_hh", "recurrent_bias", "(gate unit)"),
        Array("weight_ho", "projection", "unit projection", when={"projection": True}),
    ),
    options={"projection": None},
    layer="lstm_cell",
    vs_keras="Keras has no projection",
    directions="none in a cell",
    stacking="none in a cell",
    pitfalls=(
        (
            "weight_ho is (units, projection), not transposed, though everything else is; PyTorch's "
            "weight_hr is (projection, units)"
        ),
        (
            "LSTMCell(proj_size=P) fails without initial states: its state_shape gives h the "
            "width units and c the width projection"
        ),
    ),
    max_abs_error=8.7e-08,
    source="paddle/nn/layer/rnn.py: LSTMCell, 3.3.1",
    **COMMON,
)

LAYOUTS = {"lstm": LSTM, "gru": GRU, "simple_rnn": SIMPLE_RNN, "lstm_cell": LSTM_CELL}
