"""RNNoise: a GRU written in C."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

GRU = Layout(
    framework="rnnoise",
    cell="gru",
    object="compute_generic_gru",
    gates=("update", "reset", "candidate"),
    gate_names=("z", "r", "h"),
    arrays=(
        Array("input_weights", "kernel", "input (gate unit)"),
        Array("input_weights bias", "bias", "(gate unit)"),
        Array("recurrent_weights", "recurrent_kernel", "hidden (gate unit)"),
        Array("recurrent_weights bias", "recurrent_bias", "(gate unit)"),
    ),
    layer="gru",
    bias_convention="two",
    vs_keras="Keras's reset_after=True order; the exporter swaps r and z of PyTorch models",
    directions="none of its own",
    stacking="gru1, gru2, gru3",
    pitfalls=("weights may be sparse or quantised, which this row leaves out",),
    version="commit 70f1d25",
    verified="read: RNNoise commit 70f1d25",
    source=(
        "src/nnet.c: compute_generic_gru; torch/weight-exchange/wexchange/c_export/common.py: "
        "print_gru_layer, commit 70f1d25"
    ),
)

LAYOUTS = {"gru": GRU}
