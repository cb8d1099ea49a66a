"""Settings for all tests, and the rule that nothing is skipped in silence."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import browser
import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MPLBACKEND", "agg")

# The machines are noisy: a slow moment is no failure.
settings.register_profile(
    "noisy", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("noisy")

ROOT = pathlib.Path(__file__).parent.parent
skipped: list[str] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a Chromium, or a Java, the tests that need it are skipped, and say so."""
    missing = {"browser": "chromium and chromedriver"} if not browser.available() else {}
    missing |= {"java": "java"} if not shutil.which("java") else {}
    for item in items:
        for name in missing.keys() & item.keywords.keys():
            item.add_marker(pytest.mark.skip(reason=f"no {missing[name]} on this machine"))


# Tests that share something dear (the built site, what one framework computed) run in one process.
ON_THE_SITE = {
    path.name
    for path in (ROOT / "tests").glob("test_*.py")
    if "mark.site" in path.read_text(encoding="utf-8")
}
OF_A_FRAMEWORK = re.compile(r"(?:.*/)?test_rosetta\.py(?:.*(live_module)|::\w+\[(\w+)[/\]])?")


def together(nodeid: str) -> str:
    """The group that a test belongs to; most are alone.

    >>> together("tests/test_rosetta.py::test_the_table_tells_what_it_computes[mlx/gru-one]")
    'mlx'
    >>> together("tests/test_quality.py::test_any"), together("tests/test_cli.py::test_any")
    ('site', 'tests/test_cli.py::test_any')
    """
    if nodeid.split("::")[0].rpartition("/")[2] in ON_THE_SITE:
        return "site"
    found = OF_A_FRAMEWORK.match(nodeid)
    return nodeid if not found else "pytorch" if found[1] else found[2] or nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """`--dist loadgroup` by `together`: of pytest 9.2, xdist 3.8 no longer learns the mark `xdist_group`."""
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return together(nodeid)

    return ByGroup(config, log) if config.getvalue("dist") == "loadgroup" else None


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count what is skipped."""
    if report.skipped and not hasattr(report, "wasxfail"):
        skipped.append(report.nodeid)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    """A whole module that skips itself never becomes a test: in CI that is a failure at once."""
    report = yield
    if os.environ.get("CI") and report.outcome == "skipped":
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} skips itself in CI, where nothing may be skipped"
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI everything is installed, so every skip is a mistake."""
    if os.environ.get("CI") and skipped and not hasattr(session.config, "workerinput"):
        print(f"\n{len(skipped)} tests were skipped in CI, where none may be: {skipped[:5]}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def sources() -> float:
    """When the newest source of the site was changed."""
    files = [ROOT / "conf.py", ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md"]
    for folder in ("docs", "gallery", "lstm_shapes"):
        files += [
            f
            for f in (ROOT / folder).rglob("*.*")
            if f.is_file() and not f.is_relative_to(ROOT / "docs/gallery")
        ]
    return max(file.stat().st_mtime for file in files if "__pycache__" not in file.parts)


@pytest.fixture(scope="session")
def site() -> pathlib.Path:
    """The built site; built first where it is missing or older than its sources."""
    index = browser.SITE / "index.html"
    stamp = browser.SITE.parent / ".site"  # `make site` leaves it too
    if not index.exists() or not stamp.exists() or stamp.stat().st_mtime < sources():
        # With the packages of this Python, whatever .venv holds.
        here = f"BIN={pathlib.Path(sys.executable).parent}"
        subprocess.run(["make", "-o", ".venv/.ready", "site", here], check=True, cwd=ROOT)
    return browser.SITE
