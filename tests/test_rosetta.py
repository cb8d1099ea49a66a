"""Converted arrays compute in every framework what they computed in Keras, run here and now; and the other way round.

tests/frameworks/rosetta.py runs each framework in an environment of its own.
"""

from __future__ import annotations

import itertools
from fnmatch import fnmatch
from functools import cache
from typing import Any

import numpy as np
import pytest
import rosetta
from protocol import Case

from lstm_shapes import UsageError, convert, layouts, pattern
from lstm_shapes.compute import from_numbers

pytestmark = pytest.mark.frameworks
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
NOT_RUN = {"keras2/cudnn_lstm", "keras2/cudnn_gru", "keras2/keras1_lstm", "keras2/keras1_gru"}


def spatial(layout: layouts.Layout) -> bool:
    """Whether it is a convolution."""
    return any("width" in axis for array in layout.arrays for axis in pattern.axes(array.pattern))


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
    words = {
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


@cache
def in_keras() -> tuple[dict[str, list[np.ndarray]], dict[str, np.ndarray]]:
    """Random Keras layers, and what Keras computes with them."""
    arrays, cases = {}, {}
    for seed, (name, kind) in enumerate(KINDS.items()):
        layers = from_numbers(INPUT, UNITS, **kind).layers
        arrays[name] = drawn(layers, seed)
        cases[name] = case_of(layouts.find("keras", kind["cell"]), layers, arrays[name], inputs(seed))
    return arrays, rosetta.run("keras", cases).y


@cache
def carried(framework: str) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """What the framework computes with Keras's arrays, converted; and why some cannot be."""
    cases, refused = {}, {}
    for entry, layout in ENTRIES.items():
        if not entry.startswith(f"{framework}/"):
            continue
        for seed, (name, kind) in enumerate(KINDS.items()):
            if kind["cell"] != layout.cell:
                continue
            try:
                made = convert(in_keras()[0][name], "keras", entry, **known(kind))
            except UsageError as error:
                refused[f"{entry}-{name}"] = str(error)
            else:
                cases[f"{entry.replace('/', ':')}-{name}"] = case_of(
                    layout, made.explanation.layers, made.arrays, inputs(seed)
                )
    found = rosetta.run(framework, cases).y
    return {name.replace(":", "/"): y for name, y in found.items()}, refused


BEFORE, AFTER = ({f"gru-*-{one}": f"no GRU with reset_after={one == 'after'}"} for one in ("before", "after"))
# Which of them a framework has no equal of, and what `convert` says.
REFUSED: dict[str, dict[str, str]] = {
    "pytorch/gru": BEFORE,
    "flax/gru": BEFORE,
    "nnx/gru": {**BEFORE, "gru-*-bias-after": "no recurrent_bias of the candidate"},
    "haiku/gru": AFTER,
    "haiku/simple_rnn": {"*": "activation is relu"},
    "equinox/gru": BEFORE,
    "mlx/gru": BEFORE,
    "ncnn/gru": BEFORE,
    "tfjs/gru": AFTER,
    "tensorflow1/gru": AFTER,
    "tensorflow1/block_gru": {"gru-*-after": "no GRUBlockCell with reset_after=True"},
}


def expected_refusal(entry: str, name: str) -> str:
    """Part of the reason; empty where the framework has such a layer."""
    return next((why for like, why in REFUSED.get(entry, {}).items() if fnmatch(name, like)), "")


def rosetta_or_skip(framework: str) -> None:
    """In CI nothing may be skipped."""
    if why := rosetta.missing(framework):
        pytest.skip(why)


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        pytest.param(entry, name, marks=pytest.mark.xdist_group(entry.partition("/")[0]))
        for entry, layout in ENTRIES.items()
        for name, kind in KINDS.items()
        if kind["cell"] == layout.cell
    ],
)
def test_it_computes_what_keras_computed(entry, name):
    framework = entry.partition("/")[0]
    rosetta_or_skip(framework)
    y, refused = carried(framework)
    if why := expected_refusal(entry, name):
        assert why in refused[f"{entry}-{name}"]
        return
    assert f"{entry}-{name}" not in refused, refused[f"{entry}-{name}"]
    np.testing.assert_allclose(y[f"{entry}-{name}"], in_keras()[1][name], **CLOSE)
