"""Legacy HDF5 (`.h5`, `.hdf5`): each layer's arrays in one list, trainable ones first -> the tree of layers.

Source: save_weights_to_hdf5_group in keras/src/legacy/saving/legacy_h5_format.py (Keras 3.15.1) and in
tf_keras/src/saving/legacy/hdf5_format.py (2.21.0).
"""

from __future__ import annotations

from dataclasses import replace

from lstm_shapes.recognise.blocks import Block, blocks
from lstm_shapes.recognise.by_name import guessed
from lstm_shapes.recognise.config import LAYOUTS_OF, is_model, spec
from lstm_shapes.recognise.fit import fits
from lstm_shapes.recognise.tree import Held, Node

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_shapes.recognise.blocks import Named
    from lstm_shapes.sources.listing import Listing

TOP = "top_level_model_weights"  # the model's own arrays


def place(listing: Listing, rule: str) -> Node:
    """The tree of the model with its arrays; without a config, what the names tell."""
    described = spec((listing.config or {}).get("model_config"))
    model = described or Node("", "Functional", known=False)
    by_name: dict[str, list[Node]] = {}
    for child in model.children:
        by_name.setdefault(child.name, []).append(child)
    children = []
    for name, named in _layers(listing):
        same = by_name.get(name)
        known = same.pop(0) if same else None
        if name != TOP or named:
            children.append(_layer(name, list(blocks(named)), known, rule))
    return replace(model, children=tuple(children))


def _layers(listing: Listing) -> Iterator[tuple[str, Named]]:
    """Each layer's name with its arrays, named as the layer names them."""
    stored = {one.path: one for one in listing.arrays}
    for name, weight_names in (listing.config or {}).get("layer_names") or ():
        found = []
        for weight in weight_names:
            keys = (f"model_weights/{name}/{weight}", f"{name}/{weight}")
            found += [(weight, stored[key]) for key in keys if key in stored][:1]
        yield name, found


def _layer(name: str, found: list[Block], described: Node | None, rule: str) -> Node:
    if described is not None:
        placed = _aligned(described, found)
        if placed is not None:
            return placed
    return guessed(name, found, rule)


def _aligned(described: Node, found: list[Block]) -> Node | None:
    """The described layer with each block at its part; None where they do not go together.

    The list holds the trainable arrays of all parts in order, then the others of all parts in order.
    """
    leaves = list(_owners(described))
    got: dict[int, list[Block]] = {}
    at, trainable = 0, True
    for block in _whole(found, leaves):
        at_, trainable_ = at, trainable
        place_ = _accepting(leaves, at_, block, trainable_, got)
        if place_ is None and trainable:
            trainable = False
            place_ = _accepting(leaves, 0, block, trainable, got)
        if place_ is None:
            return None
        at = place_
        got.setdefault(at, []).append(_marked(block, trainable))
    return _attached(described, iter(range(len(leaves))), got)


def _marked(block: Block, trainable: bool) -> Block:
    return block._replace(held=tuple(replace(held, trainable=trainable) for held in block.held))


def _whole(found: list[Block], leaves: list[Node]) -> list[Block]:
    """One cell and nothing else: all arrays are its own, whatever they are called."""
    if len(leaves) == 1 and leaves[0].kind in LAYOUTS_OF and found:
        return [Block(found[0].prefix, True, tuple(held for block in found for held in block.held))]
    return found


def _owners(node: Node) -> Iterator[Node]:
    """The parts that can own arrays, in the framework's order."""
    if node.children:
        for child in node.children:
            yield from _owners(child)
    elif not is_model(node):
        yield node


def _accepting(
    leaves: list[Node], at: int, block: Block, trainable: bool, got: dict[int, list[Block]]
) -> int | None:
    """The first part from `at` on that the block can belong to."""
    for place_ in range(at, len(leaves)):
        leaf = leaves[place_]
        if leaf.kind in LAYOUTS_OF and leaf.known:
            shapes = [held.stored.shape for held in block.held]
            if place_ not in got and leaf.trainable is trainable and fits(shapes, LAYOUTS_OF[leaf.kind]):
                return place_
        elif (leaf.trainable or not trainable) and not (block.run and _plain(leaf)):
            named = len(leaves) == 1 or f"/{leaf.name}/" in f"/{block.prefix}/"
            if named:
                return place_
    return None


def _plain(leaf: Node) -> bool:
    """One of Keras's own layers without a cell: it never has a recurrent kernel."""
    return leaf.known and leaf.attr not in ("cell", "cells")


def _attached(node: Node, places: Iterator[int], got: dict[int, list[Block]]) -> Node:
    if node.children:
        return replace(node, children=tuple(_attached(child, places, got) for child in node.children))
    if is_model(node):
        return node
    mine = got.get(next(places), [])
    if node.known or node.attr in ("cell", "cells"):
        return replace(node, own=tuple(held for block in mine for held in block.held))
    return _strange(node, mine)


def _strange(node: Node, mine: list[Block]) -> Node:
    """A stranger's layer: what lies below it by name may hold cells that we know; what is its own may not."""
    own: list[Held] = []
    parts: list[Block] = []
    for block in mine:
        own_run = block.run and f"/{block.prefix}/".endswith(f"/{node.name}/") and not _like_ours(node)
        parts += [block._replace(run=False)] if own_run else [block]
    inside = guessed(node.name, parts, "trainable first")
    return replace(inside, attr=node.attr, own=(*own, *inside.own))


def _like_ours(node: Node) -> bool:
    """Whether a stranger's class has the options of Keras's LSTM or GRU: then it is built on one."""
    wanted = {"units", "recurrent_initializer", "recurrent_activation"}
    return wanted <= set(node.config) and bool({"unit_forget_bias", "reset_after"} & set(node.config))
