"""Keras: what is said while a file is written, found or read."""

from __future__ import annotations

from lstm_shapes.remarks.remark import Remark

REMARKS = (
    Remark(
        r"Layer count mismatch when loading weights from file\. Model expected (?P<model>\d+) layers, found 0 saved layers",
        "no layer was found where an old .h5 file has them; the model has {model} with weights",
        "A .weights.h5 of Keras 3 under another name: let it end in .weights.h5 again. `python -m lstm_shapes explain FILE` "
        "says what it is.",
        "keras", "keras/src/legacy/saving/legacy_h5_format.py, Keras 3.15.1",
    ),
    Remark(
        r"Layer count mismatch when loading weights from file\. "
        r"Model expected (?P<model>\d+) layers, found (?P<saved>\d+) saved layers",
        "the model has {model} layers with weights, the file {saved}",
        "Build the model as the file has it; tf_keras takes over the layers of the same name with "
        "load_weights(path, by_name=True).",
        "keras", "keras/src/legacy/saving/legacy_h5_format.py, Keras 3.15.1",
    ),
    Remark(
        r"must end in `\.keras`",
        "ModelCheckpoint of Keras 3 wants a name that ends in .keras",
        "Write NAME.keras; or NAME.weights.h5 with save_weights_only=True.",
        "keras", "keras/src/callbacks/model_checkpoint.py, Keras 3.15.1",
    ),
    Remark(
        r"must end in `\.weights\.h5`",
        "weights alone are saved in a file whose name ends in .weights.h5",
        "Write NAME.weights.h5.",
        "keras", "keras/src/callbacks/model_checkpoint.py and saving/saving_api.py, Keras 3.15.1",
    ),
    Remark(
        r"[Cc]an't locate attribute: '(?P<name>layer_names|weight_names)'",
        "the file has no attribute {name} where it was looked for",
        "In a whole model it is on the group model_weights; in a .weights.h5 of Keras 3 there is none, its arrays are in "
        "layers/.../vars. `python -m lstm_shapes explain FILE` reads all three.",
        "keras", "h5py 3.14.0",
    ),
    Remark(
        r"No model config found in the file",
        "the file holds weights and no model",
        "Build the model as it was and call load_weights; `python -m lstm_shapes explain FILE` says which layers it needs.",
        "keras", "keras/src/legacy/saving/legacy_h5_format.py, Keras 3.15.1",
    ),
    Remark(
        r"Invalid bias shape: \((?P<n>\d+),",
        "the file's bias has {n} numbers, which this layer cannot have",
        "The file's layer is another cell or has other units: a bias is 4*units long in an LSTM, 3*units in a GRU, twice that "
        "in CuDNNLSTM and CuDNNGRU. `python -m lstm_shapes explain FILE` says which it is.",
        "keras", "tf_keras/src/saving/legacy/hdf5_format.py, 2.21.0",
    ),
    Remark(
        r"load(?:ing)? (?:a )?weights? file (?:containing (?P<saved>\d+) layers into a model with (?P<model>\d+) layers)",
        "the model has {model} layers with weights, the file {saved}",
        "Build the model as the file has it; load_weights(path, by_name=True) takes over the layers of the same name.",
        "keras", "keras/engine/saving.py, Keras 2.2.5",
    ),
    Remark(
        r"(?:Unknown layer: |Could not locate class )'(?P<name>CuDNN\w+)'",
        "Keras 3 has no {name}",
        "Build the model with LSTM or GRU(reset_after=True) in tf_keras and load the weights there: it converts them.",
        "keras", "keras/src/legacy/saving/serialization.py, Keras 3.15.1",
    ),
    Remark(
        r"(?:Unknown layer: |Could not locate class )'(?P<name>\w+)'",
        "the file names a class {name} that is not found",
        "Pass custom_objects={{'{name}': ...}} with the class, and compile=False; or build the model and load only the "
        "weights. A file of Keras 2 is read by tf_keras.",
        "keras", "keras/src/saving/serialization_lib.py, Keras 3.15.1",
    ),
    Remark(
        r"Unrecognized keyword arguments: \['batch_shape'\]",
        "a file of Keras 3 is being loaded by Keras 2",
        "Load it with Keras 3; or build the model in Keras 2 and load only the weights: the arrays are the same.",
        "keras", "tf_keras 2.21.0",
    ),
    Remark(
        r"Argument\(s\) not recognized: \{'lr'",
        "the file's optimizer has an argument of old, lr",
        "Load with compile=False, and compile anew to train on: no weight is concerned.",
        "keras",
        "keras/src/optimizers/base_optimizer.py, Keras 3.15.1",
    ),
    Remark(
        r"'str' object has no attribute 'decode'",
        "an old Keras reads attributes of an .h5 file as bytes, and h5py 3 gives text",
        "Install h5py<3 beside that Keras, or load the file with tf_keras. The file is in order.",
        "keras", "keras/engine/saving.py, Keras 2.2.5",
    ),
    Remark(
        r"file signature not found",
        "the file is no HDF5 file",
        "Look at its first bytes: a zip (.keras, .npz, .pt), a Git LFS pointer or a web page that was saved instead. "
        "`python -m lstm_shapes explain FILE` goes by them.",
        "keras", "h5py 3.14.0",
    ),
    Remark(
        r"Fail to find the dnn implementation|Failed to call ThenRnnForward",
        "cuDNN could not be started or ran out of memory; no shape is wrong",
        "Let TensorFlow take GPU memory as it needs it (set_memory_growth), stop other programs on the GPU, compare the "
        "versions of CUDA and cuDNN with those TensorFlow asks for.",
        "keras", "tensorflow/core/kernels/cudnn_rnn_ops.cc",
    ),
    Remark(
        r"Could not find device for node: \{\{node CudnnRNN",
        "CuDNNLSTM and CuDNNGRU run on a GPU only",
        "Build the model with LSTM or GRU(reset_after=True) in tf_keras and load the weights there: it converts them.",
        "keras", "tf_keras/src/layers/rnn/cudnn_lstm.py, 2.21.0",
    ),
)  # fmt: skip
