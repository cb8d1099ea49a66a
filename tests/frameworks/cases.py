"""Layers to run in every framework: Keras's, converted, and each framework's own; what Keras and the reference make of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import rosetta
from protocol import Case

from lstm_shapes import UsageError, convert, layouts, reference
from lstm_shapes.asked import spatial
from lstm_shapes.compute import from_numbers
from lstm_shapes.conversion import Converted
from lstm_shapes.layer import Layer
from lstm_shapes.stacks import stack

INPUT, UNITS, TIME, BATCH = 5, 4, 6, 3  # no two alike: what is transposed or exchanged cannot fit
CLOSE = {"rtol": 1e-5, "atol": 1e-5}  # float32


def kinds() -> dict[str, dict[str, Any]]:
    """Every layer: what `from_numbers` needs."""
    found = {}
    for cell, layers, two, bias in itertools.product(
        ("lstm", "gru", "simple_rnn"), (1, 2, 3), (False, True), (True, False)
    ):
        for reset in (True, False) if cell == "gru" else (None,):
            words = (
                cell, str(layers), "two" if two else "one", "bias" if bias else "plain",
                *(("after" if reset else "before",) if cell == "gru" else ()),
            )  # fmt: skip
            options = {"reset_after": reset} if cell == "gru" else {}
            found["-".join(words)] = {
                "cell": cell,
                "layers": layers,
                "bidirectional": two,
                "use_bias": bias,
                **options,
            }
    return found


KINDS = kinds()
NOT_RUN = {
    "keras2/cudnn_lstm",
    "keras2/cudnn_gru",
    "keras2/keras1_lstm",
    "keras2/keras1_gru",
}  # no layer of today


def every() -> dict[str, layouts.Layout]:
    """`framework/entry` of all that is run here."""
    return {
        f"{framework}/{key}": layout
        for framework in rosetta.FRAMEWORKS
        for key, layout in layouts.table(framework).items()
        if not spatial(layout) and f"{framework}/{key}" not in NOT_RUN and framework != "keras"
    }


ENTRIES = every()


def case_of(layout: layouts.Layout, layers, arrays, x) -> Case:
    """The arrays of a framework under its own names, layer by layer."""
    found, given = [], iter(arrays)
    for layer in layers:
        names = [array.name for array in layout.arrays if layouts.exists(array, layer.options)]
        directions: dict[str, dict[str, np.ndarray]] = {}
        for weight, name in zip(layer.weights, itertools.cycle(names), strict=False):
            own = weight.name if "{number}" in layout.path else name
            held = "both" if "direction" in weight.axes else weight.direction or "forward"
            directions.setdefault(held, {})[own] = next(given)
        found.append(directions)
    first = layers[0]
    equations = first.options.get("equations", {})
    words = {
        "activation": equations.get("activation", "tanh"),
        "recurrent_activation": equations.get("recurrent_activation", "sigmoid"),
        "cell": layout.cell, "units": first.units, "bidirectional": len(first.directions) == 2,
        "use_bias": any("bias" in weight.role for weight in first.weights), "object": layout.object,
        "reset_after": first.options.get("reset_after", layout.equations.get("reset_after", True)),
    }  # fmt: skip
    return Case(words, found, x)


def known(kind: dict[str, Any]) -> dict[str, Any]:
    """What the shapes may leave open."""
    return {name: value for name, value in kind.items() if name != "layers"}


def drawn(layers, seed: int) -> list[np.ndarray]:
    """Random arrays, large enough that every gate matters."""
    rng = np.random.default_rng(seed)
    return [
        rng.normal(scale=0.8, size=weight.shape).astype("float32")
        for layer in layers
        for weight in layer.weights
    ]


def inputs(seed: int) -> np.ndarray:
    """A random batch."""
    return np.random.default_rng(1000 + seed).normal(size=(BATCH, TIME, INPUT)).astype("float32")


def keras(case: Case) -> np.ndarray:
    """What real Keras computes."""
    import keras as real
    import run_keras

    return run_keras.run(real, case)


@cache
def in_keras() -> dict[str, tuple[list[np.ndarray], np.ndarray]]:
    """Random Keras layers, and what Keras computes with them."""
    found = {}
    for seed, (name, kind) in enumerate(KINDS.items()):
        layers = from_numbers(INPUT, UNITS, **kind).layers
        arrays = drawn(layers, seed)
        case = case_of(layouts.find("keras", kind["cell"]), layers, arrays, inputs(seed))
        found[name] = arrays, keras(case)
    return found


def entries_of(framework: str) -> dict[str, layouts.Layout]:
    """Those of one framework that are run."""
    return {entry: layout for entry, layout in ENTRIES.items() if entry.startswith(f"{framework}/")}


def converted(framework: str) -> Iterator[tuple[str, layouts.Layout, int, Converted | str]]:
    """Every Keras layer as every entry of the framework that has its cell, or why it cannot be."""
    for entry, layout in entries_of(framework).items():
        for seed, (name, kind) in enumerate(KINDS.items()):
            if kind["cell"] == layout.cell:
                try:
                    yield (
                        f"{entry}-{name}",
                        layout,
                        seed,
                        convert(in_keras()[name][0], "keras", entry, **known(kind)),
                    )
                except UsageError as error:
                    yield f"{entry}-{name}", layout, seed, str(error)


def own(framework: str) -> Iterator[tuple[str, layouts.Layout, list[Layer], list[np.ndarray]]]:
    """Random layers of the framework itself: one, and a stack of two with two directions, each option both ways."""
    seeds = itertools.count(100)
    for entry, layout in entries_of(framework).items():
        shown = [name for name in layout.options if name in ("use_bias", "reset_after", "peephole")]
        for deep, values in itertools.product(
            (False, True), itertools.product((True, False), repeat=len(shown))
        ):
            options = {**layout.options, **dict(zip(shown, values, strict=True))}
            like = from_numbers(INPUT, UNITS, layers=1 + deep, bidirectional=deep).layers
            layers, _ = stack(layout, like, options)
            words = "-".join([entry, "deep" if deep else "one", *(f"{n}={options[n]}" for n in shown)])
            yield words, layout, layers, drawn(layers, next(seeds))


@cache
def computed(framework: str) -> tuple[dict[str, np.ndarray], dict[str, str], str]:
    """What the framework computes with Keras's arrays, converted, and with its own; why some cannot be; its version."""
    cases, refused = {}, {}
    for name, layout, seed, made in converted(framework):
        if isinstance(made, str):
            refused[name] = made
        else:
            cases[name] = case_of(layout, made.explanation.layers, made.arrays, inputs(seed))
    for name, layout, layers, arrays in own(framework):
        cases[name] = case_of(layout, layers, arrays, inputs(0))
    places = {str(number): case for number, case in enumerate(cases.values())}
    found = rosetta.run(framework, places)
    return dict(zip(cases, found.y.values(), strict=True)), refused, found.version


def by_reference(layers: list[Layer], arrays: list[np.ndarray], x: np.ndarray) -> np.ndarray:
    """What the labelled slices alone compute, layer after layer."""
    rest = list(arrays)
    for layer in layers:
        mine, rest = rest[: len(layer.weights)], rest[len(layer.weights) :]
        found = reference.output(layer, mine, x, return_sequences=True)
        x = np.concatenate(found, axis=-1) if len(layer.directions) == 2 else found
    return x
