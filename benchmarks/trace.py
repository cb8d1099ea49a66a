"""Does `trace` keep up with the Keras layer?  Ratios and peak memory, measured in turn in one run.

    python benchmarks/trace.py

Wanted: at most 1 x the time of calling the layer on the same input, while giving every gate.  Both of Keras's ways are
shown: `layer(x)`, and the layer inside a compiled `tf.function`, which gives the outputs alone.
"""

from __future__ import annotations

import os
import statistics
import time
import tracemalloc

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

from lstm_shapes import trace

BATCH, TIME, INPUTS, UNITS, ROUNDS = 32, 100, 64, 128, 15
LAYERS = {
    "LSTM": lambda: keras.layers.LSTM(UNITS, return_sequences=True),
    "GRU": lambda: keras.layers.GRU(UNITS, return_sequences=True),
    "SimpleRNN": lambda: keras.layers.SimpleRNN(UNITS, return_sequences=True),
    "Bidirectional LSTM": lambda: keras.layers.Bidirectional(keras.layers.LSTM(UNITS, return_sequences=True)),
}


def seconds(work) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peak(work) -> int:
    """Bytes at the worst moment: the result, and what it took on the way."""
    tracemalloc.start()
    work()
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


def compare(name: str, x: np.ndarray) -> None:
    """One layer, its three ways in turn, so that a slow moment of the machine meets all of them."""
    layer = LAYERS[name]()
    compiled = tf.function(layer)
    works = [
        lambda: layer(x),
        lambda: compiled(x),
        lambda: trace(layer, x),
        lambda: trace(layer, x, gates=[]),
    ]
    for work in works:
        work()
    rounds = [[seconds(work) for work in works] for _ in range(ROUNDS)]
    eager, fast, ours, states = (1e3 * statistics.median(column) for column in zip(*rounds, strict=True))
    ratios = [statistics.median(r[2] / r[i] for r in rounds) for i in (0, 1)]
    result = trace(layer, x)
    print(
        f"{name}: trace {ours:.1f} ms (states alone {states:.1f} ms), layer(x) {eager:.1f} ms, compiled {fast:.1f} ms: "
        f"{ratios[0]:.2f} x layer(x), {ratios[1]:.2f} x compiled; "
        f"{result.nbytes / 1e6:.1f} MB given, peak {peak(works[2]) / 1e6:.1f} MB"
    )


def main() -> None:
    """Print a line a layer, then the memory of a long input in chunks."""
    x = np.random.default_rng(0).normal(size=(BATCH, TIME, INPUTS)).astype("float32")
    print(
        f"batch {BATCH}, time {TIME}, {INPUTS} -> {UNITS}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    for name in LAYERS:
        compare(name, x)
    layer = LAYERS["LSTM"]()
    for steps in (1_000, 10_000):
        long = np.broadcast_to(x[:1, :1], (1, steps, INPUTS))
        layer.build(long.shape)
        whole = peak(lambda long=long: trace(layer, long))
        parts = peak(lambda long=long: [float(ds.h[0, 0, -1, 0]) for ds in trace(layer, long, chunk=100)])
        print(f"{steps:,} steps: {whole / 1e6:.1f} MB whole, {parts / 1e6:.1f} MB in chunks of 100")


if __name__ == "__main__":
    main()
