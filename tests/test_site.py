"""The built site: nothing from outside, no broken link, readable on a phone."""

from __future__ import annotations

import html.parser
import pathlib
import re
from urllib.parse import unquote, urldefrag, urlsplit

import browser
import pytest

pytestmark = pytest.mark.site

LOADS = {(tag, "src") for tag in ("script", "img", "iframe", "source", "video", "audio", "embed")}
LOADS |= {("object", "data"), ("use", "href"), ("video", "poster")}
URL = re.compile(r"""(?:url\(|@import)\s*['"]?([^)'"\s]+)""")
LOADING_RELS = {"stylesheet", "preload", "prefetch", "preconnect", "dns-prefetch", "icon", "modulepreload"}


class Page(html.parser.HTMLParser):
    """What a page loads, where it links, what can be linked to, and which pictures have no words."""

    def __init__(self, path: pathlib.Path) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.wordless: list[str] = []
        self.inside: list[str] = []  # open elements, of those that the rules ask for
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        found = {key: value or "" for key, value in attrs}
        self.anchors |= {found[key] for key in ("id", "name") if key in found}
        self.loads += loads(tag, found)
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        # A thumbnail's words are its title, which stands below it.
        if tag == "img" and not found.get("alt") and not ("alt" in found and "thumb" in found.get("src", "")):
            self.wordless.append(str(found))
        if tag == "title" and "svg" in self.inside:
            self.inside.append("words")
        if tag in ("article", "style", "svg"):
            self.inside.append(tag)
        if tag == "svg" and ("aria-label" in found or found.get("aria-hidden") == "true"):
            self.inside.append("words")

    def handle_endtag(self, tag):
        if tag == "svg" and self.inside[:1] == [
            "article"
        ]:  # outside of it are the theme's icons, beside their words
            if "words" not in self.inside:
                self.wordless.append("svg without a title")
            self.inside = [one for one in self.inside if one != "words"]
        if tag in self.inside:
            del self.inside[len(self.inside) - 1 - self.inside[::-1].index(tag) :]

    def handle_data(self, data):
        if "style" in self.inside:
            self.loads += URL.findall(data)


def loads(tag: str, found: dict[str, str]) -> list[str]:
    """The addresses that one element makes a browser ask for."""
    addresses = [value for key, value in found.items() if (tag, key) in LOADS]
    addresses += [one.split()[0] for one in found.get("srcset", "").split(",") if one.strip()]
    addresses += URL.findall(found.get("style", ""))
    if tag == "link" and set(found.get("rel", "").split()) & LOADING_RELS:
        addresses.append(found.get("href", ""))
    return addresses


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
    for path in (*site.rglob("*.css"), *site.rglob("*.js")):
        text = path.read_text(encoding="utf-8", errors="replace")
        found = re.findall(
            r"""(?:url\(|@import|importScripts\(|fetch\(|import\()\s*['"]?(https?:)?//[^)'"\s]+""", text
        )
        assert not found, (path.name, found[:3])


@pytest.mark.parametrize(
    "words",
    [
        '<script src="{}"></script>',
        '<link rel="stylesheet" href="{}">',
        '<img alt="x" src="y.png" srcset="y.png, {} 2.00x">',
        "<style>@font-face {{ src: url('{}') }}</style>",
        '<p style="background: url({})">',
    ],
)
@pytest.mark.parametrize("address", ["https://example.org/x", "//example.org/x"])
def test_the_rule_against_other_hosts_can_fail(tmp_path, words, address):
    page = tmp_path / "x.html"
    page.write_text(words.format(address))
    assert [one for one in Page(page).loads if outside(one)] == [address]


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ('<img src="x.png">', 1),
        ('<img src="x.png" alt="">', 1),
        ('<img src="x.png" alt="a kernel">', 0),
        ("<svg><rect/></svg>", 1),
        ('<svg role="img"><title>a kernel</title><rect/></svg><svg></svg>', 1),
        ('<svg aria-label="a kernel"></svg>', 0),
        ('<svg aria-hidden="true"></svg>', 0),
    ],
)
def test_the_rule_of_pictures_can_fail(tmp_path, words, wrong):
    page = tmp_path / "x.html"
    page.write_text(f"<article>{words}</article>")
    assert len(Page(page).wordless) == wrong


def file_of(site: pathlib.Path, name: str, path: str) -> pathlib.Path:
    """What an address on a page means; the page for lost addresses stands anywhere, so its own begin at the root."""
    return site / path.removeprefix("/") if path.startswith("/") else (site / name).parent / path


def test_everything_a_page_loads_is_there(site, pages):
    local = {(name, one) for name, page in pages.items() for one in page.loads if not one.startswith("data:")}
    paths = {(name, one): unquote(urlsplit(one).path) for name, one in local if not outside(one)}
    lost = [key for key, path in paths.items() if path and not file_of(site, key[0], path).exists()]
    assert paths
    assert lost == []


def test_every_internal_link_leads_somewhere(site, pages):
    broken = []
    for name, page in pages.items():
        for link in page.links:
            address, anchor = urldefrag(link)
            if outside(link) or link.startswith(("mailto:", "javascript:")):
                continue
            address = urlsplit(address).path  # a query is for the page's own script
            target = file_of(site, name, unquote(address)) if address else site / name
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


def test_pictures_have_their_size_and_those_below_come_late(site, pages):
    pictures = {name: re.findall(r"<img[^>]*>", (site / name).read_text(encoding="utf-8")) for name in pages}
    sizeless = [
        one for found in pictures.values() for one in found if not re.search(r' (width|style)="', one)
    ]
    assert sizeless == []
    eager = {name: [one for one in found if 'loading="lazy"' not in one] for name, found in pictures.items()}
    assert {name: len(found) for name, found in eager.items() if len(found) > 1} == {}
    assert sum(len(found) for found in pictures.values()) > 20


def test_a_notebook_of_every_program_can_be_taken_and_first_installs_what_it_needs(site, pages):
    import json

    programs = sorted(name for name in pages if "/plot_" in name and name.startswith("gallery/"))
    assert len(programs) >= 9
    for name in programs:
        links = [file_of(site, name, one) for one in pages[name].links if one.endswith(".ipynb")]
        assert len(links) == 1, name
        notebook = json.loads(links[0].read_text(encoding="utf-8"))
        assert "%pip install" in "".join(notebook["cells"][0]["source"]), name


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
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_gate_names_are_legible_on_their_colours(opened, dark):
    """WCAG 2, AA: a contrast of at least 4.5."""
    address, driver = opened
    browser.look(driver, 1280, dark=dark)
    driver.get(f"{address}/lookup/keras.html")
    found = driver.execute_script("""
        const fill = (element) => getComputedStyle(element).fill;
        return [...document.querySelectorAll('svg.matrix g')].map(
          g => [g.getAttribute('class'), fill(g.querySelector('text')), fill(g.querySelector('rect'))])""")
    gates = "input forget cell output update reset candidate"
    assert {gate for gate, *_ in found} >= {f"gate-{gate}" for gate in gates.split()}
    assert [one for one in found if contrast(*one[1:]) < 4.5] == []


def contrast(one: str, other: str) -> float:
    """Of two colours, `rgb(r, g, b)`, by the formula of WCAG 2."""
    dark, light = sorted(
        luminance([int(part) / 255 for part in re.findall(r"\d+", c)[:3]]) for c in (one, other)
    )
    return (light + 0.05) / (dark + 0.05)


def luminance(rgb: list[float]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_contrast_is_that_of_the_standard():
    assert contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)") == pytest.approx(21)
    assert contrast("rgb(119, 119, 119)", "rgb(255, 255, 255)") == pytest.approx(4.48, abs=0.005)


@pytest.mark.browser
def test_the_site_works_from_a_local_folder_search_included(opened, site):
    from selenium.webdriver.support.ui import WebDriverWait

    _, driver = opened
    browser.requests(driver)
    driver.get(f"{(site / 'search.html').as_uri()}?q=recurrent_kernel")
    find = "return document.querySelectorAll('#search-results li a').length"
    WebDriverWait(driver, 20).until(lambda driver: driver.execute_script(find) > 0)
    assert [u for u in browser.requests(driver) if not u.startswith(("file://", "data:", "chrome"))] == []


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
