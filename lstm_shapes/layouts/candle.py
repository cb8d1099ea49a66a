"""candle (Rust): stored as PyTorch's."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


GATED = (
    Array("weight_ih", "kernel", "(gate unit) input"),
    Array("weight_hh", "recurrent_kernel", "(gate unit) hidden"),
    Array("bias_ih", "bias", "(gate unit)"),
    Array("bias_hh", "recurrent_bias", "(gate unit)"),
)

COMMON: dict[str, Any] = {
    "framework": "candle",
    "path": "{array}_l{number}",
    "vs_keras": "as PyTorch",
}

LSTM = Layout(
    cell="lstm",
    object="candle_nn::LSTM",
    gates=("input", "forget", "cell", "output"),
    gate_names=("i", "f", "g", "o"),
    arrays=GATED,
    layer="lstm",
    path_two="{array}_l{number}{suffix}",
    suffix={"forward": "", "backward": "_reverse"},
    bias_convention="two, both start at 0",
    directions="name suffix _reverse",
    stacking="one module per level (layer_idx in the name)",
    version="commit 1fba851",
    verified="read: candle commit 1fba851",
    source="candle-nn/src/rnn.rs, commit 1fba851",
    **COMMON,
)
GRU = Layout(
    cell="gru",
    object="candle_nn::GRU",
    gates=("reset", "update", "candidate"),
    gate_names=("r", "z", "n"),
    arrays=GATED,
    layer="gru",
    bias_convention="two",
    directions="none of its own",
    stacking="one module per level",
    pitfalls=(
        (
            "commit 1fba851 takes the update gate's block, chunks_hh[1], for the candidate; three other"
            " stored versions take chunks_hh[2], which this row describes"
        ),
    ),
    version="later than commit 1fba851",
    verified="read: candle later than commit 1fba851",
    source="candle-nn/src/rnn.rs, later than commit 1fba851",
    **COMMON,
)

LAYOUTS = {"lstm": LSTM, "gru": GRU}
