"""A layer of a legacy file of which only the arrays' names and shapes are known -> its tree."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby, pairwise

from lstm_shapes.recognise.cells import default_cell
from lstm_shapes.recognise.fit import GUESSES, fits
from lstm_shapes.recognise.tree import Node

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_shapes.recognise.blocks import Block

    Names = tuple[str, ...]

MOST_PARTS = 40  # in one layer of the model, when its order has to be puzzled out


def guessed(name: str, blocks: list[Block], rule: str) -> Node:
    """The layer `name` with these arrays.

    A part's order within the layer is the list's own, except that a nested model's trainable arrays come
    first in the list, and in Keras 2.4 and later not in `get_weights()`.
    """
    if rule != "trainable first" and all(_layer_of(below(block.prefix, name)) for block in blocks):
        blocks = layerwise(blocks)  # a model: no array is the layer's own
    parts = [(below(block.prefix, name), block) for block in blocks]
    nodes: list[Node] = []
    for where, same in groupby(parts, key=lambda part: _layer_of(part[0]) if part[1].run else None):
        found = [(inner, block) for inner, block in same]
        if where is None:
            nodes += [Node(block.prefix, "", "", {}, False, True, block.held) for _, block in found]
        else:
            nodes.append(
                _recurrent("/".join(where), [(inner[len(where) :], block) for inner, block in found])
            )
    return _topped(name, list(_paired(nodes)))


def below(prefix: str, name: str) -> Names:
    """The names below the layer's own in an array's.

    >>> below("block1/lstm/lstm_cell", "block1/lstm"), below("deep_lstm/lstm_cell", "inner")
    (('lstm_cell',), ('deep_lstm', 'lstm_cell'))
    """
    before, found, rest = f"/{prefix}/".partition(f"/{name}/")
    return tuple(part for part in (rest if found else before).split("/") if part)


def _layer_of(inner: Names) -> Names:
    """Without the cell's own name at the end."""
    while inner and (default_cell(inner[-1]) or inner[-1].startswith("stacked_rnn_cells")):
        inner = inner[:-1]
    return inner


def _recurrent(name: str, runs: list[tuple[Names, Block]]) -> Node:
    """One recurrent layer: a cell, or several on top of each other."""
    cells = tuple(
        Node(inner[-1] if inner else f"cell_{place}", "", "cells", {}, False, True, block.held)
        for place, (inner, block) in enumerate(runs)
    )
    cell = replace(cells[0], attr="cell", name=cells[0].name if runs[0][0] else "")
    if len(cells) > 1:
        cell = Node("", "StackedRNNCells", "cell", {}, False, True, (), cells)
    return Node(name, "RNN", "", {}, False, True, (), (cell,))


def _paired(nodes: list[Node]) -> Iterator[Node]:
    """A `forward_x` with the `backward_x` that follows it: the two directions of one layer."""
    place = 0
    while place < len(nodes):
        one, other = nodes[place], nodes[place + 1] if place + 1 < len(nodes) else None
        where, _, last = one.name.rpartition("/")
        if other is not None and last.startswith("forward_") and _backward(where, other.name):
            sides = (replace(one, attr="forward_layer", name=last),
                     replace(other, attr="backward_layer", name=other.name.rpartition("/")[2]))  # fmt: skip
            yield Node(where, "Bidirectional", "", {}, False, True, (), sides)
            place += 2
        else:
            yield one
            place += 1


def _backward(where: str, name: str) -> bool:
    other, _, last = name.rpartition("/")
    return other == where and last.startswith("backward_")


def _topped(name: str, nodes: list[Node]) -> Node:
    """The layer itself, where one of its parts is no part but the layer."""
    whole = [node for node in nodes if not node.name]
    if len(whole) != 1:
        return Node(name, "", "layers", {}, False, True, (), tuple(nodes))
    (one,) = whole
    place = nodes.index(one)
    children = (*nodes[:place], *one.children, *nodes[place + 1 :])
    return replace(one, name=name, attr="layers", children=children)


# ---------------------------------------------------------------- the order inside a nested model


def layerwise(blocks: list[Block]) -> list[Block]:
    """The blocks part by part, where the list has all trainable arrays first and then all others.

    A part named twice (a BatchNormalization: gamma, ..., moving_mean) gives the second list away.  Where it
    begins, a frozen layer before it leaves open; the sizes that are handed on from part to part decide.
    """
    names = [block.prefix for block in blocks]
    if len(set(names)) == len(names) and not _breaks(blocks):
        return blocks
    if len(blocks) > MOST_PARTS:
        return blocks
    last = max((i for i, name in enumerate(names) if name not in names[:i]), default=0) + 1
    plain: list[Block] | None = None
    for start in range(min(last, len(blocks)), 0, -1):
        merged = _merged(blocks[:start], blocks[start:])
        if merged is None:
            continue
        plain = plain or merged
        if not _breaks(merged):
            return merged
    return plain or blocks


def _merged(first: list[Block], second: list[Block]) -> list[Block] | None:
    """Both lists as one, in the order of both; None where they contradict each other or leave it open."""
    merged, rest = [], list(second)
    shared = {block.prefix for block in first} & {block.prefix for block in second}
    if not shared and second:
        return [*second, *first] if not _breaks([*second, *first]) else None
    for block in first:
        if block.prefix in shared:
            while rest and rest[0].prefix != block.prefix:
                merged.append(rest.pop(0))
            if not rest:
                return None
            merged += [block, rest.pop(0)]
        else:
            merged.append(block)
    return [*merged, *rest]


def _breaks(blocks: list[Block]) -> int:
    """How often a part reads another number of features than the part before hands on."""
    ends = [end for block in blocks if (end := _ends(block))]
    return sum(two[0] not in (one[1], 2 * one[1]) for one, two in pairwise(ends))


def _ends(block: Block) -> tuple[int, int] | None:
    """How many features a part reads and hands on, as far as its arrays show it."""
    shapes = [held.stored.shape for held in block.held]
    if block.run:
        found = fits(shapes, GUESSES)
        return (found[0].sizes["input"], found[0].sizes["unit"]) if found else None
    if len(shapes[0]) == 2:
        return shapes[0][0], shapes[0][1]
    return (shapes[0][0], shapes[0][0]) if len(shapes[0]) == 1 else None
