"""The directive `{questions}`: the questions of a folder by theme; a page that no theme names stands at the end.

    ```{questions}
    Parameter counts: parameter-counts, second-layer
    Biases: two-biases, forget-bias
    ```

So a new page is in the list, in the sidebar and two clicks from the landing page before anybody thinks of it.
"""

from __future__ import annotations

import posixpath
from typing import Any, ClassVar

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

REST = "More questions"


def themes(lines: list[str], there: set[str]) -> dict[str, list[str]]:
    """Theme -> its pages, in the order given; what is left over is a theme too.

    >>> themes(["Counts: a, b"], {"a", "b", "c"})
    {'Counts': ['a', 'b'], 'More questions': ['c']}
    >>> themes(["Counts: a, a"], {"a"})
    Traceback (most recent call last):
    ValueError: a stands twice in the list of questions

    Raises
    ------
    ValueError
        If a page is named twice, or is not there.
    """
    found, named = {}, set()
    for line in filter(str.strip, lines):
        theme, pages = line.split(":", 1)
        found[theme.strip()] = [name.strip() for name in pages.split(",") if name.strip()]
        for name in found[theme.strip()]:
            if name in named or name not in there:
                raise ValueError(
                    f"{name} {'stands twice in the list of questions' if name in named else 'is no page here'}"
                )
            named.add(name)
    rest = sorted(there - named)
    return found | ({REST: rest} if rest else {})


class QuestionsDirective(SphinxDirective):
    """Sections of tables of contents, one a theme."""

    has_content = True
    option_spec: ClassVar = {}

    def run(self) -> list[nodes.Node]:
        """Docutils' entry."""
        here = posixpath.dirname(self.env.docname)
        self.env.note_reread()  # the list depends on which pages there are
        there = {name.removeprefix(f"{here}/") for name in self.env.found_docs if name.startswith(f"{here}/")}
        try:
            found = themes(list(self.content), there - {"index"})
        except ValueError as error:
            raise self.error(f"questions: {error}") from error
        return [self.section(theme, [f"{here}/{name}" for name in names]) for theme, names in found.items()]

    def section(self, theme: str, names: list[str]) -> nodes.section:
        """A heading and its pages."""
        section = nodes.section("", nodes.title("", theme), ids=[nodes.make_id(theme)], names=[theme.lower()])
        tree = addnodes.toctree(
            parent=self.env.docname, entries=[(None, name) for name in names], includefiles=names, maxdepth=1,
            caption=None, glob=False, hidden=False, includehidden=False, numbered=0, titlesonly=True,
        )  # fmt: skip
        section += nodes.compound("", tree, classes=["toctree-wrapper"])
        return section


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx's entry."""
    app.add_directive("questions", QuestionsDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
