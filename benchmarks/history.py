"""How does `history` scale?  200 checkpoints on threads, on 1 and on 2 worker processes, in turn in one run.

    python benchmarks/history.py

Wanted: 2 workers at least 1.5 x as fast as 1, on a machine with 2 idle cores; memory that does not grow with the
number of checkpoints.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import tempfile
import time
import tracemalloc

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import dask
import h5py
import numpy as np
from distributed import Client, LocalCluster

from lstm_shapes import history

COUNT, UNITS, ROUNDS = 200, 128, 3


def write(folder: str) -> str:
    """A training of a bidirectional LSTM, 128 -> 128, as `model.save_weights` writes it."""
    rng = np.random.default_rng(1997)
    shapes = [(UNITS, 4 * UNITS), (UNITS, 4 * UNITS), (4 * UNITS,)]
    arrays = {
        f"layers/bidirectional/{direction}_layer/cell/vars/{i}": rng.normal(size=shape).astype("float32")
        for direction in ("forward", "backward")
        for i, shape in enumerate(shapes)
    }
    for epoch in range(1, COUNT + 1):
        with h5py.File(os.path.join(folder, f"{epoch}.weights.h5"), "w") as file:
            for name, array in arrays.items():
                array += 1e-3
                file[name] = array
    return os.path.join(folder, "*.weights.h5")


@contextlib.contextmanager
def workers(count: int):
    """An active client of so many processes."""
    with (
        LocalCluster(
            n_workers=count, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        Client(cluster),
    ):
        yield


def seconds(pattern: str, **where: int) -> float:
    """Wall time of one history; starting the cluster is not counted."""
    with contextlib.ExitStack() as stack:
        if "workers" in where:
            stack.enter_context(workers(where["workers"]))
        else:
            stack.enter_context(dask.config.set(num_workers=where["threads"]))
        history(pattern.replace("*", "?"))  # imports
        start = time.perf_counter()
        history(pattern)
        return time.perf_counter() - start


def peak(pattern: str) -> int:
    """Bytes at the worst moment, on one thread."""
    with dask.config.set(num_workers=1):
        tracemalloc.start()
        history(pattern)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return found


def main() -> None:
    """Take turns, so that a slow moment of the machine meets all of them."""
    with tempfile.TemporaryDirectory() as folder:
        pattern = write(folder)
        size = os.path.getsize(os.path.join(folder, "1.weights.h5"))
        wheres = [{"threads": 1}, {"threads": 2}, {"workers": 1}, {"workers": 2}]
        rounds = [[seconds(pattern, **where) for where in wheres] for _ in range(ROUNDS)]
        few, many = peak(pattern.replace("*", "[1-9]")), peak(pattern)
    one, two, alone, both = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(
        f"{COUNT} checkpoints of {size / 1e6:.1f} MB; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    print(
        f"1 thread {one:.2f} s, 2 threads {two:.2f} s: {statistics.median(r[0] / r[1] for r in rounds):.2f} x"
    )
    print(
        f"1 worker {alone:.2f} s, 2 workers {both:.2f} s: {statistics.median(r[2] / r[3] for r in rounds):.2f} x"
    )
    print(f"peak memory: 9 checkpoints {few / 1e6:.1f} MB, {COUNT} checkpoints {many / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
