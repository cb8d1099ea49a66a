"""WebNN: a browser's own operators, ONNX's axes."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


COMMON: dict[str, Any] = {
    "framework": "webnn",
    "path_two": "{array}",
    "bias_convention": "two operands",
    "directions": "axis 0",
    "stacking": "one op per level",
    "version": "draft, commit c515210",
    "verified": "read: the draft commit c515210",
}

LSTM = Layout(
    cell="lstm",
    object="MLGraphBuilder.lstm, layout 'iofg' (the default)",
    gates=("input", "output", "forget", "cell"),
    gate_names=("i", "o", "f", "g"),
    arrays=(
        Array("weight", "kernel", "direction (gate unit) input"),
        Array("recurrentWeight", "recurrent_kernel", "direction (gate unit) hidden"),
        Array("bias", "bias", "direction (gate unit)", when={"use_bias": True}),
        Array("recurrentBias", "recurrent_bias", "direction (gate unit)", when={"use_bias": True}),
        Array(
            "peepholeWeight",
            "peephole",
            "direction (gate unit)",
            gates=("input", "output", "forget"),
            when={"peephole": True},
        ),
    ),
    options={"use_bias": True, "peephole": False},
    layer="lstm",
    vs_keras="transposed, ONNX's order; layout 'ifgo' is Keras's and PyTorch's",
    pitfalls=("peepholes stay i, o, f in both layouts",),
    source="webmachinelearning/webnn index.bs: MLLstmWeightLayout, MLLstmOptions, draft, commit c515210",
    **COMMON,
)
GRU = Layout(
    cell="gru",
    object="MLGraphBuilder.gru, layout 'zrn' (the default)",
    gates=("update", "reset", "candidate"),
    gate_names=("z", "r", "n"),
    arrays=(
        Array("weight", "kernel", "direction (gate unit) input"),
        Array("recurrentWeight", "recurrent_kernel", "direction (gate unit) hidden"),
        Array("bias", "bias", "direction (gate unit)", when={"use_bias": True}),
        Array("recurrentBias", "recurrent_bias", "direction (gate unit)", when={"use_bias": True}),
    ),
    options={"use_bias": True, "reset_after": True},
    layer="gru",
    vs_keras="transposed, Keras's order; 'rzn' is PyTorch's",
    pitfalls=("resetAfter defaults to true, ONNX's linear_before_reset to 0",),
    source="webmachinelearning/webnn index.bs: MLGruWeightLayout, MLGruOptions, draft, commit c515210",
    **COMMON,
)

LAYOUTS = {"lstm": LSTM, "gru": GRU}
