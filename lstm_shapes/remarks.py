"""Messages of recurrent layers that are not about two shapes of one weight: what each says, and what to do.

A table and nothing else: a pattern, two sentences with the pattern's groups in them, and where the message comes
from.  Of several rows that fit the same words the first counts.  A new message is a new row.
"""

from __future__ import annotations

import re
from collections import namedtuple

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterator

Remark = namedtuple("Remark", "pattern means cause framework source")
RNN = "keras/src/layers/rnn/rnn.py, Keras 3.15.1"
SPEC = "keras/src/layers/input_spec.py, Keras 3.15.1; tf_keras input_spec.py, 2.21.0"
TORCH = "torch/nn/modules/rnn.py, PyTorch 2.13.0"
HIDDEN = r"Expected hidden(?:\[[01]\])? size \((?P<l>\d+), (?P<b>\d+), (?P<h>\d+)\), got \["
STATE = "the state should be ({l}, {b}, {h}): num_layers * num_directions, batch, hidden_size"
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
    Remark(
        HIDDEN + r"(?P=l), (?P<given>\d+), (?P=h)\]",
        STATE,
        "The expected size is (num_layers * num_directions, batch, hidden_size), with the batch taken from the input: it "
        "has batch {b}, the state {given}. Fix the axes of the input: (time, batch, features), or (batch, time, features) "
        "with batch_first=True.",
        "pytorch", TORCH,
    ),
    Remark(
        HIDDEN + r"(?P=b), (?P=l), (?P=h)\]",
        STATE,
        "The state was given batch first. batch_first concerns the input and the output only: swap the state's first two "
        "axes.",
        "pytorch", TORCH,
    ),
    Remark(
        HIDDEN + r"(?P<given>\d+), (?P=b), (?P=h)\]",
        STATE,
        "The state is for {given} layers or directions, the module has {l} (num_layers * num_directions).",
        "pytorch", TORCH,
    ),
    Remark(
        HIDDEN + r"(?P<given>[^\]]*)\]",
        STATE,
        "Got ({given}): hidden_size and num_layers come from the module, the batch from the input.",
        "pytorch", TORCH,
    ),
    Remark(
        r"input\.size\(-1\) must be equal to input_size\. Expected (?P<model>\d+), got (?P<given>\d+)",
        "the module reads {model} features at each step, the input has {given}",
        "The last axis of the input is the features: it is the second axis of weight_ih_l0.",
        "pytorch", TORCH,
    ),
    Remark(
        r"input has inconsistent input_size: got (?P<given>\d+) expected (?P<model>\d+)",
        "the cell reads {model} features at each step, the input has {given}",
        "The last axis of the input is the features: it is the second axis of weight_ih.",
        "pytorch", TORCH,
    ),
    Remark(
        r"(?P<cell>LSTM|GRU|RNN): Expected input to be 2D or 3D, got (?P<n>\d+)D instead",
        "{cell} reads (time, features), or that with a batch axis, and got {n} axes",
        "Decide which axis is time; merge the others into the features or into the batch.",
        "pytorch", TORCH,
    ),
    Remark(
        r"For (?P<kind>batched 3-D|unbatched 2-D) input, hx (?:and cx )?should also be (?P<n>\d)-D",
        "for {kind} input each state has {n} axes too",
        "An LSTM wants a pair (h, c), a GRU or RNN h alone; with a batch each is (num_layers * num_directions, batch, "
        "hidden_size).",
        "pytorch", TORCH,
    ),
)  # fmt: skip


def remarks(text: str) -> Iterator[tuple[str, str]]:
    """What each message in the text says, and what to do about it.

    >>> [(means, cause)] = remarks("expected ndim=3, found ndim=4. Full shape received: (None, 64, 4, 850)")
    >>> means
    'a recurrent layer reads three axes, (batch, time, features), and got 4'
    """
    taken: list[tuple[int, int]] = []
    for remark in REMARKS:
        for found in re.finditer(remark.pattern, text):
            if not any(a <= found.start() < b for a, b in taken):
                taken.append(found.span())
                yield remark.means.format(**found.groupdict()), remark.cause.format(**found.groupdict())
