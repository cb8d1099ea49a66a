"""A Keras model's config -> the tree of its layers, without arrays."""

from __future__ import annotations

from lstm_shapes.recognise.tree import MODELS, Node

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any

DEEPEST = 40  # models and wrappers inside each other; past that it is no model that anybody built

# What a layer of this class has inside.  Keras 1 and the first releases of TensorFlow 2 had other names.
CELL_OF = {
    "LSTM": "LSTMCell",
    "UnifiedLSTM": "LSTMCell",
    "LSTMV2": "LSTMCell",
    "GRU": "GRUCell",
    "UnifiedGRU": "GRUCell",
    "GRUV2": "GRUCell",
    "SimpleRNN": "SimpleRNNCell",
    "ConvLSTM1D": "ConvLSTMCell",
    "ConvLSTM2D": "ConvLSTMCell",
    "ConvLSTM3D": "ConvLSTMCell",
}
# Which entries of the tables a cell of this class can be.
LAYOUTS_OF = {
    "LSTMCell": (("keras", "lstm"), ("keras2", "keras1_lstm")),
    "GRUCell": (("keras", "gru"), ("keras2", "keras1_gru")),
    "SimpleRNNCell": (("keras", "simple_rnn"),),
    "ConvLSTMCell": (("keras", "conv_lstm_1d"), ("keras", "conv_lstm_2d"), ("keras", "conv_lstm_3d")),
    "CuDNNLSTM": (("keras2", "cudnn_lstm"),),
    "CuDNNGRU": (("keras2", "cudnn_gru"),),
}
ALIASES = {"ConvLSTM1DCell": "ConvLSTMCell", "ConvLSTM2DCell": "ConvLSTMCell", "ConvLSTM3DCell": "ConvLSTMCell",
           "ConvRecurrent2D": "ConvLSTM2D"}  # fmt: skip
CELL_NAMES = {"LSTMCell": "lstm_cell", "GRUCell": "gru_cell", "SimpleRNNCell": "simple_rnn_cell"}
PARTS = ("layer", "forward_layer", "backward_layer", "cell")  # attributes that hold one other layer


def spec(model_config: Any) -> Node | None:
    """The tree that a model's config describes; None where it describes none.

    >>> tree = spec({"class_name": "Sequential", "config": {"layers": [
    ...     {"class_name": "LSTM", "config": {"name": "reader", "units": 20}}]}})
    >>> [(child.name, child.kind, child.children[0].kind) for child in tree.children]
    [('reader', 'LSTM', 'LSTMCell')]
    """
    if not isinstance(model_config, dict) or not isinstance(model_config.get("class_name"), str):
        return None
    return _node(model_config, "", True, 0)


def no_model(model_config: Any) -> str:
    """Why a config describes no model; empty where it may describe one.

    >>> no_model({"class_name": "Functional", "config": {"layers": {"a": 1}}})
    "its config's layers are of type dict: a list was expected; the file is damaged or made up"
    """
    if not isinstance(model_config, dict):
        return ""
    if model_config.get("class_name") == "function":
        return "its config names a function to call, not a model: loading it would run code; do not"
    config = model_config.get("config")
    layers = config.get("layers") if isinstance(config, dict) else None
    if layers is not None and not isinstance(layers, list):
        return f"its config's layers are of type {type(layers).__name__}: a list was expected; the file is damaged or made up"
    if layers and not any(_is_entry(one) for one in layers):
        return (
            "none of its config's layers is one: each should name its class; the file is damaged or made up"
        )
    return ""


def _node(entry: dict[str, Any], attr: str, trainable: bool, depth: int) -> Node:
    config = entry.get("config")
    if isinstance(config, list):  # a Sequential of Keras 2.2 and older
        config = {"layers": config}
    if not isinstance(config, dict):
        config = {}
    kind = _text(entry.get("class_name"))
    kind = ALIASES.get(kind, kind)
    own = _text(entry.get("name")) or _text(config.get("name"))
    trainable = trainable and config.get("trainable") is not False
    build = entry.get("build_config")
    if isinstance(build, dict):
        config = {**config, "build_config": build}
    known = _is_framework(entry, kind)
    children = _children(kind, config, trainable, depth + 1, known) if depth < DEEPEST else ()
    return Node(own, kind, attr, config, known, trainable, (), children)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _is_framework(entry: dict[str, Any], kind: str) -> bool:
    """Whether the class is Keras's own and not a stranger's of the same name."""
    registered, module = _text(entry.get("registered_name")), _text(entry.get("module"))
    if ">" in kind or ">" in registered:
        return False
    return not module or module.split(".")[0] in ("keras", "tf_keras", "tensorflow", "keras_core", "builtins")


def _children(
    kind: str, config: dict[str, Any], trainable: bool, depth: int, known: bool
) -> tuple[Node, ...]:
    layers = config.get("layers")
    if isinstance(layers, list):
        return tuple(_node(one, "layers", trainable, depth) for one in layers if _is_entry(one))
    if not known:
        return ()
    if kind == "Bidirectional":
        return _two_directions(config, trainable, depth)
    if kind in CELL_OF:
        cell = CELL_OF[kind]
        name = CELL_NAMES.get(cell, "conv_lstm_cell")
        return (Node(name, cell, "cell", config, True, trainable),)
    cells = config.get("cells")
    if isinstance(cells, list):
        return tuple(_node(one, "cells", trainable, depth) for one in cells if _is_entry(one))
    return tuple(_node(config[part], part, trainable, depth) for part in PARTS if _is_entry(config.get(part)))


def _two_directions(config: dict[str, Any], trainable: bool, depth: int) -> tuple[Node, ...]:
    """A forward layer, and a backward one: the same again where the config names no other.

    Source: keras/src/layers/rnn/bidirectional.py, Bidirectional.__init__, Keras 3.15.1.
    """
    layer = config.get("layer")
    if not isinstance(layer, dict) or not _is_entry(layer):
        return ()
    other: Any = config.get("backward_layer")
    forward = _node(_renamed(layer, "forward_"), "forward_layer", trainable, depth)
    mirrored = other if _is_entry(other) else _renamed(layer, "backward_", "forward_")
    return forward, _node(mirrored, "backward_layer", trainable, depth)


def _renamed(entry: dict[str, Any], prefix: str, instead_of: str = "") -> dict[str, Any]:
    config = entry.get("config")
    if not isinstance(config, dict):
        return entry
    name = _text(config.get("name")).removeprefix(prefix).removeprefix(instead_of)
    return {**entry, "name": prefix + name, "config": {**config, "name": prefix + name}}


def _is_entry(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("class_name"), str)


def is_model(node: Node) -> bool:
    """Whether a node is a model of layers, and not one layer."""
    return node.kind in MODELS or isinstance(node.config.get("layers"), list)
