"""The tree of layers -> its recurrent layers, each array with its role, direction and gates."""

from __future__ import annotations

import re
from collections import namedtuple
from dataclasses import replace

from lstm_shapes import layouts
from lstm_shapes.cells import CELLS
from lstm_shapes.compute import outputs_of
from lstm_shapes.layer import Layer
from lstm_shapes.recognise.config import CELL_OF, LAYOUTS_OF
from lstm_shapes.recognise.fit import GUESSES, Fit, fits
from lstm_shapes.recognise.weights import weight

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from lstm_shapes.recognise.tree import Held, Node

# One cell with its arrays, where it stands, and whose options it has.
Found = namedtuple("Found", "cell owner path direction fit alternatives notes")
Unit = namedtuple("Unit", "path node parts")  # a recurrent layer of the model: parts are the Layers in it


def units(node: Node, path: tuple[str, ...] = ()) -> Iterator[Unit]:
    """The recurrent layers of a model, in its order, each with the `Layer`s that describe it."""
    for child in node.children:
        here = (*path, child.name)
        if child.kind == "Bidirectional":
            yield Unit("/".join(here), child, tuple(_both(child, here)))
        elif is_recurrent(child):
            found = [f for f in (_found(c, child, here, None) for c in _cells(child)) if f]
            yield Unit("/".join(here), child, tuple(_single(found, here, _is_stack(child))))
        elif child.kind in LAYOUTS_OF or _looks_like_a_cell(child):
            found = [f for f in (_found(child, child, here, None),) if f]
            yield Unit("/".join(here), child, tuple(_single(found, here, False)))
        else:
            yield from units(child, here)


def is_recurrent(node: Node) -> bool:
    """Whether a node is a layer that carries a cell through time."""
    return node.kind in CELL_OF or node.kind == "RNN" or node.child("cell") is not None


def _looks_like_a_cell(node: Node) -> bool:
    return (
        not node.known
        and len(node.own) in (2, 3)
        and bool(default_cell(node.name) or default_cell(node.attr))
    )


def default_cell(name: str) -> str:
    """The class that gives its cells such a name, where one does.

    >>> default_cell("lstm_cell_3"), default_cell("conv_lstm_2d_cell"), default_cell("minimal")
    ('LSTMCell', 'ConvLSTMCell', '')
    """
    found = re.fullmatch(r"(lstm|gru|simple_rnn|conv_lstm\w*?)_cell(_\d+)?", name)
    if not found:
        return ""
    names = {"lstm": "LSTMCell", "gru": "GRUCell", "simple_rnn": "SimpleRNNCell"}
    return names.get(found[1], "ConvLSTMCell")


def _is_stack(node: Node) -> bool:
    cell = node.child("cell")
    return cell is not None and not cell.own and len(cell.children) > 0


def _cells(node: Node) -> list[Node]:
    """The cells of a recurrent layer: one, or those of a stack."""
    cell = node.child("cell")
    if cell is None:
        return [node] if node.kind in LAYOUTS_OF else []
    if cell.own or not cell.children:
        return [cell]
    return [leaf for part in cell.children for leaf in _leaves(part)]


def _leaves(node: Node) -> list[Node]:
    return [node] if not node.children else [leaf for part in node.children for leaf in _leaves(part)]


def _both(node: Node, path: tuple[str, ...]) -> Iterator[Layer]:
    """The `Layer`s of a Bidirectional: one for each pair of cells alike, else one a direction."""
    sides = []
    for attr, direction in (("forward_layer", "forward"), ("backward_layer", "backward")):
        half = node.child(attr)
        cells = [] if half is None else [(c, _found(c, half, path, direction)) for c in _cells(half)]
        sides.append([(c, f) for c, f in cells if f])
    merge = node.config.get("merge_mode") if node.known else None
    stacked = any(len(side) > 1 for side in sides)
    if len(sides[0]) == len(sides[1]) and all(_alike(a[1], b[1]) for a, b in zip(*sides, strict=True)):
        for (cell, ahead), (_, behind) in zip(*sides, strict=True):
            where = (*path, cell.name) if stacked else path
            yield _layer(where, (ahead, behind), ("forward", "backward"), merge)
        return
    for side in sides:
        for cell, found in side:
            where = (*path, found.owner.name, cell.name) if stacked else (*path, found.owner.name)
            yield _layer(where, (found,), (found.direction,), merge)


def _alike(one: Found, other: Found) -> bool:
    return (one.fit.layout, one.fit.options, one.fit.sizes) == (
        other.fit.layout,
        other.fit.options,
        other.fit.sizes,
    )


def _single(found: list[Found], path: tuple[str, ...], stack: bool) -> Iterator[Layer]:
    for one in found:
        yield _layer((*path, one.cell.name) if stack else path, (one,), ("forward",), None)


def _found(cell: Node, owner: Node, path: tuple[str, ...], direction: str | None) -> Found | None:
    """What a cell is: by its class where the file tells it, else by its shapes; None where it is nobody's we know."""
    shapes = [held.stored.shape for held in cell.own]
    if not shapes or (not cell.known and cell.config):
        return None
    claimed = LAYOUTS_OF.get(cell.kind) or LAYOUTS_OF.get(default_cell(cell.name) if not cell.known else "")
    readings = [cell.fit] if cell.fit else fits(shapes, claimed or GUESSES)
    if not readings and claimed and not cell.known:
        readings = fits(shapes, GUESSES)
    readings = _as_configured(readings, cell)
    if not readings:
        return None
    return Found(
        cell,
        owner,
        path,
        direction,
        readings[0],
        _others(readings),
        tuple(_contradictions(cell, readings[0])),
    )


def _as_configured(readings: list[Fit], cell: Node) -> list[Fit]:
    """Where the shapes leave several readings, those that the config names."""
    agreed = [
        fit
        for fit in readings
        if all(bool(cell.config.get(name, value)) == value for name, value in fit.options.items())
    ]
    return agreed or readings


def _others(readings: list[Fit]) -> tuple[str, ...]:
    """In words, what else the arrays can be."""
    return tuple(dict.fromkeys(_said(fit) for fit in readings[1:] if _said(fit) != _said(readings[0])))


def _said(fit: Fit) -> str:
    name = fit.layout.title or CELLS[fit.layout.cell].name
    options = [f"{key}={value}" for key, value in fit.options.items() if key != "use_bias"]
    return ", ".join([name, f"{fit.sizes['unit']} units", *options])


def _contradictions(cell: Node, fit: Fit) -> Iterator[str]:
    """The config says one thing, the arrays another: both are shown."""
    said = {"units": fit.sizes["unit"], **fit.options}
    for key, value in said.items():
        claim = cell.config.get(key, cell.config.get("filters") if key == "units" else None)
        if claim is not None and claim != value and isinstance(claim, int | float | str | bool):
            yield (
                f"The config says {key}={str(claim)[:40]}, the arrays are those of {key}={value}: "
                "the file contradicts itself, and the arrays are what loading reads."
            )


def _layer(path: tuple[str, ...], found: tuple[Found, ...], directions: tuple[str, ...], merge: Any) -> Layer:
    first = found[0]
    fit, layout = first.fit, first.fit.layout
    known = bool(first.cell.config) and first.cell.known
    options = _options(first, known)
    bare = Layer(
        "/".join(path), layout.title or CELLS[layout.cell].name, "keras", fit.sizes.get("input"), fit.sizes["unit"],
        directions, merge if merge in ("concat", "sum", "mul", "ave") else None, _use_bias(fit), (), options=options,
        alternatives=first.alternatives, notes=tuple(dict.fromkeys(note for one in found for note in one.notes)),
    )  # fmt: skip
    weights = tuple(
        weight(one.fit, array, bare, held.stored, one.direction, _path(array, held, one))
        for one in found
        for array, held in zip(one.fit.arrays, one.cell.own, strict=True)
    )
    return replace(bare, weights=weights)


def _use_bias(fit: Fit) -> bool:
    return any(array.role == "bias" for array in fit.arrays)


def _options(found: Found, known: bool) -> dict[str, Any]:
    """The options that the arrays show, and those that only a config tells."""
    fit, config = found.fit, found.owner.config
    options: dict[str, Any] = {k: v for k, v in fit.options.items() if k != "use_bias"}
    if found.alternatives and not known:
        options = dict.fromkeys(options)  # the shapes are the same either way
    for name in ("return_sequences", "return_state", "go_backwards", "stateful"):
        if isinstance(config.get(name), bool):
            options[name] = config[name]
    if config.get("zero_output_for_mask") is True:
        options["zero_output_for_mask"] = True
    for name in ("activation", "recurrent_activation"):
        if (given := found.cell.config.get(name, config.get(name))) is not None:
            options[name] = given[:100] if isinstance(given, str) else "custom"
    window = {k: v for k, v in fit.sizes.items() if k in ("depth", "height", "width")}
    if window:
        options["sizes"] = window
    return options


def _path(array: layouts.Array, held: Held, found: Found) -> str:
    """`encoder_lstm/forward_lstm/lstm_cell/kernel`, as Keras 3 names it."""
    if held.name is not None:
        return held.name
    parts = [*found.path]
    if found.direction and found.owner.name:
        parts.append(found.owner.name)
    if found.cell is not found.owner and found.cell.name:
        parts.append(found.cell.name)
    return "/".join([*parts, array.name])


def complete(layer: Layer, timesteps: Any) -> Layer:
    """The layer with its output shape and states."""
    key = next((key for key, cell in CELLS.items() if cell.name in layer.cell), None)
    if key is None or layer.cell == "ConvLSTM" or layer.options.get("return_sequences") is None:
        return layer
    output, states = outputs_of(layer, CELLS[key].states, timesteps)
    return replace(layer, output_shape=output, states=states)
