"""Keras: what a recurrent layer says of its input, its states and its options."""

from __future__ import annotations

from lstm_shapes.remarks.remark import Remark

RNN = "keras/src/layers/rnn/rnn.py, Keras 3.15.1"
SPEC = "keras/src/layers/input_spec.py, Keras 3.15.1; tf_keras input_spec.py, 2.21.0"
REMARKS = (
    Remark(
        r"expected ndim=3, found ndim=2",
        "a recurrent layer reads three axes, (batch, time, features), and got two",
        "Below another recurrent layer: give that one return_sequences=True. Behind an encoder: put RepeatVector(steps) "
        "between. One sequence alone: add the batch axis, x[None].",
        "keras", SPEC,
    ),
    Remark(
        r"expected ndim=3, found ndim=(?P<n>\d+)",
        "a recurrent layer reads three axes, (batch, time, features), and got {n}",
        "Decide which axis is time; merge the others into the features, Reshape((steps, -1)), or into the batch, which "
        "shares the weights. For images at each step there is ConvLSTM2D.",
        "keras", SPEC,
    ),
    Remark(
        r"expected ndim=2, found ndim=3",
        "the layer reads two axes, (batch, features), and got a sequence",
        "RepeatVector follows a recurrent layer without return_sequences=True: take it off, or take RepeatVector out.",
        "keras", SPEC,
    ),
    Remark(
        r"Unrecognized keyword arguments passed to (?P<cell>\w+): \{[^}]*'batch_input_shape'",
        "{cell} of Keras 3 has no argument batch_input_shape",
        "Put keras.Input(batch_shape=(batch, time, features)) first, and leave the argument out.",
        "keras", "keras/src/layers/layer.py, Keras 3.15.1",
    ),
    Remark(
        r"Unrecognized keyword arguments passed to (?P<cell>\w+): \{[^}]*'(?P<word>\w+)'",
        "{cell} of Keras 3 has no argument {word}",
        "The model or the code is of Keras 2. Load it with tf_keras, or pass custom_objects with a subclass of {cell} that "
        "drops {word}, or rebuild the model and load the weights: the arrays are the same.",
        "keras", "keras/src/layers/layer.py, Keras 3.15.1",
    ),
    Remark(
        r"Expected batch size: (?P<fixed>\d+)\W+Received batch size: (?P<given>\d+)",
        "a stateful layer keeps {fixed} rows of states, and got a batch of {given}",
        "Build the same model with batch size {given} and copy: one.set_weights(trained.get_weights()). No weight depends "
        "on the batch.",
        "keras", RNN,
    ),
    Remark(
        r"Expected shape (?P<model>\([^)]*\)), but input has incompatible shape (?P<given>\([^)]*\))",
        "the model reads {model}, and got {given}: (batch, time, features)",
        "Two axes: a batch, a time or a features axis is missing; x[None] adds the batch, x[..., None] one feature. Three: "
        "steps or features differ.",
        "keras", "keras/src/models/functional.py, Keras 3.15.1",
    ),
    Remark(
        r"expected shape=(?P<model>\(None, [^)]*\)), found shape=(?P<given>\([^)]*\))",
        "the model reads {model}, and got {given}: (batch, time, features)",
        "Two axes: a batch, a time or a features axis is missing; x[None] adds the batch, x[..., None] one feature. Three: "
        "steps or features differ.",
        "keras", SPEC,
    ),
    Remark(
        r"expected (?P<name>\w+) to have 3 dimensions, but got array with shape (?P<given>\([^)]*\))",
        "{name} reads (sequences, time steps, features), and got {given}",
        "Cut the series into windows, or add the axis that is missing: x[None] a batch, x[..., None] one feature.",
        "keras", "keras/engine/training_utils.py, Keras 2.3 and before",
    ),
    Remark(
        r"must have the same rank \(ndim\)\. Received: target\.shape=(?P<given>\([^)]*\)), output\.shape=(?P<model>\([^)]*\))",
        "the target is {given}, the model's output {model}",
        "With return_sequences=True the target has one row for each step; for one target a sequence leave it out.",
        "keras", "keras/src/losses, Keras 3.15.1",
    ),
    Remark(
        r"Matrix size-incompatible: In\[0\]: \[\d+,(?P<given>\d+)\], In\[1\]: \[(?P<model>\d+),(?P<columns>\d+)\]",
        "an array of {given} numbers a row met weights of {model} rows and {columns} columns",
        "If the weights are the kernel, the input has {given} features and the layer reads {model}; if they are the recurrent "
        "kernel, the initial state has {given} units and the layer {model}.",
        "keras", "TensorFlow 2.21.0, under keras/src/layers/rnn",
    ),
    Remark(
        r"reset_states\(\) takes 1 positional argument but 2 were given",
        "reset_states of Keras 3 takes no states",
        "Assign them: layer.states[0].assign(h), layer.states[1].assign(c); or pass initial_state=[h, c] to the call.",
        "keras", RNN,
    ),
    Remark(
        r"expected shape=\((?P<fixed>\d+), [^)]*\), found shape=\((?P<given>\d+), ",
        "the layer was built for a batch of {fixed}, and got {given}",
        "A stateful layer has one row of states for each sequence. Build the same model with batch size {given} and copy: "
        "one.set_weights(trained.get_weights()). No weight depends on the batch.",
        "keras", SPEC,
    ),
    Remark(
        r"stateful=True` in a RNN, the batch size must be static|RNN is stateful, it needs to know its batch size",
        "a stateful layer must know the batch size when it is built",
        "Put keras.Input(batch_shape=(batch, time, features)) first (tf_keras: batch_input_shape).",
        "keras", RNN,
    ),
    Remark(
        r"`initial_state` was passed that is not compatible with `cell\.state_size`",
        "the states that were handed over are not as long, or not as many, as the layer's own",
        "An LSTM wants [h, c], a GRU h, each (batch, units). From a bidirectional encoder join h with h and c with c, and "
        "give the decoder twice the units.",
        "keras", "tf_keras/src/layers/rnn/base_rnn.py, 2.21.0",
    ),
    Remark(
        r"will not use cuDNN kernels? since it do(?:es not|esn't) meet the criteria",
        "a warning about speed: the layer computes the same, step by step; its weights are the same arrays",
        "cuDNN wants activation='tanh', recurrent_activation='sigmoid', recurrent_dropout=0, unroll=False, use_bias=True, "
        "for a GRU reset_after=True, and padding on the right.",
        "keras", "tf_keras/src/layers/rnn/gru_lstm_utils.py, 2.21.0",
    ),
    Remark(
        r"mask that does not correspond to right-padded sequences",
        "cuDNN can skip steps at the end of a sequence only",
        "Pad on the right (padding='post'), or pass use_cudnn=False. No weight changes.",
        "keras", "keras/src/backend/tensorflow/rnn.py, Keras 3.15.1",
    ),
    Remark(
        r"does not support masking",
        "behind this layer the mask is gone",
        "Leave padded steps out of the loss by sample_weight, or hand the mask to the next recurrent layer's call. Weights "
        "are unaffected.",
        "keras", "keras/src/layers/layer.py, Keras 3.15.1",
    ),
)  # fmt: skip
