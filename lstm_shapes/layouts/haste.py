"""Haste: Keras's names and axes, with gate orders of its own."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


COMMON: dict[str, Any] = {
    "framework": "haste",
    "directions": "none of its own",
    "stacking": "one module per level",
    "version": "commit ceba32e",
    "verified": "read: Haste commit ceba32e",
}

LSTM = Layout(
    cell="lstm",
    object="haste_pytorch.LSTM",
    gates=("input", "cell", "forget", "output"),
    gate_names=("i", "g", "f", "o"),
    arrays=(
        Array("kernel", "kernel", "input (gate unit)"),
        Array("recurrent_kernel", "recurrent_kernel", "hidden (gate unit)"),
        Array("bias", "bias", "(gate unit)"),
    ),
    layer="lstm",
    forget_bias=1.0,
    bias_convention="one",
    forget_bias_from="initial value only: forget_bias=1.0 in bias[2*units:3*units]",
    vs_keras="Keras's names and axes, but order i, c, f, o",
    pitfalls=("Keras's names and shapes with another order",),
    source="frameworks/pytorch/lstm.py, commit ceba32e",
    **COMMON,
)
GRU = Layout(
    cell="gru",
    object="haste_pytorch.GRU",
    gates=("update", "reset", "candidate"),
    gate_names=("z", "r", "h"),
    arrays=(
        Array("kernel", "kernel", "input (gate unit)"),
        Array("recurrent_kernel", "recurrent_kernel", "hidden (gate unit)"),
        Array("bias", "bias", "(gate unit)"),
        Array("recurrent_bias", "recurrent_bias", "(gate unit)"),
    ),
    layer="gru",
    bias_convention="two arrays",
    vs_keras="Keras's layout, bias cut in two arrays",
    source="frameworks/pytorch/gru.py, commit ceba32e",
    **COMMON,
)

LAYOUTS = {"lstm": LSTM, "gru": GRU}
