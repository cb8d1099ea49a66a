"""Small layers with random weights, and what their own framework computes; tests/test_convert.py reads what this writes.

    pip install torch==2.13.0 onnx onnxruntime numpy && python tests/frameworks/make_truth.py

Neither framework is needed to run the tests.
"""

from __future__ import annotations

import itertools
import pathlib

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper

HERE = pathlib.Path(__file__).parent
INPUT, UNITS, TIME, BATCH = 3, 2, 4, 2
TORCH = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "simple_rnn": torch.nn.RNN}
ONNX = {"lstm": ("LSTM", 4), "gru": ("GRU", 3), "simple_rnn": ("RNN", 1)}


def pytorch() -> dict[str, np.ndarray]:
    """`CASE/weight_ih_l0`, ..., `CASE/x`, `CASE/y` for one to three layers."""
    torch.manual_seed(0)
    kept = {}
    for cell, layers, two, bias in itertools.product(TORCH, (1, 2, 3), (False, True), (True, False)):
        case = f"{cell}-{layers}-{'two' if two else 'one'}-{'bias' if bias else 'plain'}"
        module = TORCH[cell](INPUT, UNITS, layers, bias=bias, batch_first=True, bidirectional=two)
        x = torch.randn(BATCH, TIME, INPUT)
        with torch.no_grad():
            for parameter in module.parameters():
                parameter.normal_()
            y = module(x)[0]
        kept |= {f"{case}/{name}": array.numpy() for name, array in module.state_dict().items()}
        kept |= {f"{case}/x": x.numpy(), f"{case}/y": y.numpy()}
    return kept


def onnx_runtime() -> dict[str, np.ndarray]:
    """`CASE/W`, `CASE/R`, `CASE/B`, `CASE/x`, `CASE/y`: one operator, run."""
    rng = np.random.default_rng(0)
    kept = {}
    for cell, two, bias, after in itertools.product(ONNX, (False, True), (True, False), (True, False)):
        op, gates = ONNX[cell]
        if cell != "gru" and after:
            continue
        case = f"{cell}-{'two' if two else 'one'}-{'bias' if bias else 'plain'}" + ("-after" if after else "")
        one = 2 if two else 1
        arrays = {
            "W": rng.normal(size=(one, gates * UNITS, INPUT)).astype("float32"),
            "R": rng.normal(size=(one, gates * UNITS, UNITS)).astype("float32"),
        }
        if bias:
            arrays["B"] = rng.normal(size=(one, 2 * gates * UNITS)).astype("float32")
        x = rng.normal(size=(TIME, BATCH, INPUT)).astype("float32")
        y = run(op, arrays, x, two, after)  # (time, direction, batch, units)
        y = np.concatenate(list(np.moveaxis(y, 1, 0)), axis=-1)
        kept |= {f"{case}/{name}": array for name, array in arrays.items()}
        kept |= {f"{case}/x": x.swapaxes(0, 1), f"{case}/y": y.swapaxes(0, 1)}
    return kept


def run(op: str, arrays: dict[str, np.ndarray], x: np.ndarray, two: bool, after: bool) -> np.ndarray:
    """The operator's output Y."""
    attributes = {"hidden_size": UNITS, "direction": "bidirectional" if two else "forward"}
    if op == "GRU":
        attributes["linear_before_reset"] = int(after)
    node = helper.make_node(op, ["x", *arrays], ["y"], **attributes)
    graph = helper.make_graph(
        [node],
        "one",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [onnx.numpy_helper.from_array(array, name) for name, array in arrays.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    return session.run(None, {"x": x})[0]


if __name__ == "__main__":
    np.savez_compressed(HERE / f"pytorch-{torch.__version__.partition('+')[0]}.npz", **pytorch())
    np.savez_compressed(HERE / f"onnxruntime-{onnxruntime.__version__}.npz", **onnx_runtime())
