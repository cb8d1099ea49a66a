"""The site's own search, asked in a real browser: the right page stands among the first three.

What is asked are the short titles of questions that people asked in public (`questions/dev.json`); the right page is
the one that answers them (`questions/coverage-*.json`).  No page holds these titles for the sake of being found.
"""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
from urllib.parse import quote

import browser
import pytest
from conftest import ROOT

pytestmark = pytest.mark.site

HERE = pathlib.Path(__file__).parent / "questions"
FIRST = 3
FLOOR = 0.94  # share found among the first three; 82 of 85 when this was written, 48 with Sphinx's own search
FIXED = [
    ("what is 80", {"start/what-is-the-80"}),
    ("what is the 80?", {"start/what-is-the-80"}),
    ("(100, 80)", {"start/what-is-the-80", "lookup/shapes"}),
    ("4 * units", {"why/four-times-units"}),
    ("4*units", {"why/four-times-units"}),
    ("weights order bidirectional", {"why/which-half-is-backward", "why/order-of-get-weights"}),
    ("gate order", {"why/which-columns-are-which-gate", "how/prove-the-gate-order"}),
    ("expected ndim=3, found ndim=2", {"how/mend-ndim-and-keyword-errors"}),
    ("ValueError: Shapes are [400] and [800]", {"how/shapes-do-not-match"}),
    ("cheat sheet", {"lookup/cheat-sheet"}),
    ("RepeatVector", {"why/repeatvector-and-timedistributed", "why/encoder-and-decoder"}),
    (
        "bidirectinal wieghts order",
        {"why/which-half-is-backward", "why/order-of-get-weights"},
    ),  # letters exchanged
]


def asked() -> dict[str, tuple[str, set[str]]]:
    """Question -> its short title, and the pages that answer it: those of its points."""
    titles = json.loads((HERE / "dev.json").read_text(encoding="utf-8"))
    found = {}
    for path in sorted(HERE.glob("coverage-*.json")):
        for name, answer in json.loads(path.read_text(encoding="utf-8")).items():
            found[name] = (
                titles[name]["title"],
                {answer["page"], *(where for *_, where in (p for p in answer["points"] if len(p) > 2))},
            )
    return found


@pytest.fixture(scope="module")
def opened(site):
    with browser.served(site) as address, browser.chromium() as driver:
        yield address, driver


def results(driver, address: str, text: str) -> list[str]:
    """The pages that the search page lists, best first."""
    driver.get(f"{address}/search.html?q={quote(text)}")
    links = "return [...document.querySelectorAll('#search-results > ol > li > a:first-child')].map(a => a.getAttribute('href'))"
    return [link.removesuffix(".html") for link in driver.execute_script(links)]


@pytest.mark.browser
@pytest.mark.parametrize(("text", "right"), FIXED, ids=[text for text, _ in FIXED])
def test_what_people_type_finds_the_page(opened, text, right):
    address, driver = opened
    assert right & set(results(driver, address, text)[:FIRST])


@pytest.mark.browser
def test_questions_that_people_asked_find_their_page(opened):
    address, driver = opened
    missed = {}
    for name, (title, right) in asked().items():
        found = results(driver, address, title)
        if not right & set(found[:FIRST]):
            missed[name] = (title, sorted(right), found[:FIRST])
    share = 1 - len(missed) / len(asked())
    print(f"\n{len(asked())} questions, {share:.1%} find their page among the first {FIRST}")
    print("\n".join(map(str, missed.items())))
    assert share >= FLOOR


@pytest.mark.browser
def test_the_search_works_from_a_local_folder_and_says_when_there_is_nothing(opened, site):
    _, driver = opened
    assert results(driver, site.as_uri(), "forget gate bias")
    assert results(driver, site.as_uri(), "qqqq xxxx") == []
    assert "Nothing found" in driver.find_element("id", "search-results").text


@pytest.mark.browser
def test_a_question_is_shown_as_text(opened):
    address, driver = opened
    results(driver, address, "<img src=x onerror=alert(1)> units")
    assert driver.execute_script("return document.querySelectorAll('#search-results img').length") == 0
    assert "<img" in driver.find_element("css selector", "#search-results [role=status]").text


@pytest.mark.browser
def test_the_landing_page_has_a_box_that_searches(opened):
    address, driver = opened
    driver.get(f"{address}/index.html")
    driver.find_element("id", "find-q").send_keys("weights order bidirectional\n")
    assert "search.html?q=weights" in driver.current_url
    assert driver.find_elements("css selector", "#search-results li a")


@pytest.mark.browser
def test_python_and_javascript_take_words_apart_alike(opened):
    """The index is made by one and asked by the other."""
    address, driver = opened
    texts = [one["title"] for one in json.loads((HERE / "dev.json").read_text(encoding="utf-8")).values()]
    texts += [path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("[hwl]*/*.md"))]
    results(driver, address, "units")
    theirs = driver.execute_script("return arguments[0].map(Find.words)", texts)
    code = (
        "import json, sys; sys.path.insert(0, 'docs/_ext'); from find_words import words; "
        "print(json.dumps([words(text) for text in json.load(sys.stdin)]))"
    )
    ours = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert theirs == json.loads(ours.stdout)


def test_the_index_is_small(site):
    assert (site / "findindex.js").stat().st_size < 1_500_000
