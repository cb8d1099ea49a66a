"""Keras 3's files (`.keras`, `.weights.h5`): groups named after classes and attributes -> the tree of layers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from lstm_shapes.recognise.config import ALIASES, CELL_OF, is_model
from lstm_shapes.recognise.tree import Held, Node

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from lstm_shapes.sources.listing import Stored

CONTAINERS = ("layers", "_layer_checkpoint_dependencies")  # the second: TensorFlow 2.12
CLASSES = (
    "LSTM", "GRU", "SimpleRNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "RNN", "Bidirectional", "TimeDistributed",
    "Functional", "Sequential", "LSTMCell", "GRUCell", "SimpleRNNCell", "StackedRNNCells", "CuDNNLSTM", "CuDNNGRU",
    "Dense", "BatchNormalization", "Embedding", "Model",
)  # fmt: skip


@dataclass
class Group:
    """A group of the file: its arrays, and the groups in it."""

    path: str = ""
    name: str = ""  # the layer's own name, where the file has it
    own: dict[str, Stored] = field(default_factory=dict)
    below: dict[str, Group] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.own) or any(self.below.values())


def snake(name: str) -> str:
    """The class's name as a group's.  Source: keras/src/utils/naming.py, to_snake_case, Keras 3.15.1.

    >>> snake("SimpleRNN"), snake("ConvLSTM2D"), snake("CuDNNLSTM"), snake("corpus>AttentiveEncoder")
    ('simple_rnn', 'conv_lstm2d', 'cu_dnnlstm', 'attentive_encoder')
    """
    name = re.sub(r"\W+", "", name.rpartition(">")[2])
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    name = re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
    return f"private{name}" if name.startswith("_") else name  # so tf_keras; Keras 3 leaves it


CLASS_OF = {snake(name): name for name in CLASSES}


def groups(stored: Iterable[Stored], names: Mapping[str, str]) -> Group:
    """The file's groups from the paths of its arrays."""
    root = Group()
    for one in stored:
        *path, last = one.path.rpartition(":")[2].split("/")
        if path and path[-1] == "vars":
            path.pop()
        _at(root, path).own[last] = one
    for path_, name in names.items():
        if path_.endswith("vars") and isinstance(name, str):
            _at(root, [part for part in path_.rpartition(":")[2].split("/") if part][:-1]).name = name
    return root


def _at(group: Group, path: list[str]) -> Group:
    for part in path:
        group = group.below.setdefault(part, Group(f"{group.path}/{part}".lstrip("/")))
    return group


def place(spec: Node | None, group: Group) -> Node:
    """The tree with its arrays; what the config does not describe is taken from the file alone."""
    if spec is None:
        return _unknown(group, "", "")
    return _described(spec, group)


def _described(spec: Node, group: Group) -> Node:
    node = replace(spec, own=_own(group, spec), key=group.path)
    if not spec.known and not is_model(spec):
        inside = _unknown(group, spec.name, spec.attr)
        return replace(node, children=inside.children, in_order=inside.in_order)
    taken: set[str] = set()
    children = []
    if is_model(spec):
        container = next((group.below[name] for name in CONTAINERS if name in group.below), Group())
        pairs = _by_class(spec.children, container)
        taken.update(one.path for _, one in pairs)
        children = [_described(child, one) for child, one in pairs]
        rest = [
            _unknown(one, "", name) for name, one in container.below.items() if one.path not in taken and one
        ]
        children += rest
        taken.add(container.path)
    elif spec.children and spec.children[0].attr == "cells":
        container = group.below.get("cells", Group())
        children = [_described(child, one) for child, one in _by_class(spec.children, container)]
        taken.add(container.path)
    else:
        for child in spec.children:
            one = group.below.get(child.attr, Group())
            taken.add(one.path)
            children.append(_described(child, one))
    extra = [_unknown(one, "", name) for name, one in group.below.items() if one.path not in taken and one]
    return replace(node, children=(*children, *extra), in_order=len(extra) < 2)


def _own(group: Group, spec: Node) -> tuple[Held, ...]:
    stored = [group.own[key] for key in sorted(group.own, key=_number)]
    held = len(stored)
    if spec.kind == "BatchNormalization":  # gamma and beta, then the moving mean and variance
        held = sum(spec.config.get(name) is not False for name in ("scale", "center"))
    if spec.kind == "Normalization":
        held = 0
    return tuple(Held(one, spec.trainable and place < held) for place, one in enumerate(stored))


def _by_class(specs: tuple[Node, ...], container: Group) -> list[tuple[Node, Group]]:
    """Each layer with its group: by the layer's name where the file has it, else by class and count.

    Source: keras/src/saving/saving_lib.py, _save_container_state, Keras 3.15.1.
    """
    named = {one.name: one for one in container.below.values() if one.name}
    unique = len(named) == sum(bool(one.name) for one in container.below.values())
    used: dict[str, int] = {}
    pairs = []
    for spec in specs:
        if ".ops." in str(spec.config.get("module", "")):
            continue
        base = snake(spec.kind)
        count = used.get(base, 0)
        used[base] = count + 1
        counted = container.below.get(f"{base}_{count}" if count else base)
        by_name = named.get(spec.name) if unique else None
        pairs.append((spec, by_name or counted or Group()))
    return pairs


def _number(key: str) -> tuple[int, str]:
    return (int(key), "") if key.isdecimal() and len(key) < 9 else (1 << 30, key)


def _natural(key: str) -> tuple[str, int]:
    """`lstm_2` before `lstm_10`."""
    base, _, number = key.rpartition("_")
    return (base, int(number)) if base and number.isdecimal() and len(number) < 9 else (key, 0)


def _unknown(group: Group, name: str, attr: str) -> Node:
    """A part that no config describes."""
    kind = "" if attr in ("cell", "layer", "forward_layer", "backward_layer") else _kind(attr)
    below = dict(group.below)
    if "forward_layer" in below and "backward_layer" in below:
        kind = "Bidirectional"
        below = {key: below[key] for key in ("forward_layer", "backward_layer")}
    children, in_order = _parts(below)
    own = tuple(Held(group.own[key]) for key in sorted(group.own, key=_number))
    return Node(name or group.name or attr, kind, attr, {}, False, True, own, children, in_order, group.path)


def _kind(attr: str) -> str:
    base = _natural(attr)[0]
    return ALIASES.get(CLASS_OF.get(base, ""), CLASS_OF.get(base, ""))


def _parts(below: dict[str, Group]) -> tuple[tuple[Node, ...], bool]:
    """The parts of a group and whether their order is the framework's: it is where one class is counted."""
    flat = list(_through_containers(below))
    flat = [(key, one, listed) for key, one, listed in flat if one]
    if len(below) == 2 and "forward_layer" in below:
        return tuple(_unknown(one, "", key) for key, one, _ in flat), True
    flat.sort(key=lambda item: _natural(item[0]))
    alike = {_natural(key)[0] for key, _, _ in flat}
    listed = all(listed for _, _, listed in flat)
    nodes = tuple(_unknown(one, "", key) for key, one, _ in flat)
    return nodes, len(flat) < 2 or (listed and len(alike) == 1)


def _through_containers(below: dict[str, Group], listed: bool = False) -> Iterator[tuple[str, Group, bool]]:
    """Parts in lists (`layers/lstm_1`, `blocks/gru`) stand beside those that are attributes."""
    for key, one in below.items():
        is_list = not one.own and not one.name and one.below and all(_kind(name) for name in one.below)
        if key in CONTAINERS or key == "cells" or (is_list and not _kind(key) and key != "cell"):
            yield from _through_containers(one.below, True)
        else:
            yield key, one, listed


def cell_kinds(node: Node) -> Any:
    """The class of a cell, where its name or its group's tells it."""
    base = _natural(node.name)[0]
    return {"lstm_cell": "LSTMCell", "gru_cell": "GRUCell", "simple_rnn_cell": "SimpleRNNCell"}.get(base, "")


def is_recurrent(node: Node) -> bool:
    """Whether a node is a layer that carries a cell through time."""
    return node.kind in CELL_OF or node.kind == "RNN" or node.child("cell") is not None
