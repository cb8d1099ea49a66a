"""A live Keras object, as `sources/live.py` lists it -> the tree of layers; unbuilt layers in symbols."""

from __future__ import annotations

from dataclasses import replace

from lstm_shapes.compute import from_numbers
from lstm_shapes.layer import Explanation, UsageError
from lstm_shapes.pattern import Word
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
CELLS = {"LSTM": "lstm", "GRU": "gru", "SimpleRNN": "simple_rnn"}


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


def unbuilt(listing: Listing) -> Explanation:
    """A layer that has no arrays yet: its formulas, from its options."""
    one = (listing.config or {})["tree"]
    kind, _ = _kind(one["classes"])
    inner = next((part for part in one["below"] if part["attr"] == "forward_layer"), one)
    cell = CELLS.get(_kind(inner["classes"])[0])
    if cell is None:
        raise UsageError(f"{one['name']!r} has no weights yet: build it first, or call it on some input")
    config = inner["config"]
    options: dict[str, Any] = {
        name: bool(config.get(name)) for name in ("return_sequences", "return_state", "use_bias")
    }
    if cell == "gru":
        options["reset_after"] = bool(config.get("reset_after"))
    if kind == "Bidirectional":
        options |= {"bidirectional": True, "merge_mode": one["config"].get("merge_mode")}
    found = from_numbers(Word("input_dim"), config["units"], cell=cell, **options)
    return replace(found, source=listing.source, layers=(replace(found.layers[0], path=one["name"]),))
