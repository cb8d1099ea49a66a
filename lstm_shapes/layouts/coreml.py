"""Core ML: the operators of ML programs (MIL), and the layers of the older neural networks."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


GATED = (
    Array("weight_ih", "kernel", "(gate unit) input"),
    Array("weight_hh", "recurrent_kernel", "(gate unit) hidden"),
    Array("bias", "bias", "(gate unit)"),
)

COMMON: dict[str, Any] = {
    "framework": "coreml",
    "version": "coremltools 9.0",
    "verified": "read: coremltools 9.0",
}

LSTM = Layout(
    cell="lstm",
    object="MIL op lstm",
    gates=("input", "forget", "output", "cell"),
    gate_names=("i", "f", "o", "z"),
    arrays=GATED,
    layer="lstm",
    path_two="{array}{suffix}",
    suffix={"forward": "", "backward": "_back"},
    bias_convention="one: the converter adds PyTorch's two up",
    vs_keras="transposed, candidate last",
    directions="inputs with the suffix _back; initial states (batch, 2*units)",
    stacking="one op per level",
    pitfalls=(
        (
            "prediction needs macOS; what was run here is the converter, whose output holds PyTorch's "
            "blocks in the order 0, 1, 3, 2 and the summed bias"
        ),
        "backward direction: separate inputs weight_ih_back, weight_hh_back, bias_back",
    ),
    source=(
        "coremltools/converters/mil/mil/ops/defs/iOS15/recurrent.py: lstm; "
        "coremltools/converters/mil/frontend/torch/ops.py: _ifzo_to_ifoz, coremltools 9.0"
    ),
    **COMMON,
)
GRU = Layout(
    cell="gru",
    object="MIL op gru",
    gates=("reset", "candidate", "update"),
    gate_names=("r", "o", "z"),
    arrays=GATED,
    layer="gru",
    bias_convention="one",
    vs_keras="transposed; candidate in the middle",
    directions="forward or reverse only",
    stacking="one op per level",
    pitfalls=(
        "the op's documentation gives the order r, o, z, which no other framework has",
        (
            "the PyTorch converter does not use this op: a GRU becomes a while loop (checked by "
            "converting one; a comment there says the op cannot express it)"
        ),
    ),
    source="coremltools/converters/mil/mil/ops/defs/iOS15/recurrent.py: gru, coremltools 9.0",
    **COMMON,
)
NN_LSTM = Layout(
    cell="lstm",
    title="UniDirectionalLSTM",
    object="NeuralNetworkBuilder.add_unilstm",
    gates=("input", "forget", "output", "cell"),
    gate_names=("i", "f", "o", "z"),
    arrays=(
        Array("W_x[0]", "kernel", "(gate unit) input", gates=("input",)),
        Array("W_x[1]", "kernel", "(gate unit) input", gates=("forget",)),
        Array("W_x[2]", "kernel", "(gate unit) input", gates=("output",)),
        Array("W_x[3]", "kernel", "(gate unit) input", gates=("cell",)),
        Array("W_h[0]", "recurrent_kernel", "(gate unit) hidden", gates=("input",)),
        Array("W_h[1]", "recurrent_kernel", "(gate unit) hidden", gates=("forget",)),
        Array("W_h[2]", "recurrent_kernel", "(gate unit) hidden", gates=("output",)),
        Array("W_h[3]", "recurrent_kernel", "(gate unit) hidden", gates=("cell",)),
        Array("b[0]", "bias", "(gate unit)", gates=("input",)),
        Array("b[1]", "bias", "(gate unit)", gates=("forget",)),
        Array("b[2]", "bias", "(gate unit)", gates=("output",)),
        Array("b[3]", "bias", "(gate unit)", gates=("cell",)),
    ),
    layer="nn_lstm",
    bias_convention="one per gate",
    forget_bias_from="optional flag forget_bias adds 1 at run time; off by default",
    vs_keras="lists of four, transposed, candidate last",
    directions="add_bidirlstm takes W_h_back, W_x_back, b_back",
    stacking="one layer per level",
    source="coremltools/models/neural_network/builder.py: add_unilstm, coremltools 9.0",
    **COMMON,
)
NN_GRU = Layout(
    cell="gru",
    title="GRULayer",
    object="NeuralNetworkBuilder.add_gru",
    gates=("update", "reset", "candidate"),
    gate_names=("z", "r", "o"),
    arrays=(
        Array("W_x[0]", "kernel", "(gate unit) input", gates=("update",)),
        Array("W_x[1]", "kernel", "(gate unit) input", gates=("reset",)),
        Array("W_x[2]", "kernel", "(gate unit) input", gates=("candidate",)),
        Array("W_h[0]", "recurrent_kernel", "(gate unit) hidden", gates=("update",)),
        Array("W_h[1]", "recurrent_kernel", "(gate unit) hidden", gates=("reset",)),
        Array("W_h[2]", "recurrent_kernel", "(gate unit) hidden", gates=("candidate",)),
        Array("b[0]", "bias", "(gate unit)", gates=("update",)),
        Array("b[1]", "bias", "(gate unit)", gates=("reset",)),
        Array("b[2]", "bias", "(gate unit)", gates=("candidate",)),
    ),
    layer="nn_gru",
    equations={"reset_after": False},
    bias_convention="one per gate",
    vs_keras="lists of three, transposed",
    directions="reverse_input",
    stacking="one layer per level",
    pitfalls=(
        "the MIL op of the same library has the order r, o, z",
        "the equation was not read, only the order: check the reset placement before relying on it",
    ),
    source="coremltools/models/neural_network/builder.py: add_gru, coremltools 9.0",
    **COMMON,
)

LAYOUTS = {"lstm": LSTM, "gru": GRU, "nn_lstm": NN_LSTM, "nn_gru": NN_GRU}
