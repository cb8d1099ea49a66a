"""Links go both ways: under a question stand the pages that lead to it, found while the site is read.

A page that already links back is left out, as are lists (the landing page, the glossary, the indices).
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

SHOWN_ON = ("start/", "how/", "why/", "frameworks/")
FROM = (*SHOWN_ON, "learn/", "gallery/")
LISTS = ("/index",)


def linked(doctree: nodes.document, name: str) -> set[str]:
    """The pages that a page links to, by MyST's links to files and Sphinx's `:doc:`."""
    found = set()
    for node in doctree.findall(addnodes.pending_xref):
        if node.get("refdomain") == "doc" or node.get("reftype") == "doc":
            target = node["reftarget"]
            inside = node.get("reftype") == "doc" and not target.startswith("/")  # relative to the page
            found.add(
                posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
                if inside
                else target.strip("/")
            )
    return found


def read(app: Sphinx, doctree: nodes.document) -> None:
    """Remember the links of a page that was read."""
    links(app.env)[app.env.docname] = linked(doctree, app.env.docname)


def links(env: BuildEnvironment) -> dict[str, set[str]]:
    """Page -> the pages it links to."""
    if not hasattr(env, "page_links"):
        env.page_links = {}
    found: dict[str, set[str]] = env.page_links
    return found


def purge(_app: Sphinx, env: BuildEnvironment, name: str) -> None:
    """Forget a page that is read again."""
    links(env).pop(name, None)


def merge(_app: Sphinx, env: BuildEnvironment, _names: Any, other: BuildEnvironment) -> None:
    """What another process read."""
    links(env).update(links(other))


def backlinks(found: dict[str, set[str]]) -> dict[str, list[str]]:
    """Page -> the pages that lead to it and to which it does not link."""
    back = defaultdict(list)
    for source, targets in sorted(found.items()):
        for target in targets:
            good = source.startswith(FROM) and target.startswith(SHOWN_ON) and not source.endswith(LISTS)
            if good and source != target and source not in found.get(target, ()):
                back[target].append(source)
    return dict(back)


def updated(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Pages whose list changed, though they did not: they are written again."""
    before, now = getattr(env, "page_backlinks", {}), backlinks(links(env))
    env.page_backlinks = now
    return [name for name in {*before, *now} if before.get(name) != now.get(name) and name in env.found_docs]


def add(app: Sphinx, doctree: nodes.document, name: str) -> None:
    """The list, below the page's last paragraph."""
    sources = getattr(app.env, "page_backlinks", {}).get(name, [])
    if not sources or app.builder.format != "html":
        return
    line = nodes.paragraph("", "", nodes.strong("", "Pages that lead here: "))
    for i, source in enumerate(sources):
        title = app.env.titles[source].astext()
        line += nodes.Text(" · ") if i else nodes.Text("")
        line += nodes.reference("", title, refuri=app.builder.get_relative_uri(name, source), internal=True)
    place = next(iter(doctree.findall(nodes.section)), doctree)
    place += nodes.container("", line, classes=["backlinks"])


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx's entry."""
    app.connect("doctree-read", read)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
    app.connect("env-updated", updated)
    app.connect("doctree-resolved", add)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
