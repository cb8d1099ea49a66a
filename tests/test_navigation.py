"""Finding one's way: everything is two clicks from the landing page, links go both ways, addresses stay."""

from __future__ import annotations

import html.parser
import itertools
import os
import pathlib
import posixpath
import re
from collections.abc import Iterable
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from pages import DOCS

pytestmark = pytest.mark.site

MOST = 2  # clicks
ADDRESSES = DOCS / "addresses.txt"
OUR_OWN = {"404.html", "genindex.html", "search.html", "py-modindex.html"}
QUESTIONS = ("start/", "how/", "why/", "frameworks/")


class Links(html.parser.HTMLParser):
    """The pages that a page links to: anywhere, and in its article."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__()
        self.name, self.anywhere, self.article = name, set(), set()
        self.inside = 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.inside += tag == "article"
        address = dict(attrs).get("href") or ""
        if tag == "a" and address and not urlsplit(address).scheme:
            target = posixpath.normpath(
                posixpath.join(posixpath.dirname(self.name), unquote(urlsplit(urldefrag(address)[0]).path))
            )
            self.anywhere.add(target)
            if self.inside:
                self.article.add(target)

    def handle_endtag(self, tag):
        self.inside -= tag == "article"


@pytest.fixture(scope="module")
def pages(site):
    found = {
        path.relative_to(site).as_posix(): path
        for path in site.rglob("*.html")
        if "_static" not in path.parts
    }
    return {
        name: Links(name, path.read_text(encoding="utf-8"))
        for name, path in sorted(found.items())
        if name not in OUR_OWN
    }


def clicks(pages: dict[str, Links], which: str) -> dict[str, int]:
    """How many clicks each page is from the landing page, by links anywhere or in the text alone."""
    away = {"index.html": 0}
    now = ["index.html"]
    while now:
        found = {
            target
            for name in now
            for target in getattr(pages[name], which)
            if target in pages and target not in away
        }
        away |= dict.fromkeys(found, away[now[0]] + 1)
        now = sorted(found)
    return away


@pytest.mark.parametrize("which", ["anywhere", "article"])
def test_every_page_is_two_clicks_from_the_landing_page(pages, which):
    away = clicks(pages, which)
    moved = {old for old, _ in moves()}
    far = (
        {name: away.get(name, "never") for name in pages if away.get(name, 99) > MOST}
        if which == "anywhere"
        else {}
    )
    questions = {
        name: away.get(name) for name in pages if name.startswith(QUESTIONS) and away.get(name, 99) > MOST
    }
    print(
        f"\n{len(pages)} pages; by {which}: at most {max(away.values())} clicks; {sorted(set(away.values()))}"
    )
    assert {name: far for name, far in (far | questions).items() if name not in moved} == {}


def test_a_page_that_is_far_away_is_seen():
    chain = {name: Links(name, f'<article><a href="{to}">x</a></article>') for name, to in
             [("index.html", "a.html"), ("a.html", "b/c.html"), ("b/c.html", "../d.html#x"), ("d.html", "https://e")]}  # fmt: skip
    assert clicks(chain, "article") == {"index.html": 0, "a.html": 1, "b/c.html": 2, "d.html": 3}


def test_questions_link_each_other_both_ways(pages):
    one_way = [
        (name, target)
        for name, page in pages.items()
        for target in page.article
        if name.startswith(QUESTIONS) and target.startswith(QUESTIONS) and not {name, target} & INDICES
        if target in pages and name not in pages[target].article
    ]
    assert one_way == []


INDICES = {"how/index.html", "why/index.html", "frameworks/index.html"}


def moves() -> list[tuple[str, str]]:
    """Old address and new one, of the pages that moved."""
    lines = ADDRESSES.read_text(encoding="utf-8").splitlines()
    return [tuple(line.split(" -> ")) for line in lines if " -> " in line]


def listed() -> set[str]:
    lines = ADDRESSES.read_text(encoding="utf-8").splitlines()
    return {line.split(" -> ")[0] for line in lines if line and not line.startswith("#")}


def test_no_address_that_was_ever_given_is_lost(pages):
    lost = sorted(listed() - set(pages))
    assert lost == [], "write 'old.html -> new.html' in docs/addresses.txt, and the old address leads on"


def test_every_address_is_written_down(pages):
    new = sorted(set(pages) - listed() - OUR_OWN)
    if os.environ.get("UPDATE_GOLDEN"):
        with ADDRESSES.open("a", encoding="utf-8") as file:
            file.writelines(f"{name}\n" for name in new)
    assert new == [], (
        "UPDATE_GOLDEN=1 pytest tests/test_navigation.py -k written_down adds them to docs/addresses.txt"
    )


def test_a_page_that_moved_leads_to_one_that_is_there(site, pages):
    for old, new in moves():
        assert new in pages, (old, new)
        assert new in (site / old).read_text(encoding="utf-8")


def test_an_old_address_leads_on(tmp_path: pathlib.Path):
    """The mechanism itself, on a small site, as conf.py sets it up from a list of addresses."""
    from sphinx.application import Sphinx

    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/addresses.txt").write_text("# kept\nwhy/old.html -> why/new.html\nwhy/new.html\n")
    (tmp_path / "conf.py").write_text(
        f"import sys, pathlib\nsys.path.insert(0, {str(DOCS / '_ext')!r})\nimport addresses\n"
        "extensions = ['sphinx_reredirects']\nexclude_patterns = ['out', 'trees']\n"
        "redirects = addresses.moved(pathlib.Path(__file__).parent / 'docs/addresses.txt')\n"
    )
    (tmp_path / "why").mkdir()
    (tmp_path / "why/new.rst").write_text("New\n===\n")
    (tmp_path / "index.rst").write_text("I\n=\n\n.. toctree::\n\n   why/new\n")
    Sphinx(
        tmp_path, tmp_path, tmp_path / "out", tmp_path / "trees", "html", status=None, warning=None
    ).build()
    assert "url=../why/new.html" in (tmp_path / "out/why/old.html").read_text()


def numbers(pages: Iterable[str]) -> list[int]:
    return [int(number) for page in pages for number in re.findall(r"learn/(\d+)-", page)]


def test_the_learning_path_leads_from_one_page_to_the_next(site):
    path = sorted((site / "learn").glob("[0-9]*.html"))
    assert numbers(f"learn/{page.name}" for page in path) == list(range(1, 11))
    for page, following in itertools.pairwise(path):
        text = page.read_text(encoding="utf-8")
        assert re.search(rf'class="next-page" href="{re.escape(following.name)}"', text), page.name
        assert '<details class="answer"><summary>Answer</summary>' in text
