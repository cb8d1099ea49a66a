"""MLX (Apple): PyTorch's axes, with one bias."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


COMMON: dict[str, Any] = {
    "framework": "mlx",
    "options": {"use_bias": True},
    "directions": "none of its own: the caller runs a second cell over the reversed sequence",
    "stacking": "one layer object per level",
    "version": "0.32.4",
    "verified": "run: MLX 0.32.4",
}

LSTM = Layout(
    cell="lstm",
    object="mlx.nn.LSTM",
    gates=("input", "forget", "cell", "output"),
    gate_names=("i", "f", "g", "o"),
    arrays=(
        Array("Wx", "kernel", "(gate unit) input"),
        Array("Wh", "recurrent_kernel", "(gate unit) hidden"),
        Array("bias", "bias", "(gate unit)", when={"use_bias": True}),
    ),
    layer="lstm",
    bias_convention="one",
    vs_keras="transposed, Keras's order",
    pitfalls=("returns both full sequences, h and c",),
    max_abs_error=5.8e-08,
    source="mlx/nn/layers/recurrent.py: LSTM, 0.32.4",
    **COMMON,
)
GRU = Layout(
    cell="gru",
    object="mlx.nn.GRU",
    gates=("reset", "update", "candidate"),
    gate_names=("r", "z", "n"),
    arrays=(
        Array("Wx", "kernel", "(gate unit) input"),
        Array("Wh", "recurrent_kernel", "(gate unit) hidden"),
        Array("b", "bias", "(gate unit)", when={"use_bias": True}),
        Array("bhn", "recurrent_bias", "(gate unit)", gates=("candidate",), when={"use_bias": True}),
    ),
    layer="gru",
    bias_convention="one plus bhn for the candidate's recurrent side",
    vs_keras="transposed, r before z",
    pitfalls=("the bias is called b here and bias in LSTM and RNN",),
    max_abs_error=9.1e-08,
    source="mlx/nn/layers/recurrent.py: GRU, 0.32.4",
    **COMMON,
)
SIMPLE_RNN = Layout(
    cell="simple_rnn",
    object="mlx.nn.RNN",
    gates=(),
    arrays=(
        Array("Wxh", "kernel", "unit input"),
        Array("Whh", "recurrent_kernel", "unit hidden"),
        Array("bias", "bias", "unit", when={"use_bias": True}),
    ),
    layer="simple_rnn",
    bias_convention="one",
    vs_keras="transposed",
    max_abs_error=1.7e-07,
    source="mlx/nn/layers/recurrent.py: RNN, 0.32.4",
    **COMMON,
)

LAYOUTS = {"lstm": LSTM, "gru": GRU, "simple_rnn": SIMPLE_RNN}
