"""What the driver and a framework's runner hand each other: one .npz of layers to run, one of what they computed.

A runner knows its framework and nothing of lstm_shapes: it builds a layer, gives it the arrays under the framework's own
names, and runs it.  This file needs NumPy alone, whatever environment it is imported in.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Arrays = dict[str, Array]  # the framework's own names, as far as they are within one cell


class Case(NamedTuple):
    """One layer or stack, and its input."""

    words: dict[str, Any]  # cell, units, use_bias and the options of the layer
    layers: list[dict[str, Arrays]]  # for each layer: direction ("both" where one array holds them) -> arrays
    x: Array  # (batch, time, input_dim)

    @property
    def two(self) -> bool:
        """Whether there are two directions."""
        return bool(self.words.get("bidirectional"))


def write_cases(path: Any, cases: dict[str, Case]) -> None:
    """Put them into a file."""
    kept: dict[str, Array] = {}
    for name, case in cases.items():
        kept[f"{name}/x"] = case.x
        for number, layer in enumerate(case.layers):
            for direction, arrays in layer.items():
                kept |= {f"{name}/{number}/{direction}/{own}": array for own, array in arrays.items()}
    words = json.dumps({name: case.words for name, case in cases.items()})
    np.savez(path, words=np.array(words), **kept)


def read_cases(path: Any) -> dict[str, Case]:
    """The inverse."""
    with np.load(path) as kept:
        words = json.loads(str(kept["words"]))
        cases = {name: Case(one, [], kept[f"{name}/x"]) for name, one in words.items()}
        for key in kept.files:
            name, *rest = key.split("/", 3)
            if len(rest) == 3:
                number, direction, own = int(rest[0]), rest[1], rest[2]
                layers = cases[name].layers
                while len(layers) <= number:
                    layers.append({})
                layers[number].setdefault(direction, {})[own] = kept[key]
    return cases


def serve(run: Callable[[Case], Array], version: str) -> None:
    """A runner's main: `python run_NAME.py cases.npz outputs.npz`."""
    outputs = {name: np.asarray(run(case)) for name, case in read_cases(sys.argv[1]).items()}
    np.savez(sys.argv[2], version=np.array(version), **{f"y/{name}": y for name, y in outputs.items()})


def each(one: Callable[[dict[str, Any], Arrays, Array], Any]) -> Callable[[Case], Array]:
    """For a framework that has single cells or layers only: the caller stacks them and turns the time.

    `one(words, arrays, x)` gives the states of one direction at every step, (batch, time, units).
    """

    def run(case: Case) -> Array:
        x = case.x
        for layer in case.layers:
            made = []
            for direction, arrays in layer.items():
                step = -1 if direction == "backward" else 1
                made.append(
                    np.asarray(one(case.words, arrays, np.ascontiguousarray(x[:, ::step])))[:, ::step]
                )
            x = np.ascontiguousarray(np.concatenate(made, axis=-1))
        return x

    return run
