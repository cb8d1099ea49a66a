"""ONNX: what an array is, the operator's input says; no name matters."""

from __future__ import annotations

from lstm_shapes import layouts
from lstm_shapes.cells import CELLS
from lstm_shapes.layer import Connection, Explanation, Layer, Other
from lstm_shapes.recognise.fit import Fit, solve
from lstm_shapes.recognise.weights import filled, weight

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from lstm_shapes.sources.listing import Listing, Stored

    Op = dict[str, Any]

CELL = {"LSTM": "lstm", "GRU": "gru", "RNN": "simple_rnn"}
SLOTS = {"W": 1, "R": 2, "B": 3, "P": 7}  # Source: onnx/docs/Operators.md
DIRECTIONS = {"forward": ("forward",), "reverse": ("backward",), "bidirectional": ("forward", "backward")}
FARTHEST = 200  # operators between two recurrent ones


def recognise(listing: Listing) -> Explanation:
    """The recurrent operators of a graph."""
    nodes = (listing.config or {}).get("nodes") or []
    stored = {one.path: one for one in listing.arrays}
    index = {one.path: place for place, one in enumerate(listing.arrays)}
    same = {node["outputs"][0]: node["inputs"][0] for node in nodes
            if node["op"] == "Identity" and node["inputs"] and node["outputs"]}  # fmt: skip
    made = [(node, layer) for node in nodes for layer in _layers(node, stored, same, index)]
    layers = [layer for _, layer in made]
    used = {one.key for layer in layers for one in layer.weights}
    others = tuple(
        Other(index[one.path], one.path, one.shape, one.dtype)
        for one in listing.arrays
        if one.path not in used
    )
    return Explanation(
        listing.source, tuple(layers), others, tuple(_connections(nodes, made, stored)), listing.notes
    )


def _layers(
    node: Op, stored: dict[str, Stored], same: dict[str, str], index: dict[str, int]
) -> Iterator[Layer]:
    """The layer that a recurrent operator is; none for another operator, or where its arrays are not stored."""
    if node["op"] not in CELL or node.get("domain") not in ("", "ai.onnx", None):
        return
    layout = layouts.find("onnx", CELL[node["op"]])
    found = {}
    for name, slot in SLOTS.items():
        key = node["inputs"][slot] if slot < len(node["inputs"]) else ""
        key = _origin(key, stored, same)
        if key in stored:
            found[name] = stored[key]
    given = {"use_bias": "B" in found, "peephole": "P" in found}
    fit = _fit(layout, found, given)
    if fit is not None:
        yield _layer(node, fit, found, given, index)


def _origin(key: str, stored: dict[str, Stored], same: dict[str, str]) -> str:
    for _ in range(len(same)):
        if key in stored or key not in same:
            break
        key = same[key]
    return key


def _fit(layout: layouts.Layout, found: dict[str, Stored], given: dict[str, bool]) -> Fit | None:
    arrays = tuple(array for array in layout.arrays if array.name in found and layouts.exists(array, given))
    if not arrays:
        return None
    sizes = solve(layout, arrays, tuple(found[array.name].shape for array in arrays))
    return None if sizes is None or "unit" not in sizes else Fit(layout, arrays, sizes, given)


def _layer(
    node: Op, fit: Fit, found: dict[str, Stored], given: dict[str, bool], index: dict[str, int]
) -> Layer:
    attributes = node.get("attributes") or {}
    directions = DIRECTIONS.get(str(attributes.get("direction", "forward")), ("forward",))
    options: dict[str, Any] = {"peephole": True} if given["peephole"] else {}
    if node["op"] == "GRU":
        options["reset_after"] = bool(attributes.get("linear_before_reset", 0))
    bare = Layer(
        _name(node), CELLS[fit.layout.cell].name, "onnx", fit.sizes.get("input"), fit.sizes["unit"], directions,
        "concat" if len(directions) == 2 else None, given["use_bias"], (), options=options,
        notes=tuple(_contradictions(attributes, fit, directions)),
    )  # fmt: skip
    direction = "backward" if directions == ("backward",) else None
    weights = (
        weight(fit, array, bare, one, direction, one.path, index[one.path])
        for array in fit.arrays
        for one in (found[array.name],)
    )
    return filled(bare, weights)


def _name(node: Op) -> str:
    return str(node.get("name") or next(iter(node["outputs"]), "") or node["op"])


def _contradictions(attributes: dict[str, Any], fit: Fit, directions: tuple[str, ...]) -> Iterator[str]:
    claims = {
        "hidden_size": (attributes.get("hidden_size"), fit.sizes["unit"]),
        "num_directions": (len(directions), fit.sizes.get("direction")),
    }
    for name, (claim, real) in claims.items():
        if claim is not None and real is not None and claim != real:
            yield (
                f"The operator says {name}={str(claim)[:40]}, its arrays are those of {name}={real}: "
                "the file contradicts itself."
            )


# ---------------------------------------------------------------- what feeds what


def _connections(
    nodes: list[Op], made: list[tuple[Op, Layer]], stored: dict[str, Stored]
) -> Iterator[Connection]:
    """From the input of each recurrent operator back to the one, or to the operator with weights, before it."""
    maker = {output: node for node in nodes for output in node["outputs"] if output}
    layer_of = {id(node): layer for node, layer in made}
    for node, layer in made:
        for source, through in _sources(node, maker, layer_of, stored):
            kernel = next((one.index for one in layer.weights if one.role == "kernel"), None)
            yield Connection(source, layer.path, through, kernel)


def _sources(
    node: Op, maker: dict[str, Op], layer_of: dict[int, Layer], stored: dict[str, Stored]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    seen: set[int] = set()
    todo: list[tuple[str, tuple[str, ...]]] = [(key, ()) for key in node["inputs"][:1]]
    while todo and len(seen) < FARTHEST:
        key, through = todo.pop()
        before = maker.get(key)
        if before is None or id(before) in seen:
            continue
        seen.add(id(before))
        if id(before) in layer_of:
            yield layer_of[id(before)].path, through
        elif any(name in stored and len(stored[name].shape) > 1 for name in before["inputs"]):
            yield _name(before), through
        else:
            todo += [(name, (_name(before), *through)) for name in before["inputs"]]
