"""Whether shapes are the arrays of a reading: in order, in any order, or all but one."""

from __future__ import annotations

import math
from collections import namedtuple
from itertools import islice

from lstm_shapes import layouts, pattern
from lstm_shapes.identify.readings import Reading, groups, known, product, title

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from lstm_shapes.pattern import Misfit

    Shape = tuple[int, ...]

MOST_WAYS = 8  # to read some of a layer's arrays; a list that leaves more says nothing

# `places`: which of the reading's arrays the shapes are, one for each shape; `sizes`: those that follow.
Match = namedtuple("Match", "reading places sizes ordered")


def fit(reading: Reading, place: int, shape: Shape, sizes: dict[str, int]) -> dict[str, int] | Misfit:
    """`pattern.solve` for one array of a reading; the sizes that its entry fixes are its own."""
    array = reading.arrays[place][0]
    fixed = known(reading, array)
    found = pattern.solve(array.pattern, shape, {**sizes, **fixed})
    if isinstance(found, pattern.Misfit):
        return found
    return {name: size for name, size in found.items() if name not in fixed}


def in_order(reading: Reading, shapes: Sequence[Shape]) -> list[Match]:
    """The shapes as arrays of a reading, in its order; arrays may be left out, so there may be several ways."""
    spare = len(reading.arrays) - len(shapes)

    def choices(taken: tuple[int, ...]) -> Iterable[int]:
        return range(taken[-1] + 1 if taken else 0, len(taken) + spare + 1)

    return [Match(reading, *found, True) for found in _search(reading, shapes, choices)] if spare >= 0 else []


def in_any_order(reading: Reading, shapes: Sequence[Shape]) -> list[Match]:
    """The shapes as all arrays of a reading, sorted differently: one way, if there is any."""

    def choices(taken: tuple[int, ...]) -> Iterable[int]:
        return sorted({*range(len(reading.arrays))} - {*taken})

    whole = len(shapes) == len(reading.arrays)
    found = islice(_search(reading, shapes, choices), 1) if whole else ()
    return [Match(reading, *one, False) for one in found]


def _search(
    reading: Reading, shapes: Sequence[Shape], choices: Callable[[tuple[int, ...]], Iterable[int]]
) -> Iterator[tuple[tuple[int, ...], dict[str, int]]]:
    """Each way to place the shapes, as `(places, sizes)`; of arrays that are stored alike, the first is tried."""
    dead = set()  # what has led nowhere: the places still free and the sizes decide, not how one came there

    def search(
        taken: tuple[int, ...], sizes: dict[str, int]
    ) -> Iterator[tuple[tuple[int, ...], dict[str, int]]]:
        i, tried, any_ = len(taken), set(), False
        if i == len(shapes):
            yield taken, sizes
            return
        free = tuple(choices(taken))
        state = (i, free, *sorted(sizes.items()))
        if state in dead:
            return
        for place in free:
            array = reading.arrays[place][0]
            alike = (array.pattern, *known(reading, array).values())
            if alike not in tried:
                tried.add(alike)
                learned = fit(reading, place, shapes[i], sizes)
                if isinstance(learned, dict):
                    for found in search((*taken, place), learned):
                        any_ = True
                        yield found
        if not any_:
            dead.add(state)

    yield from islice(search((), {}), MOST_WAYS)


def closest(shapes: Sequence[Shape]) -> str:
    """Where nothing fits: the reading that all shapes but one fit, and what that one ought to be.

    >>> closest([(100, 82), (20, 80), (80,)])
    'closest is LSTM of Keras, one direction: 80 = 4 gates x 20 units, but the last axis of kernel is 82, \
and 80 was expected'
    """
    same = [group.reading for group in groups(main=True) if len(group.reading.arrays) == len(shapes)]
    if not same:
        return _counts(len(shapes))
    misses = [
        miss for reading in same for out in range(len(shapes)) if (miss := _but_one(reading, shapes, out))
    ]
    if not misses:
        return "nothing comes close: more than one of the shapes fits no layer that has the others"
    return str(min(misses)[-1])  # the smallest change; of two alike, what the tables have first


def _counts(given: int) -> str:
    counts = sorted({len(group.reading.arrays) for group in groups()})
    return f"no layer has {given} arrays, and the layers have {', '.join(map(str, counts))}"


def _but_one(reading: Reading, shapes: Sequence[Shape], out: int) -> tuple[float, int, str] | None:
    """What the shape numbered `out` ought to be by the others; None where these disagree too."""
    sizes: dict[str, int] = {}
    for place, shape in enumerate(shapes):
        if place != out:
            learned = fit(reading, place, shape, sizes)
            if not isinstance(learned, dict):
                return None
            sizes = learned
    misfit = fit(reading, out, shapes[out], sizes)
    if isinstance(misfit, dict):  # all fit: they were asked for in another order
        return None
    change = math.inf if misfit.axis is None else abs(math.log(misfit.given / misfit.wanted))
    return change, out, _said(reading, reading.arrays[out][0], sizes, shapes[out], misfit)


def _said(reading: Reading, array: layouts.Array, sizes: dict[str, int], shape: Shape, misfit: Misfit) -> str:
    units, gates = sizes.get("unit"), known(reading, array)["gate"]
    because = f": {gates * units} = {gates} gates x {units} units" if units and gates > 1 else ""
    start = f"closest is {title(reading)}{because}, but"
    if misfit.axis is None:
        return f"{start} {array.role} has {misfit.wanted} axes, and {shape} has {misfit.given}"
    count = len(shape)
    which = (
        "first"
        if misfit.axis == 0 and count > 1
        else "last"
        if misfit.axis == count - 1
        else f"{misfit.axis + 1}."
    )
    where = f"the {which} axis of {array.role} is {misfit.given}"
    if misfit.multiple:
        of = product(pattern.axes(array.pattern)[misfit.axis], {**sizes, **known(reading, array)})
        return f"{start} {where}, and a multiple of {of} was expected"
    return f"{start} {where}, and {misfit.wanted} was expected"


def one_after_another(shapes: Sequence[Shape]) -> Iterator[tuple[int, Match]]:
    """The arrays of a model: layer by layer, the longest fit first; arrays that fit nothing are other layers'."""
    every = sorted((group.reading for group in groups(main=True)), key=lambda reading: -len(reading.arrays))
    at = 0
    while at < len(shapes):
        for reading in every:
            count = len(reading.arrays)
            part = shapes[at : at + count]
            # Two matrices alone are as likely a Dense layer's.
            if len(part) == count > 2 and (found := in_order(reading, part)):
                yield at, found[0]
                at += count
                break
        else:
            at += 1
