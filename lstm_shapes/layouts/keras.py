"""Keras 3.  Every entry is proved against real Keras by tests/test_meaning.py and tests/test_check.py."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


KERNEL = Array("kernel", "kernel", "input (gate unit)")
RECURRENT_KERNEL = Array("recurrent_kernel", "recurrent_kernel", "hidden (gate unit)")
PATHS: dict[str, Any] = {
    "path": "{layer}/{cell}_cell/{array}",
    "path_two": "{layer}/{direction}_{inner}/{cell}_cell/{array}",
    "wrapper": "bidirectional",
}

LSTM = Layout(
    framework="keras",
    cell="lstm",
    gates=("input", "forget", "cell", "output"),
    arrays=(KERNEL, RECURRENT_KERNEL, Array("bias", "bias", "(gate unit)", when={"use_bias": True})),
    options={"use_bias": True},
    layer="lstm",
    **PATHS,
    forget_bias=1.0,
    verified="run: Keras 3.15.1",
    source="keras/src/layers/rnn/lstm.py, LSTMCell.build and .call, Keras 3.15.1",
)

GRU = Layout(
    framework="keras",
    cell="gru",
    gates=("update", "reset", "candidate"),
    arrays=(
        KERNEL,
        RECURRENT_KERNEL,
        Array(
            "bias",
            "bias",
            "part (gate unit)",
            parts=("bias", "recurrent_bias"),
            when={"use_bias": True, "reset_after": True},
        ),
        Array("bias", "bias", "(gate unit)", when={"use_bias": True, "reset_after": False}),
    ),
    options={"use_bias": True, "reset_after": True},
    layer="gru",
    **PATHS,
    forget_bias=0.0,
    verified="run: Keras 3.15.1",
    source="keras/src/layers/rnn/gru.py, GRUCell.build and .call, Keras 3.15.1",
)

SIMPLE_RNN = Layout(
    framework="keras",
    cell="simple_rnn",
    gates=(),
    arrays=(
        Array("kernel", "kernel", "input unit"),
        Array("recurrent_kernel", "recurrent_kernel", "hidden unit"),
        Array("bias", "bias", "unit", when={"use_bias": True}),
    ),
    options={"use_bias": True},
    layer="simple_rnn",
    **PATHS,
    forget_bias=0.0,
    verified="run: Keras 3.15.1",
    source="keras/src/layers/rnn/simple_rnn.py, SimpleRNNCell.build and .call, Keras 3.15.1",
)


def _conv_lstm(spatial: str) -> Layout:
    """ConvLSTM1D, 2D and 3D differ in the axes of the window only."""
    return Layout(
        framework="keras",
        cell="lstm",
        title="ConvLSTM",
        gates=("input", "forget", "cell", "output"),
        arrays=(
            Array("kernel", "kernel", f"{spatial} input (gate unit)"),
            Array("recurrent_kernel", "recurrent_kernel", f"{spatial} hidden (gate unit)"),
            Array("bias", "bias", "(gate unit)", when={"use_bias": True}),
        ),
        options={"use_bias": True},
        layer="conv_lstm",
        **PATHS,
        forget_bias=1.0,
        verified="run: Keras 3.15.1",
        source="keras/src/layers/rnn/conv_lstm.py, ConvLSTMCell.build and .call, Keras 3.15.1",
    )


LAYOUTS = {
    "lstm": LSTM,
    "gru": GRU,
    "simple_rnn": SIMPLE_RNN,
    "conv_lstm_1d": _conv_lstm("width"),
    "conv_lstm_2d": _conv_lstm("height width"),
    "conv_lstm_3d": _conv_lstm("depth height width"),
}
