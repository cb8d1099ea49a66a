"""A Keras layer as an ONNX file, run by onnxruntime, and read back into Keras."""

import pathlib
import tempfile

import keras
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import lstm_shapes

DISTRIBUTIONS = ("keras", "onnx", "onnxruntime", "numpy")


def to_onnx(layer, op, inputs, path):
    """A layer that returns sequences, as a file: (batch, time, features) in and out, like Keras."""
    made = lstm_shapes.convert(layer.get_weights(), "keras", "onnx")
    units, one = made.explanation.layers[0].units, made.named["W"].shape[0]
    options = {"hidden_size": units, "direction": "bidirectional" if one == 2 else "forward"}
    if op == "GRU":
        options["linear_before_reset"] = int("linear_before_reset=1" in " ".join(made.notes))
    nodes = [
        helper.make_node("Transpose", ["x"], ["X"], perm=(1, 0, 2)),  # ONNX reads (time, batch, features)
        helper.make_node(op, ["X", *made.named], ["Y"], name="layer", **options),
        helper.make_node(
            "Transpose", ["Y"], ["T"], perm=(2, 0, 1, 3)
        ),  # Y is (time, direction, batch, units)
        helper.make_node("Reshape", ["T", "shape"], ["y"]),
    ]
    arrays = {**made.named, "shape": np.array([0, 0, one * units])}
    graph = helper.make_graph(
        nodes, "recurrent",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ("batch", "time", inputs))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ("batch", "time", one * units))],
        [numpy_helper.from_array(array, name) for name, array in arrays.items()],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def from_onnx(path, layer):
    """Put the arrays of the file's recurrent operator into a built Keras layer."""
    graph = onnx.load(path).graph
    node = next(one for one in graph.node if one.op_type in ("LSTM", "GRU", "RNN"))
    arrays = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    attributes = {one.name: helper.get_attribute_value(one) for one in node.attribute}
    after = {"reset_after": bool(attributes.get("linear_before_reset", 0))} if node.op_type == "GRU" else {}
    given = dict(zip("WRB", (arrays[name] for name in node.input[1:4]), strict=False))
    layer.set_weights(lstm_shapes.convert(given, "onnx", "keras", **after).arrays)


LAYERS = {
    "LSTM(20)": ("LSTM", lambda: keras.layers.LSTM(20, return_sequences=True)),
    "Bidirectional(LSTM(20))": (
        "LSTM",
        lambda: keras.layers.Bidirectional(keras.layers.LSTM(20, return_sequences=True)),
    ),
    "GRU(20)": ("GRU", lambda: keras.layers.GRU(20, return_sequences=True)),
    "GRU(20, reset_after=False)": (
        "GRU",
        lambda: keras.layers.GRU(20, return_sequences=True, reset_after=False),
    ),
    "SimpleRNN(20)": ("RNN", lambda: keras.layers.SimpleRNN(20, return_sequences=True)),
}
rng = np.random.default_rng(0)
x = rng.normal(size=(3, 45, 100)).astype("float32")
with tempfile.TemporaryDirectory() as folder:
    for name, (op, make) in LAYERS.items():
        layer, again, path = make(), make(), str(pathlib.Path(folder, "layer.onnx"))
        for one in (layer, again):
            one.build(x.shape)
            one.set_weights([rng.normal(size=array.shape, scale=0.1) for array in one.get_weights()])
        to_onnx(layer, op, 100, path)
        y = onnxruntime.InferenceSession(path).run(["y"], {"x": x})[0]
        error = float(abs(y - np.asarray(layer(x))).max())
        from_onnx(path, again)
        same = all((a == b).all() for a, b in zip(layer.get_weights(), again.get_weights(), strict=True))
        print(f"{name:28} onnxruntime - Keras: {error:.0e}   back in Keras, bit by bit: {same}")
