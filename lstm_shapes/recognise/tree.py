"""A model as a tree of layers, each with the arrays that it owns itself; and the order of `get_weights()`."""

from __future__ import annotations

from dataclasses import dataclass, field

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from lstm_shapes.recognise.fit import Fit
    from lstm_shapes.sources.listing import Stored

MODELS = ("Functional", "Model", "Sequential")


@dataclass(frozen=True)
class Held:
    """An array and the layer's own word for it, where that is known."""

    stored: Stored
    trainable: bool = True
    name: str | None = None  # "kernel"


@dataclass(frozen=True)
class Node:
    """One layer, cell or model."""

    name: str
    kind: str = ""  # the class; "" where the file does not say
    attr: str = ""  # what its parent calls it: "forward_layer", "cell", ...
    config: Mapping[str, Any] = field(default_factory=dict)
    known: bool = True  # False: a stranger's class, about whose arrays nothing is claimed
    trainable: bool = True
    own: tuple[Held, ...] = ()
    children: tuple[Node, ...] = ()
    in_order: bool = True  # whether the children stand in the framework's order
    key: str = ""  # where the file keeps it
    fit: Fit | None = None  # what it is, where it has no arrays yet that would tell

    def child(self, attr: str) -> Node | None:
        """The part that this one calls `attr`."""
        return next((one for one in self.children if one.attr == attr), None)


def arrays(node: Node) -> Iterator[Held]:
    """All arrays at and below a node, in no particular order."""
    yield from node.own
    for child in node.children:
        yield from arrays(child)


def in_order(node: Node, rule: str, top: bool = True) -> list[Held]:
    """The arrays as `get_weights()` gives them.

    `rule` is the framework's:

    - `"own first"`: a layer's own arrays, then its parts', at every depth.
      Source: keras/src/layers/layer.py, Layer.weights, Keras 3.15.1.
    - `"models in order"`: a model's layers one after another; inside any other layer all trainable arrays
      first.  Source: tf_keras/src/engine/training.py, Model.weights; base_layer.py, Layer.weights, 2.21.0.
    - `"trainable first"`: the outermost model's layers one after another; inside a nested model, too, all
      trainable arrays first.  Source: keras/engine/network.py, Network.weights and get_weights, Keras 2.2.5.
    """
    below = [in_order(child, rule, False) for child in node.children]
    if rule == "own first":
        return [*node.own, *(held for part in below for held in part)]
    if top or (rule == "models in order" and node.kind in MODELS):
        return [*(held for part in below for held in part), *node.own]
    everything = [*node.own, *(held for part in below for held in part)]
    return [h for h in everything if h.trainable] + [h for h in everything if not h.trainable]


def unsure(node: Node) -> set[str]:
    """Keys of the arrays whose place the file does not tell."""
    weighted = [child for child in node.children if any(True for _ in arrays(child))]
    if not node.in_order and len(weighted) > 1:
        return {held.stored.path for held in arrays(node)}
    return {path for child in weighted for path in unsure(child)}
