"""How much does `explain` from numbers cost?  Ratios of whole processes, measured in turn in one run.

    python benchmarks/explain_numbers.py

Wanted: at most 4 x `python -c pass`, at least 40 x faster than importing Keras and building the layer.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time

EXPLAIN = ["-m", "lstm_shapes", "explain", "--input", "100", "--units", "20", "--bidirectional"]
KERAS = """
import keras
layer = keras.layers.Bidirectional(keras.layers.LSTM(20))
layer.build((None, 45, 100))
print([w.shape for w in layer.weights])
"""


def seconds(words: list[str]) -> float:
    """Wall time of one whole process."""
    start = time.perf_counter()
    env = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package is compiled once, not at every start
    subprocess.run(
        [sys.executable, *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env
    )
    return time.perf_counter() - start


def main() -> None:
    """Run the three in turn, so that a slow moment of the machine meets all of them."""
    for words in (["-c", "pass"], EXPLAIN):  # warm the page cache
        seconds(words)
    rounds = [(seconds(["-c", "pass"]), seconds(EXPLAIN)) for _ in range(30)]
    slow = [(seconds(EXPLAIN), seconds(["-c", KERAS])) for _ in range(3)]
    print(f"explain / python -c pass: {statistics.median(e / p for p, e in rounds):.1f} x")
    print(f"import Keras and build / explain: {statistics.median(k / e for e, k in slow):.0f} x")
    print(f"medians: pass {1e3 * statistics.median(p for p, _ in rounds):.0f} ms, "
          f"explain {1e3 * statistics.median(e for _, e in rounds):.0f} ms, "
          f"Keras {statistics.median(k for _, k in slow):.1f} s")  # fmt: skip


if __name__ == "__main__":
    main()
