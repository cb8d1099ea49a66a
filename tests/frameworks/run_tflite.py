"""LiteRT (TensorFlow Lite): the operator UNIDIRECTIONAL_SEQUENCE_LSTM in a model of its own, run by the interpreter."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from protocol import Array, Arrays, each, serve

INPUTS = 24  # 0 the data, 1-4 input weights, 5-8 recurrent, 9-11 peepholes, 12-15 biases, 16-17 projection, 18-19 states
STATES = (18, 19)


def one(words: dict[str, Any], arrays: Arrays, x: Array) -> Array:
    """Names are those of the operator's inputs, as in `12: input_gate_bias`."""
    by_place = {int(name.partition(":")[0]): np.ascontiguousarray(array) for name, array in arrays.items()}
    interpreter = Interpreter(model_content=model(by_place, x.shape, words["units"]), num_threads=1)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], x)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"]).copy()


def model(arrays: dict[int, Array], shape: tuple[int, ...], units: int) -> bytes:
    """A flatbuffer with that one operator."""
    buffers, tensors = [schema.BufferT()], []

    def tensor(size: tuple[int, ...], data: Array | None = None, variable: bool = False) -> int:
        made = schema.TensorT()
        made.shape, made.type, made.isVariable = list(size), schema.TensorType.FLOAT32, variable
        made.name, made.buffer = f"t{len(tensors)}".encode(), 0
        if data is not None:
            held = schema.BufferT()
            held.data = np.frombuffer(data.tobytes(), "uint8")
            buffers.append(held)
            made.buffer = len(buffers) - 1
        tensors.append(made)
        return len(tensors) - 1

    batch, time, _ = shape
    inputs = [-1] * INPUTS
    inputs[0] = tensor(shape)
    for place, array in arrays.items():
        inputs[place] = tensor(array.shape, array)
    for place in STATES:
        inputs[place] = tensor((batch, units), variable=True)
    output = tensor((batch, time, units))
    operator, options = schema.OperatorT(), schema.UnidirectionalSequenceLSTMOptionsT()
    options.fusedActivationFunction = schema.ActivationFunctionType.TANH
    operator.opcodeIndex, operator.inputs, operator.outputs = 0, inputs, [output]
    operator.builtinOptionsType = schema.BuiltinOptions.UnidirectionalSequenceLSTMOptions
    operator.builtinOptions = options
    graph = schema.SubGraphT()
    graph.tensors, graph.operators, graph.inputs, graph.outputs = tensors, [operator], [inputs[0]], [output]
    code, whole = schema.OperatorCodeT(), schema.ModelT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.UNIDIRECTIONAL_SEQUENCE_LSTM
    whole.version, whole.operatorCodes, whole.subgraphs, whole.buffers = 3, [code], [graph], buffers
    builder = flatbuffers.Builder(0)
    builder.Finish(whole.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


if __name__ == "__main__":
    serve(each(one), version("ai-edge-litert"))
