"""For a terminal: aligned tables, bars to scale, colour only where it is wanted."""

from __future__ import annotations

from lstm_shapes.render.outline import (
    Bar,
    Block,
    Formula,
    Para,
    Table,
    Title,
    range_text,
)

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WIDTH = 80
# Okabe-Ito's colours, as numbers of the 256-colour palette, with black or white letters on them.
COLOURS = {
    "input": (214, 16), "forget": (39, 16), "cell": (36, 16), "output": (211, 16),
    "update": (214, 16), "reset": (39, 16), "candidate": (36, 16),
}  # fmt: skip


def render(blocks: Iterable[Block], colour: bool = False) -> str:
    """All blocks, an empty line between two."""
    return "\n\n".join("\n".join(DRAW[type(block)](block, colour)) for block in blocks)  # type: ignore[operator]


def _plain(text: str) -> str:
    return text.replace("`", "")


def _bold(text: str, colour: bool) -> str:
    return f"\033[1m{text}\033[0m" if colour else text


def title(block: Title, colour: bool) -> Iterator[str]:
    """A heading."""
    yield from (_bold(line, colour) for line in _wrapped(block.text))


def para(block: Para, _: bool) -> Iterator[str]:
    """Sentences, wrapped."""
    yield from _wrapped(_plain(block.text))


def _wrapped(text: str) -> Iterator[str]:
    """Lines of at most WIDTH; all but the first indented.  (textwrap costs a tenth of `explain`'s time.)"""
    line = ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > WIDTH:
            yield line
            line = f"  {word}"
        else:
            line = f"{line} {word}" if line else word
    yield line


def table(block: Table, colour: bool) -> Iterator[str]:
    """A table in columns."""
    rows = [block.head, *(tuple(map(_plain, row)) for row in block.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    right = [name in block.numeric for name in block.head]
    for number, row in enumerate(rows):
        cells = (f"{c:>{w}}" if r else f"{c:<{w}}" for c, w, r in zip(row, widths, right, strict=True))
        line = "  ".join(cells).rstrip()
        yield _bold(line, colour) if number == 0 else line


def bar(block: Bar, colour: bool) -> Iterator[str]:
    """The gate axis to scale, with the slice of each gate under its name."""
    yield _plain(block.label)
    whole = WIDTH - 4
    cells = []
    for segment in block.segments:
        name, where = segment.gate, range_text(segment.ranges)
        width = max(int(whole * segment.share) - 1, len(name) + 2, len(where) + 2)
        cells.append((segment.gate, name.center(width), where.center(width)))
    for line in (1, 2):
        painted = (_paint(cell[0], cell[line], colour) for cell in cells)
        yield f"  |{'|'.join(painted)}|"


def _paint(gate: str, text: str, colour: bool) -> str:
    if not colour or gate not in COLOURS:
        return text
    back, front = COLOURS[gate]
    return f"\033[48;5;{back};38;5;{front}m{text}\033[0m"


def formula(block: Formula, _: bool) -> Iterator[str]:
    """A calculation, one way of writing it a line."""
    lines = [line.replace("*", " · ") for line in block.lines]
    for number, line in enumerate(lines):
        yield f"{block.label + ':' if number == 0 else '':<{len(block.label) + 1}} {line}"


DRAW = {Title: title, Para: para, Table: table, Bar: bar, Formula: formula}
