"""burn (Rust): one pair of matrices a gate, not transposed."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


COMMON: dict[str, Any] = {
    "framework": "burn",
    "path_two": "{suffix}.{array}",
    "suffix": {"forward": "forward", "backward": "reverse"},
    "bias_convention": "two",
    "stacking": "one module per level",
}

LSTM = Layout(
    cell="lstm",
    object="burn::nn::Lstm",
    gates=("input", "forget", "output", "cell"),
    gate_names=("input", "forget", "output", "cell"),
    arrays=(
        Array("input_gate.input_transform.weight", "kernel", "input (gate unit)", gates=("input",)),
        Array("input_gate.input_transform.bias", "bias", "(gate unit)", gates=("input",)),
        Array(
            "input_gate.hidden_transform.weight", "recurrent_kernel", "hidden (gate unit)", gates=("input",)
        ),
        Array("input_gate.hidden_transform.bias", "recurrent_bias", "(gate unit)", gates=("input",)),
        Array("forget_gate.input_transform.weight", "kernel", "input (gate unit)", gates=("forget",)),
        Array("forget_gate.input_transform.bias", "bias", "(gate unit)", gates=("forget",)),
        Array(
            "forget_gate.hidden_transform.weight", "recurrent_kernel", "hidden (gate unit)", gates=("forget",)
        ),
        Array("forget_gate.hidden_transform.bias", "recurrent_bias", "(gate unit)", gates=("forget",)),
        Array("output_gate.input_transform.weight", "kernel", "input (gate unit)", gates=("output",)),
        Array("output_gate.input_transform.bias", "bias", "(gate unit)", gates=("output",)),
        Array(
            "output_gate.hidden_transform.weight", "recurrent_kernel", "hidden (gate unit)", gates=("output",)
        ),
        Array("output_gate.hidden_transform.bias", "recurrent_bias", "(gate unit)", gates=("output",)),
        Array("cell_gate.input_transform.weight", "kernel", "input (gate unit)", gates=("cell",)),
        Array("cell_gate.input_transform.bias", "bias", "(gate unit)", gates=("cell",)),
        Array("cell_gate.hidden_transform.weight", "recurrent_kernel", "hidden (gate unit)", gates=("cell",)),
        Array("cell_gate.hidden_transform.bias", "recurrent_bias", "(gate unit)", gates=("cell",)),
    ),
    layer="lstm",
    vs_keras="16 arrays, not transposed",
    directions="BiLstm: fields forward and reverse",
    pitfalls=("its Linear keeps (in, out), unlike PyTorch's",),
    version="not pinned",
    verified="read: burn, version not pinned",
    source="crates/burn-nn/src/modules/rnn/lstm.rs (the fields only; axes and biases as in gru.rs)",
    **COMMON,
)
GRU = Layout(
    cell="gru",
    object="burn::nn::Gru",
    gates=("update", "reset", "candidate"),
    gate_names=("update", "reset", "new"),
    arrays=(
        Array("update_gate.input_transform.weight", "kernel", "input (gate unit)", gates=("update",)),
        Array("update_gate.input_transform.bias", "bias", "(gate unit)", gates=("update",)),
        Array(
            "update_gate.hidden_transform.weight", "recurrent_kernel", "hidden (gate unit)", gates=("update",)
        ),
        Array("update_gate.hidden_transform.bias", "recurrent_bias", "(gate unit)", gates=("update",)),
        Array("reset_gate.input_transform.weight", "kernel", "input (gate unit)", gates=("reset",)),
        Array("reset_gate.input_transform.bias", "bias", "(gate unit)", gates=("reset",)),
        Array(
            "reset_gate.hidden_transform.weight", "recurrent_kernel", "hidden (gate unit)", gates=("reset",)
        ),
        Array("reset_gate.hidden_transform.bias", "recurrent_bias", "(gate unit)", gates=("reset",)),
        Array("new_gate.input_transform.weight", "kernel", "input (gate unit)", gates=("candidate",)),
        Array("new_gate.input_transform.bias", "bias", "(gate unit)", gates=("candidate",)),
        Array(
            "new_gate.hidden_transform.weight", "recurrent_kernel", "hidden (gate unit)", gates=("candidate",)
        ),
        Array("new_gate.hidden_transform.bias", "recurrent_bias", "(gate unit)", gates=("candidate",)),
    ),
    options={"reset_after": True},
    settable={"reset_after": ("reset_after", {True: "true", False: "false"})},
    layer="gru",
    vs_keras="12 arrays, not transposed",
    directions="BiGru: fields forward and reverse",
    version="commit 069cb65",
    verified="read: burn commit 069cb65",
    source="crates/burn-nn/src/modules/rnn/gru.rs, commit 069cb65",
    **COMMON,
)

LAYOUTS = {"lstm": LSTM, "gru": GRU}
