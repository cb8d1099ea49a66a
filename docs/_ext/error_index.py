"""The index of error messages: every message that a page names in its front matter, with a link to the page.

    ---
    errors:
      Keras 3:
      - "expected ndim=3, found ndim=4"
    ---

A message stands once in a page's front matter and once on the page itself, word for word; tests/test_error_messages.py
holds the two together.  `{error-index}` draws the table.
"""

from __future__ import annotations

import pathlib
import re
from collections import defaultdict
from typing import Any

import yaml
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ORDER = ("Keras 3", "tf_keras", "Keras 1 and 2", "PyTorch", "Python and h5py")
FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)


def messages(text: str) -> list[tuple[str, str]]:
    """The messages that a page's front matter names: (framework, message)."""
    front = FRONT.match(text)
    named = (yaml.safe_load(front[1]) or {}).get("errors", {}) if front else {}
    return [(framework, message) for framework, listed in named.items() for message in listed]


def collected(folder: pathlib.Path) -> dict[str, list[tuple[str, str]]]:
    """Framework -> (message, page without its ending), sorted; from every page in the folder."""
    found = defaultdict(list)
    for path in sorted(folder.rglob("*.md")):
        page = path.relative_to(folder).with_suffix("").as_posix()
        for framework, message in messages(path.read_text(encoding="utf-8")):
            found[framework].append((message, page))
    return {
        framework: sorted(listed, key=lambda one: one[0].lower())
        for framework, listed in sorted(found.items())
    }


class ErrorIndex(SphinxDirective):
    """A list of messages for each framework, each a link to its page."""

    def run(self) -> list[nodes.Node]:
        """Docutils' entry."""
        folder = pathlib.Path(self.env.srcdir)
        for path in folder.rglob("*.md"):
            self.env.note_dependency(str(path))
        return [self._section(framework, listed) for framework, listed in collected(folder).items()]

    def _section(self, framework: str, listed: list[tuple[str, str]]) -> nodes.section:
        section = nodes.section("", nodes.title("", framework), ids=[nodes.make_id(f"errors {framework}")])
        section += nodes.bullet_list("", *(self._item(message, page) for message, page in listed))
        return section

    def _item(self, message: str, page: str) -> nodes.list_item:
        link = addnodes.pending_xref(
            "", nodes.inline("", "", nodes.literal(message, message)), refdomain="std", reftype="doc", refexplicit=True,
            refwarn=True, refdoc=self.env.docname, reftarget=f"/{page}",
        )  # fmt: skip
        return nodes.list_item("", nodes.paragraph("", "", link))


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx's entry."""
    app.add_directive("error-index", ErrorIndex)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
