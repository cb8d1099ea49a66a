"""tinygrad: a cell stored as PyTorch's."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

LSTM = Layout(
    framework="tinygrad",
    cell="lstm",
    title="LSTMCell",
    object="tinygrad.nn.LSTMCell",
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
    forget_bias_from="none: both start at 0",
    vs_keras="as PyTorch",
    directions="none of its own: the caller runs a second cell over the reversed sequence",
    stacking="one cell per level",
    pitfalls=("a cell only; no GRU",),
    version="0.14.0",
    verified="run: tinygrad 0.14.0",
    max_abs_error=1.3e-07,
    source="tinygrad/nn/__init__.py: LSTMCell, 0.14.0",
)

LAYOUTS = {"lstm": LSTM}
