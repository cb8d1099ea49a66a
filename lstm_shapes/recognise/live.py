"""A live Keras object, as `sources/live.py` lists it -> the tree of layers."""

from __future__ import annotations

from lstm_shapes.recognise.config import ALIASES, CELL_OF, LAYOUTS_OF
from lstm_shapes.recognise.tree import MODELS, Held, Node

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any

    from lstm_shapes.sources.listing import Listing, Stored

OWN_CLASSES = ("keras", "tf_keras", "tensorflow")
KINDS = (
    *CELL_OF,
    *LAYOUTS_OF,
    *ALIASES,
    *MODELS,
    "RNN",
    "StackedRNNCells",
    "Bidirectional",
    "TimeDistributed",
)


def tree(listing: Listing) -> Node:
    """The tree of a live model; a layer or a cell alone is put under a nameless root."""
    stored = {one.path: one for one in listing.arrays}
    described = (listing.config or {})["tree"]
    node = _node(described, stored)
    return node if node.kind in MODELS else Node("", "Model", children=(node,))


def _node(one: dict[str, Any], stored: dict[str, Stored]) -> Node:
    kind, known = _kind(one["classes"])
    own = tuple(Held(stored[key]) for key in one["own"])
    children = tuple(_node(part, stored) for part in one["below"])
    return Node(one["name"], ALIASES.get(kind, kind), one["attr"], one["config"], known, True, own, children)


def _kind(classes: list[list[str]]) -> tuple[str, bool]:
    """The nearest class of the framework's own that we know: a subclass of LSTM is an LSTM."""
    for name, module in classes:
        if module.split(".")[0] in OWN_CLASSES and name in KINDS:
            return name, True
    name, module = classes[0]
    return name, module.split(".")[0] in OWN_CLASSES
