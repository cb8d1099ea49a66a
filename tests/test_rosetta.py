"""Converted arrays compute in every framework what they computed in Keras, run here and now.

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

from lstm_shapes import UsageError, convert
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


def case_of(explanation, arrays, x, kind: dict[str, Any]) -> Case:
    """The arrays of a framework under its own names, layer by layer."""
    layers, given = [], iter(arrays)
    for layer in explanation.layers:
        directions: dict[str, dict[str, np.ndarray]] = {}
        for weight in layer.weights:
            own = weight.path.rpartition("/")[2]
            held = "both" if "direction" in weight.axes else weight.direction or "forward"
            directions.setdefault(held, {})[own] = next(given)
        layers.append(directions)
    return Case({**kind, "units": UNITS}, layers, x)


def known(kind: dict[str, Any]) -> dict[str, Any]:
    """What the shapes may leave open."""
    return {name: value for name, value in kind.items() if name != "layers"}


def drawn(explanation, seed: int) -> list[np.ndarray]:
    """Random arrays, large enough that every gate matters."""
    rng = np.random.default_rng(seed)
    return [rng.normal(scale=0.8, size=weight.shape).astype("float32") for weight in explanation.weights]


@cache
def keras_cases() -> dict[str, tuple[list[np.ndarray], Case]]:
    """Random Keras layers."""
    rng, found = np.random.default_rng(1), {}
    for seed, (name, kind) in enumerate(KINDS.items()):
        explanation = from_numbers(INPUT, UNITS, **kind)
        arrays, x = drawn(explanation, seed), rng.normal(size=(BATCH, TIME, INPUT)).astype("float32")
        found[name] = arrays, case_of(explanation, arrays, x, kind)
    return found


@cache
def truth() -> dict[str, np.ndarray]:
    """What Keras computes with them."""
    return rosetta.run("keras", {name: case for name, (_, case) in keras_cases().items()}).y


@cache
def carried(framework: str) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """What the framework computes with Keras's arrays, converted; and why some cannot be."""
    cases, refused = {}, {}
    for name, (arrays, case) in keras_cases().items():
        try:
            made = convert(arrays, "keras", framework, **known(KINDS[name]))
        except UsageError as error:
            refused[name] = str(error)
        else:
            cases[name] = case_of(made.explanation, made.arrays, case.x, KINDS[name])
    return rosetta.run(framework, cases).y, refused


# Which of them a framework has no equal of, and what `convert` says.
REFUSED = {
    "pytorch": {"gru-*-before": "PyTorch has no GRU with reset_after=False"},
}


def expected_refusal(framework: str, name: str) -> str:
    """Part of the reason; empty where the framework has such a layer."""
    return next((why for like, why in REFUSED.get(framework, {}).items() if fnmatch(name, like)), "")


OTHERS = [name for name in rosetta.FRAMEWORKS if name in ("pytorch", "onnx")]


@pytest.mark.parametrize(
    ("framework", "name"),
    [
        pytest.param(framework, name, marks=pytest.mark.xdist_group(framework))
        for framework in OTHERS
        for name in KINDS
    ],
)
def test_it_computes_what_keras_computed(framework, name):
    rosetta_or_skip(framework)
    y, refused = carried(framework)
    why = expected_refusal(framework, name)
    if why:
        assert why in refused[name]
        return
    assert name not in refused
    np.testing.assert_allclose(y[name], truth()[name], **CLOSE)


def rosetta_or_skip(framework: str) -> None:
    if why := rosetta.missing(framework):
        pytest.skip(why)
