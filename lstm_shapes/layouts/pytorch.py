"""PyTorch: `nn.LSTM`, `nn.GRU`, `nn.RNN` and their cells.  Gates come first: Keras's arrays, transposed."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


BIAS = {"use_bias": True}
KERNEL = Array("weight_ih", "kernel", "(gate unit) input")
BIASES = (
    Array("bias_ih", "bias", "(gate unit)", when=BIAS),
    Array("bias_hh", "recurrent_bias", "(gate unit)", when=BIAS),
)
COMMON: dict[str, Any] = {
    "framework": "pytorch",
    "path": "{array}_l{number}",
    "path_two": "{array}_l{number}{suffix}",
    "suffix": {"forward": "", "backward": "_reverse"},
    "version": "2.13.0",
    "verified": "run: PyTorch 2.13.0",
    "directions": "suffix _reverse, forward first; output features: forward, then backward",
    "stacking": "_l0, _l1, ...: layer outermost, then direction, then weight_ih, weight_hh, bias_ih, bias_hh(, weight_hr)",
    "source": "torch/nn/modules/rnn.py, RNNBase.__init__ and the formulas of each class, PyTorch 2.13.0",
}

LSTM = Layout(
    cell="lstm",
    gates=("input", "forget", "cell", "output"),
    arrays=(
        KERNEL,
        Array("weight_hh", "recurrent_kernel", "(gate unit) hidden", when={"projection": False}),
        Array("weight_hh", "recurrent_kernel", "(gate unit) projection", when={"projection": True}),
        *BIASES,
        Array("weight_hr", "projection", "projection unit", when={"projection": True}),
    ),
    options={"use_bias": True, "projection": None},
    layer="lstm",
    object="torch.nn.LSTM (LSTMCell: the same without _l0)",
    gate_names=("i", "f", "g", "o"),
    bias_convention="two, both always added",
    forget_bias_from="none: both biases start uniform in ±1/sqrt(units); nothing is added at run time",
    vs_keras="transposed; same order; two biases to add up; a projection, which Keras has not",
    pitfalls=(
        "Keras's bias is bias_ih + bias_hh; the other way, put it in one and zero the other",
        "the input is time-major by default (time, batch, input_dim): batch_first=False",
        "h_n and c_n are (layers*directions, batch, units), layer-major",
        "with proj_size, weight_hh is (4*units, proj_size), weight_hr has no bias, h_n is proj_size wide, c_n is not",
    ),
    max_abs_error=1.2e-07,
    **COMMON,
)
GRU = Layout(
    cell="gru",
    gates=("reset", "update", "candidate"),
    arrays=(KERNEL, Array("weight_hh", "recurrent_kernel", "(gate unit) hidden"), *BIASES),
    options={"use_bias": True},
    layer="gru",
    object="torch.nn.GRU (GRUCell: the same without _l0)",
    gate_names=("r", "z", "n"),
    bias_convention="two, kept apart",
    vs_keras="transposed, and r before z; Keras's equivalent is reset_after=True",
    pitfalls=(
        "to Keras: swap the first two blocks of all four arrays",
        "do not add the two biases up: bias_hh[2*units:] sits inside the reset product",
    ),
    max_abs_error=1.4e-07,
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
    settable={"activation": ("nonlinearity", {"tanh": "'tanh'", "relu": "'relu'"})},
    layer="rnn",
    object="torch.nn.RNN (RNNCell: the same without _l0)",
    bias_convention="two",
    vs_keras="transposed, two biases",
    max_abs_error=2.3e-07,
    **COMMON,
)

LAYOUTS = {layout.cell: layout for layout in (LSTM, GRU, RNN)}
