"""Converted arrays compute in every framework what they computed in Keras, run here and now; and the other way round.

tests/frameworks/rosetta.py runs each framework in an environment of its own.
"""

from __future__ import annotations

import itertools
import json
import os
import pathlib
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from typing import Any

import numpy as np
import pytest
import rosetta
from protocol import Case

from lstm_shapes import UsageError, convert, layouts, pattern, pieces, reference
from lstm_shapes.compute import from_numbers
from lstm_shapes.conversion import Converted
from lstm_shapes.layer import Layer, sizes_of
from lstm_shapes.stacks import stack

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
NOT_RUN = {
    "keras2/cudnn_lstm",
    "keras2/cudnn_gru",
    "keras2/keras1_lstm",
    "keras2/keras1_gru",
}  # no layer of today


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
def computed(framework: str) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """What the framework computes with Keras's arrays, converted, and with its own; and why some cannot be."""
    cases, refused = {}, {}
    for name, layout, seed, made in converted(framework):
        if isinstance(made, str):
            refused[name] = made
        else:
            cases[name] = case_of(layout, made.explanation.layers, made.arrays, inputs(seed))
    for name, layout, layers, arrays in own(framework):
        cases[name] = case_of(layout, layers, arrays, inputs(0))
    places = {str(number): case for number, case in enumerate(cases.values())}
    found = rosetta.run(framework, places).y
    return dict(zip(cases, found.values(), strict=True)), refused


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
    y, refused = computed(framework)
    if why := expected_refusal(entry, name):
        assert why in refused[f"{entry}-{name}"]
        return
    assert f"{entry}-{name}" not in refused, refused[f"{entry}-{name}"]
    np.testing.assert_allclose(y[f"{entry}-{name}"], in_keras()[name][1], **CLOSE)


OWN = [
    pytest.param(framework, name, layout, layers, arrays, id=name, marks=pytest.mark.xdist_group(framework))
    for framework in rosetta.FRAMEWORKS
    for name, layout, layers, arrays in own(framework)
]


def by_reference(layers: list[Layer], arrays: list[np.ndarray], x: np.ndarray) -> np.ndarray:
    """What the labelled slices alone compute, layer after layer."""
    rest = list(arrays)
    for layer in layers:
        mine, rest = rest[: len(layer.weights)], rest[len(layer.weights) :]
        found = reference.output(layer, mine, x, return_sequences=True)
        x = np.concatenate(found, axis=-1) if len(layer.directions) == 2 else found
    return x


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


@pytest.mark.xdist_group("pytorch")
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


@pytest.mark.xdist_group("pytorch")
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
