"""OneFlow: stored as PyTorch's."""

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
    "framework": "oneflow",
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
    "version": "0.9.0",
    "verified": "read: OneFlow 0.9.0",
    "source": "oneflow/nn/modules/rnn.py, 0.9.0",
}

LSTM = Layout(
    cell="lstm",
    object="oneflow.nn.LSTM",
    gates=("input", "forget", "cell", "output"),
    gate_names=("i", "f", "g", "o"),
    arrays=GATED,
    layer="lstm",
    **COMMON,
)
GRU = Layout(
    cell="gru",
    object="oneflow.nn.GRU",
    gates=("reset", "update", "candidate"),
    gate_names=("r", "z", "n"),
    arrays=GATED,
    layer="gru",
    **COMMON,
)

LAYOUTS = {"lstm": LSTM, "gru": GRU}
