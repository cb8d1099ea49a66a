"""MATLAB: the Deep Learning Toolbox."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


COMMON: dict[str, Any] = {
    "framework": "matlab",
    "stacking": "one layer per level",
    "version": "not pinned",
    "verified": "read: MATLAB, version not pinned",
}

LSTM = Layout(
    cell="lstm",
    object="lstmLayer",
    gates=("input", "forget", "cell", "output"),
    gate_names=("input", "forget", "cell candidate", "output"),
    arrays=(
        Array("InputWeights", "kernel", "(gate unit) input"),
        Array("RecurrentWeights", "recurrent_kernel", "(gate unit) hidden"),
        Array("Bias", "bias", "(gate unit) one"),
    ),
    layer="lstm",
    forget_bias=1.0,
    bias_convention="one, a (4*units, 1) column",
    forget_bias_from="initial value only: BiasInitializer='unit-forget-gate', said to be the default",
    vs_keras="transposed, Keras's order",
    directions="bilstmLayer: not read",
    pitfalls=("the importer's code says an earlier release had the order cell, input, forget, output",),
    source=(
        "MathWorks' Keras importer, translateLSTM: reorderLSTMWeights (the order is unchanged from Keras')"
    ),
    **COMMON,
)
GRU = Layout(
    cell="gru",
    object="gruLayer(ResetGateMode='recurrent-bias-after-multiplication')",
    gates=("reset", "update", "candidate"),
    gate_names=("reset", "update", "candidate state"),
    arrays=(
        Array("InputWeights", "kernel", "(gate unit) input"),
        Array("RecurrentWeights", "recurrent_kernel", "(gate unit) hidden"),
        Array("Bias", "bias", "(part gate unit) one", parts=("bias", "recurrent_bias")),
    ),
    layer="gru",
    bias_convention="(6*units, 1) in this mode, (3*units, 1) in the other two",
    vs_keras="transposed, r before z",
    directions="none",
    pitfalls=(
        (
            "'after-multiplication' has one bias, 'before-multiplication' is reset_after=False; the "
            "importer picks by reset_after and the number of biases"
        ),
    ),
    source="MathWorks' Keras importer, translateGRU: reorderGRUWeights, mapResetGateMode",
    **COMMON,
)

LAYOUTS = {"lstm": LSTM, "gru": GRU}
