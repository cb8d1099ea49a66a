"""An array in its smallest parts, one gate of one direction each, and back: what every conversion goes through.

>>> from lstm_shapes.compute import from_numbers
>>> from lstm_shapes.layer import sizes_of
>>> layer = from_numbers(3, 2, framework="pytorch").layers[0]
>>> kernel = layer.weights[0]
>>> for key, block in apart(kernel, np.arange(24).reshape(8, 3), sizes_of(layer)).items():
...     print(key, block.shape)
('forward', 'kernel', 'input') (3, 2)
('forward', 'kernel', 'forget') (3, 2)
('forward', 'kernel', 'cell') (3, 2)
('forward', 'kernel', 'output') (3, 2)
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from lstm_shapes import pattern
from lstm_shapes.layer import Weight

Array = np.ndarray[Any, np.dtype[Any]]
Key = tuple[str, str, str]  # direction, role, gate
Pieces = dict[Key, Array]

OUTER = ("direction", "part", "gate")
# The order of a piece's axes, whatever the order in which they are stored.
INNER = ("depth", "height", "width", "input", "hidden", "projection", "state", "unit")
WITHOUT_GATES = "unit"  # the one gate of a cell that has none
ELSEWHERE = {"recurrent_candidate": ("recurrent_bias", "candidate")}  # blocks that are another role's gate


def apart(weight: Weight, array: Array, sizes: Mapping[str, Any]) -> Pieces:
    """Every direction, part and gate on its own; its axes in the order of `INNER`.

    Parameters
    ----------
    weight : Weight
        Whose array it is.
    array : array
        Of the weight's shape.
    sizes : mapping
        The lengths of the layer's axes, as `layer.sizes_of` gives them.
    """
    names = _words(weight)
    lengths = _lengths(weight, sizes)
    outer = [name for name in OUTER if name in names]
    stored = [name for name in names if name not in OUTER]
    spread = array.reshape([lengths[name] for name in names])
    order = [names.index(name) for name in (*outer, *stored)]
    blocks = spread.transpose(order).reshape(-1, *(lengths[name] for name in stored))
    found: Pieces = {}
    for key, block in zip(_keys(weight, names), blocks, strict=True):
        found |= _by_role(key, *_remembered(weight, block, stored, lengths), lengths)
    return found


def together(weight: Weight, pieces: Mapping[Key, Array], sizes: Mapping[str, Any]) -> Array:
    """The inverse of `apart`.

    Raises
    ------
    KeyError
        The piece that is missing.
    """
    names = _words(weight)
    lengths = _lengths(weight, sizes)
    outer = [name for name in OUTER if name in names]
    stored = [name for name in names if name not in OUTER]
    blocks = [_stored(weight, key, pieces, stored, lengths) for key in _keys(weight, names)]
    spread = np.stack(blocks).reshape([lengths[name] for name in (*outer, *stored)])
    back = spread.transpose([(*outer, *stored).index(name) for name in names])
    return np.ascontiguousarray(back.reshape(weight.shape))


def _words(weight: Weight) -> list[str]:
    """The names of the axes; one of length 1 is none."""
    return [name for axis in pattern.axes(weight.pattern) for name in axis if name != "one"]


def _lengths(weight: Weight, sizes: Mapping[str, Any]) -> dict[str, int]:
    """Of every word of the pattern, in this array."""
    own = {
        **sizes,
        "hidden": sizes["unit"],
        "state": sizes["unit"],
        "gate": max(1, len(weight.gates)),
        "part": len(weight.parts),
        "direction": _directions(weight),
    }
    return {
        name: pattern.length((name,), own) for name in (*_words(weight), *own) if "+" in name or name in own
    }


def _directions(weight: Weight) -> int:
    """How many one array holds: the length of their axis, where there is one."""
    axes = pattern.axes(weight.pattern)
    return next((size for axis, size in zip(axes, weight.shape, strict=True) if axis == ("direction",)), 1)


def _keys(weight: Weight, names: Sequence[str]) -> Iterator[Key]:
    """The pieces in the order in which the outer axes count."""
    both = ("forward", "backward")[: _directions(weight)]
    directions = both if "direction" in names else (weight.direction or "forward",)
    roles = weight.parts if "part" in names else (weight.role,)
    gates = tuple(weight.gates) if "gate" in names else (WITHOUT_GATES,)
    for direction, role, gate in product(directions, roles, gates):
        other, own = ELSEWHERE.get(gate, (role, gate))
        yield direction, other, own


def _canonical(names: Sequence[str]) -> list[str]:
    return sorted(names, key=lambda name: INNER.index(name.partition("+")[0]))


def _remembered(
    weight: Weight, block: Array, stored: Sequence[str], lengths: Mapping[str, int]
) -> tuple[Array, list[str]]:
    """A block with its axes in our order."""
    if weight.block_memory:  # the same numbers, one after another, are another matrix
        stored = weight.block_memory.split()
        block = block.reshape([lengths[name] for name in stored])
    names = _canonical(stored)
    return block.transpose([list(stored).index(name) for name in names]), names


def _by_role(key: Key, block: Array, names: Sequence[str], lengths: Mapping[str, int]) -> Pieces:
    """A kernel of the input and the state together is two."""
    axis = next((i for i, name in enumerate(names) if "+" in name), None)
    if axis is None:
        return {key: block}
    first = lengths[names[axis].partition("+")[0]]
    direction, _, gate = key
    kernel, recurrent = np.split(block, [first], axis=axis)
    return {(direction, "kernel", gate): kernel, (direction, "recurrent_kernel", gate): recurrent}


def _stored(
    weight: Weight, key: Key, pieces: Mapping[Key, Array], stored: Sequence[str], lengths: Mapping[str, int]
) -> Array:
    """A block as it is stored: the inverse of `_remembered` and `_by_role`."""
    memory = weight.block_memory.split() or list(stored)
    names = _canonical(memory)
    axis = next((i for i, name in enumerate(names) if "+" in name), None)
    direction, _, gate = key
    if axis is None:
        block = pieces[key]
    else:
        roles = ("kernel", "recurrent_kernel")
        block = np.concatenate([pieces[(direction, role, gate)] for role in roles], axis=axis)
    block = block.transpose([names.index(name) for name in memory])
    assert block.size == math.prod(lengths[name] for name in stored)
    return block.reshape([lengths[name] for name in stored])
