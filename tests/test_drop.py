"""The page "Drop your checkpoint" in a real Chromium: it says of every file what the command line says of it."""

from __future__ import annotations

import contextlib
import functools
import http.server
import json
import pathlib
import shutil
import struct
import sys
import threading
import time
import zipfile
from typing import Any

import axe
import browser
import large_files
import pytest
import test_hostile
from conftest import ROOT
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.support.ui import WebDriverWait

import lstm_shapes
from lstm_shapes import UsageError
from lstm_shapes.render import draw, draw_blocks
from lstm_shapes.render.outline import MORE, Para, outline

sys.path.append(str(ROOT / "docs" / "_ext"))
import drop

pytestmark = pytest.mark.site
in_browser = pytest.mark.browser

CORPUS = pathlib.Path(__file__).parent / "corpus" / "files"
SEED = CORPUS / "tf_keras2" / "seed_autoencoder.hdf5"
SHARDED = CORPUS / "keras3" / "bi_mixed.sharded.weights.json"
PAGE = f"{drop.PAGE}.html"
hostile, manifest = test_hostile.hostile, test_hostile.manifest  # fixtures


def explained(path: pathlib.Path) -> dict[str, str]:
    """What Python on this machine says of a file, to a person who stands in its folder."""
    with contextlib.chdir(path.parent):
        try:
            found = lstm_shapes.explain(path.name)
        except UsageError as error:
            return {"error": str(error)}
    blocks = [block for block in outline(found) if block != Para(MORE)]
    return {"json": draw(found, "json"), "html": draw_blocks(blocks, "html", style=False)}


EACH = """
const done = arguments[0], found = [];
(async () => {
  for (const file of document.querySelector('#many').files) {
    const { bytes, ...said } = await lstmDrop.explain([file], file.name);
    found.push([file.name, bytes, said]);
  }
  done(found);
})()"""


def chosen(driver: Any, paths: list[pathlib.Path]) -> None:
    """Put files where a script of the page finds them, as a person who chooses them."""
    driver.execute_script("""
        document.querySelector('#many')?.remove();
        document.body.append(Object.assign(document.createElement('input'), { type: 'file', multiple: true, id: 'many' }))""")
    driver.find_element("id", "many").send_keys("\n".join(map(str, paths)))


def of_the_page(driver: Any, paths: list[pathlib.Path]) -> list[tuple[int, dict[str, str]]]:
    """What the page says of each file, one after the other, and how many bytes it read."""
    chosen(driver, paths)
    found = driver.execute_async_script(EACH)
    assert [name for name, *_ in found] == [path.name for path in paths]
    return [(bytes_, said) for _, bytes_, said in found]


def differing(driver: Any, paths: list[pathlib.Path]) -> list[Any]:
    return [
        (path.name, said, wanted)
        for path, (_, said) in zip(paths, of_the_page(driver, paths), strict=True)
        if said != (wanted := explained(path))
    ]


def regular(folder: pathlib.Path) -> list[pathlib.Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


@pytest.fixture(scope="module")
def page(site):
    with browser.page(site, PAGE) as opened:
        opened[1].set_script_timeout(600)
        yield opened


@pytest.fixture(scope="module")
def opened(page):
    """The page, in which Python is started once for all that does not ask for another."""
    address, driver = page
    driver.get(address)
    return driver


# ---------------------------------------------------------------- the same words


@in_browser
def test_the_page_says_what_python_says_of_the_whole_corpus(opened):
    paths = [path for path in regular(CORPUS) if path != SHARDED]  # of several files: see below
    assert differing(opened, paths)[:1] == []
    rows = json.loads((CORPUS.parent / "truth" / "index.json").read_text(encoding="utf-8"))
    core = {CORPUS / row["file"] for row in rows if row["core"]} - {SHARDED}
    assert len(core) > 200
    assert core <= set(paths)
    assert [path for path in core if "json" not in explained(path)] == []


@in_browser
def test_hostile_files_end_in_the_same_line(opened, hostile, manifest):
    paths = [hostile / row["file"] for row in manifest["files"]]
    paths = [path for path in paths if path.is_file() and not path.is_symlink()]  # no pipe can be dropped
    assert len(paths) > 270
    assert differing(opened, paths)[:1] == []


@in_browser
def test_a_difference_would_be_seen(opened, monkeypatch):
    monkeypatch.setattr(lstm_shapes.layer.Weight, "parameters", 7)
    ((name, said, wanted),) = differing(opened, [SEED])
    assert name == SEED.name
    assert set(said) == set(wanted)


@in_browser
def test_a_checkpoint_of_several_files_is_dropped_as_one(opened):
    shards = [SHARDED, *SHARDED.parent.glob("bi_mixed.sharded_*")]
    chosen(opened, shards)
    said = opened.execute_async_script("""
        lstmDrop.explain([...document.querySelector('#many').files], arguments[0]).then(arguments[1])""", SHARDED.name)  # fmt: skip
    said.pop("bytes")
    assert said == explained(SHARDED)
    assert "json" in said


SIZE = 2_200_000_000  # more than 2^31 bytes


@in_browser
@pytest.mark.parametrize("suffix", [".keras", ".h5", ".weights.h5", ".safetensors", ".onnx", ".pt", ".npz"])
def test_a_file_of_more_than_two_gigabytes_is_not_read_whole(opened, tmp_path, suffix):
    path = tmp_path / f"large{suffix}"
    large_files.MAKE[suffix](path, SIZE)
    assert path.stat().st_size > 0.98 * SIZE
    ((bytes_, said),) = of_the_page(opened, [path])
    assert said == explained(path)
    assert "json" in said
    assert bytes_ < 300_000
    path.unlink()


# ---------------------------------------------------------------- as a person uses it


def text(driver: Any, name: str) -> str:
    return driver.execute_script("return document.querySelector(arguments[0]).textContent", f".drop-{name}")


def finished(driver: Any) -> None:
    WebDriverWait(driver, 120, 0.05).until(
        lambda driver: driver.execute_script(
            "return !document.querySelector('.drop-result').hasAttribute('aria-busy')"
        )
    )


def give(driver: Any, *paths: pathlib.Path) -> None:
    """Choose files in the page's own field, and wait for what it says; the driver alone would add to those before."""
    driver.execute_script("document.querySelector('#drop-file').value = ''")
    driver.find_element("id", "drop-file").send_keys("\n".join(map(str, paths)))
    finished(driver)


def let_fall(driver: Any, *paths: pathlib.Path) -> None:
    """As a mouse drops them, over the page's text and not over the frame."""
    for kind in ("dragEnter", "dragOver", "drop"):
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        driver.execute_cdp_cmd("Input.dispatchDragEvent", {"type": kind, "x": 600, "y": 500, "data": data})
    finished(driver)


@in_browser
def test_a_chosen_file_is_explained_below(opened):
    give(opened, SEED)
    wanted = explained(SEED)
    assert text(opened, "name") == "seed_autoencoder.hdf5"
    assert text(opened, "error") == ""
    assert "of 979\N{NARROW NO-BREAK SPACE}008 bytes were read" in text(opened, "status")
    shapes = opened.execute_script(
        "return [...document.querySelectorAll('.drop-html tbody tr')].map((row) => row.cells[3]?.textContent)"
    )
    assert shapes[:3] == ["(100, 80)", "(20, 80)", "(80,)"]
    assert opened.execute_script("return document.querySelectorAll('.drop-html svg.matrix rect').length") == 8
    origin = "/".join(opened.current_url.split("/")[:3])
    words = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"], "origin": origin}
    opened.execute_cdp_cmd("Browser.grantPermissions", words)
    opened.find_element("css selector", ".drop-copy").click()
    WebDriverWait(opened, 10).until(lambda driver: text(driver, "copy") == "Copied")
    copied = opened.execute_async_script("navigator.clipboard.readText().then(arguments[0])")
    assert copied == wanted["json"] + "\n"


@in_browser
def test_a_dropped_file_is_explained_and_a_bad_one_gets_one_line(opened, tmp_path):
    let_fall(opened, CORPUS / "torch" / "tagger.pt")
    assert text(opened, "name") == "tagger.pt"
    assert opened.execute_script("return document.querySelector('#drop-file').files[0].name") == "tagger.pt"
    (tmp_path / "model.pt").write_bytes(b"\x1f\x8b compressed")
    let_fall(opened, tmp_path / "model.pt")
    assert text(opened, "error") == explained(tmp_path / "model.pt")["error"]
    assert "gunzip" in text(opened, "error")
    assert not opened.find_element("css selector", ".drop-result").is_displayed()
    let_fall(opened, tmp_path)
    assert "is a folder" in text(opened, "error")


@in_browser
def test_of_several_files_the_index_comes_first_and_each_can_be_had(opened):
    from selenium.webdriver.support.select import Select

    shards = sorted(SHARDED.parent.glob("bi_mixed.sharded_*"))
    give(opened, *shards, SHARDED)
    assert text(opened, "name") == SHARDED.name
    Select(opened.find_element("css selector", ".drop select")).select_by_visible_text(shards[0].name)
    finished(opened)
    assert text(opened, "name") == shards[0].name


@in_browser
def test_a_name_in_a_file_never_becomes_markup(opened, tmp_path):
    shapes = large_files.torch_arrays(2000)
    evil = "<img src=x onerror=document.title='run'><script>document.title='run'</script>"
    header, at = {}, 0
    for name, shape in shapes.items():
        end = at + 4 * shape[0] * (shape[1] if len(shape) > 1 else 1)
        header[f"{evil}.{name}"] = {"dtype": "F32", "shape": shape, "data_offsets": [at, end]}
        at = end
    head = json.dumps(header).encode()
    (tmp_path / "evil.safetensors").write_bytes(struct.pack("<Q", len(head)) + head + bytes(at))
    before = opened.title
    give(opened, tmp_path / "evil.safetensors")
    assert "<img src=x" in text(opened, "html")
    assert (
        opened.execute_script("return document.querySelectorAll('.drop-html :is(img, script)').length") == 0
    )
    assert opened.title == before


@in_browser
def test_a_file_that_changes_after_it_was_chosen_is_told(opened, tmp_path):
    path = tmp_path / "1.hdf5"
    shutil.copy(SEED, path)
    chosen(opened, [path])
    shutil.copy(CORPUS / "tf_keras2" / "lstm_plain.hdf5", path)  # the next epoch
    _, _, said = opened.execute_async_script(EACH)[0]
    assert said["error"].startswith("'1.hdf5' cannot be read to its end: it was changed")


@in_browser
def test_when_python_in_the_page_breaks_off_the_next_file_gets_another(opened):
    broken = opened.execute_async_script("lstmDrop.explain([{}], 'x.h5').then(arguments[0])")
    assert "Python in this page broke off" in broken["error"]
    assert differing(opened, [SEED]) == []


@in_browser
def test_the_field_has_a_label_and_is_reached_by_keyboard(opened):
    from selenium.webdriver import ActionChains, Keys

    assert opened.execute_script(
        "return document.querySelector('#drop-file').labels[0].textContent"
    ).startswith("Drop")
    opened.execute_script("const p = document.querySelector('h1 + p'); p.tabIndex = -1; p.focus()")
    for _ in opened.find_elements(
        "css selector", "h1 + p a, #drop-file"
    ):  # the links of the answer, then the field
        ActionChains(opened).send_keys(Keys.TAB).perform()
    assert opened.switch_to.active_element.get_attribute("id") == "drop-file"


@in_browser
@pytest.mark.parametrize("width", [360, 1280])
def test_no_result_makes_the_page_scroll_sideways(opened, width):
    browser.look(opened, width)
    give(opened, CORPUS / "keras3" / "many_layers.keras")
    assert opened.execute_script("return document.documentElement.scrollWidth") <= width
    browser.look(opened, 1280)


def barriers(driver: Any) -> list[str]:
    """What axe finds, now that something has been explained."""
    driver.execute_script(axe.source())
    return driver.execute_async_script(axe.RUN, "article", "tag", list(axe.WCAG))


@in_browser
@pytest.mark.parametrize(("width", "dark"), [(390, False), (1280, False), (1280, True)])
def test_a_result_and_an_error_have_no_barrier_by_wcag(opened, tmp_path, width, dark):
    browser.look(opened, width, dark=dark)
    give(opened, SEED)
    found = barriers(opened)
    (tmp_path / "model.pt").write_bytes(b"\x1f\x8b compressed")
    give(opened, tmp_path / "model.pt")
    assert text(opened, "error")
    found += barriers(opened)
    browser.look(opened, 1280)
    assert found == []


# ---------------------------------------------------------------- nothing leaves the page


def asked(log: pathlib.Path, origin: str) -> list[str]:
    """The addresses that anything of this origin asked for, worker and service worker included: Chromium's own log."""
    found = json.loads(log.read_text(encoding="utf-8"))
    kind = found["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    events = [
        one["params"] for one in found["events"] if one["type"] == kind and "url" in one.get("params", {})
    ]
    return [one["url"] for one in events if one.get("initiator") == origin]


@in_browser
def test_nothing_is_asked_of_another_host_and_it_works_when_the_network_is_gone(site, tmp_path):
    log = tmp_path / "net.json"
    with browser.chromium(f"--log-net-log={log}") as driver:
        driver.set_script_timeout(600)
        with browser.served(site) as origin:
            driver.get(f"{origin}/{PAGE}")
            give(driver, SEED)
            assert text(driver, "error") == ""
            WebDriverWait(driver, 60).until(
                lambda driver: text(driver, "kept") == "This page now works without a network."
            )
            give(driver, CORPUS / "onnx" / "lstm_external_data.onnx")
        give(driver, CORPUS / "torch" / "tagger.pt")  # the server is no more
        assert text(driver, "name") == "tagger.pt"
        driver.get(f"{origin}/{PAGE}")
        assert differing(driver, [SEED, CORPUS / "torch" / "tagger.safetensors"]) == []
        with pytest.raises(WebDriverException, match="CONNECTION_REFUSED"):
            driver.get(f"{origin}/index.html")  # so it was the cache that answered
    urls = asked(log, origin)
    assert any(url.endswith("pyodide.asm.wasm") for url in urls)  # the log sees what the worker asks for
    assert [url for url in urls if not url.startswith((f"{origin}/", "data:"))] == []


KEPT = """
caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name).then((one) => one.keys()))))
  .then((found) => arguments[0](found.flat().map((one) => one.url.split('/').pop())))"""


@in_browser
def test_a_newer_site_is_used_at_once_and_the_old_package_goes(site, page, tmp_path):
    _, driver = page
    for part in ("_static", "start"):
        shutil.copytree(site / part, tmp_path / part)
    folder = tmp_path / f"{drop.PAGE}-files"
    about = json.loads((folder / "files.json").read_text(encoding="utf-8"))
    (old,) = (name for name in about["sizes"] if name.startswith("lstm_shapes-"))
    new = "lstm_shapes-0123456789abcdef.zip"
    with browser.served(tmp_path) as address:
        driver.get(f"{address}/{PAGE}")
        give(driver, SEED)
        WebDriverWait(driver, 60).until(lambda driver: text(driver, "kept"))
        assert old in driver.execute_async_script(KEPT)
        with zipfile.ZipFile(folder / old) as before, zipfile.ZipFile(folder / new, "w") as after:
            for name in before.namelist():
                after.writestr(name, before.read(name).replace(b"other_weights", b"newer_weights"))
        (folder / old).unlink()
        sizes = {name: (folder / {old: new}.get(name, name)).stat().st_size for name in about["sizes"]}
        about["sizes"] = {{old: new}.get(name, name): size for name, size in sizes.items()}
        (folder / "files.json").write_text(json.dumps(about), encoding="utf-8")
        driver.get(f"{address}/{PAGE}")
        ((_, said),) = of_the_page(driver, [SEED])
        assert "newer_weights" in json.loads(said["json"])
        give(driver, SEED)
        WebDriverWait(driver, 60).until(lambda driver: text(driver, "kept"))
        kept = driver.execute_async_script(KEPT)
        assert (new in kept, old in kept) == (True, False)


POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:"
)


class StrictAndSlow(http.server.SimpleHTTPRequestHandler):
    """A policy on every answer, the worker's included; a megabyte takes its time."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def copyfile(self, source: Any, outputfile: Any) -> None:
        while data := source.read(1 << 20):
            outputfile.write(data)
            time.sleep(0.1 * len(data) / (1 << 20))

    def log_message(self, *_: Any) -> None:
        pass


WATCH = """
window.seen = { status: [], amount: [] };
for (const name in seen) {
  const element = document.querySelector(`.drop-${name}`);
  new MutationObserver(() => seen[name].push(element.textContent)).observe(element, { childList: true });
}"""


@in_browser
def test_under_a_strict_policy_it_works_and_tells_how_far_it_is(site):
    """Content-Security-Policy: no inline script is needed, and no eval of JavaScript."""
    handler = functools.partial(StrictAndSlow, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, browser.chromium() as driver:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        driver.get(f"http://127.0.0.1:{server.server_port}/{PAGE}")
        driver.execute_script(WATCH)
        give(driver, SEED)
        assert (text(driver, "error"), text(driver, "name")) == ("", "seed_autoencoder.hdf5")
        seen = driver.execute_script("return seen")
        server.shutdown()
    assert seen["status"][:3] == [
        "Loading Python, once …",
        "Starting Python …",
        "Reading seed_autoencoder.hdf5 …",
    ]
    amounts = [float(one.split()[0]) for one in seen["amount"] if one]
    assert amounts == sorted(amounts)
    assert len(set(amounts)) > 5
    assert amounts[-1] <= 14


# ---------------------------------------------------------------- where it cannot work, it says so


@in_browser
def test_without_javascript_it_names_the_command(page):
    address, driver = page
    with browser.without_javascript(driver):
        driver.get(address)
        said = driver.find_element("css selector", ".drop").text
    assert "needs JavaScript" in said
    assert "python -m lstm_shapes explain FILE" in said
    assert not driver.find_element("id", "drop-file").is_displayed()


@in_browser
def test_opened_from_a_folder_it_says_why_it_cannot(site, page):
    _, driver = page
    driver.get((site / PAGE).as_uri())
    assert "python -m http.server" in text(driver, "error")
    assert not driver.find_element("id", "drop-file").is_displayed()


@in_browser
def test_a_site_built_without_the_tool_says_so(site, page, tmp_path):
    _, driver = page
    shutil.copytree(site / "_static", tmp_path / "_static")
    (tmp_path / "start").mkdir()
    shutil.copy(site / PAGE, tmp_path / "start")
    with browser.served(tmp_path) as address:
        driver.get(f"{address}/{PAGE}")
        give(driver, SEED)
        assert "built without the tool" in text(driver, "error")
