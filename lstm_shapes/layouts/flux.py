"""Flux.jl (Julia)."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


COMMON: dict[str, Any] = {
    "framework": "flux",
    "options": {"use_bias": True},
    "directions": "none of its own",
    "stacking": "Chain of layers",
    "version": "0.16.11",
    "verified": "read: Flux.jl 0.16.11",
}

LSTM = Layout(
    cell="lstm",
    object="Flux.LSTMCell",
    gates=("input", "forget", "cell", "output"),
    gate_names=("input", "forget", "cell", "output"),
    arrays=(
        Array("Wi", "kernel", "(gate unit) input"),
        Array("Wh", "recurrent_kernel", "(gate unit) hidden"),
        Array("bias", "bias", "(gate unit)", when={"use_bias": True}),
    ),
    layer="lstm",
    bias_convention="one",
    vs_keras="transposed, Keras's order",
    pitfalls=("Julia is column-major: arrays saved raw come out transposed when read row-major",),
    source="src/layers/recurrent.jl: LSTMCell, 0.16.11",
    **COMMON,
)
GRU = Layout(
    cell="gru",
    object="Flux.GRUCell",
    gates=("reset", "update", "candidate"),
    gate_names=("r", "z", "candidate"),
    arrays=(
        Array("Wi", "kernel", "(gate unit) input"),
        Array("Wh", "recurrent_kernel", "(gate unit) hidden"),
        Array("b", "bias", "(gate unit)", when={"use_bias": True}),
    ),
    layer="gru",
    bias_convention="one, outside the reset product",
    vs_keras="transposed, r before z, no recurrent bias",
    pitfalls=("GRUv3Cell applies reset before, with its own array Wh_h̃",),
    source="src/layers/recurrent.jl: GRUCell, 0.16.11",
    **COMMON,
)

LAYOUTS = {"lstm": LSTM, "gru": GRU}
