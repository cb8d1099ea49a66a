"""The linked picture in a real Chromium: what belongs together lights up together, by hand, by key, by touch."""

from __future__ import annotations

import sys

import browser
import numpy as np
import pytest
from conftest import ROOT

import lstm_shapes

sys.path.append(str(ROOT / "docs" / "_ext"))

pytestmark = [pytest.mark.site, pytest.mark.browser]


@pytest.fixture(scope="module")
def page(site):
    with browser.page(site, "why/inside-one-step.html") as opened:
        yield opened


@pytest.fixture
def opened(page):
    address, driver = page
    driver.get(address)
    return driver


def view(driver, number=0):
    return driver.find_elements("css selector", ".linked")[number]


def lit(box, where=""):
    """(gate, role, state) of everything that is lit."""
    return {
        tuple(part.get_attribute(f"data-{key}") or "" for key in ("gate", "role", "state"))
        for part in box.find_elements("css selector", f"{where} .part.on")
    }


def told(box):
    return [one.text for one in box.find_elements("css selector", ".linked-said code")]


def hover(driver, element):
    from selenium.webdriver import ActionChains

    driver.execute_script("arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })", element)
    ActionChains(driver).move_to_element(element).perform()


def press(box, where, number=0):
    """A click, once the button stands in the middle of the window."""
    button = box.find_elements("css selector", where)[number]
    box.parent.execute_script("arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })", button)
    button.click()


def test_a_gate_lights_up_everywhere_with_its_slices(opened):
    box = view(opened)
    hover(
        opened, box.find_element("css selector", ".linked-arrays [data-gate=forget][data-role=kernel] text")
    )
    assert told(box) == ["get_weights()[0][:, 20:40]"]
    press(box, ".linked-pick [data-gate=forget]")
    assert told(box) == [
        "get_weights()[0][:, 20:40]",
        "get_weights()[1][:, 20:40]",
        "get_weights()[2][20:40]",
    ]
    for where in (".linked-scroll", ".linked-equations", ".linked-arrays"):
        assert {gate for gate, *_ in lit(box, where)} == {"forget"}, where
    assert {role for _, role, _ in lit(box, ".linked-arrays")} == {"kernel", "recurrent_kernel", "bias"}


def test_every_slice_on_the_page_is_the_packages(opened):
    """For each gate's button, the code that is told gets what the explanation says."""
    for number, cell in enumerate(("lstm", "gru")):
        box = view(opened, number)
        weights = lstm_shapes.explain(input_dim=100, units=20, cell=cell).weights
        get_weights = [np.arange(weight.parameters).reshape(weight.shape) for weight in weights]
        for gate in weights[0].gates:
            press(box, f".linked-pick [data-gate={gate}]")
            cut = [eval(code, {"get_weights": lambda arrays=get_weights: arrays}) for code in told(box)]
            ((start, stop),) = weights[0].gates[gate]
            wanted = [array[..., start:stop] for array in get_weights]
            assert sum(one.size for one in cut) == sum(one.size for one in wanted), (cell, gate)
            both = (np.sort(np.concatenate([one.ravel() for one in some])) for some in (cut, wanted))
            assert np.array_equal(*both), (cell, gate)
            press(box, f".linked-pick [data-gate={gate}]")  # and off again


def test_a_term_a_box_a_wire_and_a_state_can_be_pointed_at(opened):
    box = view(opened)
    hover(
        opened,
        box.find_element("css selector", ".linked-equations [data-gate=output][data-role=recurrent_kernel]"),
    )
    assert told(box) == ["get_weights()[1][:, 60:80]"]
    assert lit(box, ".linked-arrays") == {("output", "recurrent_kernel", "")}
    hover(opened, box.find_element("css selector", '.node[data-gate=input][data-role="kernel bias"] rect'))
    assert told(box) == ["get_weights()[0][:, 0:20]", "get_weights()[2][0:20]"]
    opened.execute_script(
        "arguments[0].dispatchEvent(new PointerEvent('pointerover', { bubbles: true, pointerType: 'mouse' }))",
        box.find_element("css selector", ".wire[data-gate=cell] .hit"),
    )
    assert {gate for gate, *_ in lit(box, ".linked-arrays")} == {"cell"}
    press(box, ".linked-pick [data-state=c]")
    assert "memory" in box.find_element("css selector", ".linked-said").text
    assert told(box) == []
    assert {state for *_, state in lit(box)} == {"c"}


def test_a_bias_of_two_rows_has_two_slices(opened):
    box = view(opened, 1)
    press(box, ".linked-pick [data-gate=reset]")
    assert told(box) == [
        "get_weights()[0][:, 20:40]",
        "get_weights()[1][:, 20:40]",
        "get_weights()[2][0, 20:40]",
        "get_weights()[2][1, 20:40]",
    ]


def test_the_keyboard_reaches_every_figure_and_walks_through_it(opened):
    from selenium.webdriver import ActionChains, Keys

    box = view(opened)
    stops = box.find_elements("css selector", "[data-group] .part[tabindex='0']")
    assert len(stops) == 3  # one for each figure
    opened.execute_script("arguments[0].querySelector('.linked-pick button:last-child').focus()", box)
    for _ in range(20):
        ActionChains(opened).send_keys(Keys.TAB).perform()
        if opened.execute_script("return document.activeElement.closest('.linked-arrays') !== null"):
            break
    assert lit(box, ".linked-arrays") == {("input", "kernel", "")}
    ActionChains(opened).send_keys(Keys.ARROW_RIGHT).perform()
    assert lit(box, ".linked-arrays") == {("forget", "kernel", "")}
    assert told(box) == ["get_weights()[0][:, 20:40]"]
    ActionChains(opened).send_keys(Keys.ESCAPE).perform()
    assert lit(box) == set()


def test_a_screen_reader_is_told_what_everything_is(opened):
    names = opened.execute_script(
        "return [...document.querySelectorAll('.linked [data-group] .part[role=button]')]"
        ".map((one) => one.getAttribute('aria-label'))"
    )
    assert len(names) > 100
    assert all(names)
    assert any(name.startswith("kernel of the forget") for name in names)
    live = opened.execute_script("return document.querySelector('.linked-said').getAttribute('aria-live')")
    assert live == "polite"


def test_a_tap_holds_and_a_second_lets_go(opened):
    box = view(opened)
    block = box.find_element("css selector", ".linked-arrays [data-gate=cell][data-role=recurrent_kernel]")
    tap = "arguments[0].dispatchEvent(new MouseEvent('click', { bubbles: true }))"
    opened.execute_script(tap, block)
    assert told(box) == ["get_weights()[1][:, 40:60]"]
    opened.execute_script(tap, block)
    assert lit(box) == set()


def test_the_slice_can_be_copied(opened):
    opened.execute_script("""
        window.copied = [];
        Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => { copied.push(text); } } })""")
    box = view(opened)
    press(box, ".linked-pick [data-gate=forget]")
    press(box, ".linked-said li button", 1)
    assert opened.execute_script("return copied") == ["get_weights()[1][:, 20:40]"]


def numbers(box):
    return {
        text.get_attribute("data-node"): float(text.text)
        for text in box.find_elements("css selector", "[data-node]")
    }


def test_the_numbers_are_those_of_the_real_layer_at_every_step(opened):
    """Keras's own output is the expected value of h; the trace of every gate's."""
    import keras
    from selenium.webdriver.support.select import Select

    keras.utils.set_random_seed(1997)
    layer = keras.layers.LSTM(20, return_sequences=True)
    x = np.random.default_rng(1997).normal(size=(1, 6, 100)).astype("float32")
    h = np.asarray(layer(x))[0]
    gates = lstm_shapes.trace(layer, x).activation[0, 0].transpose("time", "unit", "gate")
    box = view(opened)
    for unit in (0, 3):
        Select(box.find_element("name", "unit")).select_by_visible_text(str(unit))
        rows = opened.execute_script(
            "return [...arguments[0].querySelectorAll('.linked-table tbody tr')]"
            ".map((row) => [...row.querySelectorAll('td')].map((cell) => Number(cell.textContent)))",
            box,
        )
        order = ["input", "forget", "cell", "output"]
        assert np.allclose([row[:4] for row in rows], gates.sel(gate=order)[:, unit], atol=6e-4)
        assert np.allclose([row[5] for row in rows], h[:, unit], atol=6e-4)


def test_stepping_changes_the_diagram_and_says_which_step(opened):
    box = view(opened)
    first = numbers(box)
    press(box, "[data-by='1']")
    second = numbers(box)
    assert box.find_element("css selector", ".linked-steps output").text == "2 of 6"
    assert sum(first[node] != second[node] for node in first) > len(first) / 2
    assert not box.find_element("css selector", "[data-by='1']").get_attribute("disabled")
    for _ in range(4):
        press(box, "[data-by='1']")
    assert box.find_element("css selector", "[data-by='1']").get_attribute("disabled")
    current = box.find_element("css selector", "tr[aria-current] th").text
    assert current == "6"


@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_does_not_scroll_sideways_when_something_is_lit(page, width):
    address, driver = page
    browser.look(driver, width)
    driver.get(address)
    for button in driver.find_elements("css selector", ".linked-pick button"):
        driver.execute_script("arguments[0].click()", button)
        assert driver.execute_script("return document.documentElement.scrollWidth") <= width
    browser.look(driver, 1280)


def test_without_javascript_it_is_a_good_figure(page):
    address, driver = page
    with browser.without_javascript(driver):
        driver.get(address)
        text = driver.find_element("css selector", ".linked").text
        assert "need JavaScript" in text
        assert "get_weights()[1]" in text
        assert "Unit 0, step by step" in text
        assert not driver.find_element("css selector", ".linked-controls").is_displayed()
        assert len(driver.find_elements("css selector", ".linked svg title")) == 8


@pytest.mark.parametrize("line", ["gru --input 8 --units 4 --no-reset-after", "simple_rnn --input 8 --units 4",
                                  "lstm --input 8 --units 4 --no-bias"])  # fmt: skip
def test_other_cells_can_be_drawn_too(line):
    from linked import draw

    assert draw(line).count('class="linked-array"') == (2 if "no-bias" in line else 3)


def test_a_diagram_that_computes_something_else_is_not_put_on_a_page(monkeypatch):
    import linked_numbers
    from linked import draw

    monkeypatch.setitem(linked_numbers.DO, "tanh", lambda a: a)
    with pytest.raises(lstm_shapes.UsageError, match="another cell than the trace"):
        draw("lstm --input 3 --units 2")
