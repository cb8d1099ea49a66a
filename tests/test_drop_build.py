"""How the tool of the page "Drop your checkpoint" comes into the site: what is fetched, what is refused."""

from __future__ import annotations

import io
import json
import pathlib
import sys
import zipfile

import pytest
from conftest import ROOT

sys.path.append(str(ROOT / "docs" / "_ext"))
import drop
import npm_packages


@pytest.mark.site
def test_what_the_page_says_of_sizes_and_versions_is_so(site):
    about = json.loads((site / f"{drop.PAGE}-files" / "files.json").read_text(encoding="utf-8"))
    files = {name: (site / f"{drop.PAGE}-files" / name).stat().st_size for name in about["sizes"]}
    assert files == about["sizes"]
    words = (ROOT / "docs" / f"{drop.PAGE}.md").read_text(encoding="utf-8")
    assert words.count(f"{sum(files.values()) / 1e6:.0f} MB") == 2
    assert f"[Pyodide](https://pyodide.org) {drop.VERSION}," in words


def test_the_package_in_the_page_is_that_of_the_source_tree():
    data = drop.package()
    assert data == drop.package()
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        held = {name: made.read(name) for name in made.namelist()}
    assert held == {
        path.relative_to(ROOT).as_posix(): path.read_bytes() for path in (ROOT / "lstm_shapes").rglob("*.py")
    }


def test_only_the_file_whose_hash_is_committed_is_taken(tmp_path, monkeypatch):
    name = f"pyodide-{drop.VERSION}.tgz"

    def fetch(_spec: str, kept: pathlib.Path) -> str:
        (kept / name).write_bytes(b"something else")
        return ""

    monkeypatch.setattr(npm_packages, "fetch", fetch)
    with pytest.raises(
        drop.DropError, match=r"is not the one whose hash stands in docs/_ext/npm_packages.json"
    ):
        drop.contents(tmp_path)
    assert not (tmp_path / name).exists()


def test_without_a_registry_the_build_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "http://127.0.0.1:9/")
    monkeypatch.setenv("NPM_CONFIG_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NPM_CONFIG_FETCH_RETRIES", "0")
    with pytest.raises(
        drop.DropError, match=r"npm could not fetch pyodide-[\d.]+: ECONNREFUSED\. .*DROP_TOOL=0 make site"
    ):
        drop.contents(tmp_path / "npm")


@pytest.mark.site
def test_a_second_build_asks_nobody(site, monkeypatch):
    monkeypatch.setattr(npm_packages, "fetch", lambda *_: pytest.fail("npm was asked"))
    assert npm_packages.packed("pyodide").exists()


def test_no_address_of_a_registry_is_committed():
    text = (ROOT / "docs" / "_ext" / "npm_packages.json").read_text(encoding="utf-8")
    assert {key for one in json.loads(text).values() for key in one} == {"version", "integrity"}
    assert "://" not in text
