"""PyTorch's names (`encoder.weight_ih_l0_reverse`), in whatever file -> the recurrent layers."""

from __future__ import annotations

import re
from collections import namedtuple
from itertools import pairwise

from lstm_shapes.cells import CELLS
from lstm_shapes.layer import Connection, Explanation, Layer, Other
from lstm_shapes.recognise.fit import Fit, fits
from lstm_shapes.recognise.weights import filled, weight

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from lstm_shapes.sources.listing import Listing, Stored

    Arrays = dict[str, "Stored"]  # PyTorch's word for it -> the array

ORDER = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
ENTRIES = (("pytorch", "lstm"), ("pytorch", "gru"), ("pytorch", "simple_rnn"))
NAME = re.compile(
    r"(?P<module>(?:.*[./_])?)(?P<kind>weight|bias|w|b)_(?P<which>ih|hh|hr)(?:_l(?P<number>\d{1,6}))?(?P<back>_reverse)?"
)
# Split into two arrays by weight normalisation: the second has the matrix's own shape.
SPLIT = re.compile(r"(?P<module>(?:.*[./])?)parametrizations\.(?P<name>\w+)\.original1|(?P<old>.*)_v")
Key = namedtuple("Key", "module number")


def recognise(listing: Listing) -> Explanation:
    """The recurrent layers of a state dict."""
    index = {one.path: place for place, one in enumerate(listing.arrays)}
    layers: list[Layer] = []
    notes = list(listing.notes)
    found = _modules(listing)
    depth: dict[str, int] = {}
    for key in found:
        depth[key.module] = depth.get(key.module, 0) + 1
    for key, sides in found.items():
        layers += _layer(key, sides, depth[key.module] > 1, index, listing)
    used = {weight.key for layer in layers for weight in layer.weights}
    others = tuple(
        Other(index[one.path], one.path, one.shape, one.dtype)
        for one in listing.arrays
        if one.path not in used
    )
    return Explanation(listing.source, tuple(layers), others, tuple(_connections(layers)), tuple(notes))


def _modules(listing: Listing) -> dict[Key, dict[str, Arrays]]:
    """The arrays of each layer and direction, under PyTorch's words."""
    found: dict[Key, dict[str, Arrays]] = {}
    for one in listing.arrays:
        name = NAME.fullmatch(_whole(one.path))
        if name:
            word = f"{'weight' if name['kind'] in ('weight', 'w') else 'bias'}_{name['which']}"
            key = Key(name["module"], int(name["number"] or 0))
            side = found.setdefault(key, {}).setdefault("backward" if name["back"] else "forward", {})
            side.setdefault(word, one)
    return found


def _whole(path: str) -> str:
    """The name that an array split by weight normalisation had before."""
    split = SPLIT.fullmatch(path)
    if not split:
        return path
    return split["old"] if split["old"] is not None else f"{split['module'] or ''}{split['name']}"


def _layer(
    key: Key, sides: dict[str, Arrays], numbered: bool, index: dict[str, int], listing: Listing
) -> Iterator[Layer]:
    """One layer of a module: one direction, or two of the same sizes."""
    readings = {side: _reading(arrays) for side, arrays in sides.items()}
    if not readings.get("forward") or not all(readings.values()) or _strange(key, listing):
        return
    first = readings["forward"]
    assert first is not None
    if any((one.layout, one.options, one.sizes) != (first.layout, first.options, first.sizes)
           for one in readings.values() if one):  # fmt: skip
        return
    two = len(sides) == 2
    directions = ("forward", "backward") if two else ("forward",)
    options: dict[str, Any] = {}
    if first.options.get("projection"):
        size = first.sizes["projection"]
        options = {"projection": size, "sizes": {"projection": size}}
    name = key.module.rstrip("./_") or first.layout.layer
    notes = [
        f"{word} is stored in two arrays (weight normalisation): they are among the other arrays."
        for word, one in sides["forward"].items()
        if _whole(one.path) != one.path
    ]
    bare = Layer(
        f"{name}_l{key.number}" if numbered else name, CELLS[first.layout.cell].name, "pytorch", first.sizes["input"],
        first.sizes["unit"], directions, "concat" if two else None, bool(first.options.get("use_bias")), (),
        options=options, notes=tuple(notes),
    )  # fmt: skip
    weights = [
        made
        for direction in directions
        for made in _weights(bare, first, sides[direction], direction if two else None, index)
    ]
    yield filled(bare, weights)


def _reading(arrays: Arrays) -> Fit | None:
    shapes = [arrays[word].shape for word in ORDER if word in arrays]
    if "weight_ih" not in arrays or "weight_hh" not in arrays:
        return None
    readings = [
        fit for fit in fits(shapes, ENTRIES) if bool(fit.options.get("projection")) == ("weight_hr" in arrays)
    ]
    return readings[0] if readings else None


def _strange(key: Key, listing: Listing) -> bool:
    """Whether the file says that the module is of a class that is not PyTorch's."""
    modules = (listing.config or {}).get("modules") or {}
    about = modules.get(key.module.rstrip(".")) if isinstance(modules, dict) else None
    name = str((about or {}).get("class") or "torch.nn.modules.rnn")
    return "torch.nn.modules.rnn" not in name and "mode" not in (about or {})


def _weights(
    bare: Layer, fit: Fit, arrays: Arrays, direction: str | None, index: dict[str, int]
) -> Iterator[Any]:
    stored = [arrays[word] for word in ORDER if word in arrays]
    for array, one in zip(fit.arrays, stored, strict=True):
        if _whole(one.path) == one.path:
            yield weight(fit, array, bare, one, direction, one.path, index.get(one.path))


def _connections(layers: list[Layer]) -> Iterator[Connection]:
    """In a module of several layers each feeds the next."""
    for one, other in pairwise(layers):
        below, _, number = one.path.rpartition("_l")
        if below and number.isdecimal() and other.path == f"{below}_l{int(number) + 1}" and other.weights:
            yield Connection(one.path, other.path, (), other.weights[0].index)


def looks_like(listing: Listing) -> bool:
    """Whether any array has a name as PyTorch gives them."""
    return any(NAME.fullmatch(_whole(one.path)) for one in listing.arrays)
