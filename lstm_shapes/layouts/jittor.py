"""Jittor: stored as PyTorch's."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


GATED = (
    Array("weight_ih", "kernel", "(gate unit) input"),
    Array("weight_hh", "recurrent_kernel", "(gate unit) hidden"),
    Array("bias_ih", "bias", "(gate unit)", when={"use_bias": True}),
    Array("bias_hh", "recurrent_bias", "(gate unit)", when={"use_bias": True}),
)

COMMON: dict[str, Any] = {
    "framework": "jittor",
    "options": {"use_bias": True},
    "path": "{array}_l{number}",
    "path_two": "{array}_l{number}{suffix}",
    "suffix": {"forward": "", "backward": "_reverse"},
    "bias_convention": "two",
    "vs_keras": "as PyTorch",
    "directions": "name suffix _reverse; forward first; output features: forward then backward",
    "stacking": (
        "name index _l0, _l1, ...: layer outermost, then direction, then weight_ih, weight_hh, "
        "bias_ih, bias_hh(, weight_hr)"
    ),
    "version": "1.3.11.0",
    "verified": "run: Jittor 1.3.11.0",
}

LSTM = Layout(
    cell="lstm",
    object="jittor.nn.LSTM",
    gates=("input", "forget", "cell", "output"),
    gate_names=("i", "f", "g", "o"),
    arrays=GATED,
    layer="lstm",
    pitfalls=("batch_first=True turns the input round but not the output",),
    max_abs_error=7.5e-08,
    source="jittor/nn.py: LSTM, 1.3.11.0",
    **COMMON,
)
GRU = Layout(
    cell="gru",
    object="jittor.nn.GRU",
    gates=("reset", "update", "candidate"),
    gate_names=("r", "z", "n"),
    arrays=GATED,
    layer="gru",
    max_abs_error=1.6e-07,
    source="jittor/nn.py: GRU, 1.3.11.0",
    **COMMON,
)

LAYOUTS = {"lstm": LSTM, "gru": GRU}
