"""Caffe: an LSTM unrolled from inner products."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

LSTM = Layout(
    framework="caffe",
    cell="lstm",
    object="LSTM layer",
    gates=("input", "forget", "output", "cell"),
    gate_names=("i", "f", "o", "g"),
    arrays=(
        Array("W_xc", "kernel", "(gate unit) input"),
        Array("b_c", "bias", "(gate unit)"),
        Array("W_hc", "recurrent_kernel", "(gate unit) hidden"),
    ),
    layer="lstm",
    bias_convention="one, on the input side",
    vs_keras="transposed, candidate last",
    directions="none of its own",
    stacking="one layer per level",
    pitfalls=(
        "a cont input of 0 clears h and c at a step",
        "with a static input there is a fourth blob, W_xc_static",
    ),
    version="commit 2feff9e",
    verified="read: Caffe commit 2feff9e",
    source="src/caffe/layers/lstm_layer.cpp: FillUnrolledNet, commit 2feff9e",
)

LAYOUTS = {"lstm": LSTM}
