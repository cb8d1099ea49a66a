"""A legacy file's list of arrays, cut into those of each cell and those of each other part, by name."""

from __future__ import annotations

import re
from collections import namedtuple

from lstm_shapes.recognise.tree import Held

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_shapes.sources.listing import Stored

    Named = list[tuple[str, Stored]]  # (name as the layer names it, array)

# Arrays that stand together: those of one cell (`run`), or others of one part.
Block = namedtuple("Block", "prefix run held")
KERAS1 = re.compile(r"(.*?)_?([WUb])_([icfozrh])")


def blocks(named: Named) -> Iterator[Block]:
    """The arrays of a layer cut into those of its cells and those of its other parts."""
    place = 0
    while place < len(named):
        length = _run(named[place:])
        run = length > 0
        length = length or _others(named[place:])
        prefix = split(named[place][0])[0]
        yield Block(prefix, run, tuple(Held(one, True, name) for name, one in named[place : place + length]))
        place += length


def split(name: str) -> tuple[str, str, str]:
    """The parts of a variable's name: where, what, and the number that makes it unique.

    >>> split("list_of_cells/kernel_1:0"), split("a.b:0/lstm_cell/bias")
    (('list_of_cells', 'kernel', '1'), ('a.b:0/lstm_cell', 'bias', ''))
    """
    if name[-2:-1] == ":":
        name = name[:-2]
    prefix, _, last = name.rpartition("/")
    base, _, number = last.rpartition("_")
    return (prefix, base, number) if base and number.isdecimal() else (prefix, last, "")


def _run(named: Named) -> int:
    """How many arrays from here on are those of one cell; 0 where none begins."""
    names = [split(name) for name, _ in named[:3]]
    words = [one[1] for one in names]
    if words[:2] == ["kernel", "recurrent_kernel"] and names[0][::2] == names[1][::2]:
        return 3 if len(names) > 2 and names[2] == (names[0][0], "bias", names[0][2]) else 2
    return _keras1(named)


def _keras1(named: Named) -> int:
    """Keras 1 names them `lstm_1_W_i`, `lstm_1_U_i`, `lstm_1_b_i`: W, U and b of each gate."""
    for gates in ("icfo", "zrh"):
        words = [(word, gate) for gate in gates for word in "WUb"]
        found = [
            KERAS1.fullmatch(name.rpartition("/")[2].partition(":")[0]) for name, _ in named[: len(words)]
        ]
        if [(m[2], m[3]) for m in found if m] == words:
            return len(words)
    return 0


def _others(named: Named) -> int:
    """How many arrays from here on belong to one part that is no cell."""
    prefix, word, _ = split(named[0][0])
    seen = {word}
    for place in range(1, len(named)):
        other, word, _ = split(named[place][0])
        if other != prefix or word in seen or _run(named[place : place + 12]):
            return place
        seen.add(word)
    return len(named)
