"""A real Chromium: open a page of the built site, look at it, ask it things."""

from __future__ import annotations

import contextlib
import functools
import gzip
import http.server
import io
import json
import pathlib
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from typing import Any

SITE = pathlib.Path(__file__).parent.parent / "_build" / "html"
SHOTS = SITE.parent / "shots"
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
TEXT = {".html", ".css", ".js", ".svg", ".json", ".txt", ".xml"}
PAGES = ("index", "start/what-is-the-80", "why/gru-bias", "lookup/keras", "gallery/questions/plot_seed_program",
         "gallery/inside/plot_gate_diagram", "gallery/training/plot_weights_before_after", "gallery/index")  # fmt: skip


def available() -> bool:
    """Whether this machine has a Chromium and its driver."""
    return bool(shutil.which("chromium") and shutil.which("chromedriver"))


class Packed(http.server.SimpleHTTPRequestHandler):
    """Files as a real server sends them: text packed with gzip."""

    def log_message(self, *_: Any) -> None:
        """Nothing."""

    def send_head(self) -> Any:
        """Python's own, but for text, which is packed."""
        path = pathlib.Path(self.translate_path(self.path))
        if (
            path.suffix not in TEXT
            or not path.is_file()
            or "gzip" not in self.headers.get("Accept-Encoding", "")
        ):
            return super().send_head()
        data = gzip.compress(path.read_bytes(), mtime=0)
        self.send_response(200)
        self.send_header("Content-Type", f"{self.guess_type(str(path))}; charset=utf-8")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        return io.BytesIO(data)


@contextlib.contextmanager
def served(folder: pathlib.Path = SITE) -> Iterator[str]:
    """The built site on a free port of this machine."""

    handler = functools.partial(Packed, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextlib.contextmanager
def chromium(*more: str) -> Iterator[Any]:
    """A headless Chromium with a profile of its own, and `more` flags."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    with tempfile.TemporaryDirectory() as profile:
        for flag in (*FLAGS, *more, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
        driver = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
        try:
            yield driver
        finally:
            driver.quit()


def look(driver: Any, width: int, height: int = 900, dark: bool = False) -> None:
    """Set the window's width and the reader's wish for light or dark."""
    command = driver.execute_cdp_cmd
    command(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
    )
    scheme = "dark" if dark else "light"
    command("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})


@contextlib.contextmanager
def page(site: pathlib.Path, path: str) -> Iterator[tuple[str, Any]]:
    """The address of a page of the site, and a browser with a wide window."""
    with served(site) as address, chromium() as driver:
        look(driver, 1280)
        yield f"{address}/{path}", driver


@contextlib.contextmanager
def without_javascript(driver: Any) -> Iterator[None]:
    """Pages opened meanwhile run no script."""
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        yield
    finally:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def screenshot(driver: Any, path: pathlib.Path) -> None:
    """The whole page, not only the window."""
    import base64

    shot = driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "format": "png"})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(base64.b64decode(shot["data"]))


def traffic(driver: Any) -> tuple[list[str], int]:
    """The addresses that pages asked for since the last call, and the bytes that came over the wire."""
    told = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    urls = [e["params"]["request"]["url"] for e in told if e["method"] == "Network.requestWillBeSent"]
    sizes = [e["params"]["encodedDataLength"] for e in told if e["method"] == "Network.loadingFinished"]
    return urls, round(sum(sizes))


def requests(driver: Any) -> list[str]:
    """The addresses that pages asked for since the last call."""
    return traffic(driver)[0]


def main(pages: tuple[str, ...] = PAGES) -> None:
    """`make shots`: every page wide, narrow and dark."""
    with served() as address, chromium() as driver:
        for page in pages:
            for name, width, dark in (("wide", 1280, False), ("narrow", 390, False), ("dark", 1280, True)):
                look(driver, width, dark=dark)
                driver.get(f"{address}/{page}.html")
                path = SHOTS / f"{page.replace('/', '-')}-{name}.png"
                screenshot(driver, path)
                print(path)


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or PAGES)
