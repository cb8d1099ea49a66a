"""OpenVINO's sequence operators, one a layer, compiled for the CPU in float32."""

from __future__ import annotations

import numpy as np
import openvino as ov
import openvino.opset13 as ops
from protocol import Array, Arrays, Case, serve

OPERATORS = {"lstm": ops.lstm_sequence, "gru": ops.gru_sequence, "simple_rnn": ops.rnn_sequence}
CORE = ov.Core()


def run(case: Case) -> Array:
    """One layer after another: an operator's output is (batch, direction, time, units)."""
    x = case.x
    for layer in case.layers:
        y = operator(case, layer["both"], x)
        x = np.ascontiguousarray(np.concatenate(list(np.moveaxis(y, 1, 0)), axis=-1))
    return x


def operator(case: Case, arrays: Arrays, x: Array) -> Array:
    """The first output of one operator."""
    units, both = case.words["units"], 2 if case.two else 1
    given = ops.parameter(x.shape, np.float32)
    state = ops.constant(np.zeros((len(x), both, units), "float32"))
    states = (state, state) if case.words["cell"] == "lstm" else (state,)
    lengths = ops.constant(np.full(len(x), x.shape[1], "int32"))
    held = [ops.constant(arrays[name]) for name in ("W", "R", "B")]
    options = {"direction": "bidirectional" if case.two else "forward"}
    if case.words["cell"] == "gru":
        options["linear_before_reset"] = case.words["reset_after"]
    node = OPERATORS[case.words["cell"]](given, *states, lengths, *held, units, **options)
    model = CORE.compile_model(
        ov.Model([node.output(0)], [given]), "CPU", {"INFERENCE_PRECISION_HINT": "f32", "NUM_STREAMS": "1"}
    )
    return next(iter(model(x).values())).copy()


if __name__ == "__main__":
    serve(run, ov.__version__.partition("-")[0])
