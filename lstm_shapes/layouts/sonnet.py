"""Sonnet 2 (TensorFlow), whose successor is Haiku."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


COMMON: dict[str, Any] = {
    "framework": "sonnet",
    "bias_convention": "one",
    "directions": "none of its own: the caller runs a second cell over the reversed sequence",
    "stacking": "snt.DeepRNN",
    "version": "2.0.2",
    "verified": "run: Sonnet 2 2.0.2",
    "max_abs_error": 1.1e-07,
}

LSTM = Layout(
    cell="lstm",
    object="sonnet.LSTM, sonnet.UnrolledLSTM",
    gates=("input", "forget", "cell", "output"),
    gate_names=("i", "f", "g", "o"),
    arrays=(
        Array("w_h", "recurrent_kernel", "hidden (gate unit)", when={"projection": False}),
        Array("w_h", "recurrent_kernel", "projection (gate unit)", when={"projection": True}),
        Array("w_i", "kernel", "input (gate unit)"),
        Array("b", "bias", "(gate unit)"),
        Array("projection", "projection", "unit projection", when={"projection": True}),
    ),
    options={"projection": None},
    layer="lstm",
    forget_bias=1.0,
    forget_bias_from="initial value only: forget_bias=1.0 is written into b[units:2*units]",
    vs_keras="Keras's layout exactly, under other names",
    pitfalls=("its successor Haiku changed the order to i, g, f, o and adds the 1 at run time",),
    source="sonnet/src/recurrent.py: LSTM, _lstm_fn, 2.0.2",
    **COMMON,
)
GRU = Layout(
    cell="gru",
    object="sonnet.GRU",
    gates=("update", "reset", "candidate"),
    gate_names=("z", "r", "a"),
    arrays=(
        Array("w_h", "recurrent_kernel", "hidden (gate unit)"),
        Array("w_i", "kernel", "input (gate unit)"),
        Array("b", "bias", "(gate unit)"),
    ),
    layer="gru",
    equations={"reset_after": False, "update": "take"},
    vs_keras="Keras's arrays, but the update gate means the opposite",
    pitfalls=("h' = (1 - z)*h + z*a, as Haiku",),
    source="sonnet/src/recurrent.py: GRU, 2.0.2",
    **COMMON,
)

LAYOUTS = {"lstm": LSTM, "gru": GRU}
