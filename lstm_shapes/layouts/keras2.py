"""Keras 2 (tf_keras) and before: Keras 3's arrays with other defaults, cuDNN's own layers, Keras 1's gate by gate."""

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
LAYERS: dict[str, Any] = {
    **PATHS,
    "version": "2.21.0",
    "directions": "`Bidirectional`: the forward layer's arrays, then the backward layer's",
    "stacking": "one layer object per level",
}
# Any function will do, so that the two that are called hard_sigmoid can be written out where the name means the other.
ACTIVATIONS = {name: repr(name) for name in ("tanh", "sigmoid", "relu", "linear", "elu", "softsign", "selu")}
RECURRENT = {
    **ACTIVATIONS,
    "hard_sigmoid_0.2": "'hard_sigmoid'",
    "hard_sigmoid_1/6": "a function that gives tf.clip_by_value(a / 6 + 0.5, 0, 1)",
}
SQUASH: dict[str, Any] = {
    "activation": ("activation", ACTIVATIONS),
    "recurrent_activation": ("recurrent_activation", RECURRENT),
}
RESET = {**SQUASH, "reset_after": ("reset_after", {True: "True", False: "False"})}

LSTM_GATES, GRU_GATES = ("input", "forget", "cell", "output"), ("update", "reset", "candidate")
KERNEL = Array("kernel", "kernel", "input (gate unit)")
RECURRENT_KERNEL = Array("recurrent_kernel", "recurrent_kernel", "hidden (gate unit)")
BIAS = Array("bias", "bias", "(gate unit)", when={"use_bias": True})
TWO_BIASES = ("bias", "recurrent_bias")

LSTM: dict[str, Any] = {
    "framework": "keras2",
    "cell": "lstm",
    "gates": LSTM_GATES,
    "gate_names": ("i", "f", "c", "o"),
    "arrays": (KERNEL, RECURRENT_KERNEL, BIAS),
    "options": {"use_bias": True},
    "settable": SQUASH,
    "layer": "lstm",
    "bias_convention": "one",
    "forget_bias": 1.0,
    "forget_bias_from": "initial value only",
    **LAYERS,
}
GRU: dict[str, Any] = {
    "framework": "keras2",
    "cell": "gru",
    "gates": GRU_GATES,
    "gate_names": ("z", "r", "h"),
    "arrays": (
        KERNEL,
        RECURRENT_KERNEL,
        Array(
            "bias",
            "bias",
            "part (gate unit)",
            parts=TWO_BIASES,
            when={"use_bias": True, "reset_after": True},
        ),
        Array("bias", "bias", "(gate unit)", when={"use_bias": True, "reset_after": False}),
    ),
    "layer": "gru",
    "settable": RESET,
    **LAYERS,
}
TF2_LSTM = Layout(
    **LSTM,
    object="tf_keras.layers.LSTM",
    vs_keras="same",
    verified="run: tf_keras 2.21.0",
    max_abs_error=6.4e-08,
    source="tf_keras/src/layers/rnn/lstm.py, 2.21.0",
)
TF2_GRU = Layout(
    **GRU,
    options={"use_bias": True, "reset_after": True},
    object="tf_keras.layers.GRU (reset_after=True since TensorFlow 2.0)",
    bias_convention="two rows",
    vs_keras="same",
    verified="run: tf_keras 2.21.0",
    max_abs_error=2.3e-07,
    source="tf_keras/src/layers/rnn/gru.py, 2.21.0",
)
TF1_LSTM = Layout(
    **LSTM,
    note="with the defaults of TensorFlow 1: recurrent_activation='hard_sigmoid'",
    object="tf.compat.v1.keras.layers.LSTM; keras.layers.LSTM of Keras 2.2",
    equations={"recurrent_activation": "hard_sigmoid_0.2"},
    vs_keras="same layout, another gate function",
    pitfalls=(
        "the default recurrent_activation is hard_sigmoid, clip(0.2*x + 0.5, 0, 1), until Keras 2.3",
        "the same name is clip(x/6 + 0.5, 0, 1) in Keras 3: the weights load, the outputs differ, nothing is said",
        "a whole-model .h5 of any recurrent layer of tf_keras is refused by Keras 3: "
        "Unrecognized keyword arguments {'time_major': False}",
    ),
    verified="run: tf_keras 2.21.0 and Keras 2.2.5",
    max_abs_error=1.1e-07,
    source="tf_keras/src/layers/rnn/lstm_v1.py and backend.py: hard_sigmoid, 2.21.0; keras/layers/recurrent.py, 2.2.5",
)
TF1_GRU = Layout(
    **GRU,
    options={"use_bias": True, "reset_after": False},
    note="with the defaults of TensorFlow 1: reset_after=False, recurrent_activation='hard_sigmoid'",
    object="tf.compat.v1.keras.layers.GRU; keras.layers.GRU of Keras 2.2",
    equations={"recurrent_activation": "hard_sigmoid_0.2"},
    bias_convention="one, unless reset_after=True",
    vs_keras="same layout as reset_after=False, another gate function",
    pitfalls=(
        "the defaults are reset_after=False and hard_sigmoid",
        "with reset_after=True the bias is (2, 3*units) as today's",
    ),
    verified="run: tf_keras 2.21.0 and Keras 2.2.5",
    max_abs_error=1.1e-07,
    source="tf_keras/src/layers/rnn/gru_v1.py, 2.21.0; keras/layers/recurrent.py, 2.2.5",
)
SIMPLE_RNN = Layout(
    framework="keras2",
    cell="simple_rnn",
    gates=(),
    arrays=(
        Array("kernel", "kernel", "input unit"),
        Array("recurrent_kernel", "recurrent_kernel", "hidden unit"),
        Array("bias", "bias", "unit", when={"use_bias": True}),
    ),
    options={"use_bias": True},
    settable=SQUASH,
    layer="simple_rnn",
    object="tf_keras.layers.SimpleRNN",
    bias_convention="one",
    vs_keras="same",
    verified="run: tf_keras 2.21.0",
    max_abs_error=5e-07,
    source="tf_keras/src/layers/rnn/simple_rnn.py, 2.21.0",
    **LAYERS,
)
CONV_LSTM_2D = Layout(
    framework="keras2",
    cell="lstm",
    title="ConvLSTM",
    gates=LSTM_GATES,
    gate_names=("i", "f", "c", "o"),
    arrays=(
        Array("kernel", "kernel", "height width input (gate unit)"),
        Array("recurrent_kernel", "recurrent_kernel", "height width hidden (gate unit)"),
        BIAS,
    ),
    options={"use_bias": True},
    layer="conv_lstm",
    object="tf_keras.layers.ConvLSTM2D",
    equations={"recurrent_activation": "hard_sigmoid_0.2"},
    bias_convention="one",
    forget_bias=1.0,
    forget_bias_from="initial value only",
    vs_keras="same layout, another gate function",
    pitfalls=("the default recurrent_activation is hard_sigmoid here and sigmoid in Keras 3",),
    verified="run: tf_keras 2.21.0",
    max_abs_error=2.6e-07,
    source="tf_keras/src/layers/rnn/base_conv_lstm.py, 2.21.0",
    **LAYERS,
)

# Each gate's block of the kernels is laid out for cuDNN: a (units, input_dim) matrix in the memory of an
# (input_dim, units) one, and a transposed recurrent block.  Shapes and gate ranges are as in LSTM and GRU.
CUDNN_PITFALLS = (
    "kernel has Keras's shape, but each (input_dim, units) block is the memory of a (units, input_dim) matrix: "
    "take block.reshape(units, input_dim).T, not block",
    "each recurrent block is the transpose of Keras's",
    "told apart from the plain layer by the length of the bias",
)
CUDNN: dict[str, Any] = {
    **PATHS,
    "version": "2.21.0",
    "bias_convention": "two, end to end in one vector: the input's side, then the state's",
    "vs_keras": "the same shapes for the kernels, other contents",
    "directions": "`Bidirectional`: the forward layer's arrays, then the backward layer's",
    "stacking": "one layer object per level",
    "verified": "run: TensorFlow 1.15.5 wrote it, tf_keras 2.21.0 loads it into a plain layer",
    "source": "tf_keras/src/layers/rnn/cudnn_lstm.py and cudnn_gru.py; "
    "saving/legacy/hdf5_format.py, _convert_rnn_weights, 2.21.0",
}
CUDNN_ARRAYS = (
    Array("kernel", "kernel", "input (gate unit)", block_memory="unit input"),
    Array("recurrent_kernel", "recurrent_kernel", "unit (gate hidden)"),
    Array("bias", "bias", "(part gate unit)", parts=TWO_BIASES),
)

CUDNN_LSTM = Layout(
    framework="keras2",
    cell="lstm",
    title="CuDNNLSTM",
    object="tf.compat.v1.keras.layers.CuDNNLSTM",
    gates=LSTM_GATES,
    gate_names=("i", "f", "c", "o"),
    arrays=CUDNN_ARRAYS,
    layer="cu_dnnlstm",
    forget_bias=1.0,
    forget_bias_from="initial value only: ones in bias[5*units:6*units], the recurrent half's forget block",
    pitfalls=CUDNN_PITFALLS,
    max_abs_error=1e-07,
    **CUDNN,
)
CUDNN_GRU = Layout(
    framework="keras2",
    cell="gru",
    title="CuDNNGRU",
    object="tf.compat.v1.keras.layers.CuDNNGRU",
    gates=GRU_GATES,
    gate_names=("z", "r", "h"),
    arrays=CUDNN_ARRAYS,
    layer="cu_dnngru",
    pitfalls=(
        *CUDNN_PITFALLS,
        "the order stays z, r, h in the variables; z and r are swapped only when cuDNN's flat buffer is built",
        "loads only into GRU(reset_after=True)",
    ),
    max_abs_error=1.2e-07,
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
    "version": "1.2.2",
    "bias_convention": "one per gate",
    "directions": "`Bidirectional`: the forward layer's arrays, then the backward layer's",
    "stacking": "one layer object per level",
    "note": "stored gate by gate: a file of Keras 1",
    "verified": "run: Keras 1.2.2",
    "source": "keras/layers/recurrent.py, consume_less='cpu' (the default), Keras 1.2.2",
}
KERAS1_LSTM = Layout(
    framework="keras2",
    cell="lstm",
    gates=("input", "cell", "forget", "output"),
    gate_names=("i", "c", "f", "o"),
    object="keras.layers.LSTM (consume_less='cpu', the default)",
    arrays=_gate_by_gate({"i": "input", "c": "cell", "f": "forget", "o": "output"}),
    layer="lstm",
    equations={"recurrent_activation": "hard_sigmoid_0.2"},
    forget_bias=1.0,
    forget_bias_from="initial value only: forget_bias_init='one' fills b_f",
    vs_keras="12 arrays, and c before f",
    pitfalls=(
        "files of this age hold 12 arrays in the order i, c, f, o; Keras 2 reorders them, Keras 3 does not know them",
        "with consume_less='gpu' the arrays are W (input_dim, 4*units), U (units, 4*units), b (4*units) in the order i, f, c, o",
    ),
    max_abs_error=8e-08,
    **ONE,
)
KERAS1_GRU = Layout(
    framework="keras2",
    cell="gru",
    gates=("update", "reset", "candidate"),
    gate_names=("z", "r", "h"),
    object="keras.layers.GRU (consume_less='cpu', the default)",
    arrays=_gate_by_gate({"z": "update", "r": "reset", "h": "candidate"}),
    layer="gru",
    equations={"recurrent_activation": "hard_sigmoid_0.2", "reset_after": False},
    vs_keras="9 arrays instead of 3",
    max_abs_error=8.2e-08,
    **ONE,
)

LAYOUTS = {
    "lstm": TF2_LSTM,
    "gru": TF2_GRU,
    "simple_rnn": SIMPLE_RNN,
    "conv_lstm_2d": CONV_LSTM_2D,
    "tf1_lstm": TF1_LSTM,
    "tf1_gru": TF1_GRU,
    "cudnn_lstm": CUDNN_LSTM,
    "cudnn_gru": CUDNN_GRU,
    "keras1_lstm": KERAS1_LSTM,
    "keras1_gru": KERAS1_GRU,
}
