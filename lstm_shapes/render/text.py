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


def _wrapped(text: str, first: str = "", indent: str = "  ", width: int = WIDTH) -> Iterator[str]:
    """Lines of at most `width`; all but the first indented.  (textwrap costs a tenth of `explain`'s time.)"""
    line = first
    for word in text.split(" "):  # not at the narrow space inside a number
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = f"{indent}{word}"
        else:
            line = f"{line} {word}" if line else word
    yield line


def table(block: Table, colour: bool) -> Iterator[str]:
    """A table in columns; what has no room beside the others stands in a line below its row."""
    rows = [block.head, *(tuple(map(_plain, row)) for row in block.rows)]
    widths = _narrowed(block, rows)
    right = [name in block.numeric for name in block.head]
    below: list[int] = []
    while sum(widths) + 2 * (len(widths) - len(below) - 1) > WIDTH and len(below) < len(widths) - 1:
        below.append(max(range(len(widths)), key=widths.__getitem__))
        widths[below[-1]] = 0
    for number, row in enumerate(rows):
        lines = [*_beside(row, widths, right), *(f"       {row[one]}" for one in sorted(below) if row[one])]
        yield from (_bold(line, colour) for line in lines) if number == 0 else lines


def _narrowed(block: Table, rows: list[tuple[str, ...]]) -> list[int]:
    """The width of each column; of those that may break, the widest gives way while there is too little room."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    least = {i: max(len(word) for row in rows for word in row[i].split(" "))
             for i, name in enumerate(block.head) if name in block.wraps}  # fmt: skip
    while sum(widths) + 2 * (len(widths) - 1) > WIDTH:
        wide = [i for i, width in least.items() if widths[i] > width]
        if not wide:
            break
        widths[max(wide, key=widths.__getitem__)] -= 1
    return widths


def _beside(row: tuple[str, ...], widths: list[int], right: list[bool]) -> Iterator[str]:
    """One row, in as many lines as its longest cell takes."""
    cells = [
        [c] if len(c) <= w else list(_wrapped(c, indent="", width=w))
        for c, w in zip(row, widths, strict=True)
        if w
    ]
    shown = [(w, r) for w, r in zip(widths, right, strict=True) if w]
    for at in range(max(map(len, cells))):
        line = [cell[at] if at < len(cell) else "" for cell in cells]
        yield "  ".join(
            f"{c:>{w}}" if r else f"{c:<{w}}" for c, (w, r) in zip(line, shown, strict=True)
        ).rstrip()


def bar(block: Bar, colour: bool) -> Iterator[str]:
    """The gate axis to scale, with the slice of each gate under its name; a list where there is no room for that."""
    yield from _wrapped(_plain(block.label))
    whole = WIDTH - 4
    cells = []
    for segment in block.segments:
        name, where = segment.gate, range_text(segment.ranges)
        width = max(int(whole * segment.share) - 1, len(name) + 2, len(where) + 2)
        cells.append((name, where, width))
    if sum(width + 1 for *_, width in cells) + 3 > WIDTH:
        yield from _listed(cells, colour)
        return
    for line in (0, 1):
        painted = (_paint(cell[0], str(cell[line]).center(cell[2]), colour) for cell in cells)
        yield f"  |{'|'.join(painted)}|"


def _listed(cells: list[tuple[str, str, int]], colour: bool) -> Iterator[str]:
    """A gate a line; one of many ranges goes on below."""
    longest = max(len(name) for name, *_ in cells) + 2
    for gate, where, _ in cells:
        room = WIDTH - longest - 5
        for number, one in enumerate([where] if len(where) <= room else where.split(", ")):
            yield f"  |{_paint(gate, ('' if number else gate).center(longest), colour)}| {one}"


def _paint(gate: str, text: str, colour: bool) -> str:
    if not colour or gate not in COLOURS:
        return text
    back, front = COLOURS[gate]
    return f"\033[48;5;{back};38;5;{front}m{text}\033[0m"


def formula(block: Formula, _: bool) -> Iterator[str]:
    """A calculation, one way of writing it a line."""
    lines = [line.replace("*", " · ") for line in block.lines]
    label = f"{block.label}:"
    for number, line in enumerate(lines):
        yield from _wrapped(line, f"{'' if number else label:<{len(label)}}", " " * (len(label) + 3))


DRAW = {Title: title, Para: para, Table: table, Bar: bar, Formula: formula}
