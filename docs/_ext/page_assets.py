"""A script and its look, on the pages that have what they are for and on no other."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx


def with_assets(app: Sphinx, name: str) -> None:
    """`NAME.js` and `NAME.css` belong to pages with an element of the class `NAME`."""
    element = re.compile(rf'class="{name}[ "]')

    def add(_app: Sphinx, _page: str, _template: str, _context: Any, doctree: nodes.document | None) -> None:
        if doctree is not None and any(element.search(one.astext()) for one in doctree.findall(nodes.raw)):
            app.add_js_file(f"{name}.js", loading_method="defer")
            app.add_css_file(f"{name}.css")

    app.connect("html-page-context", add)
