"""Every page as a reader meets it: light and dark, wide and narrow, with scripts and without."""

from __future__ import annotations

import dataclasses
import subprocess
from typing import Any

import axe
import browser
import pytest

pytestmark = pytest.mark.site

NARROW, WIDE = 360, 1280
FIRST = "index.html"
TOOLS = ".calculator, .linked, .drop"
WIDTH = "return document.documentElement.scrollWidth"


@dataclasses.dataclass
class Visit:
    """What was seen on one page."""

    strange: list[str] = dataclasses.field(default_factory=list)  # requests to another host
    errors: list[str] = dataclasses.field(default_factory=list)  # of scripts, of the network, of the policy
    wide: list[str] = dataclasses.field(default_factory=list)  # when it scrolled sideways
    barriers: list[str] = dataclasses.field(default_factory=list)  # what axe found
    mute: list[str] = dataclasses.field(default_factory=list)  # what is wrong where no script runs
    weight: int = 0  # bytes over the wire until it stands there on a phone


def visit(driver: Any, address: str, name: str) -> Visit:
    """One page: narrow, wide, wide and dark; and if it has scripts of its own, without them."""
    seen = Visit()
    for width, dark, rules in ((NARROW, False, axe.NARROW), (WIDE, False, ()), (WIDE, True, axe.COLOURS)):
        browser.look(driver, width, dark=dark)
        if width == NARROW:
            driver.get(f"{address}/{name}")
            urls, seen.weight = browser.traffic(driver)
        if not dark and driver.execute_script(WIDTH) > width:
            seen.wide.append(f"{name} at {width}")
        look = f"{name} at {width}, {'dark' if dark else 'light'}: "
        without = () if name == FIRST else (".sidebar-tree",)  # the list of pages is the same on all
        seen.barriers += [look + found for found in axe.violations(driver, rules, without)]
    if name == FIRST or driver.execute_script(f"return document.querySelector('{TOOLS}, noscript') !== null"):
        browser.look(driver, NARROW)
        seen.mute = without_scripts(driver)
    urls += browser.requests(driver)
    seen.strange = [url for url in urls if not url.startswith((address, "data:", "chrome"))]
    seen.errors = [
        f"{name}: {one['message']}" for one in driver.get_log("browser") if one["level"] == "SEVERE"
    ]
    return seen


def without_scripts(driver: Any) -> list[str]:
    """What a reader without scripts misses on the open page; a tool has to say that it needs them."""
    with browser.without_javascript(driver):
        driver.refresh()
        width, words, silent = driver.execute_script(f"""
            const text = document.querySelector("article").innerText, tools = document.querySelectorAll("{TOOLS}");
            return [document.documentElement.scrollWidth, text.trim().length,
              [...tools].filter(tool => !/JavaScript/.test(tool.innerText)).map(tool => tool.className)]""")
    wrong = [f"{one} does not say that it needs JavaScript" for one in silent]
    return wrong + ["scrolls sideways"] * (width > NARROW) + ["has no text"] * (words == 0)


@pytest.fixture(scope="module")
def names(site):
    return [p.relative_to(site).as_posix() for p in sorted(site.rglob("*.html")) if "_static" not in p.parts]


@pytest.fixture(scope="module")
def visits(site, names):
    """All pages, in one browser; the logs keep what an earlier page left, so they are emptied first."""
    with browser.served(site) as address, browser.chromium() as driver:
        driver.get("about:blank")
        driver.set_script_timeout(120)  # for the longest tables, on a busy machine
        driver.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": True})
        browser.requests(driver)
        driver.get_log("browser")
        return {name: visit(driver, address, name) for name in names}


@pytest.mark.browser
def test_no_page_has_a_barrier_by_wcag_2_2_aa(visits):
    found = [one for seen in visits.values() for one in seen.barriers]
    assert found == [], told(found)


@pytest.mark.browser
def test_no_page_scrolls_sideways(visits):
    found = [one for seen in visits.values() for one in seen.wide]
    assert found == [], told(found)


@pytest.mark.browser
def test_pages_open_without_an_error_and_within_their_policy(visits):
    found = [one for seen in visits.values() for one in seen.errors]
    assert found == [], told(found)


@pytest.mark.browser
def test_pages_ask_no_other_host(visits):
    found = [one for seen in visits.values() for one in seen.strange]
    assert found == [], told(found)


@pytest.mark.browser
def test_pages_are_read_without_scripts(visits):
    assert {name: seen.mute for name, seen in visits.items() if seen.mute} == {}


def told(found: Any) -> str:
    """Some of what was found, a line each: pytest itself shows the first alone."""
    return "\n".join(map(str, list(found)[:60]))


@pytest.mark.browser
def test_a_page_that_answers_a_question_weighs_little(visits):
    """250 kB over the wire, the first time: on a slow phone line (1.6 Mbit/s) somewhat more than a second."""
    questions = {
        name: seen.weight for name, seen in visits.items() if name.startswith(("start/", "how/", "why/"))
    }
    assert min(questions.values()) > 10_000  # it was measured
    assert {name: weight for name, weight in questions.items() if weight > 250_000} == {}


@pytest.fixture(scope="session")
def validator(tmp_path_factory):
    """The Nu Html Checker, W3C's own, as a command; it knows HTML, SVG, MathML and ARIA."""
    import npm_packages

    jar = tmp_path_factory.mktemp("vnu") / "vnu.jar"
    jar.write_bytes(*npm_packages.members("vnu-jar", "build/dist/vnu.jar"))
    return ["java", "-jar", str(jar), "--errors-only", "--format", "gnu"]


@pytest.mark.java
def test_every_page_is_valid_html(validator, site, names):
    done = subprocess.run([*validator, *names], cwd=site, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[:5000]


@pytest.mark.java
def test_an_invalid_page_is_seen(validator, tmp_path):
    (tmp_path / "x.html").write_text(
        '<!doctype html><html lang="en"><title>x</title><p id="a" tooltip="b"><p id="a">'
    )
    done = subprocess.run([*validator, "x.html"], cwd=tmp_path, capture_output=True, text=True)
    assert [words in done.stderr for words in ("tooltip", "Duplicate ID")] == [True, True]


BAD = """<!doctype html><html lang="en"><head><title>x</title>
<meta http-equiv="Content-Security-Policy" content="script-src 'self'"></head>
<body><article><img src="data:,"><p style="color: #999; width: 2000px">faint</p></article><script>1</script></body></html>"""


@pytest.mark.browser
def test_a_bad_page_is_seen(tmp_path):
    (tmp_path / "x.html").write_text(BAD)
    (tmp_path / "y.html").write_text(
        BAD.replace("faint", "").replace("<article>", '<article class="linked">')
    )
    with browser.served(tmp_path) as address, browser.chromium() as driver:
        seen = visit(driver, address, "x.html")
        assert {one.split(" | ")[0].split(": ")[1] for one in seen.barriers} == {
            "color-contrast",
            "image-alt",
        }
        assert seen.wide == ["x.html at 360", "x.html at 1280"]
        assert any("Content Security Policy" in one for one in seen.errors)
        assert visit(driver, address, "y.html").mute == [
            "linked does not say that it needs JavaScript", "scrolls sideways", "has no text"]  # fmt: skip
