"""Converted arrays compute in every framework what they computed in Keras, run here and now; and the other way round.

tests/frameworks/rosetta.py runs each framework in an environment of its own.
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import Any

import numpy as np
import pytest
import rosetta
from cases import (
    CLOSE,
    ENTRIES,
    INPUT,
    KINDS,
    UNITS,
    by_reference,
    case_of,
    computed,
    in_keras,
    inputs,
    keras,
    own,
)

from lstm_shapes import UsageError, convert, layouts, pieces
from lstm_shapes.compute import from_numbers
from lstm_shapes.layer import Layer, sizes_of

pytestmark = pytest.mark.frameworks
CI = [name for name, framework in rosetta.FRAMEWORKS.items() if framework.ci]  # the others: make rosetta
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
        pytest.param(entry, name)
        for entry, layout in ENTRIES.items()
        for name, kind in KINDS.items()
        if kind["cell"] == layout.cell and entry.partition("/")[0] in CI
    ],
)
def test_it_computes_what_keras_computed(entry, name):
    framework = entry.partition("/")[0]
    rosetta_or_skip(framework)
    y, refused, _ = computed(framework)
    if why := expected_refusal(entry, name):
        assert why in refused[f"{entry}-{name}"]
        return
    assert f"{entry}-{name}" not in refused, refused[f"{entry}-{name}"]
    np.testing.assert_allclose(y[f"{entry}-{name}"], in_keras()[name][1], **CLOSE)


OWN = [
    pytest.param(framework, name, layout, layers, arrays, id=name)
    for framework in CI
    for name, layout, layers, arrays in own(framework)
]


def exchanged(layer: Layer, arrays: list[np.ndarray]) -> Iterator[np.ndarray]:
    """The layer's arrays with the first two gates in each other's place; the matrices transposed where it has none."""
    sizes = sizes_of(layer)
    gates = [
        gate for gate in ("input", "forget", "update", "reset") if any(gate in w.gates for w in layer.weights)
    ]
    swap = dict(zip(gates, reversed(gates), strict=True))
    for weight, array in zip(layer.weights, arrays, strict=True):
        if weight.block_memory:
            yield array
            continue
        found = pieces.apart(weight, array, sizes)
        if len(gates) == 2 and {*gates} <= {*weight.gates}:
            found = {(d, role, gate): found[(d, role, swap.get(gate, gate))] for d, role, gate in found}
        elif weight.role in ("recurrent_kernel", "joint_kernel"):
            found = {key: block.T if key[1] == "recurrent_kernel" else block for key, block in found.items()}
        yield pieces.together(weight, found, sizes)


@pytest.mark.parametrize(("framework", "name", "layout", "layers", "arrays"), OWN)
def test_the_table_tells_what_it_computes(framework, name, layout, layers, arrays):
    """Its own output is that of the slices which the table names; with two gates exchanged it is not."""
    rosetta_or_skip(framework)
    y = computed(framework)[0][name]
    np.testing.assert_allclose(by_reference(layers, arrays, inputs(0)), y, **CLOSE)
    first = len(layers[0].weights)
    wrong = [*exchanged(layers[0], arrays[:first]), *arrays[first:]]
    assert np.abs(by_reference(layers, wrong, inputs(0)) - y).max() > 1e-3


@pytest.mark.parametrize(("framework", "name", "layout", "layers", "arrays"), OWN)
def test_keras_computes_what_it_computed(framework, name, layout, layers, arrays):
    """Its own arrays go to Keras and compute the same there, or are refused."""
    rosetta_or_skip(framework)
    kind = {"cell": layout.cell, "bidirectional": "-deep" in name,
            "use_bias": any("bias" in weight.role for weight in layers[0].weights),
            "reset_after": True if "reset_after=True" in name else False if "reset_after=False" in name else None}  # fmt: skip
    if any(weight.role == "peephole" for weight in layers[0].weights):
        with pytest.raises(UsageError, match="Keras's LSTM has no peephole"):
            convert(arrays, name.partition("-")[0], "keras", **kind)
        return
    made = convert(arrays, name.partition("-")[0], "keras", **kind)
    case = case_of(layouts.find("keras", layout.cell), made.explanation.layers, made.arrays, inputs(0))
    np.testing.assert_allclose(keras(case), computed(framework)[0][name], **CLOSE)


# ---------------------------------------------------------------- live PyTorch objects, where PyTorch is


@pytest.fixture(scope="module")
def live(tmp_path_factory) -> dict[str, Any]:
    """What the package says of live modules in PyTorch's own environment."""
    rosetta_or_skip("pytorch")
    out = tmp_path_factory.mktemp("live") / "out.npz"
    script = pathlib.Path(rosetta.HERE) / "live_pytorch.py"
    root = str(rosetta.HERE.parent.parent)
    command = [rosetta.python("torch"), str(script), str(out)]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": root}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    with np.load(out) as kept:
        return {
            "said": json.loads(str(kept["said"])),
            "arrays": {name: kept[name] for name in kept if "/" in name},
        }


MODULES = {
    "lstm": ("lstm", 1, False, True),
    "lstm-deep": ("lstm", 2, True, True),
    "gru-plain": ("gru", 2, False, False),
    "gru-deep": ("gru", 3, True, True),
    "rnn": ("simple_rnn", 1, True, True),
}


@pytest.mark.parametrize("name", [*MODULES, "tagger"])
def test_a_live_module_is_explained_in_its_own_words(live, name):
    """Every array at its place in the state dict, under the state dict's name and with its shape."""
    explained, state = live["said"][name]["explained"], live["said"][name]["state"]
    weights = [weight for layer in explained["layers"] for weight in layer["weights"]]
    others = explained["other_weights"]
    assert {one["index"]: [one["path"], one["shape"]] for one in [*weights, *others]} == dict(
        enumerate(state)
    )
    assert {one["path"] for one in others} == (
        {"embed.weight", "head.weight", "head.bias"} if name == "tagger" else set()
    )
    assert live["said"]["loaded"] == []  # no other library was needed


@pytest.mark.parametrize("name", MODULES)
def test_keras_computes_what_the_live_module_computed(live, name):
    cell, layers, two, bias = MODULES[name]
    like = from_numbers(INPUT, UNITS, cell=cell, layers=layers, bidirectional=two, use_bias=bias).layers
    held = {
        key.rpartition("/")[2]: array
        for key, array in live["arrays"].items()
        if key.rpartition("/")[0] == name
    }
    arrays = [held[str(i)] for i in range(len(held) - 2)]
    case = case_of(layouts.find("keras", cell), like, arrays, held["x"])
    np.testing.assert_allclose(keras(case), held["y"], **CLOSE)
