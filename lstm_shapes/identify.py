"""The inverse: which layers have arrays of these shapes, or this many parameters, and why."""

from __future__ import annotations

import math
from collections import namedtuple
from dataclasses import dataclass, replace

from lstm_shapes import layouts, pattern
from lstm_shapes.compute import build_layer
from lstm_shapes.pattern import Word
from lstm_shapes.recognise.fit import variants

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from lstm_shapes.layer import Layer

    Shape = tuple[int, ...]

MOST_ARRAYS, MOST_PARAMETERS, LARGEST_UNITS = 200, 10**10, 4096
WORDS = {"gate": "gates", "part": "biases", "direction": "directions", "unit": "units", "hidden": "units"}

# One entry of the tables under one set of options, with all its arrays in order: (array, direction).
Reading = namedtuple("Reading", "layout options arrays directions")
# Where an attempt to fit failed: how many axes fitted before, and the words for it.
Conflict = namedtuple("Conflict", "progress text")


@dataclass(frozen=True)
class Candidate:
    """A layer that has the shapes."""

    layer: Layer
    given: tuple[int, ...]  # which of the layer's arrays the shapes are
    reason: str

    @property
    def missing(self) -> tuple[str, ...]:
        """The layer's arrays that were not given."""
        return tuple(w.path for i, w in enumerate(self.layer.weights) if i not in self.given)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "layer": self.layer.to_dict(),
            "given": list(self.given),
            "missing": list(self.missing),
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Identified:
    """All candidates, best first; where there is none, what is closest and what differs."""

    candidates: tuple[Candidate, ...]
    closest: str = ""
    parts: tuple[tuple[int, Candidate], ...] = ()  # of a model: where each of its recurrent layers begins

    def __bool__(self) -> bool:
        return bool(self.candidates or self.parts)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        found = [candidate.to_dict() for candidate in self.candidates]
        parts = [{"first": first, **candidate.to_dict()} for first, candidate in self.parts]
        return {"schema": 1, "candidates": found, "parts": parts, "closest": self.closest or None}


def identify(shapes: Sequence[Sequence[int]]) -> Identified:
    """Every recurrent layer, in every known framework layout, that has arrays of these shapes.

    Parameters
    ----------
    shapes : sequence of shapes
        In the order in which the framework stores them; some may be left out.

    Returns
    -------
    Identified

    Raises
    ------
    ValueError
        If a shape is none.

    Examples
    --------
    >>> found = identify([(100, 80), (20, 80), (80,)])
    >>> best = found.candidates[0]
    >>> best.layer.cell, best.layer.framework, best.layer.units
    ('LSTM', 'keras', 20)
    >>> best.reason
    'kernel (100, 80): 100 inputs, 80 = 4 gates x 20 units; recurrent_kernel (20, 80): 20 units, 80 = 4 gates x 20 units; \
bias (80,): 80 = 4 gates x 20 units'
    >>> identify([(100, 80), (21, 80), (80,)]).closest
    'closest is LSTM of keras, one direction: 80 = 4 gates x 20 units, but the first axis of recurrent_kernel is 21, \
and 20 was expected'
    """
    asked = _checked(shapes)
    conflicts: list[Conflict] = []
    found: dict[Any, Candidate] = {}
    for reading in readings():
        match = _match(reading, asked, conflicts)
        if match is not None and not _one_direction(reading, match[0]):
            candidate = _candidate(reading, asked, *match)
            # Options that the shapes do not show give the same answer again: the default comes first.
            key = (candidate.layer.framework, candidate.layer.cell, candidate.reason, not candidate.missing)
            found.setdefault(key, candidate)
    ordered = sorted(found.values(), key=lambda one: len(one.missing))  # stable: known frameworks first
    if ordered:
        whole = not ordered[0].missing  # where all arrays are there, half a layer is no answer
        return Identified(tuple(one for one in ordered if not whole or not one.missing))
    if len(asked) > 2 and (parts := _one_after_another(asked)):
        return Identified((), parts=parts)
    best = max(conflicts, key=lambda conflict: conflict.progress, default=Conflict(0, "nothing comes close"))
    return Identified((), best.text)


def _one_direction(reading: Reading, places: tuple[int, ...]) -> bool:
    """Whether two directions were read, but all arrays belong to one: then the reading with one says it better."""
    return {reading.arrays[place][1] for place in places} in ({"forward"}, {"backward"})


def _one_after_another(shapes: list[Shape]) -> tuple[tuple[int, Candidate], ...]:
    """The arrays of a model: layer by layer, the longest fit first; arrays that fit nothing are other layers'."""
    found, at = [], 0
    lengths = sorted({len(reading.arrays) for reading in readings()} - {1}, reverse=True)
    while at < len(shapes):
        for length in lengths:
            part = shapes[at : at + length]
            whole = (one for one in readings() if len(one.arrays) == len(part) == length)
            match = next(((one, fit) for one in whole if (fit := _match(one, part, []))), None)
            if match is not None and length > 2:  # two matrices alone are as likely a Dense layer's
                found.append((at, _candidate(match[0], part, *match[1])))
                at += length
                break
        else:
            at += 1
    return tuple(found)


def _checked(shapes: Sequence[Sequence[int]]) -> list[Shape]:
    asked = [tuple(shape) for shape in shapes]
    if not asked or len(asked) > MOST_ARRAYS:
        raise ValueError(f"{len(asked)} shapes were given: 1 to {MOST_ARRAYS} were expected")
    for shape in asked:
        if not shape or not all(isinstance(n, int) and 0 < n < 10**9 for n in shape):
            raise ValueError(f"{shape} is no shape: positive whole numbers were expected, as in (100, 80)")
    return asked


def readings() -> Iterator[Reading]:
    """Every entry of every framework, under every set of options, in one direction and in two."""
    for framework in layouts.FRAMEWORKS:
        for layout in layouts.table(framework).values():
            for options, arrays in variants(layout):
                joined = any("direction" in axis for axis in pattern.axes(arrays[0].pattern))
                for directions in (("forward",), ("forward", "backward")):
                    two = len(directions) == 2 and not joined
                    listed = (
                        [(a, d) for d in directions for a in arrays] if two else [(a, None) for a in arrays]
                    )
                    yield Reading(layout, options, tuple(listed), directions)


def _match(
    reading: Reading, shapes: list[Shape], conflicts: list[Conflict]
) -> tuple[tuple[int, ...], dict[str, int]] | None:
    """Which arrays the shapes are, in order, and the sizes; None (and why) where they are not."""
    whole = len(shapes) == len(reading.arrays)

    def search(i: int, j: int, sizes: dict[str, int]) -> tuple[tuple[int, ...], dict[str, int]] | None:
        if i == len(shapes):
            return (), sizes
        last = j if whole else len(reading.arrays) - (len(shapes) - i)
        for place in range(j, last + 1):
            learned = _fit(reading, place, shapes[i], sizes)
            if isinstance(learned, Conflict):
                if whole:
                    conflicts.append(learned._replace(progress=learned.progress + 10 * i))
                continue
            rest = search(i + 1, place + 1, learned)
            if rest is not None:
                return (place, *rest[0]), rest[1]
        return None

    return search(0, 0, {}) if len(shapes) <= len(reading.arrays) else None


def _fit(reading: Reading, place: int, shape: Shape, sizes: dict[str, int]) -> dict[str, int] | Conflict:
    """The sizes, with what this array tells besides; or where it contradicts them."""
    array = reading.arrays[place][0]
    axes = pattern.axes(array.pattern)
    title = _title(reading)
    if len(axes) != len(shape):
        return Conflict(
            -1, f"closest is {title}: its {array.role} has {len(axes)} axes, and {shape} has {len(shape)}"
        )
    learned = {**sizes, **_known(reading, array)}
    for number, (axis, length) in enumerate(zip(axes, shape, strict=True)):
        names = ["unit" if name == "hidden" else name for name in axis]
        unknown = [name for name in names if name not in learned]
        known = math.prod(learned[name] for name in names if name in learned)
        if not unknown and known != length:
            return Conflict(number, _but(title, learned, array, number, len(axes), length, known))
        if unknown and (length % known or len(unknown) > 1):
            text = f"closest is {title}, but {length} is not a multiple of {_product(axis, learned)}"
            return Conflict(number, text)
        if unknown:
            learned[unknown[0]] = length // known
    return learned


def _but(title: str, sizes: dict[str, int], array: Any, axis: int, axes: int, given: int, wanted: int) -> str:
    units, gates = sizes.get("unit"), sizes.get("gate", 1)
    because = f": {gates * units} = {gates} gates x {units} units, but" if units and gates > 1 else " but"
    which = "first" if axis == 0 and axes > 1 else "last" if axis == axes - 1 else f"{axis}."
    return (
        f"closest is {title}{because} the {which} axis of {array.role} is {given}, and {wanted} was expected"
    )


def _known(reading: Reading, array: Any) -> dict[str, int]:
    gates = reading.layout.gates if array.gates is None else array.gates
    return {"gate": len(gates), "part": len(array.parts), "direction": len(reading.directions)}


def _title(reading: Reading) -> str:
    name = reading.layout.title or _cell_name(reading)
    return f"{name} of {reading.layout.framework}, {'two directions' if len(reading.directions) == 2 else 'one direction'}"


def _cell_name(reading: Reading) -> str:
    from lstm_shapes.cells import CELLS

    return str(CELLS[reading.layout.cell].name)


def _product(axis: tuple[str, ...], sizes: dict[str, int]) -> str:
    """`4 gates x 20 units`; a size that is not known yet is left out."""
    words = []
    for name in axis:
        size = sizes.get("unit" if name == "hidden" else name)
        if size is not None:
            words.append(f"{size} {WORDS.get(name, 'inputs' if name == 'input' else name)}")
    return " x ".join(words)


def _candidate(
    reading: Reading, shapes: list[Shape], given: tuple[int, ...], sizes: dict[str, int]
) -> Candidate:
    spatial: dict[str, Any] = {name: sizes.get(name, Word(name)) for name in _others(reading)}
    layer = build_layer(
        reading.layout,
        sizes.get("input", Word("input_dim")),
        sizes.get("unit", Word("units")),
        reading.directions,
        {**reading.layout.options, **reading.options, **({"sizes": spatial} if spatial else {})},
    )
    weights = tuple(replace(weight, index=i) for i, weight in enumerate(layer.weights))
    reasons = []
    for place, shape in zip(given, shapes, strict=True):
        array, direction = reading.arrays[place]
        known = {**sizes, **_known(reading, array)}
        lengths = [
            _product(axis, known) if len(axis) == 1 else f"{length} = {_product(axis, known)}"
            for axis, length in zip(pattern.axes(array.pattern), shape, strict=True)
        ]
        name = f"{direction} {array.role}" if direction else array.role
        reasons.append(f"{name} {shape}: {', '.join(lengths)}")
    return Candidate(replace(layer, weights=weights), given, "; ".join(reasons))


Count = namedtuple("Count", "framework cell input_dim units directions options")


def from_parameters(
    total: int,
    *,
    input_dim: int | None = None,
    units: int | None = None,
    frameworks: Sequence[str] = ("keras",),
) -> list[Count]:
    """Every layer that has `total` parameters, up to `LARGEST_UNITS` units.

    Each count grows with `units` and is linear in `input_dim`, so for each `units` there is one `input_dim` or none.

    >>> from_parameters(19360, input_dim=100, units=20)[0][:5]
    ('keras', 'lstm', 100, 20, 2)

    Raises
    ------
    ValueError
        If `total` is no positive whole number, or absurdly large.
    """
    if not 0 < total <= MOST_PARAMETERS:
        raise ValueError(f"{total:,} parameters: 1 to {MOST_PARAMETERS:,} were expected")
    found = []
    for reading in readings():
        if reading.layout.framework not in frameworks or _others(reading):
            continue
        for size in range(1, LARGEST_UNITS + 1) if units is None else (units,):
            without, with_one = _count(reading, 0, size), _count(reading, 1, size)
            inputs, rest = divmod(total - without, with_one - without)
            if inputs < 1:
                break
            if rest == 0 and input_dim in (None, inputs):
                entry = reading.layout
                found.append(
                    Count(entry.framework, entry.cell, inputs, size, len(reading.directions), reading.options)
                )
    return found


def _others(reading: Reading) -> list[str]:
    """The sizes that only some cells have: a convolution's window, a projection."""
    named = [name for array, _ in reading.arrays for axis in pattern.axes(array.pattern) for name in axis]
    return [name for name in dict.fromkeys(named) if name not in (*WORDS, "input")]


def _count(reading: Reading, inputs: int, units: int) -> int:
    total = 0
    for array, _ in reading.arrays:
        sizes = {"input": inputs, "hidden": units, "unit": units, **_known(reading, array)}
        total += math.prod(pattern.shape(array.pattern, sizes))
    return total
