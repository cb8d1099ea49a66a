"""The directive `{lstm-sheet}`: how frameworks store the common cells, a line each, in symbols.

    ```{lstm-sheet} keras pytorch onnx
    ```

The page that has it also gets `cheat-sheet.css`, which makes one printed page of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from lstm_shapes import layouts
from lstm_shapes.cells import CELLS
from lstm_shapes.layer import Layer, UsageError
from lstm_shapes.render.outline import shape_text
from lstm_shapes.sphinx_ext import model

PAGE = "lookup/cheat-sheet"
COMMON = ("lstm", "gru", "simple_rnn")


def row(framework: str, cell: str, layer: Layer) -> str:
    """One cell of one framework: gates in their order, arrays with their shapes, the count."""
    kind = CELLS[layouts.find(framework, cell).cell]
    letters = " ".join(
        kind.letters[gate] for gate in layouts.find(framework, cell).gates if gate in kind.letters
    )
    arrays = "<br>".join(
        f"<code>{escape(name_of(weight))}</code> <code>{escape(shape_text(weight.formula))}</code>"
        for weight in layer.weights
    )
    total = layer.arithmetic.symbols.replace("*", " · ")
    names = f'<th scope="row">{layouts.NAMES[framework]}<br>{kind.name}</th>'
    return f"<tr>{names}<td>{letters or '–'}</td><td>{arrays}</td><td>{escape(total)}</td></tr>"


def name_of(weight: Any) -> str:
    """The framework's own word for an array."""
    return str(weight.path.split("/")[-1].split(".")[-1].split(":")[0])


def rows(frameworks: list[str]) -> Iterator[str]:
    """All common cells of the frameworks."""
    for framework in frameworks:
        for cell in COMMON:
            yield row(framework, cell, model(["--cell", cell, "--framework", framework], {}).layers[0])


class SheetDirective(SphinxDirective):
    """The table."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {}

    def run(self) -> list[nodes.Node]:
        """Docutils' entry."""
        try:
            body = "".join(rows(self.arguments[0].split()))
        except UsageError as error:
            raise self.error(f"lstm-sheet: {error}") from error
        head = "".join(
            f'<th scope="col">{words}</th>' for words in ("cell", "gates, in order", "arrays", "parameters")
        )
        table = f'<table class="lstm-arrays"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        scroll = '<div class="lstm-scroll" role="region" tabindex="0" aria-label="Cells of frameworks">'
        return [nodes.raw("", f"{scroll}{table}</div>", format="html")]


def style(app: Sphinx, page: str, *_: Any) -> None:
    """Only this page is made to fit one sheet."""
    if page == PAGE:
        app.add_css_file("cheat-sheet.css")


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx's entry."""
    app.add_directive("lstm-sheet", SheetDirective)
    app.connect("html-page-context", style)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
