"""The pages of the frameworks: every entry of the tables is on them, and the big table sorts and filters in a real browser."""

from __future__ import annotations

import html
import json
import pathlib
import re
import sys

import browser
import pytest

from lstm_shapes import cli, layouts

ROOT = pathlib.Path(__file__).parent.parent
sys.path.append(str(ROOT / "docs" / "_ext"))

import evidence  # noqa: E402
import framework_facts as facts  # noqa: E402
import framework_pages as pages  # noqa: E402

ENTRIES = list(facts.entries())
IDS = [f"{name}-{key}" for name, key, _ in ENTRIES]
SCRIPTS = sorted(path.stem for path in evidence.FOLDER.glob("*.py") if path.stem != "record")


def test_every_framework_has_a_page_and_a_line_in_the_list():
    folder = ROOT / "docs" / "frameworks"
    assert {path.stem for path in folder.glob("*.md")} == {*layouts.FRAMEWORKS, "index"}
    text = (folder / "index.md").read_text(encoding="utf-8")
    assert re.findall(r" <(\w+)>$", text.partition("{toctree}")[2], re.MULTILINE) == list(layouts.FRAMEWORKS)
    listed = " ".join(re.findall(r"\{lstm-framework-list\} (.*)", text)).split()
    assert sorted(listed) == sorted(layouts.FRAMEWORKS)
    for name in layouts.FRAMEWORKS:
        page = (folder / f"{name}.md").read_text(encoding="utf-8")
        assert f"```{{lstm-framework}} {name}\n" in page
        assert len(page.partition("{lstm-framework}")[0].split()) > 30, "a paragraph on its traps"


@pytest.mark.parametrize("name", [name for name in layouts.FRAMEWORKS if name != "keras"])
def test_the_command_that_a_page_names_works(name, capsys):
    page = (ROOT / "docs" / "frameworks" / f"{name}.md").read_text(encoding="utf-8")
    (words,) = re.findall(r"`python -m lstm_shapes (compare keras .*)`", page)
    assert cli.main(words.split()) == 0
    assert f" of {layouts.NAMES[name]}\n" in capsys.readouterr().out


@pytest.mark.parametrize(("name", "key", "layout"), ENTRIES, ids=IDS)
def test_an_entry_says_everything_that_the_table_knows(name, key, layout):
    text = html.unescape(re.sub(r"<[^>]+>", "", pages.entry_html(layout, key)))
    for array in layout.arrays:
        assert array.name in text
        assert array.pattern in text
    known = [layout.object, layout.bias_convention, layout.forget_bias_from, layout.directions, layout.stacking,
             layout.vs_keras, layout.verified, layout.source, *layout.gates, *layout.gate_names, *layout.pitfalls]  # fmt: skip
    assert [word for word in known if word.replace("`", "") not in text] == []
    assert all((field, value) in facts.DIFFERS for field, value in layout.equations.items())


@pytest.mark.parametrize(
    ("name", "key", "gates", "stored", "biases", "parameters"),
    [  # 100 inputs, 20 units: 4 * 20 * 120 = 9600, 3 * 20 * 120 = 7200, and 20 for each bias
        ("keras", "lstm", "i f c o", "columns", 4, 9680),
        ("pytorch", "lstm", "i f c o", "rows", 8, 9760),
        ("pytorch", "gru", "r z h", "rows", 6, 7320),
        ("onnx", "lstm", "i o f c", "rows", 8, 9760),
        ("haiku", "lstm", "i c f o", "columns, joint kernel", 4, 9680),
        ("chainer", "lstm", "c i f o", "rows, interleaved", 4, 9680),
        ("flax", "lstm", "f c i o", "one array each", 4, 9680),
        ("nnx", "gru", "r z h", "columns", 3, 7260),
        ("openvino", "lstm", "f i c o", "rows", 4, 9680),
    ],
)
def test_the_facts_of_layers_that_a_reader_knows(name, key, gates, stored, biases, parameters):
    layout = layouts.find(name, key)
    found = (facts.order(layout.gates), facts.how_stored(layout), facts.biases(layout, key))
    assert found == (gates, stored, biases)
    assert facts.formulas(layout, key)[0][2] == parameters


@pytest.mark.parametrize("name", SCRIPTS)
def test_an_experiment_is_what_was_run_and_is_on_a_page(name):
    found = evidence.recorded(name)
    assert found["printed"].strip()
    assert {"date", "python", "versions"} <= set(found)
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("[!g]*/*.md"))
    assert f"```{{lstm-evidence}} {name}\n" in text


def test_a_script_that_was_changed_after_its_run_is_seen(tmp_path, monkeypatch):
    monkeypatch.setattr(evidence, "FOLDER", tmp_path)
    (tmp_path / "one.json").write_text(json.dumps({"script": "print(1)\n", "printed": "1\n"}))
    (tmp_path / "one.py").write_text("print(1)\n")
    assert evidence.recorded("one")["printed"] == "1\n"
    (tmp_path / "one.py").write_text("print(2)\n")
    with pytest.raises(ValueError, match=r"one\.py is not what was run: run record\.py one again"):
        evidence.recorded("one")


def test_the_script_is_small():
    assert (ROOT / "docs" / "_static" / "frameworks.js").stat().st_size < 4096


# ---------------------------------------------------------------- in a real browser

ROWS = "return [...document.querySelectorAll('table.frameworks-table tbody tr')]"
SHOWN = f"{ROWS}.filter(row => row.getClientRects().length).map(row => row.textContent)"
COLUMN = f"{ROWS}.map(row => row.cells[arguments[0]]).map(cell => cell.dataset.sort ?? cell.textContent)"
SORTED = (
    "return [...document.querySelectorAll('.frameworks-table th')].map(th => th.getAttribute('aria-sort'))"
)


@pytest.fixture(scope="module")
def opened(site):
    with browser.page(site, "lookup/all-frameworks.html") as (address, driver):
        yield address, driver


@pytest.fixture
def table(opened):
    address, driver = opened
    browser.look(driver, 1280)
    driver.get(address)
    return driver


def button(driver, title):
    from selenium.webdriver.common.by import By

    return driver.find_element(
        By.XPATH, f"//table[contains(@class,'frameworks-table')]//th/button[starts-with(.,'{title}')]"
    )


def in_browser(test):
    """A test that needs the built site and a browser."""
    return pytest.mark.browser(pytest.mark.site(test))


@in_browser
def test_every_entry_is_a_row_that_leads_to_its_page(table, site):
    links = table.execute_script(f"{ROWS}.map(row => row.querySelector('a').getAttribute('href'))")
    assert len(links) == len(ENTRIES)
    for (name, key, _), link in zip(ENTRIES, links, strict=True):
        page, _, place = link.partition("#")
        assert page == f"../frameworks/{name}.html"
        assert f'id="{place}"' in (site / "frameworks" / f"{name}.html").read_text(encoding="utf-8"), (
            name,
            key,
        )


@in_browser
def test_a_heading_sorts_by_number_up_down_and_back(table):
    column = pages.HEAD.index("Parameters")
    before = table.execute_script(COLUMN, column)
    up = sorted(map(int, before))
    assert list(map(int, before)) != up
    expected = [("ascending", up), ("descending", up[::-1]), (None, list(map(int, before)))]
    for direction, order in expected:
        button(table, "Parameters").click()
        assert list(map(int, table.execute_script(COLUMN, column))) == order
        found = table.execute_script(SORTED)
        assert found == [direction if i == column else None for i in range(len(pages.HEAD))]


@in_browser
def test_a_heading_sorts_by_name_with_the_keyboard(table):
    from selenium.webdriver.common.keys import Keys

    button(table, "Framework").send_keys(Keys.ENTER)
    names = table.execute_script(COLUMN, 0)
    assert names == sorted(names, key=str.lower)
    assert names != [layouts.NAMES[name] for name, _, _ in ENTRIES]


@in_browser
def test_the_field_filters_by_all_words(table):
    from selenium.webdriver.common.by import By

    field = table.find_element(By.CSS_SELECTOR, ".frameworks-bar input")
    assert field.accessible_name == "Only rows with"
    said = table.find_element(By.CSS_SELECTOR, ".frameworks-bar output")
    assert said.text == f"{len(ENTRIES)} of {len(ENTRIES)}"
    field.send_keys("Torch.nn gru")
    shown = table.execute_script(SHOWN)
    assert ["torch.nn.GRU" in one for one in shown] == [True]
    assert said.text == f"{len(shown)} of {len(ENTRIES)}"
    field.clear()
    field.send_keys("no such framework")
    assert table.execute_script(SHOWN) == []
    assert said.text == f"0 of {len(ENTRIES)}"


@in_browser
def test_without_javascript_the_table_is_complete_and_offers_nothing_that_does_nothing(opened):
    address, driver = opened
    browser.look(driver, 1280)
    with browser.without_javascript(driver):
        driver.get(address)
        source = driver.page_source
    table = source[source.index('<table class="frameworks-table"') : source.index("</table>")]
    assert table.count("<tr data-words=") == len(ENTRIES)
    assert "<button" not in table
    assert "frameworks-bar" not in source


@in_browser
def test_on_a_phone_rows_are_cards_and_the_page_does_not_scroll_sideways(table):
    browser.look(table, 390)
    assert table.execute_script("return document.documentElement.scrollWidth") <= 390
    row, head = "document.querySelector('table.frameworks-table tbody tr')", ".frameworks-table thead tr"
    assert table.execute_script(f"return getComputedStyle({row}).display") == "block"
    label = table.execute_script(f"return getComputedStyle({row}.cells[1], '::before').content")
    assert label == '"Cell"'
    assert (
        table.execute_script(f"return document.querySelector('{head}').getBoundingClientRect().height") < 200
    )
    button(table, "Biases").click()
    column = [int(one) for one in table.execute_script(COLUMN, pages.HEAD.index("Biases a unit"))]
    assert column == sorted(column)
