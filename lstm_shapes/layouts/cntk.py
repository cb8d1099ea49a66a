"""CNTK: the bias comes first."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


COMMON: dict[str, Any] = {
    "framework": "cntk",
    "bias_convention": "one",
    "directions": "Recurrence(..., go_backwards=True)",
    "stacking": "one block per level",
    "version": "2.7",
    "verified": "run: CNTK 2.7",
    "max_abs_error": 1.2e-07,
    "source": "cntk/layers/blocks.py: _RecurrentBlock, 2.7",
}

LSTM = Layout(
    cell="lstm",
    object="cntk.layers.LSTM",
    gates=("input", "cell", "forget", "output"),
    gate_names=("it", "bit", "ft", "ot"),
    arrays=(
        Array("b", "bias", "(gate unit)"),
        Array("W", "kernel", "input (gate unit)"),
        Array("H", "recurrent_kernel", "hidden (gate unit)"),
        Array("Ci", "peephole", "(gate unit)", gates=("input",), when={"peephole": True}),
        Array("Cf", "peephole", "(gate unit)", gates=("forget",), when={"peephole": True}),
        Array("Co", "peephole", "(gate unit)", gates=("output",), when={"peephole": True}),
    ),
    options={"peephole": False},
    layer="lstm",
    vs_keras="Keras's axes, order i, c, f, o",
    pitfalls=("use_peepholes and enable_self_stabilization are off by default",),
    **COMMON,
)
GRU = Layout(
    cell="gru",
    object="cntk.layers.GRU",
    gates=("update", "reset", "candidate"),
    gate_names=("zt", "rt", "ct"),
    arrays=(
        Array("b", "bias", "(gate unit)"),
        Array("W", "kernel", "input (gate unit)"),
        Array("H", "recurrent_kernel", "hidden (gate unit)", gates=("update", "reset")),
        Array("H1", "recurrent_kernel", "hidden (gate unit)", gates=("candidate",)),
    ),
    layer="gru",
    equations={"reset_after": False},
    vs_keras="Keras's axes and order; the candidate's recurrent kernel is its own array",
    **COMMON,
)

LAYOUTS = {"lstm": LSTM, "gru": GRU}
