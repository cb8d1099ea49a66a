"""The checkpoints of one training differ in their numbers alone: what the last few said need not be worked out anew.

The answer of a reader that opens no other file depends on nothing but the bytes that it looks at.  Where another file
has the same size and the same bytes at all those places, it has the same answer.  Each of these bytes is read and
compared: nothing is guessed.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from lstm_shapes.sources.window import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from lstm_shapes.sources.listing import Listing
    from lstm_shapes.sources.window import Window

    Reader = Callable[[Window, str], Listing]

ALONE = ("lstm_shapes.sources.keras_h5", "lstm_shapes.sources.safetensors")  # readers that open no other file
KEPT = 4  # files of a few trainings in turn
MAX_KEPT = 1 << 20  # bytes looked at: more is rare, and not worth its memory


@dataclass(frozen=True)
class Stretch:
    """Places that lie close together: read at once, compared one by one."""

    start: int
    size: int
    looks: tuple[tuple[slice, bytes], ...]  # where in the stretch, and what stood there

    def same(self, window: Window) -> bool:
        """Whether the same bytes stand there."""
        data = window.read(self.start, self.size)
        return all(data[where] == stood for where, stood in self.looks)


@dataclass(frozen=True)
class Seen:
    """What a reader looked at, and what it found."""

    reader: Reader
    size: int
    stretches: tuple[Stretch, ...]
    found: Listing

    def same(self, window: Window) -> bool:
        """Whether the reader would see the same in this window."""
        return window.size == self.size and all(stretch.same(window) for stretch in self.stretches)


_last: deque[Seen] = deque(maxlen=KEPT)


def read(window: Window, source: str, reader: Reader) -> Listing:
    """What the reader finds; of a file like the last few, what it found in that one, whose `source` it then has."""
    for seen in tuple(_last):
        if seen.reader is reader and seen.same(window):
            return seen.found.of(source)
    places: list[tuple[int, int]] = []
    window.pages.seen = places
    found = reader(window, source)
    window.pages.seen = None
    if sum(end - start for start, end in places) <= MAX_KEPT:
        runs = _runs([(start - window.start, end - window.start) for start, end in places])
        stretches = tuple(_stretch(window, near) for near in _near(runs))
        _last.appendleft(Seen(reader, window.size, stretches, found))
    return found


def _stretch(window: Window, runs: list[tuple[int, int]]) -> Stretch:
    first, end = runs[0][0], runs[-1][1]
    looks = tuple((slice(a - first, b - first), window.read(a, b - a)) for a, b in runs)
    return Stretch(first, end - first, looks)


def _near(runs: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Runs with less than a page from one to the next are one group."""
    groups: list[list[tuple[int, int]]] = []
    for run in runs:
        if groups and run[0] - groups[-1][-1][1] < PAGE:
            groups[-1].append(run)
        else:
            groups.append([run])
    return groups


def _runs(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Places from start to end, in order, those that touch made one.

    >>> _runs([(8, 12), (0, 4), (2, 6), (12, 13)])
    [(0, 6), (8, 13)]
    """
    runs: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if runs and start <= runs[-1][1]:
            runs[-1] = runs[-1][0], max(end, runs[-1][1])
        else:
            runs.append((start, end))
    return runs
