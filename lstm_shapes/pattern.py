"""The notation in which a stored array is described: einops patterns.

`"input (gate unit)"` says: the first axis runs over the inputs, the second over gates and, inside each
gate, over units.  Shape, formula and the slices of each gate follow from that one line.
A size may be an int, a `Word`, a SymPy symbol or a NumPy array (a sweep): it only has to multiply and add.
"""

from __future__ import annotations

import math
import re
from collections import namedtuple
from functools import cache

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    Size = Any  # int, Word, sympy.Expr or numpy.ndarray
    Range = tuple[Size, ...]  # (start, stop) or (start, stop, step), as in a Python slice


class Word(str):
    """A size we have only a name for: it multiplies and adds into text, so a formula needs no SymPy.

    >>> 4 * Word("units"), Word("input_dim") + Word("units"), 0 * Word("units"), 1 * Word("units")
    ('4*units', 'input_dim + units', 0, 'units')
    >>> 2 * (Word("input_dim") + Word("units"))
    '2*(input_dim + units)'
    """

    def __mul__(self, other: Size) -> Size:  # type: ignore[override]  # a str repeats, a size multiplies
        if not isinstance(other, str) and other in (0, 1):
            return self if other == 1 else 0
        return Word(f"{_factor(other)}*{_factor(self)}")

    __rmul__ = __mul__

    def __add__(self, other: Size) -> Size:
        return self if other == 0 else Word(f"{self!s} + {other}")

    def __radd__(self, other: Size) -> Size:
        return self if other == 0 else Word(f"{other} + {self!s}")


def _factor(size: Size) -> str:
    return f"({size})" if "+" in str(size) else str(size)


@cache  # the tables' patterns are few; a thousand files ask for them a million times
def axes(pattern: str) -> tuple[tuple[str, ...], ...]:
    """The names along each stored axis, outermost first.

    >>> axes("input (gate unit)")
    (('input',), ('gate', 'unit'))
    """
    words = re.findall(r"\(([^)]*)\)|(\S+)", pattern)
    return tuple(tuple((group or single).split()) for group, single in words)


@cache
def names(pattern: str) -> tuple[str, ...]:
    """Each axis as one name, its parts joined by `*`.

    >>> names("input (gate unit)")
    ('input', 'gate*unit')
    """
    return tuple("*".join(axis) for axis in axes(pattern))


def length(names_: tuple[str, ...], sizes: Mapping[str, Size]) -> Size:
    """Length of one axis: the product of its parts; a part `input+hidden` is one after the other.

    >>> length(("gate", "unit"), {"gate": 4, "unit": 20})
    80
    >>> length(("input+hidden",), {"input": 100, "hidden": 20})
    120
    """
    return math.prod(sum(_size(one, sizes) for one in name.split("+")) for name in names_)


def _size(name: str, sizes: Mapping[str, Size]) -> Size:
    return 1 if name == "one" else sizes[SAME.get(name, name) if name not in sizes else name]


def shape(pattern: str, sizes: Mapping[str, Size]) -> tuple[Size, ...]:
    """Shape of an array stored as `pattern`.

    >>> shape("input (gate unit)", {"input": 100, "gate": 4, "unit": 20})
    (100, 80)
    >>> shape("input (gate unit)", {"input": Word("input_dim"), "gate": 4, "unit": Word("units")})
    ('input_dim', '4*units')
    >>> shape("(unit gate) input", {"input": Word("input_dim"), "gate": 4, "unit": Word("units")})
    ('4*units', 'input_dim')
    """
    return tuple(length(axis, sizes) for axis in axes(pattern))


@cache
def gate_axis(pattern: str) -> int | None:
    """Which stored axis holds the gates; None where there is none.

    >>> gate_axis("input (gate unit)"), gate_axis("(unit gate) input"), gate_axis("input unit")
    (1, 0, None)
    """
    return next((i for i, axis in enumerate(axes(pattern)) if "gate" in axis), None)


def gate_ranges(pattern: str, gates: tuple[str, ...], sizes: Mapping[str, Size]) -> dict[str, list[Range]]:
    """Where each gate lies along the gate axis: one range nearly always.

    Whole gates one after another, interleaved gates (a step), gates in the middle of an axis (several ranges):

    >>> gates, sizes = ("i", "f"), {"gate": 2, "unit": 3, "part": 2}
    >>> gate_ranges("(gate unit)", gates, sizes)
    {'i': [(0, 3)], 'f': [(3, 6)]}
    >>> gate_ranges("(unit gate)", gates, sizes)
    {'i': [(0, 6, 2)], 'f': [(1, 6, 2)]}
    >>> gate_ranges("(part gate unit)", gates, sizes)
    {'i': [(0, 3), (6, 9)], 'f': [(3, 6), (9, 12)]}
    """
    at = gate_axis(pattern)
    if at is None:
        return {}
    axis = axes(pattern)[at]
    before, after = axis[: axis.index("gate")], axis[axis.index("gate") + 1 :]
    outer, inner, count = length(before, sizes), length(after, sizes), len(gates)
    if not before:
        return {gate: [(i * inner, (i + 1) * inner)] for i, gate in enumerate(gates)}
    if not after:
        return {gate: [(i, outer * count, count)] for i, gate in enumerate(gates)}
    blocks = range(int(outer))
    return {
        gate: [((b * count + i) * inner, (b * count + i + 1) * inner) for b in blocks]
        for i, gate in enumerate(gates)
    }


SAME = {"hidden": "unit", "state": "unit"}  # as many features come in, or are remembered, as units go out

# Where a shape contradicts a pattern: the axis (None: their number), its length, what it was to be (a multiple of).
Misfit = namedtuple("Misfit", "axis given wanted multiple")


def solve(pattern: str, shape: tuple[int, ...], known: Mapping[str, int]) -> dict[str, int] | Misfit:
    """The sizes under which an array stored as `pattern` has this `shape`; or a `Misfit` that says why none do.

    >>> solve("input (gate unit)", (100, 80), {"gate": 4})
    {'gate': 4, 'input': 100, 'unit': 20}
    >>> solve("hidden (gate unit)", (21, 80), {"gate": 4, "unit": 20})
    Misfit(axis=0, given=21, wanted=20, multiple=False)
    >>> solve("(gate unit)", (80,), {"gate": 3})
    Misfit(axis=0, given=80, wanted=3, multiple=True)

    Parameters
    ----------
    pattern : str
    shape : tuple of int
    known : mapping
        Sizes that are certain, by name; `hidden` is `unit`.

    Returns
    -------
    dict or Misfit
        With what is known in it.  Of two sizes that only their product tells, neither is.
    """
    stored = axes(pattern)
    if len(stored) != len(shape):
        return Misfit(None, len(shape), len(stored), False)
    sizes = dict(known)
    for number, (axis, given) in enumerate(zip(stored, shape, strict=True)):
        found = _factors(axis, sizes)
        product = math.prod(size for size in found.values() if size is not None)
        unknown = [name for name, size in found.items() if size is None]
        if not unknown and product != given:
            return Misfit(number, given, product, False)
        if unknown and (product == 0 or given % product or given == 0):
            return Misfit(number, given, product, True)
        if len(unknown) == 1:
            sizes[unknown[0]] = given // product
    return _settled(stored, sizes)


def _factors(axis: tuple[str, ...], sizes: Mapping[str, int]) -> dict[str, int | None]:
    """What the length of an axis is made of; None for what is not known yet."""
    names_ = ["+".join(SAME.get(one, one) for one in name.split("+")) for name in axis if name != "one"]
    return {name: _sum(name, sizes) for name in names_}


def _sum(name: str, sizes: Mapping[str, int]) -> int | None:
    parts = name.split("+")
    if name not in sizes and all(part in sizes for part in parts):
        return sum(sizes[part] for part in parts)
    return sizes.get(name)


def _settled(stored: tuple[tuple[str, ...], ...], sizes: dict[str, int]) -> dict[str, int] | Misfit:
    """Of a sum, such as `input+unit`, the part that is left when the others are known.

    >>> solve("input+hidden (gate unit)", (120, 80), {"gate": 4})
    {'gate': 4, 'unit': 20, 'input': 100}
    >>> solve("input+hidden (gate unit)", (19, 80), {"gate": 4})
    Misfit(axis=0, given=19, wanted=21, multiple=False)
    """
    for name in [name for name in sizes if "+" in name]:
        parts = name.split("+")
        left, missing = sizes[name], [part for part in parts if part not in sizes]
        left -= sum(sizes[part] for part in parts if part in sizes)
        if len(missing) < 2:
            if left < 1 if missing else left != 0:
                at = next((i for i, axis in enumerate(stored) if any("+" in one for one in axis)), None)
                return Misfit(at, sizes[name], sizes[name] - left + len(missing), False)
            sizes |= dict.fromkeys(missing, left)
            del sizes[name]
    return sizes
