"""What only Keras 1 and 2 have: cuDNN's own layers, and Keras 1's arrays gate by gate.

The rest of Keras 2 (LSTM, GRU, SimpleRNN, ConvLSTM; tf_keras) is stored as in `keras.py`.
"""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


PATHS: dict[str, Any] = {
    "path": "{layer}/{array}",
    "path_two": "{layer}/{direction}_{inner}/{array}",
    "wrapper": "bidirectional",
}
TWO_BIASES = ("bias", "recurrent_bias")
# Each gate's block of the kernels is laid out for cuDNN: a (units, input_dim) matrix in the memory of an
# (input_dim, units) one, and a transposed recurrent block.  Shapes and gate ranges are as in LSTM and GRU.
CUDNN: dict[str, Any] = {
    **PATHS,
    "options": {},
    "verified": "run: TensorFlow 1.15.5 wrote it, tf_keras 2.21.0 loads it into a plain layer",
    "source": "tf_keras/src/layers/rnn/cudnn_lstm.py and cudnn_gru.py; "
    "saving/legacy/hdf5_format.py, _convert_rnn_weights, 2.21.0",
}
CUDNN_ARRAYS = (
    Array("kernel", "kernel", "input (gate unit)"),
    Array("recurrent_kernel", "recurrent_kernel", "hidden (gate unit)"),
    Array("bias", "bias", "(part gate unit)", parts=TWO_BIASES),
)

CUDNN_LSTM = Layout(
    framework="keras2",
    cell="lstm",
    title="CuDNNLSTM",
    gates=("input", "forget", "cell", "output"),
    arrays=CUDNN_ARRAYS,
    layer="cu_dnnlstm",
    forget_bias=1.0,
    **CUDNN,
)
CUDNN_GRU = Layout(
    framework="keras2",
    cell="gru",
    title="CuDNNGRU",
    gates=("update", "reset", "candidate"),
    arrays=CUDNN_ARRAYS,
    layer="cu_dnngru",
    forget_bias=0.0,
    **CUDNN,
)


def _gate_by_gate(letters: dict[str, str]) -> tuple[Array, ...]:
    """Keras 1 keeps three arrays a gate: W, U and b."""
    return tuple(
        Array(f"{name}_{letter}", role, pattern, gates=(gate,))
        for letter, gate in letters.items()
        for name, role, pattern in (
            ("W", "kernel", "input (gate unit)"),
            ("U", "recurrent_kernel", "hidden (gate unit)"),
            ("b", "bias", "(gate unit)"),
        )
    )


ONE: dict[str, Any] = {
    **PATHS,
    "options": {},
    "note": "stored gate by gate: a file of Keras 1",
    "verified": "run: Keras 1.2.2",
    "source": "keras/layers/recurrent.py, consume_less='cpu' (the default), Keras 1.2.2",
}
KERAS1_LSTM = Layout(
    framework="keras2",
    cell="lstm",
    gates=("input", "cell", "forget", "output"),
    arrays=_gate_by_gate({"i": "input", "c": "cell", "f": "forget", "o": "output"}),
    layer="lstm",
    forget_bias=1.0,
    **ONE,
)
KERAS1_GRU = Layout(
    framework="keras2",
    cell="gru",
    gates=("update", "reset", "candidate"),
    arrays=_gate_by_gate({"z": "update", "r": "reset", "h": "candidate"}),
    layer="gru",
    forget_bias=0.0,
    **ONE,
)

LAYOUTS = {
    "cudnn_lstm": CUDNN_LSTM,
    "cudnn_gru": CUDNN_GRU,
    "keras1_lstm": KERAS1_LSTM,
    "keras1_gru": KERAS1_GRU,
}
