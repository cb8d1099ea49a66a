"""cuDNN: one matrix for each `linLayerID` of a pseudo-layer."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


COMMON: dict[str, Any] = {
    "framework": "cudnn",
    "path_two": "{place}/{array}",
    "bias_convention": "two",
    "stacking": "pseudo-layer number",
    "version": "not pinned",
    "verified": "read: cuDNN, version not pinned",
}

LSTM = Layout(
    cell="lstm",
    object="CUDNN_LSTM, matrices by linLayerID",
    gates=("input", "forget", "cell", "output"),
    gate_names=("0, 4", "1, 5", "2, 6", "3, 7"),
    arrays=(
        Array("matrix 0", "kernel", "(gate unit) input", gates=("input",)),
        Array("matrix 1", "kernel", "(gate unit) input", gates=("forget",)),
        Array("matrix 2", "kernel", "(gate unit) input", gates=("cell",)),
        Array("matrix 3", "kernel", "(gate unit) input", gates=("output",)),
        Array("matrix 4", "recurrent_kernel", "(gate unit) hidden", gates=("input",)),
        Array("matrix 5", "recurrent_kernel", "(gate unit) hidden", gates=("forget",)),
        Array("matrix 6", "recurrent_kernel", "(gate unit) hidden", gates=("cell",)),
        Array("matrix 7", "recurrent_kernel", "(gate unit) hidden", gates=("output",)),
        Array("bias 0", "bias", "(gate unit)", gates=("input",)),
        Array("bias 1", "bias", "(gate unit)", gates=("forget",)),
        Array("bias 2", "bias", "(gate unit)", gates=("cell",)),
        Array("bias 3", "bias", "(gate unit)", gates=("output",)),
        Array("bias 4", "recurrent_bias", "(gate unit)", gates=("input",)),
        Array("bias 5", "recurrent_bias", "(gate unit)", gates=("forget",)),
        Array("bias 6", "recurrent_bias", "(gate unit)", gates=("cell",)),
        Array("bias 7", "recurrent_bias", "(gate unit)", gates=("output",)),
    ),
    layer="lstm",
    vs_keras="transposed, Keras's order, two biases",
    directions="pseudo-layer 2*layer (forward), 2*layer + 1 (backward)",
    pitfalls=(
        (
            "the flat weight space is opaque; the matrices' order inside it is cuDNN's affair, the ids "
            "are what is fixed"
        ),
        (
            "PyTorch, PaddlePaddle, MXNet and Chainer's NStepLSTM use this order, each of them run "
            "here, on a CPU"
        ),
        "cuDNN itself was not run, and the ids are from bindings and wrappers, not from NVIDIA's manual",
    ),
    source=(
        "keras/src/backend/tensorflow/rnn.py: _cudnn_lstm, _standardize_cudnn_weights; "
        "chainer/functions/rnn/n_step_lstm.py; a public Go binding of "
        "cudnnGetRNNLinLayerMatrixParams, whose comment gives the GRU ids"
    ),
    **COMMON,
)
GRU = Layout(
    cell="gru",
    object="CUDNN_GRU, matrices by linLayerID",
    gates=("reset", "update", "candidate"),
    gate_names=("0, 3", "1, 4", "2, 5"),
    arrays=(
        Array("matrix 0", "kernel", "(gate unit) input", gates=("reset",)),
        Array("matrix 1", "kernel", "(gate unit) input", gates=("update",)),
        Array("matrix 2", "kernel", "(gate unit) input", gates=("candidate",)),
        Array("matrix 3", "recurrent_kernel", "(gate unit) hidden", gates=("reset",)),
        Array("matrix 4", "recurrent_kernel", "(gate unit) hidden", gates=("update",)),
        Array("matrix 5", "recurrent_kernel", "(gate unit) hidden", gates=("candidate",)),
        Array("bias 0", "bias", "(gate unit)", gates=("reset",)),
        Array("bias 1", "bias", "(gate unit)", gates=("update",)),
        Array("bias 2", "bias", "(gate unit)", gates=("candidate",)),
        Array("bias 3", "recurrent_bias", "(gate unit)", gates=("reset",)),
        Array("bias 4", "recurrent_bias", "(gate unit)", gates=("update",)),
        Array("bias 5", "recurrent_bias", "(gate unit)", gates=("candidate",)),
    ),
    layer="gru",
    vs_keras="transposed, r before z",
    directions="pseudo-layers",
    pitfalls=(
        "Keras swaps z and r whenever it builds the cuDNN buffer, and says so in a comment in the code",
    ),
    source="keras/src/backend/tensorflow/rnn.py: _cudnn_gru",
    **COMMON,
)

LAYOUTS = {"lstm": LSTM, "gru": GRU}
