"""The learning path, the glossary and the sheet that is printed."""

from __future__ import annotations

import base64
import io
import re

import browser
import pytest
from pages import DOCS, all_pages

PATH = [page for page in all_pages() if re.fullmatch(r"learn/\d\d-.*", page.name)]
WORDS = re.compile(r"^([A-Za-z_][\w ]*)$\n(?:^[A-Za-z_][\w ]*$\n)*^    \S", re.MULTILINE)


@pytest.mark.parametrize("page", PATH, ids=lambda page: page.name)
def test_a_page_of_the_path_has_an_exercise_whose_answer_runs(page):
    text = page.path.read_text(encoding="utf-8")
    assert text.count("## Exercise") == text.count(":::{answer}") == 1
    answer = text.split(":::{answer}")[1].split("\n:::\n")[0]
    assert ">>>" in answer
    assert len(text.splitlines()) < 90, "one idea a page"


@pytest.mark.parametrize("page", PATH, ids=lambda page: page.name)
def test_a_page_of_the_path_has_something_to_see(page):
    drawn = ("{lstm-weights}", "{lstm-run}", "{lstm-equations}", "{product}")
    assert [block for block in page.blocks if block.language in drawn]


def test_every_word_that_a_page_links_is_explained_and_the_glossary_is_complete():
    """That a link leads somewhere is Sphinx's own check; that a word is used at all, and proved where it can be, is ours."""
    text = (DOCS / "lookup/glossary.md").read_text(encoding="utf-8")
    explained = {word.lower() for word in WORDS.findall(text)}
    must = "kernel|recurrent kernel|bias|units|input_dim|gate|gate order|hidden state|cell state|direction|merge mode|time|batch"
    assert set(must.split("|")) <= explained
    assert text.count(">>>") >= 12


@pytest.mark.parametrize(
    "words", [["x", "1x3", "kernel", "4x2"], ["x", "1x3", "kernel", "3"]], ids=["do not fit", "one number"]
)
def test_matrices_that_do_not_fit_stop_the_build(words):
    import sys

    sys.path.insert(0, str(DOCS / "_ext"))
    from learn import product

    with pytest.raises(ValueError):
        product(*words)


@pytest.mark.site
@pytest.mark.browser
def test_the_cheat_sheet_is_one_page_of_a4(site):
    from pypdf import PdfReader

    with browser.page(site, "lookup/cheat-sheet.html") as (address, driver):
        driver.get(address)
        found = driver.execute_cdp_cmd(
            "Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True}
        )
    pages = PdfReader(io.BytesIO(base64.b64decode(found["data"]))).pages
    assert len(pages) == 1
    assert [round(float(side) / 72 * 25.4) for side in pages[0].mediabox[2:]] == [210, 297]
    text = pages[0].extract_text()
    for words in ("recurrent_kernel", "weight_ih_l0", "Rules", "identify"):
        assert words in text, words
    assert "Install it" not in text, "the sidebar is not printed"


@pytest.mark.site
@pytest.mark.browser
def test_an_answer_is_folded_until_a_key_opens_it(site):
    from selenium.webdriver.common.keys import Keys

    with browser.page(site, "learn/01-y-is-wx-plus-b.html") as (address, driver):
        driver.get(address)
        answer = driver.find_element("css selector", "details.answer")
        code = answer.find_element("css selector", "pre")
        assert not code.is_displayed()
        answer.find_element("css selector", "summary").send_keys(Keys.ENTER)
        assert code.is_displayed()
