"""Which array of a layer, or which part of one, is what: two layouts meet by role."""

from __future__ import annotations

import math
from collections import namedtuple

from lstm_shapes import pattern
from lstm_shapes.layer import sizes_of
from lstm_shapes.render.outline import shape_text

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lstm_shapes.layer import Layer, Weight
    from lstm_shapes.pattern import Size

Piece = namedtuple("Piece", "name shape where gates size")  # what an array, or a part of one, is to a role


def pieces_of(layer: Layer) -> dict[str, list[Piece]]:
    """Role -> the arrays, or parts of arrays, that have it; those of the first direction stand for both."""
    found: dict[str, list[Piece]] = {}
    for weight in layer.weights:
        if weight.direction in (None, layer.directions[0]):
            for role, piece in _parts(layer, weight):
                found.setdefault(role, []).append(piece)
    return found


def _parts(layer: Layer, weight: Weight) -> Iterator[tuple[str, Piece]]:
    sizes = {**sizes_of(layer), "gate": len(weight.gates), "part": len(weight.parts)}
    names = [name for axis in pattern.axes(weight.pattern) for name in axis]
    times = len(layer.directions) if weight.direction else 1

    every = tuple(weight.gates) or ("unit",)

    def piece(where: str, other: Mapping[str, Size], gates: tuple[str, ...] = every) -> Piece:
        lengths = [other[name] if name in other else pattern.length((name,), sizes) for name in names]
        return Piece(weight.name, weight.shape, where, gates, _product([times, *lengths]))

    extra = [gate for gate in weight.gates if gate.startswith("recurrent_")]
    if weight.role == "joint_kernel":
        joined = next(name for name in names if "+" in name)
        inputs, (_, state) = layer.input_dim, joined.split("+")
        yield "kernel", piece(f"rows 0:{inputs}", {joined: inputs})
        yield "recurrent_kernel", piece(f"rows {inputs}:", {joined: pattern.length((state,), sizes)})
    elif weight.parts:
        for i, role in enumerate(weight.parts):
            yield role, piece(f"part {i + 1} of {len(weight.parts)}", {"part": 1})
    elif extra:
        last, gates = len(weight.gates), tuple(gate for gate in weight.gates if gate not in extra)
        yield "bias", piece(f"blocks 1 to {last - 1}", {"gate": last - 1}, gates)
        yield "recurrent_bias", piece(f"block {last}", {"gate": 1}, (extra[0].removeprefix("recurrent_"),))
    else:
        yield weight.role, piece("", {})


def _product(sizes: list[Size]) -> Size:
    """Numbers before symbols, as a formula is written."""
    symbols = [size for size in sizes if not isinstance(size, int)]
    return math.prod(size for size in sizes if isinstance(size, int)) * math.prod(symbols)


def said(pieces: tuple[Piece, ...]) -> str:
    """`kernel (100, 80)`, or `4 arrays (100, 20): W_i, ...`."""
    if not pieces:
        return "none"
    first, *more = pieces
    where = f", {first.where}" if first.where else ""
    if not more:
        return f"{first.name} {shape_text(first.shape)}{where}"
    return f"{len(pieces)} arrays, {first.name} {shape_text(first.shape)} to {pieces[-1].name}"


def total_of(pieces: tuple[Piece, ...]) -> Size:
    """How many numbers they hold together."""
    whole: Size = sum(piece.size for piece in pieces)
    return whole
