"""What the page "Drop your checkpoint" runs: Python for the browser, and this package as it stands in the source tree.

Pyodide comes from npm (npm_packages.py).
`DROP_TOOL=0 make site` leaves all of it out; the page then says so.
"""

from __future__ import annotations

import hashlib
import io
import json
import pathlib
import zipfile
from typing import Any

from npm_packages import KEPT, PINNED, NpmError, members
from page_assets import with_assets
from sphinx.application import Sphinx
from sphinx.errors import SphinxError

ROOT = pathlib.Path(__file__).parent.parent.parent
VERSION = PINNED["pyodide"]["version"]
SCRIPTS = ROOT / "docs" / "_drop"
PAGE = "start/drop-your-checkpoint"  # all addresses begin so: the service worker sees this page and no other
# In npm's package -> on the site; every server knows what a .js is, not every one what an .mjs is.
FILES = {
    "pyodide.mjs": "pyodide.js",
    "pyodide.asm.mjs": "pyodide.asm.js",
    "pyodide.asm.wasm": "pyodide.asm.wasm",
    "python_stdlib.zip": "python_stdlib.zip",
}
LOCK = "pyodide-lock.json"


class DropError(SphinxError):
    """The tool could not be put into the site."""

    category = "drop"


def package() -> bytes:
    """The package as a zip that Python imports from; the same bytes for the same sources."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for path in sorted((ROOT / "lstm_shapes").rglob("*.py")):
            entry = zipfile.ZipInfo(path.relative_to(ROOT).as_posix())  # of 1980: no date, the same bytes
            made.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def fetched(kept: pathlib.Path) -> dict[str, bytes]:
    """Pyodide's files, by their names in its package."""
    names = (*FILES, LOCK)
    try:
        return dict(zip(names, members("pyodide", *names, kept=kept), strict=True))
    except NpmError as error:
        raise DropError(f"{error} DROP_TOOL=0 make site builds the site without this tool") from error


def contents(kept: pathlib.Path) -> dict[str, bytes]:
    """All files of the tool, by their place in its folder."""
    took = fetched(kept)
    folder, data = f"pyodide-{VERSION}", package()
    found = {f"{folder}/{FILES[name]}": took[name] for name in FILES}
    found[f"lstm_shapes-{hashlib.sha256(data).hexdigest()[:16]}.zip"] = data
    about = {
        "pyodide": f"{folder}/",
        "lock": {"info": json.loads(took[LOCK])["info"], "packages": {}},  # no other package is ever loaded
        "sizes": {name: len(data) for name, data in found.items()},  # the page shows how much of it has come
    }
    found["files.json"] = json.dumps(about, indent=1).encode()
    found["worker.js"] = (SCRIPTS / "worker.js").read_bytes()
    return found


def bring(app: Sphinx) -> None:
    """What cannot be had is said before the gallery runs, not after."""
    if app.config.drop_tool and app.builder.format == "html":
        fetched(KEPT)


def put(app: Sphinx, failed: Exception | None) -> None:
    """Write the tool beside the page; what did not change is not written again, what is old goes away."""
    if failed is not None or app.builder.format != "html":
        return
    folder = pathlib.Path(app.outdir) / f"{PAGE}-files"
    files = contents(KEPT) if app.config.drop_tool else {}
    for path in [one for one in folder.rglob("*") if one.is_file()]:
        if path.relative_to(folder).as_posix() not in files:
            path.unlink()
    for name, data in files.items():
        write(folder / name, data)
    write(pathlib.Path(app.outdir) / f"{PAGE}-offline.js", (SCRIPTS / "offline.js").read_bytes())


def write(path: pathlib.Path, data: bytes) -> None:
    """Write a file where it differs."""
    if path.exists() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx's entry."""
    app.add_config_value("drop_tool", True, "", [bool])
    with_assets(app, "drop")
    app.connect("builder-inited", bring)
    app.connect("build-finished", put)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
