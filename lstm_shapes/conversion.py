"""The arrays of one framework as those of another: the same layer, stored otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from lstm_shapes import layouts, pattern
from lstm_shapes.cells import CELLS
from lstm_shapes.compute import did_you_mean, from_numbers
from lstm_shapes.layer import Explanation, UsageError, Weight

Array = np.ndarray[Any, np.dtype[Any]]
Blocks = dict[
    tuple[int, str, str, str], Array
]  # (layer, direction, role, gate) -> (input or hidden, unit), or (unit,)

FRAMEWORKS = ("keras", "pytorch", "onnx")
OUTER, INNER = ("direction", "part", "gate"), ("input", "hidden", "unit")
MOST_LAYERS = 64


@dataclass(frozen=True)
class Converted:
    """What `convert` gives: the arrays in the framework's own order, and what they are."""

    arrays: list[Array]
    explanation: Explanation
    notes: tuple[str, ...] = ()

    @property
    def named(self) -> dict[str, Array]:
        """The arrays by the framework's own names; those of several ONNX operators have the layer's name before them."""
        weights = [(layer.path, weight) for layer in self.explanation.layers for weight in layer.weights]
        paths = [weight.path for _, weight in weights]
        unique = len(set(paths)) == len(paths)
        names = paths if unique else [f"{layer}/{weight.path}" for layer, weight in weights]
        return dict(zip(names, self.arrays, strict=True))


def convert(
    arrays: Sequence[Any] | Mapping[str, Any],
    from_: str,
    to: str,
    *,
    cell: str | None = None,
    bidirectional: bool | None = None,
    use_bias: bool | None = None,
    reset_after: bool | None = None,
) -> Converted:
    """Put the arrays of a recurrent layer, or of a stack of them, into another framework's order and form.

    Nothing is rounded or approximated: gates change places and matrices are transposed, bit by bit.  Where one framework
    has two biases and the other one, they are added, or all goes into the first; the output is the same.

    Parameters
    ----------
    arrays : sequence or mapping of arrays
        Keras: `get_weights()`.  PyTorch: a `state_dict()` of the layer (values as NumPy arrays), or its values.
        ONNX: `{"W": ..., "R": ..., "B": ...}`, or W, R, B of each operator in turn.
    from_, to : {'keras', 'pytorch', 'onnx'}
    cell : {'lstm', 'gru', 'simple_rnn'}, optional
        Needed only where the shapes leave several readings.
    bidirectional, use_bias : bool, optional
        As `cell`: with two units, the bias of a GRU has the shape of a recurrent kernel.
    reset_after : bool, optional
        Needed for the GRU of ONNX, where it is the operator's attribute `linear_before_reset`, not told by the arrays.

    Returns
    -------
    Converted

    Raises
    ------
    UsageError
        If the arrays are no such layer, or the other framework has no layer that computes the same.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> keras = [rng.normal(size=shape) for shape in [(100, 80), (20, 80), (80,)]]
    >>> torch = convert(keras, "keras", "pytorch")
    >>> [(name, array.shape) for name, array in torch.named.items()]
    [('weight_ih_l0', (80, 100)), ('weight_hh_l0', (80, 20)), ('bias_ih_l0', (80,)), ('bias_hh_l0', (80,))]
    >>> bool((torch.arrays[0] == keras[0].T).all())
    True
    >>> convert(keras, "keras", "onnx").notes
    ('one bias became two: all of it is in the first, the second is 0',)

    Source: keras/src/layers/rnn/lstm.py, gru.py and simple_rnn.py, Keras 3.15.1; torch/nn/modules/rnn.py, PyTorch 2.13.0;
    onnx/docs/Operators.md.
    """
    for name in (from_, to):
        if name not in FRAMEWORKS:
            raise UsageError(f"unknown framework {name!r}{did_you_mean(name, FRAMEWORKS)}")
    wanted = {"cell": cell, "bidirectional": bidirectional, "use_bias": use_bias, "reset_after": reset_after}
    given, found = _reading(arrays, from_, wanted)
    blocks: Blocks = {}
    for place, weight, array in zip(_places(found), found.weights, given, strict=True):
        blocks |= {(place, *key): block for key, block in _apart(weight, array)}
    options = _options(found, from_, reset_after)
    target = _target(found, to, options)
    notes = _biases(blocks, target, options)
    if to == "onnx" and "reset_after" in options:
        notes.append(f"the operator GRU needs linear_before_reset={int(options['reset_after'])}")
    made = [
        _together(weight, place, blocks)
        for place, weight in zip(_places(target), target.weights, strict=True)
    ]
    return Converted(made, target, tuple(notes))


# ---------------------------------------------------------------- what layer the arrays are


def _reading(
    arrays: Sequence[Any] | Mapping[str, Any], framework: str, wanted: Mapping[str, Any]
) -> tuple[list[Array], Explanation]:
    """The arrays in order, and the one layer or stack that has such arrays."""
    named = framework != "keras" and isinstance(arrays, Mapping)
    items = arrays.items() if isinstance(arrays, Mapping) else enumerate(arrays)
    given = {str(name).rpartition(".")[2] if named else name: np.asarray(array) for name, array in items}
    shapes = [array.shape for array in given.values()]
    if len(given) < len(arrays):
        raise UsageError(
            "the arrays of several layers were given: one layer's were expected, or a list in order"
        )
    found: dict[str, tuple[list[Array], Explanation]] = {}
    for words, candidate in _candidates(framework, shapes, wanted):
        names = [weight.path for weight in candidate.weights]
        if named and set(names) != set(given):
            continue
        ordered = [given[name] for name in names] if named else list(given.values())
        if [array.shape for array in ordered] == [weight.shape for weight in candidate.weights]:
            found[words] = ordered, candidate
    if not given:
        raise UsageError("no arrays were given: those of one layer, or of a stack, were expected")
    if not found:
        raise UsageError(
            f"{len(given)} arrays of shapes {', '.join(map(str, shapes[:6]))}{', ...' if len(shapes) > 6 else ''} are no LSTM, "
            f"GRU or simple RNN of {layouts.NAMES[framework]}: lstm_shapes.identify says what comes closest"
        )
    if len(found) > 1:
        raise UsageError(
            f"the shapes fit several layers ({'; '.join(found)}): pass cell=, bidirectional= or use_bias="
        )
    return next(iter(found.values()))


def _candidates(
    framework: str, shapes: Sequence[tuple[int, ...]], wanted: Mapping[str, Any]
) -> Iterator[tuple[str, Explanation]]:
    """Each layer or stack whose arrays are as many; its sizes are those of the arrays that begin the list."""
    for cell, two, bias in product(CELLS, (False, True), (True, False)):
        asked = {"cell": cell, "bidirectional": two, "use_bias": bias}
        if any(wanted[name] not in (None, value) for name, value in asked.items()):
            continue
        for after in (True, False) if framework == "keras" and cell == "gru" else (None,):
            options = asked | {"framework": framework} | ({} if after is None else {"reset_after": after})
            one = from_numbers(1, 1, **options)
            layers, rest = divmod(len(shapes), len(one.weights))
            if (
                rest
                or not 0 < layers <= MOST_LAYERS
                or (after is not None and wanted["reset_after"] not in (None, after))
            ):
                continue
            for sizes in _sizes(one.weights[0], framework, cell, shapes):
                words = f"{layers} x {cell}, {'two directions' if two else 'one direction'}{'' if bias else ', no bias'}"
                yield words, from_numbers(*sizes, layers=layers, **options)


def _sizes(
    first: Weight, framework: str, cell: str, shapes: Sequence[tuple[int, ...]]
) -> Iterator[tuple[int, int]]:
    """`input_dim` and `units` of any array that can be the first kernel: a mapping may come in any order."""
    known = {"gate": len(layouts.find(framework, cell).gates), "direction": (first.shape or (1,))[0]}
    seen = set()
    for shape in shapes:
        sizes = pattern.solve(first.pattern, shape, known)
        if isinstance(sizes, pattern.Misfit):
            continue
        pair = sizes["input"], sizes["unit"]
        if min(pair) > 0 and pair not in seen:
            seen.add(pair)
            yield pair


def _options(found: Explanation, framework: str, reset_after: bool | None) -> dict[str, Any]:
    """What the equations depend on and the arrays of some frameworks do not tell."""
    layer = found.layers[0]
    options: dict[str, Any] = {"use_bias": layer.use_bias}
    if layer.cell != "GRU":
        return options
    if framework == "onnx" and reset_after is None:
        raise UsageError(
            "the arrays of an ONNX GRU do not tell its attribute linear_before_reset: pass reset_after=True where it "
            "is 1, reset_after=False where it is 0 or absent"
        )
    if framework == "pytorch" and reset_after is False:
        raise UsageError("PyTorch's GRU resets after the matrix product: reset_after=False cannot be")
    told = {"keras": layer.options.get("reset_after"), "pytorch": True, "onnx": reset_after}[framework]
    return {**options, "reset_after": told}


def _target(found: Explanation, to: str, options: Mapping[str, Any]) -> Explanation:
    """The same layers in the other framework.

    Raises
    ------
    UsageError
        If it has none that compute the same.
    """
    first = found.layers[0]
    key = next(key for key, cell in CELLS.items() if cell.name == first.cell)
    if to == "pytorch" and options.get("reset_after") is False:
        raise UsageError(
            "PyTorch has no GRU with reset_after=False: its reset gate acts after the matrix product; train with "
            "reset_after=True, or write the cell in PyTorch yourself"
        )
    reset = {"reset_after": options["reset_after"]} if to == "keras" and "reset_after" in options else {}
    return from_numbers(
        first.input_dim, first.units, cell=key, framework=to, bidirectional=len(first.directions) == 2,
        layers=len(found.layers), use_bias=bool(first.use_bias), **reset,
    )  # fmt: skip


# ---------------------------------------------------------------- arrays and blocks


def _places(explanation: Explanation) -> list[int]:
    """The number of the layer that each array belongs to."""
    return [number for number, layer in enumerate(explanation.layers) for _ in layer.weights]


def _keys(weight: Weight, names: Sequence[str]) -> list[tuple[str, str, str]]:
    """(direction, role, gate) of each block, in the order in which the outer axes count."""
    both = ("forward", "backward")[: weight.shape[0]]  # where one array holds them, their axis is the first
    directions = both if "direction" in names else (weight.direction or "forward",)
    roles = weight.parts if "part" in names else (weight.role,)
    return list(product(directions, roles, tuple(weight.gates or {}) if "gate" in names else ("unit",)))


def _apart(weight: Weight, array: Array) -> Iterator[tuple[tuple[str, str, str], Array]]:
    """An array's blocks: every direction, part and gate on its own, the unit axis last."""
    gates = len(weight.gates or {})
    sizes = pattern.solve(weight.pattern, array.shape, {"gate": gates, "part": len(weight.parts)})
    assert not isinstance(sizes, pattern.Misfit)  # it was compared before
    sizes = {**sizes, "hidden": sizes["unit"]}  # there is no projection
    names = [name for axis in pattern.axes(weight.pattern) for name in axis]
    order = [names.index(name) for name in (*OUTER, *INNER) if name in names]
    inner = [sizes[name] for name in INNER if name in names]
    blocks = array.reshape([sizes[name] for name in names]).transpose(order).reshape(-1, *inner)
    return zip(_keys(weight, names), blocks, strict=True)


def _together(weight: Weight, place: int, blocks: Blocks) -> Array:
    """The inverse of `_apart`."""
    names = [name for axis in pattern.axes(weight.pattern) for name in axis]
    keys = _keys(weight, names)
    stack = np.stack([blocks[(place, *key)] for key in keys])
    outer = {
        "direction": 2 if keys[0][0] != keys[-1][0] else 1,
        "part": len(weight.parts),
        "gate": len(weight.gates or {}),
    }
    here = [name for name in (*OUTER, *INNER) if name in names]
    full = stack.reshape([*(outer[name] for name in here if name in OUTER), *stack.shape[1:]])
    return np.ascontiguousarray(full.transpose([here.index(name) for name in names]).reshape(weight.shape))


def _biases(blocks: Blocks, target: Explanation, options: Mapping[str, Any]) -> list[str]:
    """Give the blocks the biases that the target has; says what was done."""
    if not options["use_bias"]:
        return []
    roles = {role for weight in target.layers[0].weights for role in weight.parts or (weight.role,)}
    two = any(role == "recurrent_bias" for _, _, role, _ in blocks)
    if two == ("recurrent_bias" in roles):
        return []
    own = [key for key in blocks if key[2] == "bias"]
    for place, direction, role, gate in own:
        other = (place, direction, "recurrent_bias", gate)
        if two:
            blocks[(place, direction, role, gate)] = blocks[(place, direction, role, gate)] + blocks[other]
        else:
            blocks[other] = np.zeros_like(blocks[(place, direction, role, gate)])
    if two:
        return ["two biases became one, their sum: the output is the same"]
    return ["one bias became two: all of it is in the first, the second is 0"]
