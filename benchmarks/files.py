"""What does it cost to explain a file?  Ratios of whole processes, measured in turn in one run.

    python benchmarks/files.py

The seed's checkpoint against `import h5py` and against Keras's load_model; a 2 GB checkpoint against the seed's.
"""

from __future__ import annotations

import json
import os
import pathlib
import resource
import statistics
import struct
import subprocess
import sys
import tempfile
import time

SEED = (
    pathlib.Path(__file__).parent.parent / "tests" / "corpus" / "files" / "keras3" / "seed_autoencoder.keras"
)
LOAD = "import sys, keras; m = keras.models.load_model(sys.argv[1]); [w.shape for w in m.get_weights()]"


def run(*words: str) -> tuple[float, float]:
    """Wall seconds and peak memory (MB) of one whole process."""
    env = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, words
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def explain(path: pathlib.Path) -> tuple[str, ...]:
    """The command line, in words."""
    return ("-m", "lstm_shapes", "explain", str(path), "--format", "json")


def ratio(pairs: list[tuple[tuple[float, float], tuple[float, float]]]) -> str:
    """Time and memory of the second against the first, medians pair by pair."""
    time_, memory = (statistics.median(b[i] / a[i] for a, b in pairs) for i in (0, 1))
    return f"{time_:.2f} x the time, {memory:.2f} x the memory"


def large_safetensors(path: pathlib.Path, size: int = 2 * 10**9) -> None:
    """A real header before 2 GB that nobody wrote: a sparse file."""
    rows = size // 4 // 80 - 120
    arrays = {"lstm.weight_ih_l0": (80, rows), "lstm.weight_hh_l0": (80, 20)}
    header, at = {}, 0
    for name, shape in arrays.items():
        end = at + 4 * shape[0] * shape[1]
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, end]}
        at = end
    text = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + at)


def large_h5(path: pathlib.Path, size: int = 2 * 10**9) -> None:
    """The seed's legacy file, with a kernel of 2 GB that nobody wrote."""
    import h5py

    source = SEED.parent.parent / "tf_keras2" / "seed_autoencoder.hdf5"
    path.write_bytes(source.read_bytes())
    with h5py.File(path, "a") as file:
        group = file["model_weights"].create_group("large")
        group.create_dataset("kernel:0", shape=(size // 4 // 100, 100), dtype="f4")
        group["kernel:0"][-1, -1] = 1.0  # space is taken; the rest stays a hole
        group.attrs["weight_names"] = [b"kernel:0"]
        known = file["model_weights"].attrs["layer_names"]
        names = [*(name if isinstance(name, bytes) else name.encode() for name in known), b"large"]
        file["model_weights"].attrs["layer_names"] = names


def main() -> None:
    """Print the ratios."""
    for words in (("-c", "import h5py"), explain(SEED)):
        run(*words)
    print(
        "the seed's checkpoint / import h5py:",
        ratio([(run("-c", "import h5py"), run(*explain(SEED))) for _ in range(15)]),
    )
    loads = [(run(*explain(SEED)), run("-c", LOAD, str(SEED))) for _ in range(3)]
    print("keras.models.load_model / the seed's checkpoint explained:", ratio(loads))
    with tempfile.TemporaryDirectory() as folder:
        for name, make in (("large.safetensors", large_safetensors), ("large.h5", large_h5)):
            path = pathlib.Path(folder) / name
            make(path)
            pairs = [(run(*explain(SEED)), run(*explain(path))) for _ in range(9)]
            print(f"{name} ({path.stat().st_size / 1e9:.1f} GB) / the seed's checkpoint:", ratio(pairs))
    print(f"peak of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
