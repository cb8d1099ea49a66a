"""The operators LSTM, GRU and RNN, one a layer, run by onnxruntime."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper
from protocol import Array, Arrays, Case, serve

OPERATORS = {"lstm": "LSTM", "gru": "GRU", "simple_rnn": "RNN"}
INPUTS = ("W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P")  # after X


def run(case: Case) -> Array:
    """One layer after another: an operator's output is (time, direction, batch, units)."""
    x = np.ascontiguousarray(case.x.swapaxes(0, 1))
    for layer in case.layers:
        y = operator(case, layer["both"], x)
        x = np.concatenate([y[:, direction] for direction in range(y.shape[1])], axis=-1)
    return x.swapaxes(0, 1)


def operator(case: Case, arrays: Arrays, x: Array) -> Array:
    """The output Y of one node."""
    attributes = {
        "hidden_size": case.words["units"],
        "direction": "bidirectional" if case.two else "forward",
    }
    if case.words["cell"] == "gru":
        attributes["linear_before_reset"] = int(case.words["reset_after"])
    last = max(INPUTS.index(name) for name in arrays)
    names = ["X", *(name if name in arrays else "" for name in INPUTS[: last + 1])]
    graph = helper.make_graph(
        [helper.make_node(OPERATORS[case.words["cell"]], names, ["Y"], **attributes)],
        "one",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, x.shape)],
        [helper.make_tensor_value_info("Y", TensorProto.FLOAT, [None] * 4)],
        [onnx.numpy_helper.from_array(array, name) for name, array in arrays.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options).run(None, {"X": x})[0]


if __name__ == "__main__":
    serve(run, f"onnxruntime {onnxruntime.__version__}, onnx {onnx.__version__}")
