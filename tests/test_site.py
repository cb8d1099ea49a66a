"""The built site: nothing from outside, no broken link, readable on a phone."""

from __future__ import annotations

import html.parser
import pathlib
from urllib.parse import unquote, urldefrag, urlsplit

import browser
import pytest

pytestmark = [pytest.mark.site, pytest.mark.xdist_group("site")]

LOADS = {(tag, "src") for tag in ("script", "img", "iframe", "source", "video", "audio", "embed")}
LOADS |= {("img", "srcset"), ("object", "data"), ("use", "href")}
LOADING_RELS = {"stylesheet", "preload", "prefetch", "preconnect", "dns-prefetch", "icon", "modulepreload"}


class Page(html.parser.HTMLParser):
    """What a page loads, where it links, what can be linked to, and which pictures have no words."""

    def __init__(self, path: pathlib.Path) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.wordless: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        found = {key: value or "" for key, value in attrs}
        self.anchors |= {found[key] for key in ("id", "name") if key in found}
        self.loads += [value for key, value in found.items() if (tag, key) in LOADS]
        if tag == "link" and set(found.get("rel", "").split()) & LOADING_RELS:
            self.loads.append(found.get("href", ""))
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        decorative = (
            "alt" in found and not found["alt"] and "thumb" in found.get("src", "")
        )  # its title stands below
        if tag == "img" and not found.get("alt") and not decorative:
            self.wordless.append(str(found))
        if (
            tag == "svg"
            and found.get("role") == "img"
            and not ("aria-label" in found or "matrix" in found.get("class", ""))
        ):
            self.wordless.append(str(found))


@pytest.fixture(scope="session")
def pages(site):
    return {
        path.relative_to(site).as_posix(): Page(path)
        for path in sorted(site.rglob("*.html"))
        if "_static" not in path.parts
    }


def outside(address: str) -> bool:
    return bool(urlsplit(address).netloc)


def test_no_page_loads_anything_from_another_host(pages):
    assert [(name, one) for name, page in pages.items() for one in page.loads if outside(one)] == []


def test_no_style_sheet_or_script_names_another_host(site):
    import re

    for path in (*site.rglob("*.css"), *site.rglob("*.js")):
        text = path.read_text(encoding="utf-8", errors="replace")
        found = re.findall(
            r"""(?:url\(|@import|importScripts\(|fetch\(|import\()\s*['"]?(https?:)?//[^)'"\s]+""", text
        )
        assert not found, (path.name, found[:3])


def test_the_rule_can_fail(tmp_path):
    page = tmp_path / "x.html"
    page.write_text(
        '<script src="https://example.org/x.js"></script><link rel="stylesheet" href="//example.org/y.css">'
    )
    assert [one for one in Page(page).loads if outside(one)] == [
        "https://example.org/x.js",
        "//example.org/y.css",
    ]


def test_every_internal_link_leads_somewhere(site, pages):
    broken = []
    for name, page in pages.items():
        for link in page.links:
            address, anchor = urldefrag(link)
            if outside(link) or link.startswith(("mailto:", "javascript:")):
                continue
            target = (site / name).parent / unquote(address) if address else site / name
            target = target / "index.html" if target.is_dir() else target
            if not target.exists():
                broken.append((name, link))
            elif anchor and target.suffix == ".html":
                other = pages.get(target.resolve().relative_to(site.resolve()).as_posix())
                if other and unquote(anchor) not in other.anchors:
                    broken.append((name, link))
    assert broken == []


def test_every_picture_has_words(pages):
    assert [(name, one) for name, page in pages.items() for one in page.wordless] == []


def test_no_page_names_a_folder_of_the_machine_it_was_built_on(site):
    import conftest

    root = str(conftest.ROOT)
    assert [path.name for path in site.rglob("*.html") if root in path.read_text(encoding="utf-8")] == []


def test_the_answer_is_on_the_landing_page(site):
    text = (site / "index.html").read_text(encoding="utf-8")
    for words in (
        "what is the 80?",
        "gates × ",
        "0:20",
        "20:40",
        "40:60",
        "60:80",
        "(100, 80)",
        "19\N{NO-BREAK SPACE}360",
    ):
        assert words in text or words.replace("\N{NO-BREAK SPACE}", " ") in text, words


@pytest.fixture(scope="module")
def opened(site):
    with browser.served(site) as address, browser.chromium() as driver:
        yield address, driver


@pytest.mark.browser
def test_pages_open_without_another_host_or_an_error(opened, pages):
    address, driver = opened
    for name in pages:
        driver.get(f"{address}/{name}")
        strange = [
            url for url in browser.requests(driver) if not url.startswith((address, "data:", "chrome"))
        ]
        assert strange == [], name
        errors = [entry["message"] for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]
        assert [one for one in errors if "favicon" not in one] == [], name


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_scrolls_sideways(opened, pages, width):
    address, driver = opened
    browser.look(driver, width)
    wide = []
    for name in pages:
        driver.get(f"{address}/{name}")
        if driver.execute_script("return document.documentElement.scrollWidth") > width:
            wide.append(name)
    assert wide == []


@pytest.mark.browser
def test_formulas_are_drawn(opened):
    address, driver = opened
    browser.look(driver, 1280)
    driver.get(f"{address}/lookup/keras.html")
    heights = driver.execute_script(
        "return [...document.querySelectorAll('.math-block math')].map(m => m.getBoundingClientRect().height)"
    )
    assert len(heights) == 4  # LSTM, two GRUs, SimpleRNN
    assert heights[0] > 100  # six lines
    assert "&" not in driver.execute_script("return document.querySelector('.math-block').textContent")
