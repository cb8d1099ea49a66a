"""What a large file costs, as far as it is no matter of time: bytes read, memory, nothing written, nothing else opened."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys

import keras
import large_files
import numpy as np
import pytest

import lstm_shapes

ROOT = pathlib.Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

import files as benchmark  # noqa: E402

MB = 10**6
FORMATS = pytest.mark.parametrize("suffix", large_files.MAKE)


@FORMATS
def test_a_large_file_is_explained(suffix, tmp_path):
    path = tmp_path / f"large{suffix}"
    large_files.MAKE[suffix](path, 200 * MB)
    (layer,) = lstm_shapes.explain(path).layers
    assert (layer.cell, layer.input_dim, layer.units) == ("LSTM", *large_files.sizes(200 * MB))


@FORMATS
def test_a_file_a_hundred_times_as_large_is_not_read_more(suffix, tmp_path):
    read = []
    for size in (2 * MB, 200 * MB):
        path = tmp_path / f"{size}{suffix}"
        large_files.MAKE[suffix](path, size)
        assert path.stat().st_size > 0.99 * size
        read.append(benchmark.bytes_read(path))
    assert 1_000 < read[0] <= 100_000
    assert read[1] <= min(100_000, read[0] + 4 * 1_024)  # the same looks, some into other pages


def test_the_count_counts(tmp_path):
    (tmp_path / "file").write_bytes(bytes(5_000))
    with large_files.Counted(tmp_path / "file") as file:
        file.read(3_000), file.seek(0), file.read(9_000)
        assert file.bytes == 8_000


WATCH = """
import json, os, sys
import lstm_shapes
seen = []
def watch(event, args):
    if event == "open":
        seen.append([str(args[0]), bool(args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))])
    elif event.startswith(("os.mkdir", "os.rename", "os.remove", "os.link", "os.symlink", "os.truncate", "tempfile.",
                           "socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.system", "pickle.find_class")):
        seen.append([event, True])
sys.addaudithook(watch)
for path in sys.argv[1:]:
    lstm_shapes.explain(path)
print(json.dumps(seen))
"""


def watched(*paths: pathlib.Path) -> list[tuple[str, bool]]:
    """What a process opens while it explains files, and whether to write."""
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", WATCH, *map(str, paths)]
    found = subprocess.run(command, capture_output=True, check=True, text=True, env=env)
    return json.loads(found.stdout)


def test_only_the_file_is_opened_and_nothing_is_written(tmp_path):
    paths = [tmp_path / f"large{suffix}" for suffix in large_files.MAKE]
    for path, make in zip(paths, large_files.MAKE.values(), strict=True):
        make(path, 2 * MB)
    seen = watched(*paths)
    assert not [what for what, writes in seen if writes]
    code = (".py", ".pyc")  # modules, loaded as they are needed; a file that is open already has a number
    opened = [what for what, _ in seen if not what.endswith(code) and not what.isdigit()]
    assert opened == [str(path) for path in paths]


def test_the_watch_sees_a_write(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "WATCH", WATCH.replace("lstm_shapes.explain(path)", "open(path, 'w')"))
    assert watched(tmp_path / "new") == [[str(tmp_path / "new"), True]]


def test_a_large_file_takes_no_more_memory(tmp_path):
    large_files.keras(tmp_path / "large.keras", 200 * MB)
    small, large = (
        benchmark.run(*benchmark.explain(path))[1] for path in (benchmark.SEED, tmp_path / "large.keras")
    )
    assert large <= 1.15 * small


def test_the_benchmark_measures_the_process_and_not_itself():
    ballast = bytearray(os.urandom(MB)) * 200
    assert len(ballast) == 200 * MB
    assert benchmark.run("-IS", "-c", "pass")[1] < 30


def test_a_process_that_fails_is_no_measurement():
    with pytest.raises(AssertionError):
        benchmark.run("-c", "raise SystemExit(2)")


def test_the_thousand_checkpoints_are_keras_files_with_numbers_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmark, "MANY", 2)
    first, second = (keras.models.load_model(path).get_weights() for path in benchmark.epochs(tmp_path))
    assert len(first) == 12
    assert not any(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
