"""MegEngine: cells stored as PyTorch's."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

LSTM = Layout(
    framework="megengine",
    cell="lstm",
    title="LSTMCell",
    object="megengine.module.LSTMCell",
    gates=("input", "forget", "cell", "output"),
    gate_names=("i", "f", "g", "o"),
    arrays=(
        Array("weight_ih", "kernel", "(gate unit) input"),
        Array("weight_hh", "recurrent_kernel", "(gate unit) hidden"),
        Array("bias_ih", "bias", "(gate unit)", when={"use_bias": True}),
        Array("bias_hh", "recurrent_bias", "(gate unit)", when={"use_bias": True}),
    ),
    options={"use_bias": True},
    layer="lstm",
    bias_convention="two",
    vs_keras="as PyTorch",
    directions="cells[layer][direction]",
    stacking="cells[layer]",
    pitfalls=("the LSTM module keeps one flat parameter, _flatten_weights, instead of the cells' arrays",),
    version="1.13.1",
    verified="run: MegEngine 1.13.1",
    max_abs_error=6.7e-08,
    source="megengine/module/rnn.py, 1.13.1",
)

LAYOUTS = {"lstm": LSTM}
