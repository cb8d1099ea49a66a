"""The site's own search: every page is scored for every word while the site is built, a small script adds up.

`findindex.js` holds, for each word, the pages that say it and how much it counts there (BM25 by field: rare words count more,
a title more than a text, a long page less).  `_static/find.js` takes the question apart (as `find_words.py` does) and
sums.  A page need not have all words of a question.  No server is asked: it works from a local folder.

Source: Robertson and Zaragoza, *The Probabilistic Relevance Framework: BM25 and Beyond*, 2009, section 3.
"""

from __future__ import annotations

import json
import math
import pathlib
from collections import Counter, defaultdict
from typing import Any, ClassVar

from docutils import nodes
from find_pages import FIELDS, Document, FoundPage, documents, read
from find_words import ALSO, STEMS, pairs, words
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

# field: (weight, how strongly a long one is discounted)
WEIGHTS = {
    "title": (3.0, 0.3),
    "keywords": (3.0, 0.2),
    "answer": (1.5, 0.4),
    "heading": (1.2, 0.5),
    "code": (0.5, 0.7),
    "body": (1.0, 0.7),
}
# A page that answers a question stands before one to look things up in, where both say the words equally often.
FOLDERS = {"frameworks": 0.7, "gallery": 0.8, "learn": 0.9, "lookup": 0.95}
SATURATION = 1.2  # how soon saying a word again counts no more
PAIR = 0.6  # two words together count less than a word of that rarity
LEFT_OUT = (
    "genindex",
    "search",
    "index",
    "lookup/changelog",
    "lookup/contributing",
    "gallery/index",
    "lookup/api",
)
SCALE = 10  # impacts are whole numbers


def counts(found: list[Document]) -> list[dict[str, Counter[str]]]:
    """For each document, by field, how often each word and each pair stands there."""
    fields = [{field: words(text) for field, text in one.texts.items()} for one in found]
    return [{field: Counter(said + pairs(said)) for field, said in one.items()} for one in fields]


def impacts(found: list[Document]) -> dict[str, list[int]]:
    """Word -> document, impact, document, impact …, in whole numbers."""
    counted = counts(found)
    mean = {}
    for field in FIELDS:
        lengths = [sum(one[field].values()) for one in counted if field in one]
        mean[field] = max(1, sum(lengths) / max(1, len(lengths)))
    weighed: dict[str, dict[int, float]] = defaultdict(dict)
    for number, one in enumerate(counted):
        folder = FOLDERS.get(found[number].page.split("/")[0], 1.0)
        for field, often_of in one.items():
            weight, discount = WEIGHTS[field]
            length = 1 - discount + discount * sum(often_of.values()) / mean[field]
            for word, often in often_of.items():
                value = folder * weight * often / (often + SATURATION * length)
                weighed[word][number] = weighed[word].get(number, 0) + value
    return {word: _row(word, rows, len(found)) for word, rows in sorted(weighed.items()) if _kept(word, rows)}


def _kept(word: str, pages_of: dict[int, float]) -> bool:
    """A pair that one page says in its text alone finds nothing that its words do not find."""
    return " " not in word or len(pages_of) > 1 or max(pages_of.values()) > 0.9


def _row(word: str, pages_of: dict[int, float], total: int) -> list[int]:
    """BM25: what few pages say counts more."""
    rare = math.log(1 + (total - len(pages_of) + 0.5) / (len(pages_of) + 0.5)) * (PAIR if " " in word else 1)
    row = []
    for number, weight in pages_of.items():
        impact = round(SCALE * rare * weight)
        row += [number, impact] if impact else []
    return row


def index(pages: dict[str, FoundPage]) -> dict[str, Any]:
    """Everything that the script needs."""
    found = list(documents(pages))
    place = {name: number for number, name in enumerate(pages)}
    return {
        "pages": [
            [name, page.said("title"), page.said("answer"), page.headings] for name, page in pages.items()
        ],
        "documents": [[place[one.page], one.anchor] for one in found],
        "words": impacts(found),
        "also": {words(key)[0]: words(value) for key, value in ALSO.items()},
        "stems": STEMS,
    }


def messages(errors: Any) -> list[str]:
    """The messages that a page answers, from its front matter: `errors:`, framework by framework.

    >>> messages('{"Keras 3": ["expected ndim=3", "found ndim=2"]}')
    ['expected ndim=3', 'found ndim=2']
    """
    found = json.loads(errors) if isinstance(errors, str) and errors else errors or {}
    return [message for some in found.values() for message in some]


def write(app: Sphinx, error: Exception | None) -> None:
    """Read the pages as they were written, and leave the index beside them."""
    if error or app.builder.format != "html":
        return
    folder = pathlib.Path(app.outdir)
    names = sorted(name for name in app.env.found_docs if name not in LEFT_OUT)
    pages = {name: read(folder / f"{name}.html") for name in names}
    for name, page in pages.items():
        page.text["keywords"] += messages(app.env.metadata.get(name, {}).get("errors", ""))
    text = json.dumps(index(pages), separators=(",", ":"), ensure_ascii=False)
    (folder / "findindex.js").write_text(f"Find.load({text});\n", encoding="utf-8")


class SearchBoxDirective(SphinxDirective):
    """The search's own form, in the middle of a page; the sidebar's is out of sight on a phone."""

    option_spec: ClassVar = {}

    def run(self) -> list[nodes.Node]:
        """Docutils' entry."""
        example = "weights order bidirectional"
        return [
            nodes.raw(
                "",
                f'<form class="find-box" action="search.html" role="search"><label for="find-q">Search</label> '
                f'<input id="find-q" name="q" type="search" placeholder="{example}"> <button>Find</button></form>',
                format="html",
            )
        ]


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx's entry."""
    app.add_directive("search-box", SearchBoxDirective)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
