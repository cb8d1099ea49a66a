"""For a README, an issue or a notebook."""

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
    from collections.abc import Iterable


def render(blocks: Iterable[Block]) -> str:
    """All blocks, an empty line between two."""
    return "\n\n".join(DRAW[type(block)](block) for block in blocks) + "\n"


def escape(text: str) -> str:
    """A stranger's name may hold anything: no markup comes out of it."""
    return "".join(f"\\{c}" if c in "|<>[]*_#\\" else c for c in text)


def _cell(text: str) -> str:
    return text.replace("|", "\\|") if text.startswith("`") else escape(text)


def table(block: Table) -> str:
    """A pipe table."""
    rule = ["---:" if name in block.numeric else "---" for name in block.head]
    rows = [block.head, rule, *(tuple(map(_cell, row)) for row in block.rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def bar(block: Bar) -> str:
    """The gates and their slices as a table: Markdown has no picture of its own."""
    gates = [(segment.gate, f"`{range_text(segment.ranges)}`") for segment in block.segments]
    head, cells = zip(*gates, strict=True)
    return f"{block.label}\n\n" + table(Table(head, (cells,)))


def formula(block: Formula) -> str:
    """One line of code a way of writing it."""
    return f"{block.label}:\n\n" + "\n".join(f"    {line.replace('*', ' · ')}" for line in block.lines)


DRAW = {
    Title: lambda block: f"### {escape(block.text)}",
    Para: lambda block: block.text,
    Table: table,
    Bar: bar,
    Formula: formula,
}
