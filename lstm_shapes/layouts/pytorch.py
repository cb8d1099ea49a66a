"""PyTorch: `nn.LSTM`, `nn.GRU`, `nn.RNN` and their cells.  Gates come first: Keras's arrays, transposed."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


BIAS = {"use_bias": True}
GATED = (
    Array("weight_ih", "kernel", "(gate unit) input"),
    Array("weight_hh", "recurrent_kernel", "(gate unit) hidden", when={"projection": False}),
    Array("weight_hh", "recurrent_kernel", "(gate unit) projection", when={"projection": True}),
    Array("bias_ih", "bias", "(gate unit)", when=BIAS),
    Array("bias_hh", "recurrent_bias", "(gate unit)", when=BIAS),
)
COMMON: dict[str, Any] = {
    "framework": "pytorch",
    "path": "{array}_l{number}",
    "path_two": "{array}_l{number}{suffix}",
    "suffix": {"forward": "", "backward": "_reverse"},
    "forget_bias": 0.0,
    "verified": "run: PyTorch 2.13.0",
    "source": "torch/nn/modules/rnn.py, RNNBase.__init__ and the formulas of each class, PyTorch 2.13.0",
}

LSTM = Layout(
    cell="lstm",
    gates=("input", "forget", "cell", "output"),
    arrays=(*GATED, Array("weight_hr", "projection", "projection unit", when={"projection": True})),
    options={"use_bias": True, "projection": None},
    layer="lstm",
    wrapper="lstm",
    **COMMON,
)
GRU = Layout(
    cell="gru",
    gates=("reset", "update", "candidate"),
    arrays=tuple(array for array in GATED if not array.when.get("projection")),
    options={"use_bias": True},
    layer="gru",
    wrapper="gru",
    **COMMON,
)
RNN = Layout(
    cell="simple_rnn",
    gates=(),
    arrays=(
        Array("weight_ih", "kernel", "unit input"),
        Array("weight_hh", "recurrent_kernel", "unit hidden"),
        Array("bias_ih", "bias", "unit", when=BIAS),
        Array("bias_hh", "recurrent_bias", "unit", when=BIAS),
    ),
    options={"use_bias": True},
    layer="rnn",
    wrapper="rnn",
    **COMMON,
)

LAYOUTS = {layout.cell: layout for layout in (LSTM, GRU, RNN)}
