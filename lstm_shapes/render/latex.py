"""For a paper: booktabs tables, `align*`, nothing that needs a package of our own."""

from __future__ import annotations

import re

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

SPECIAL = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "·": r"$\cdot$",
}  # fmt: skip


def render(blocks: Iterable[Block]) -> str:
    r"""All blocks; `\usepackage{booktabs,amsmath}` is all they ask for."""
    return "\n\n".join(DRAW[type(block)](block) for block in blocks) + "\n"


def escape(text: str) -> str:
    """Text that LaTeX sets as it stands; `code` in typewriter."""
    safe = "".join(SPECIAL.get(c, c) for c in text)
    return re.sub(r"`([^`]*)`", r"\\texttt{\1}", safe)


def table(block: Table) -> str:
    """A booktabs table."""
    columns = "".join("r" if name in block.numeric else "l" for name in block.head)
    rows = "\n".join(f"{' & '.join(map(escape, row))} \\\\" for row in block.rows)
    head = " & ".join(map(escape, block.head))
    return f"\\begin{{tabular}}{{{columns}}}\n\\toprule\n{head} \\\\\n\\midrule\n{rows}\n\\bottomrule\n\\end{{tabular}}"


def bar(block: Bar) -> str:
    """The gates and their slices."""
    rows = tuple((segment.gate, f"`{range_text(segment.ranges)}`") for segment in block.segments)
    return f"{escape(block.label)}\n\n" + table(Table(("gate", "slice"), rows))


def formula(block: Formula) -> str:
    """A calculation."""
    lines = " \\\\\n".join(f"&{math(line)}" for line in block.lines)
    return f"{escape(block.label)}:\n\\begin{{align*}}\n{lines}\n\\end{{align*}}"


def math(line: str) -> str:
    r"""`2*4*units` as LaTeX: words upright, a dot for the product.

    >>> print(math("2*4*units*(input_dim + 1) = 19 360"))
    2 \cdot 4 \cdot \text{units} \cdot (\text{input\_dim} + 1) = 19\,360
    """
    words = re.sub(r"[A-Za-z_]+", lambda m: "\\text{" + m[0].replace("_", r"\_") + "}", line)
    return re.sub(r"(?<=\d) (?=\d)", r"\\,", words).replace("*", r" \cdot ")


DRAW = {
    Title: lambda block: f"\\paragraph{{{escape(block.text)}}}",
    Para: lambda block: escape(block.text),
    Table: table,
    Bar: bar,
    Formula: formula,
}
