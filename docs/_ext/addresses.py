"""Addresses are kept: a page that moves leaves a page behind that leads on (sphinx-reredirects writes it)."""

from __future__ import annotations

import pathlib


def moved(path: pathlib.Path) -> dict[str, str]:
    """Old page -> new address, of the lines `old.html -> new.html` in the list of all addresses."""
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = [line.split(" -> ") for line in lines if " -> " in line and not line.startswith("#")]
    return {old.removesuffix(".html"): f"/{new}" for old, new in pairs}
