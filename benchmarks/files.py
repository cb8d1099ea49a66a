"""What does it cost to explain a file?  Ratios of whole processes, measured in turn in one run.

    python benchmarks/files.py                 a few minutes
    python benchmarks/files.py --load-large    also loads the 2 GB .keras with Keras once: many minutes, 8 GB of memory

The seed's checkpoint against `import h5py` and against Keras's load_model; a 2 GB checkpoint of each format against the
seed's, with the bytes that are read; 1,000 checkpoints in one process against load_model.
The large files are holes (tests/large_files.py), made in a temporary folder and deleted.
"""

from __future__ import annotations

import io
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable

ROOT = pathlib.Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import large_files  # noqa: E402

SEED = ROOT / "tests" / "corpus" / "files" / "keras3" / "seed_autoencoder.keras"
LOAD = "import sys, keras; m = keras.models.load_model(sys.argv[1]); [w.shape for w in m.get_weights()]"
LARGE = 2 * 10**9
MANY, ROUNDS, LOADS = 1000, 5, 4
# A process starts with the peak of the one that spawned it (Linux: exec keeps ru_maxrss), so a small one spawns it.
SPAWN = """
import os, sys, time
quiet = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
start = time.perf_counter()
_, status, usage = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet), 0)
print(time.perf_counter() - start, usage.ru_maxrss, status)
"""
Cost = tuple[float, float]  # wall seconds, peak memory in MB


def run(*words: str) -> Cost:
    """What one whole process costs."""
    env = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package is compiled
    command = [sys.executable, "-IS", "-c", SPAWN, sys.executable, *words]
    found = subprocess.run(command, capture_output=True, check=True, text=True, env=env)
    seconds, memory, status = map(float, found.stdout.split())
    assert status == 0, words
    return seconds, memory / 1024


def explain(path: pathlib.Path) -> tuple[str, ...]:
    """The command line, in words."""
    return ("-m", "lstm_shapes", "explain", str(path), "--format", "json")


def ratios(pairs: list[tuple[Cost, Cost]]) -> Cost:
    """Time and memory of the second against the first, medians pair by pair."""
    time_, memory = (statistics.median(b[i] / a[i] for a, b in pairs) for i in (0, 1))
    return time_, memory


def say(what: str, found: float, holds: Callable[[float], bool], wanted: str) -> None:
    """One figure, and whether it is what we wanted."""
    print(f"{what:58} {found:12,.2f}   wanted {wanted}{'' if holds(found) else ': MISSED'}", flush=True)


def at_most(what: str, found: float, limit: float) -> None:
    say(what, found, lambda ratio: ratio <= limit, f"at most {limit:,}")


def at_least(what: str, found: float, limit: float) -> None:
    say(what, found, lambda ratio: ratio >= limit, f"at least {limit:,}")


def seed() -> None:
    """The seed's checkpoint: against what opening any HDF5 file costs, and against Keras."""
    ours, h5py = explain(SEED), ("-c", "import h5py")
    run(*ours), run(*h5py)
    time_, memory = ratios([(run(*h5py), run(*ours)) for _ in range(15)])
    at_most("explain / import h5py: time", time_, 1.3)
    at_most("explain / import h5py: memory", memory, 1.3)
    time_, memory = ratios([(run(*ours), run("-c", LOAD, str(SEED))) for _ in range(3)])
    at_least("load_model / explain: time", time_, 15)
    at_least("load_model / explain: memory", memory, 12)


def large(folder: pathlib.Path, load: bool) -> None:
    """A checkpoint of 2 GB in each format, against the seed's."""
    for suffix, make in large_files.MAKE.items():
        path = folder / f"large{suffix}"
        make(path, LARGE)
        before = folder_state(folder)
        time_, memory = ratios([(run(*explain(SEED)), run(*explain(path))) for _ in range(9)])
        at_most(f"{path.name} / the seed's: time", time_, 1.15)
        at_most(f"{path.name} / the seed's: memory", memory, 1.15)
        at_most(f"{path.name}: kB read of {path.stat().st_size / 1e6:,.0f} MB", bytes_read(path) / 1e3, 100)
        assert folder_state(folder) == before, "something was written"
        if load and suffix == ".keras":
            ratio = run("-c", LOAD, str(path))[0] / statistics.median(
                run(*explain(path))[0] for _ in range(5)
            )
            at_least(f"load_model / explain, {path.name}: time", ratio, 2000)
        path.unlink()


def bytes_read(path: pathlib.Path) -> int:
    """What `explain` asks of the file, counted where the file is read."""
    from lstm_shapes.recognise import recognise
    from lstm_shapes.sources import listed

    with large_files.Counted(path) as file:
        recognise(listed(file, str(path)))
        return file.bytes


def folder_state(folder: pathlib.Path) -> list[tuple[str, int, int]]:
    return [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in sorted(folder.iterdir())]


def many(folder: pathlib.Path) -> None:
    """A thousand checkpoints of one training in one process, against load_model in the same."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    from lstm_shapes import explain as explain_file

    paths = epochs(folder)
    load = keras.models.load_model
    explain_file(paths[0]), load(paths[0])  # both are warm
    rates = []
    for k in range(ROUNDS):
        step = MANY // ROUNDS
        ours = rate(explain_file, paths[k * step : (k + 1) * step])
        rates.append((ours, rate(load, paths[k * step : k * step + LOADS])))
    print(f"explain, files a second: {statistics.median(ours for ours, _ in rates):,.0f}")
    at_least(
        "explain / load_model, files a second",
        statistics.median(ours / theirs for ours, theirs in rates),
        300,
    )


def epochs(folder: pathlib.Path) -> list[pathlib.Path]:
    """The seed's checkpoint a thousand times, the numbers different in each."""
    import h5py
    import numpy as np

    rng = np.random.default_rng(0)
    with zipfile.ZipFile(SEED) as source:
        entries = {name: source.read(name) for name in source.namelist()}
    paths = [folder / f"{k}.keras" for k in range(MANY)]
    for path in paths:
        inner = io.BytesIO(entries["model.weights.h5"])
        with h5py.File(inner, "r+") as file:
            file.visititems(lambda _, item: renewed(item, rng) if isinstance(item, h5py.Dataset) else None)
        with zipfile.ZipFile(path, "w") as made:
            for name, data in {**entries, "model.weights.h5": inner.getvalue()}.items():
                made.writestr(name, data)
    return paths


def renewed(dataset, rng) -> None:
    if dataset.dtype.kind == "f":
        dataset[...] = rng.normal(size=dataset.shape)


def rate(work: Callable[[pathlib.Path], object], paths: list[pathlib.Path]) -> float:
    start = time.perf_counter()
    for path in paths:
        work(path)
    return len(paths) / (time.perf_counter() - start)


def main(load: bool) -> None:
    """Print the ratios."""
    seed()
    with tempfile.TemporaryDirectory() as folder:
        large(pathlib.Path(folder), load)
    with tempfile.TemporaryDirectory() as folder:
        many(pathlib.Path(folder))


if __name__ == "__main__":
    main("--load-large" in sys.argv[1:])
