"""PyTorch: what its recurrent layers say of their input and their states."""

from __future__ import annotations

from lstm_shapes.remarks.remark import Remark

TORCH = "torch/nn/modules/rnn.py, PyTorch 2.13.0"
HIDDEN = r"Expected hidden(?:\[[01]\])? size \((?P<l>\d+), (?P<b>\d+), (?P<h>\d+)\), got \["
STATE = "the state should be ({l}, {b}, {h}): num_layers * num_directions, batch, hidden_size"
REMARKS = (
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
        r"`lengths` array must be sorted in decreasing order",
        "pack_padded_sequence wants the longest sequence first",
        "Pass enforce_sorted=False: it sorts, and the states come back in your order.",
        "pytorch", "torch/nn/utils/rnn.py, PyTorch 2.13.0",
    ),
    Remark(
        r"Length of all samples has to be greater than 0",
        "one of the sequences is empty",
        "Take empty sequences out of the batch before packing.",
        "pytorch", "torch/nn/utils/rnn.py, PyTorch 2.13.0",
    ),
    Remark(
        r"For (?P<kind>batched 3-D|unbatched 2-D) input, hx (?:and cx )?should also be (?P<n>\d)-D",
        "for {kind} input each state has {n} axes too",
        "An LSTM wants a pair (h, c), a GRU or RNN h alone; with a batch each is (num_layers * num_directions, batch, "
        "hidden_size).",
        "pytorch", TORCH,
    ),
    Remark(
        r"RNN module weights are not part of single contiguous chunk of memory",
        "a warning about memory: the arrays are not one behind the other, as cuDNN wants them; nothing is computed otherwise",
        "Call flatten_parameters() on the layer, after loading or changing its weights and in each replica of DataParallel.",
        "pytorch", "aten/src/ATen/native/cudnn/RNN.cpp, PyTorch",
    ),
    Remark(
        r"cudnn RNN backward can only be called in training mode",
        "cuDNN keeps what backward needs only in training mode",
        "Call layer.train() before the forward pass; for dropout alone, set its p to 0 instead of calling eval().",
        "pytorch", "aten/src/ATen/native/cudnn/RNN.cpp, PyTorch",
    ),
)  # fmt: skip
