"""How many numbers a layer holds, as a formula: with symbols and with numbers, factored and written out."""

from __future__ import annotations

from collections import namedtuple

from lstm_shapes import pattern
from lstm_shapes.pattern import Word

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from lstm_shapes.layer import Layer, Shape, Weight
    from lstm_shapes.pattern import Size

SYMBOLS = {
    "input": Word("input_dim"), "hidden": Word("units"), "unit": Word("units"),
    "projection": Word("projection"), "depth": Word("kernel_depth"), "height": Word("kernel_height"), "width": Word("kernel_width"),
}  # fmt: skip


class Arithmetic(namedtuple("Arithmetic", "symbols factored expanded total")):
    """A count of parameters, three ways: symbols, numbers factored, numbers expanded."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """As in schema 1 of the JSON."""
        return {"symbols": self.symbols, "factored": self.factored, "expanded": self.expanded}


def _product(factors: Iterable[Size]) -> str:
    words = [f"({one})" if "+" in str(one) else str(one) for one in factors if str(one) != "1"]
    return "*".join(words) or "1"


def _block(factors: Iterable[Size]) -> str:
    """A product that stands in a sum: one that is a sum itself needs no brackets there."""
    words = [one for one in factors if str(one) != "1"]
    return str(words[0]) if len(words) == 1 else _product(words)


def _written(name: str, sizes: Mapping[str, Size]) -> Size:
    """A size as it stands in a formula: `100 + 20` is not added up."""
    parts = [pattern.length((one,), sizes) for one in name.split("+")]
    return parts[0] if len(parts) == 1 else Word(" + ".join(map(str, parts)))


def _terms(weights: Iterable[Weight], common: tuple[str, ...]) -> dict[tuple[str, tuple[str, ...]], int]:
    """`(role, axes other than gates and what is common to all)` -> how many gates have such a block."""
    found: dict[tuple[str, tuple[str, ...]], int] = {}
    for weight in weights:
        names = [name for axis in pattern.axes(weight.pattern) for name in axis]
        rest = tuple(one for one in names if one not in ("gate", "one", *common))
        key = weight.role, rest
        found[key] = found.get(key, 0) + (len(weight.gates) if "gate" in names else 1)
    return found


def _factored(
    terms: Mapping[tuple[str, tuple[str, ...]], int], times: int, shared: Size, sizes: Mapping[str, Size]
) -> str:
    """`2*4*units*(input_dim + units + 1)`; blocks of as many gates stand in one bracket."""
    groups: dict[int, list[str]] = {}
    for (_, rest), gates in terms.items():
        groups.setdefault(gates, []).append(_block(_written(one, sizes) for one in rest))
    inside = [([gates, shared], " + ".join(group)) for gates, group in groups.items()]
    if len(inside) == 1:
        common, bracket = inside[0]
        return _product([times, *common, Word(bracket)])
    sums = " + ".join(_product([*common, Word(one)]) for common, one in inside)
    return sums if times == 1 else _product([times, Word(sums)])


def _expanded(weights: Iterable[Weight]) -> str:
    """`100*80 + 20*80 + 80`; arrays of one role and shape, as a gate each, once."""
    alike: dict[tuple[str, Shape], int] = {}
    for weight in weights:
        key = weight.role, weight.shape
        alike[key] = alike.get(key, 0) + 1
    return " + ".join(_product([many, *shape]) for (_, shape), many in alike.items())


def count(layer: Layer) -> Arithmetic | None:
    """The number of parameters as a formula, with symbols and with numbers.

    >>> from lstm_shapes.compute import from_numbers
    >>> layer = from_numbers(100, 20, bidirectional=True).layers[0]
    >>> count(layer).symbols, count(layer).factored, count(layer).total
    ('2*4*units*(input_dim + units + 1)', '2*4*20*(100 + 20 + 1)', 19360)
    >>> count(layer).expanded
    '2*(100*80 + 20*80 + 80)'
    >>> count(from_numbers(100, 20, framework="tensorflow1", peephole=True).layers[0]).symbols
    '4*units*(input_dim + units + 1) + 3*units'
    """
    if not layer.weights or layer.options.get("unequal"):
        return None
    arrays = [w for w in layer.weights if w.direction in (None, layer.directions[0])]
    named = [[name for axis in pattern.axes(w.pattern) for name in axis] for w in arrays]
    apart = len(layer.directions) if layer.weights[0].direction else 1
    joined = all("direction" in names for names in named)
    times = len(layer.directions) if joined else apart
    terms = _terms(arrays, ("unit", "direction") if joined else ("unit",))
    numbers = sizes_of(layer)
    if not all("unit" in names for names in named):
        return None
    written = [_factored(terms, times, sizes["unit"], sizes) for sizes in ({**numbers, **SYMBOLS}, numbers)]
    sums = _expanded(arrays)
    return Arithmetic(
        symbols=written[0],
        factored=written[1],
        expanded=sums if apart == 1 else f"{apart}*({sums})",
        total=sum(weight.parameters for weight in layer.weights),
    )


def sizes_of(layer: Layer) -> dict[str, Size]:
    """The length of each named axis of a layer's arrays."""
    gates = max((len(weight.gates) for weight in layer.weights), default=0)
    parts = max((len(weight.parts) for weight in layer.weights), default=0)
    sizes = {
        "input": layer.input_dim,
        "hidden": layer.units,
        "unit": layer.units,
        "gate": gates,
        "part": parts,
        "direction": len(layer.directions),
    }
    return {**sizes, **layer.options.get("sizes", {})}
