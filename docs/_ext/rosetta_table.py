"""The directive `{rosetta}`: what `make rosetta` found last, from docs/lookup/rosetta.json, as a table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from lstm_shapes import layouts

FOUND = Path(__file__).parent.parent / "lookup" / "rosetta.json"
HEAD = ("framework", "version", "run on", "layers", "refused", "largest difference")


def rows() -> list[tuple[str, ...]]:
    """One row an entry: its framework, how many layers were run and refused."""
    return [
        (
            f"{layouts.NAMES[framework]} {entry}", one["version"], one["date"], str(of["from_keras"] + of["own"]),
            str(of["refused"]), f"{of['largest_error']:.0e}",
        )
        for framework, one in json.loads(FOUND.read_text(encoding="utf-8")).items()
        for entry, of in one["entries"].items()
    ]  # fmt: skip


class Rosetta(SphinxDirective):
    """A plain table."""

    def run(self) -> list[nodes.Node]:
        """As docutils has it."""
        self.env.note_dependency(str(FOUND))
        group = nodes.tgroup(cols=len(HEAD))
        group += [nodes.colspec(colwidth=1) for _ in HEAD]
        group += nodes.thead("", row(HEAD))
        group += nodes.tbody("", *map(row, rows()))
        return [nodes.table("", group)]


def row(cells: tuple[str, ...]) -> nodes.row:
    """One row of text."""
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", cell)) for cell in cells))


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx's entry."""
    app.add_directive("rosetta", Rosetta)
    return {"parallel_read_safe": True}
