"""ncnn's layers LSTM, GRU and RNN, from a .param text and a .bin in its own order of storage."""

from __future__ import annotations

import pathlib
import tempfile
from importlib.metadata import version

import ncnn
import numpy as np
from protocol import Array, Arrays, Case, serve

LAYERS = {"lstm": "LSTM", "gru": "GRU", "simple_rnn": "RNN"}
ORDER = ("weight_xc_data", "bias_c_data", "weight_hc_data")  # src/layer/lstm.cpp, load_model


def run(case: Case) -> Array:
    """One layer after another; a sample at a time, because there is no batch."""
    x = case.x
    for layer in case.layers:
        x = np.stack([one(case, layer["both"], sample) for sample in x])
    return x


def one(case: Case, arrays: Arrays, x: Array) -> Array:
    """The layer's output for one sample, (time, features)."""
    kind, units = LAYERS[case.words["cell"]], case.words["units"]
    direction = 2 if case.two else 0
    text = f"7767517\n2 2\nInput in0 0 1 in0\n{kind} one 1 1 in0 out0 0={units} 1={arrays[ORDER[0]].size} 2={direction}\n"
    with tempfile.TemporaryDirectory() as folder:
        param, model = pathlib.Path(folder) / "one.param", pathlib.Path(folder) / "one.bin"
        param.write_text(text)
        tag = np.zeros(1, "int32").tobytes()  # before each array: float32 follows
        model.write_bytes(b"".join(tag + arrays[name].tobytes() for name in ORDER))
        net = ncnn.Net()
        net.opt.num_threads = 1
        net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
        net.opt.use_bf16_storage = False
        assert net.load_param(str(param)) == 0
        assert net.load_model(str(model)) == 0
        extractor = net.create_extractor()
        extractor.input("in0", ncnn.Mat(np.ascontiguousarray(x)).clone())
        return np.array(extractor.extract("out0")[1])


if __name__ == "__main__":
    serve(run, version("ncnn"))
