"""Formulas as MathML, made while the site is built: no script, no font, no other host; a screen reader reads them."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx


def inline(visitor: Any, node: nodes.Element) -> None:
    """A formula in a line of text."""
    visitor.body.append(convert(node.astext()))
    raise nodes.SkipNode


def block(visitor: Any, node: nodes.Element) -> None:
    """A formula in a line of its own; a wide one scrolls, the page does not."""
    visitor.body.append(f'<div class="math-block">{convert(node.astext(), display="block")}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx's entry."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
