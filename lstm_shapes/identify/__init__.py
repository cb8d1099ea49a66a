"""The inverse: which layers have arrays of these shapes, or this many parameters, and why."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass, replace

from lstm_shapes import pattern
from lstm_shapes.compute import build_layer
from lstm_shapes.identify.match import Match, closest, in_any_order, in_order, one_after_another
from lstm_shapes.identify.parameters import Count, from_parameters
from lstm_shapes.identify.readings import groups, known, others, product, readings, strange
from lstm_shapes.layouts import FRAMEWORKS, MAIN
from lstm_shapes.pattern import Word

__all__ = ["Candidate", "Count", "Identified", "from_parameters", "identify", "readings"]

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from lstm_shapes.identify.readings import Reading
    from lstm_shapes.layer import Layer
    from lstm_shapes.layouts import Array

    Shape = tuple[int, ...]

MOST_ARRAYS, LARGEST = 200, 10**9
Also = namedtuple("Also", "framework cell gates same_order")  # an entry whose arrays have the same shapes


@dataclass(frozen=True)
class Candidate:
    """A layer that has the shapes."""

    layer: Layer
    given: tuple[int, ...]  # which of the layer's arrays each shape is
    reasons: tuple[str, ...]  # one for each shape
    notes: tuple[str, ...] = ()
    also: tuple[Also, ...] = ()  # other entries of the tables with the same shapes

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
            "reasons": list(self.reasons),
            "notes": list(self.notes),
            "also": [{**one._asdict(), "gates": list(one.gates)} for one in self.also],
        }


@dataclass(frozen=True)
class Identified:
    """All candidates, best first; where there is none, what is closest and what differs."""

    candidates: tuple[Candidate, ...]
    parts: tuple[tuple[int, Candidate], ...] = ()  # of a model: where each of its recurrent layers begins
    closest: str = ""

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
        Of one layer, some arrays may be left out; or of a whole model, in the order of `get_weights()`.

    Returns
    -------
    Identified

    Raises
    ------
    ValueError
        If a shape is none.

    Examples
    --------
    >>> best = identify([(100, 80), (20, 80), (80,)]).candidates[0]
    >>> best.layer.cell, best.layer.framework, best.layer.units
    ('LSTM', 'keras', 20)
    >>> best.reasons[1]
    'recurrent_kernel (20, 80): 20 units, 80 = 4 gates x 20 units'
    >>> identify([(100, 80), (21, 80), (80,)]).closest
    'closest is LSTM of Keras, one direction: 80 = 4 gates x 20 units, but the first axis of recurrent_kernel is 21, \
and 20 was expected'
    """
    asked = _checked(shapes)
    matches = _matches(asked, in_order)
    if not any(map(_whole, matches)):
        matches += _matches(asked, in_any_order)
    whole = [match for match in matches if _whole(match)]
    if not any(map(_main, whole)):  # where there is one, half a layer is no answer
        whole += _some([match for match in matches if not _whole(match)])
    found: dict[Any, Candidate] = {}
    for match in sorted(whole, key=_rank):
        candidate = _candidate(match, asked)
        # Options that the shapes do not show give the same answer again: the first has the defaults.
        found.setdefault(
            (candidate.layer.framework, match.reading.layout.layer, candidate.reasons), candidate
        )
    if found:
        return Identified(tuple(sorted(found.values(), key=lambda one: len(one.missing))))
    parts = tuple((first, _candidate(match, asked[first:])) for first, match in one_after_another(asked))
    return Identified((), parts, "" if parts else closest(asked))


def _matches(shapes: Sequence[Shape], way: Callable[..., list[Match]]) -> list[Match]:
    """Half a layer is looked for only where files are read: shapes left out fit some rare framework nearly always."""
    fitting = [
        group.reading
        for group in groups()
        if group.reading.layout.framework in MAIN or len(group.reading.arrays) == len(shapes)
    ]
    return [match for reading in fitting for match in way(reading, shapes)]


def _main(match: Match) -> bool:
    return match.reading.layout.framework in MAIN


def _rank(match: Match) -> tuple[bool, int, int, int]:
    """Frameworks whose files are read first; default options; as the tables have the frameworks; the fewest sizes."""
    layout = match.reading.layout
    odd = strange(layout, match.reading.options)
    return not _main(match), odd, FRAMEWORKS.index(layout.framework), len(match.sizes)


def _some(matches: list[Match]) -> list[Match]:
    """Without those of two directions whose arrays all belong to one: the reading with one says it better."""
    sides = [{match.reading.arrays[place][1] for place in match.places} for match in matches]
    return [
        match for match, side in zip(matches, sides, strict=True) if side not in ({"forward"}, {"backward"})
    ]


def _checked(shapes: Sequence[Sequence[int]]) -> list[Shape]:
    asked = [tuple(shape) for shape in shapes]
    if not asked or len(asked) > MOST_ARRAYS:
        raise ValueError(f"{len(asked)} shapes were given: 1 to {MOST_ARRAYS} were expected")
    for shape in asked:
        if not shape or not all(isinstance(n, int) and 0 < n < LARGEST for n in shape):
            raise ValueError(f"{shape} is no shape: positive whole numbers were expected, as in (100, 80)")
    return asked


def _whole(match: Match) -> bool:
    return len(match.places) == len(match.reading.arrays)


def _candidate(match: Match, shapes: Sequence[Shape]) -> Candidate:
    reading, sizes = match.reading, match.sizes
    window = {name: sizes.get(name, Word(name)) for name in others(reading)}
    options = {**_told(reading), **({"sizes": window} if window else {})}
    if options.get("projection"):
        options["projection"] = window["projection"]
    layer = build_layer(
        reading.layout,
        sizes.get("input", Word("input_dim")),
        sizes.get("unit", Word("units")),
        reading.directions,
        options,
    )
    weights = tuple(replace(weight, index=i) for i, weight in enumerate(layer.weights))
    reasons = []
    for place, shape in zip(match.places, shapes, strict=False):
        array, direction = reading.arrays[place]
        name = f"{direction} {array.role}" if direction else array.role
        reasons.append(f"{name} {shape}: {_lengths(array, shape, {**sizes, **known(reading, array)})}")
    same = next(group.others for group in groups() if group.reading == reading)
    also = tuple(
        Also(one.layout.framework, one.key, one.layout.gates, one.layout.gates == reading.layout.gates)
        for one in same
    )
    also = tuple(dict.fromkeys(also))
    return Candidate(
        replace(layer, weights=weights), match.places, tuple(reasons), tuple(_notes(match)), also
    )


def _told(reading: Reading) -> dict[str, Any]:
    """The options that arrays tell: a GRU of ONNX has the same ones before and after."""
    named = {name for array in reading.layout.arrays for name in array.when}
    return {
        **{name: value for name, value in reading.layout.options.items() if name in named},
        **reading.options,
    }


def _lengths(array: Array, shape: Shape, sizes: dict[str, int]) -> str:
    lengths = []
    for axis, length in zip(pattern.axes(array.pattern), shape, strict=True):
        told = product(axis, sizes)
        lengths.append(f"{length} = {told}" if " x " in told else told or str(length))
    return ", ".join(lengths)


def _notes(match: Match) -> list[str]:
    notes = [match.reading.layout.note] if match.reading.layout.note else []
    if not match.ordered:
        notes.append("given in another order than the framework's; arrays of one shape may be each other")
    if {direction for _, direction in match.reading.arrays} == {"forward", "backward"}:
        notes.append("or two layers of one direction: their arrays have these shapes too")
    return notes
