"""Equinox (JAX): PyTorch's names and axes, with one bias."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


COMMON: dict[str, Any] = {
    "framework": "equinox",
    "options": {"use_bias": True},
    "directions": "none of its own: the caller runs a second cell over the reversed sequence",
    "stacking": "one cell per level",
    "version": "0.13.8",
    "verified": "run: Equinox 0.13.8",
}

LSTM = Layout(
    cell="lstm",
    object="equinox.nn.LSTMCell",
    gates=("input", "forget", "cell", "output"),
    gate_names=("i", "f", "g", "o"),
    arrays=(
        Array("weight_ih", "kernel", "(gate unit) input"),
        Array("weight_hh", "recurrent_kernel", "(gate unit) hidden"),
        Array("bias", "bias", "(gate unit)", when={"use_bias": True}),
    ),
    layer="lstm",
    bias_convention="one",
    vs_keras="transposed, Keras's order, one bias",
    pitfalls=("PyTorch's names and axes, but one bias",),
    max_abs_error=5.6e-08,
    source="equinox/nn/_rnn.py: LSTMCell, 0.13.8",
    **COMMON,
)
GRU = Layout(
    cell="gru",
    object="equinox.nn.GRUCell",
    gates=("reset", "update", "candidate"),
    gate_names=("reset", "inp", "new"),
    arrays=(
        Array("weight_ih", "kernel", "(gate unit) input"),
        Array("weight_hh", "recurrent_kernel", "(gate unit) hidden"),
        Array("bias", "bias", "(gate unit)", when={"use_bias": True}),
        Array("bias_n", "recurrent_bias", "(gate unit)", gates=("candidate",), when={"use_bias": True}),
    ),
    layer="gru",
    bias_convention="one plus bias_n for the candidate's recurrent side",
    vs_keras="transposed, r before z",
    pitfalls=("the update gate's variable is called inp",),
    max_abs_error=1.5e-07,
    source="equinox/nn/_rnn.py: GRUCell, 0.13.8",
    **COMMON,
)

LAYOUTS = {"lstm": LSTM, "gru": GRU}
