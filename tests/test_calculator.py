"""The calculator in a real Chromium: what the page says of a layer is what Python says of it, for many layers."""

from __future__ import annotations

import json
import os
import pathlib
import random
import re
import sys
from typing import Any

import browser
import pytest
from conftest import ROOT

import lstm_shapes
from lstm_shapes import UsageError, layouts
from lstm_shapes.compute import MERGE_MODES

sys.path.append(str(ROOT / "docs" / "_ext"))
import calculator_data

pytestmark = [pytest.mark.site, pytest.mark.browser]

SEED, LAYERS = 1997, 600
NUMBERS = ("input_dim", "units", "layers", "timesteps")


def explained(framework: str, cell: str, **options: Any) -> bool:
    """Whether there is such a layer, made by numbers alone: a convolution's window is not asked for."""
    try:
        lstm_shapes.explain(input_dim=3, units=2, cell=cell, framework=framework, **options)
    except UsageError:
        return False
    return True


CELLS = [
    (framework, cell, calculator_data.toggles(layout))
    for framework in calculator_data.OFFERED
    for cell, layout in layouts.table(framework).items()
    if explained(framework, cell)
]


@pytest.fixture(scope="module")
def page(site):
    with browser.page(site, "start/calculator.html") as opened:
        yield opened


@pytest.fixture
def opened(page):
    address, driver = page
    driver.get(address)
    return driver


def size(chance: random.Random, most: int) -> int:
    """Small sizes often, 1 now and then, large ones too."""
    return chance.choice([1, 2, chance.randint(1, 40), chance.randint(1, 2000), chance.randint(1, most)])


def layer(chance: random.Random) -> dict[str, Any]:
    """Any layer that the calculator's form can describe."""
    framework, cell, options = chance.choice(CELLS)
    two = chance.random() < 0.5 and explained(framework, cell, bidirectional=True)
    merge = chance.choice(MERGE_MODES) if two else "concat"
    return {
        "cell": cell,
        "framework": framework,
        "input_dim": size(chance, 10**8),
        "units": size(chance, 10**6),
        "bidirectional": two,
        "merge_mode": merge,
        "layers": chance.choice([1, 1, 2, 3, chance.randint(4, 13)]) if merge else 1,
        "timesteps": chance.choice([None, size(chance, 10**9)]),
        "return_sequences": chance.random() < 0.5,
        "return_state": chance.random() < 0.5,
        **{name: chance.random() < 0.6 for name in options},
    }


def state(config: dict[str, Any]) -> dict[str, Any]:
    """The same as the page's form has it: numbers are text, None is a word."""
    numbers = {name: "" if config[name] is None else str(config[name]) for name in NUMBERS}
    others = {name: config.get(name, True) for name in ("use_bias", "reset_after")}
    return {**config, **others, **numbers, "merge_mode": str(config["merge_mode"]).lower()}


def expected(config: dict[str, Any]) -> dict[str, Any]:
    """What Python says, without what no numbers tell (dtype) and what the form says word for word."""
    try:
        found = lstm_shapes.explain(**config).to_dict()
    except UsageError as error:
        return {"error": str(error)}
    for one in found["layers"]:
        for name in ("options", "alternatives", "notes", "framework", "merge_mode", "use_bias"):
            del one[name]
        for weight in one["weights"]:
            assert weight.pop("dtype") is None
            del weight["parts"]
    return {name: found[name] for name in ("layers", "parameters")}


COMPUTE = """
const plain = (key, one) => typeof one === "bigint" ? `number:${one}` : one;
return JSON.stringify(arguments[0].map((state) => {
  try { return window.lstmCalculator.compute(state); } catch (error) {
    if (!error.field) throw error;
    return { error: error.message }; }
}), plain)"""


def computed(driver: Any, configs: list[dict[str, Any]]) -> list[Any]:
    """What the page says of each, in one call."""
    text = driver.execute_script(COMPUTE, [state(one) for one in configs])
    return json.loads(re.sub(r'"number:(\d+)"', r"\1", text))


def test_the_page_says_what_python_says_of_every_layer(opened):
    chance = random.Random(SEED)
    configs = [layer(chance) for _ in range(LAYERS)]
    differ = [
        (config, found, expected(config))
        for config, found in zip(configs, computed(opened, configs), strict=True)
        if found != expected(config)
    ]
    assert differ[:1] == []
    assert {(one["framework"], one["cell"]) for one in configs} == {(f, c) for f, c, _ in CELLS}
    assert sum("error" in expected(one) for one in configs) == 0


def test_every_cell_of_the_tables_is_there(opened):
    """What Python can explain, the page can: nothing was left out when the data were written."""
    offered = opened.execute_script(
        "return Object.entries(lstmCalculator.data.frameworks).flatMap(([f, one]) => Object.keys(one.cells).map((c) => [f, c]))"
    )
    assert offered == [[framework, cell] for framework, cell, _ in CELLS]


def test_numbers_that_cannot_be_are_refused_in_pythons_words(opened):
    usual = {
        "cell": "lstm", "framework": "keras", "input_dim": 3, "units": 2, "bidirectional": True,
        "merge_mode": "sum", "layers": 1, "timesteps": None, "return_sequences": False, "return_state": False,
    }  # fmt: skip
    wrong: list[dict[str, Any]] = [
        {"units": 0},
        {"units": -7},
        {"input_dim": 10**8 + 1},
        {"input_dim": 123456789012345678901234567890},
        {"layers": 0},
        {"layers": 1001},
        {"timesteps": 0},
        {"timesteps": 10**9 + 1},
        {"units": "many"},
        {"units": "2.5"},
        {"input_dim": "1e3"},
        {"merge_mode": None, "layers": 2},
    ]
    configs = [{**usual, **one} for one in wrong]
    found = computed(opened, configs)
    assert found == [expected(one) for one in configs]
    assert all("error" in one for one in found)


def test_a_difference_would_be_seen(opened):
    opened.execute_script("lstmCalculator.data.weights[0][1][1] = '5*units'")
    config = {**layer(random.Random(0)), "cell": "lstm", "framework": "keras", "bidirectional": False,
              "merge_mode": "concat", "use_bias": True}  # fmt: skip
    config.pop("reset_after", None)
    assert computed(opened, [config]) != [expected(config)]


# ---------------------------------------------------------------- through the form


def field(driver: Any, name: str) -> Any:
    return driver.find_element("css selector", f".calculator [name={name}]")


def typed(driver: Any, name: str, text: str) -> None:
    """As a person does: all of it taken out, then key by key."""
    element = field(driver, name)
    element.clear()
    element.send_keys(text)


def chosen(driver: Any, name: str, value: str) -> None:
    from selenium.webdriver.support.select import Select

    Select(field(driver, name)).select_by_value(value)


def shapes(driver: Any) -> list[str]:
    """The column `shape` of the table as it stands on the page."""
    return driver.execute_script("""
        const table = document.querySelector('.calculator table');
        const at = [...table.tHead.rows[0].cells].findIndex((cell) => cell.textContent === 'shape');
        return [...table.tBodies[0].rows].map((row) => row.cells[at].textContent)""")


def of_python(**config: Any) -> list[str]:
    return [str(weight.shape) for weight in lstm_shapes.explain(**config).weights]


def test_typing_changes_everything_at_once(opened):
    typed(opened, "input_dim", "8")
    typed(opened, "units", "4")
    field(opened, "bidirectional").click()  # it starts with two directions
    assert shapes(opened) == of_python(input_dim=8, units=4)
    chosen(opened, "cell", "gru")
    assert shapes(opened) == of_python(input_dim=8, units=4, cell="gru")
    field(opened, "reset_after").click()
    assert shapes(opened) == of_python(input_dim=8, units=4, cell="gru", reset_after=False)
    chosen(opened, "framework", "pytorch")
    assert shapes(opened) == of_python(input_dim=8, units=4, cell="gru", framework="pytorch")
    assert "nn.GRU(8, 4, batch_first=True)" in opened.find_element("css selector", ".calculator-program").text
    assert not field(opened, "reset_after").is_enabled()
    typed(opened, "layers", "3")
    assert shapes(opened) == of_python(input_dim=8, units=4, cell="gru", framework="pytorch", layers=3)


def test_the_address_carries_the_layer_and_back_works(page, opened):
    address, driver = page
    typed(driver, "units", "7")
    chosen(driver, "merge_mode", "sum")
    assert driver.current_url.endswith("?cell=lstm&input=100&units=7&bidirectional=1&merge=sum")
    kept = driver.current_url
    driver.get(f"{address}?cell=gru&input=5&units=3&layers=2&bias=0&sequences=1")
    assert shapes(driver) == of_python(input_dim=5, units=3, cell="gru", layers=2, use_bias=False)
    assert "return_sequences=True" in driver.find_element("css selector", ".calculator-program").text
    driver.back()
    assert driver.current_url == kept
    assert shapes(driver) == of_python(input_dim=100, units=7, bidirectional=True, merge_mode="sum")


def test_bad_input_is_explained_in_its_place(opened):
    typed(opened, "units", "2o")
    element = field(opened, "units")
    assert element.get_attribute("aria-invalid") == "true"
    place = opened.find_element("id", element.get_attribute("aria-describedby"))
    assert place.text == "units is '2o': a whole number was expected, such as 20"
    assert place.get_attribute("aria-live") == "polite"
    assert "stale" in opened.find_element("css selector", ".calculator-output").get_attribute("class")
    typed(opened, "units", "20")
    assert element.get_attribute("aria-invalid") is None
    assert place.text == ""


def test_an_address_that_names_no_cell_is_told(page):
    address, driver = page
    driver.get(f"{address}?cell=lstn&units=%3Cb%3E")
    told = driver.find_element("id", "calc-address-error").text
    assert told == "cell=lstn is not known: lstm, gru, simple_rnn are."
    assert driver.find_element("id", "calc-units-error").text.startswith("units is '<b>'")


def test_every_field_has_a_label_and_is_reached_by_keyboard(opened):
    from selenium.webdriver import ActionChains, Keys

    names = opened.execute_script(
        "return [...document.querySelectorAll('.calculator :is(input, select)')].filter((one) => !one.disabled)"
        ".map((one) => [one.name, one.labels.length])"
    )
    assert {labels for _, labels in names} == {1}
    opened.execute_script("document.querySelector('.calculator [name=cell]').focus()")
    met = []
    for _ in range(len(names) + 1):
        met.append(opened.switch_to.active_element.get_attribute("name"))
        ActionChains(opened).send_keys(Keys.TAB).perform()
    assert {name for name, _ in names} <= set(met)


@pytest.mark.parametrize("width", [360, 390, 1280])
def test_no_layer_makes_the_page_scroll_sideways(page, width):
    address, driver = page
    browser.look(driver, width)
    for words in (
        "input=100000000&units=1000000&layers=1000",
        "framework=onnx&bidirectional=1",
        "framework=keras2",
    ):
        driver.get(f"{address}?{words}")
        assert driver.execute_script("return document.documentElement.scrollWidth") <= width, words
    browser.look(driver, 1280)


def test_without_javascript_it_says_so_and_shows_an_example(page):
    address, driver = page
    with browser.without_javascript(driver):
        driver.get(address)
        text = driver.find_element("css selector", ".calculator").text
        assert "needs JavaScript" in text
        assert "(100, 80)" in text
        assert "2 · 4 · 20 · (100 + 20 + 1) = 19 360" in text.replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_it_works_under_a_policy_without_inline_scripts(site, page):
    """Content-Security-Policy: the calculator needs no inline script and no eval."""
    _, driver = page
    import pathlib
    import shutil
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        held = pathlib.Path(folder)
        shutil.copytree(site / "_static", held / "_static")
        (held / "start").mkdir()
        text = (site / "start" / "calculator.html").read_text(encoding="utf-8")
        policy = "<meta http-equiv='Content-Security-Policy' content=\"script-src 'self'\">"
        (held / "start" / "calculator.html").write_text(
            text.replace("<head>", f"<head>{policy}", 1), encoding="utf-8"
        )
        with browser.served(held) as address:
            driver.get(f"{address}/start/calculator.html?input=6&units=5")
            assert shapes(driver) == of_python(input_dim=6, units=5)


def test_the_landing_page_has_it_too_and_hands_the_layer_on(site, page):
    _, driver = page
    with browser.served(site) as address:
        driver.get(f"{address}/index.html")
        typed(driver, "units", "9")
        assert shapes(driver) == of_python(input_dim=100, units=9)
        driver.execute_script("document.querySelector('.calculator-link').click()")
        assert "start/calculator.html?cell=lstm&input=100&units=9" in driver.current_url
        assert shapes(driver) == of_python(input_dim=100, units=9)


def test_the_script_is_small_and_asks_for_nothing(site):
    script = (site / "_static" / "calculator.js").read_bytes()
    assert len(script) < 15_000
    assert not re.search(rb"\b(fetch|XMLHttpRequest|import|eval|Function|innerHTML)\b", script)


@pytest.mark.parametrize(
    "words",
    [
        "cell=lstm&input=3&units=2",
        "cell=lstm&input=3&units=2&bidirectional=1&merge=none&state=1",
        "cell=gru&input=3&units=2&reset_after=0&bias=0&layers=3&timesteps=5",
        "cell=gru&input=3&units=2&bidirectional=1&merge=sum&layers=2&sequences=1",
        "cell=simple_rnn&input=3&units=2&state=1&sequences=1",
    ],
)
def test_the_code_on_the_page_makes_the_layer_that_it_shows(page, words):
    address, driver = page
    driver.get(f"{address}?{words}")
    program = driver.execute_script("return document.querySelector('.calculator-program').textContent")
    names: dict[str, Any] = {}
    exec(program, names)  # real Keras
    assert [str(weight.shape) for weight in names["model"].get_weights()] == shapes(driver)
    output = driver.execute_script("return document.querySelector('.calculator-words code').textContent")
    assert output == str(names["model"].output_shape)


# Layers of frameworks that are not installed here; their programs were run (tests/frameworks/run_calculator.py).
RUN = [
    f"framework={framework}&cell={cell}&input=3&units=2{more}"
    for framework, cells, variants in (
        ("pytorch", ("lstm", "gru", "simple_rnn"), ("", "&bidirectional=1&layers=2", "&bias=0")),
        ("onnx", ("lstm", "gru", "simple_rnn"), ("", "&bidirectional=1", "&bias=0", "&reset_after=0")),
        (
            "flax",
            ("lstm", "optimized_lstm", "gru", "simple_rnn"),
            ("", "&bidirectional=1&layers=2&timesteps=5"),
        ),
        ("nnx", ("lstm", "optimized_lstm", "gru", "simple_rnn"), ("", "&bidirectional=1&layers=2")),
        ("haiku", ("lstm", "gru", "simple_rnn"), ("", "&layers=2&timesteps=5")),
        ("equinox", ("lstm", "gru"), ("", "&layers=3", "&bias=0")),
    )
    for cell in cells
    for more in variants
]
RAN = ROOT / "tests" / "frameworks" / "calculator.json"


def test_the_code_on_the_page_was_run_where_its_framework_is(page):
    address, driver = page
    found = []
    for words in RUN:
        driver.get(f"{address}?{words}")
        program = driver.execute_script("return document.querySelector('.calculator-program').textContent")
        found.append(
            {"words": words, "program": program, "shapes": [*map(json.loads, map(as_json, shapes(driver)))]}
        )
    if "CALCULATOR_PROGRAMS" in os.environ:
        pathlib.Path(os.environ["CALCULATOR_PROGRAMS"]).write_text(json.dumps(found, indent=1))
    ran = json.loads(RAN.read_text(encoding="utf-8"))
    assert found == [{key: value for key, value in one.items() if key != "made"} for one in ran]
    assert [one["words"] for one in ran if sorted(one["shapes"]) != one["made"]] == []


def as_json(shape: str) -> str:
    """Python's tuple as JSON: `(80,)` is `[80]`."""
    return shape.replace(",)", ")").replace("(", "[").replace(")", "]")


def test_the_command_on_the_page_says_the_same(page):
    from lstm_shapes.cli import main

    address, driver = page
    driver.get(
        f"{address}?cell=gru&input=3&units=2&bidirectional=1&merge=sum&layers=2&reset_after=0&timesteps=4&sequences=1"
    )
    command = driver.execute_script("return document.querySelector('.calculator-command').textContent")
    assert command == (
        "python -m lstm_shapes explain --input 3 --units 2 --cell gru --bidirectional --merge-mode sum --layers 2 "
        "--timesteps 4 --return-sequences --no-reset-after"
    )
    assert main(command.split()[3:]) == 0


# ---------------------------------------------------------------- whatever the tables will hold

STRANGE = {
    "stacked": (
        layouts.Array("w", "kernel", "input+hidden (gate unit)"),
        layouts.Array("b", "bias", "(gate unit)"),
    ),
    "interleaved": (
        layouts.Array("upward", "kernel", "(unit gate) input"),
        layouts.Array("lateral", "recurrent_kernel", "(unit gate) hidden"),
    ),
    "gate_first": (
        layouts.Array("W", "kernel", "gate input unit"),
        layouts.Array("R", "recurrent_kernel", "direction gate unit hidden"),
    ),
    "flat": (layouts.Array("all", "kernel", "(gate unit input)"),),
}


@pytest.fixture
def strange(monkeypatch):
    """A framework that stores its gates in every way there is."""
    import types
    from dataclasses import replace

    plain = layouts.find("keras", "lstm")
    module = types.ModuleType("lstm_shapes.layouts.strange")
    module.LAYOUTS = {  # type: ignore[attr-defined]
        name: replace(plain, framework="strange", title=name, arrays=arrays, path="{layer}/{array}")
        for name, arrays in STRANGE.items()
    }
    monkeypatch.setitem(sys.modules, "lstm_shapes.layouts.strange", module)
    monkeypatch.setattr(layouts, "NAMES", {**layouts.NAMES, "strange": "Strange"})
    monkeypatch.setattr(layouts, "FRAMEWORKS", (*layouts.FRAMEWORKS, "strange"))
    monkeypatch.setattr(calculator_data, "OFFERED", (*calculator_data.OFFERED, "strange"))


@pytest.mark.usefixtures("strange")
@pytest.mark.parametrize("cell", STRANGE)
def test_unusual_patterns_are_shown_too(page, cell):
    address, driver = page
    driver.get(address)
    data = json.loads(json.dumps(calculator_data.export()))
    driver.execute_script("Object.assign(lstmCalculator.data, arguments[0])", data)
    usual = {"cell": cell, "framework": "strange", "merge_mode": "concat", "layers": 2, "timesteps": None,
             "return_sequences": False, "return_state": False, "use_bias": True}  # fmt: skip
    for two in (False, True):
        for input_dim, units in ((1, 1), (5, 3), (200, 300)):
            config = {**usual, "input_dim": input_dim, "units": units, "bidirectional": two}
            assert computed(driver, [config]) == [expected(config)]
    driver.execute_script("""
        const list = document.querySelector('.calculator [name=framework]');
        list.append(new Option('Strange', 'strange', true, true));
        list.dispatchEvent(new Event('change', { bubbles: true }));""")
    chosen(driver, "cell", cell)
    assert shapes(driver) == of_python(
        cell=cell, framework="strange", input_dim=100, units=20, bidirectional=True
    )
    drawn = "return [...document.querySelectorAll('.calculator-figures svg')].map((one) => one.querySelectorAll('rect').length)"
    assert min(driver.execute_script(drawn)) > 4  # a sheet, and four gates on it
