"""Run one experiment and keep what it printed: `PYTHON record.py haiku_lstm`, in an environment that has the framework.

The frameworks are not in this project's own environment; the pages show script and result with date and versions.
"""

from __future__ import annotations

import contextlib
import datetime
import io
import json
import pathlib
import platform
import runpy
import sys
from importlib import metadata

HERE = pathlib.Path(__file__).parent


def record(name: str) -> None:
    """Write `NAME.json` from a run of `NAME.py`."""
    script, printed = HERE / f"{name}.py", io.StringIO()
    with contextlib.redirect_stdout(printed):
        ran = runpy.run_path(str(script))
    found = {
        "date": datetime.date.today().isoformat(),
        "python": platform.python_version(),
        "versions": {one: metadata.version(one) for one in ran["DISTRIBUTIONS"]},
        "script": script.read_text(encoding="utf-8"),
        "printed": printed.getvalue(),
    }
    (HERE / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(name, found["versions"], found["printed"], sep="\n")


if __name__ == "__main__":
    for one in sys.argv[1:]:
        record(one)
