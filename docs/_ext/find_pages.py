"""What a built page says, by the place where it says it: title, answer, headings, the rest."""

from __future__ import annotations

import html.parser
import pathlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

FIELDS = ("title", "keywords", "answer", "heading", "code", "body")
LISTS = {
    "headerlink": "a",
    "section-number": "span",
    "backlinks": "div",
    "sphx-glr-timing": "p",
}  # of other pages' words: class -> element
SKIP = {"script", "style", "svg", "math", "noscript", *LISTS}
MANY = 10  # headings: a list of answers, not one answer
VOID = {"br", "hr", "img", "input", "meta", "link", "wbr", "col", "area", "source"}


class FoundPage(html.parser.HTMLParser):
    """The text of a page's article by field, and its headings with their anchors."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text: dict[str, list[str]] = {field: [] for field in FIELDS}
        self.headings: list[list[str]] = []  # [words, anchor]
        self.below: list[list[str]] = []  # the text under each heading
        self.open: list[str] = []
        self.section = ""
        self.answered = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep which elements are open, where they matter."""
        found = {key: value or "" for key, value in attrs}
        if tag == "meta" and found.get("name") == "keywords":
            self.text["keywords"].append(found.get("content", ""))
        if tag in VOID:
            return
        self.open.append(next((one for one in LISTS if one in found.get("class", "")), tag))
        if tag == "section" and found.get("id"):
            self.section = found["id"]
        if tag == "dt" and found.get("id", "").startswith("term-"):
            self.begin(found["id"])
        if tag in ("h2", "h3"):
            self.begin(self.section)

    def begin(self, anchor: str) -> None:
        """A heading, or a word that is explained."""
        self.headings.append(["", anchor])
        self.below.append([])

    def handle_endtag(self, tag: str) -> None:
        """Close down to the element that ends."""
        names = [LISTS.get(one, one) for one in self.open]
        if tag in names:
            del self.open[len(names) - 1 - names[::-1].index(tag) :]
        if tag == "p" and self.text["answer"]:
            self.answered = True

    def handle_data(self, data: str) -> None:
        """Text goes to the field of the innermost element that has one."""
        if "article" not in self.open or SKIP & set(self.open):
            return
        field = self.field()
        self.text[field].append(data)
        if field == "heading":
            self.headings[-1][0] += data
        elif self.below:
            self.below[-1].append(data)

    def field(self) -> str:
        """Where the current text stands."""
        if "h1" in self.open:
            return "title"
        if {"h2", "h3"} & set(self.open) or ("dt" in self.open and self.headings and not self.below[-1]):
            return "heading"
        if self.text["title"] and not self.answered and "p" in self.open and not self.headings:
            return "answer"
        return "code" if "code" in self.open or "pre" in self.open else "body"

    def said(self, field: str) -> str:
        """The text of a field, on one line."""
        joint = "" if field in ("title", "answer", "heading") else " "
        return re.sub(r"[ \t\n]+", " ", joint.join(self.text[field])).strip()


@dataclass(frozen=True)
class Document:
    """What can be found: a page, or a section of a page that is a list of answers."""

    page: str
    anchor: str
    texts: dict[str, str]  # field -> text


def documents(pages: dict[str, FoundPage]) -> Iterator[Document]:
    """Every page, and the sections of those that have many."""
    for name, page in pages.items():
        yield Document(name, "", {field: page.said(field) for field in FIELDS})
        if len(page.headings) >= MANY:
            for (heading, anchor), below in zip(page.headings, page.below, strict=True):
                text = " ".join(" ".join(below).split())
                yield Document(name, anchor, {"title": heading, "body": text})


def read(path: pathlib.Path) -> FoundPage:
    """The page in a file."""
    return FoundPage(path.read_text(encoding="utf-8"))
