"""A layer's output from its labelled slices alone: the proof that "columns 20:40 are the forget gate" is true.

It knows the cell's step (`cells.py`) and the slices that an `Explanation` names, nothing else of the framework.
Swap two gates and its output is no longer the framework's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from lstm_shapes.activations import ACTIVATIONS, OLD, sigmoid
from lstm_shapes.cells import CELLS, cell_of
from lstm_shapes.layer import Layer, UsageError, Weight, sizes_of
from lstm_shapes.pieces import apart

Array = np.ndarray[Any, np.dtype[Any]]

MERGES: dict[str, Callable[[Array, Array], Array]] = {
    "concat": lambda forward, backward: np.concatenate([forward, backward], axis=-1),
    "sum": np.add,
    "mul": np.multiply,
    "ave": lambda forward, backward: (forward + backward) / 2,
}


SQUASH = {
    **ACTIVATIONS,
    "hard_sigmoid_0.2": OLD["hard_sigmoid"],
    "hard_sigmoid_1/6": ACTIVATIONS["hard_sigmoid"],
}
__all__ = ["MERGES", "biases", "by_gate", "output", "sigmoid"]


def output(layer: Layer, arrays: Sequence[Any], x: Any, return_sequences: bool | None = None) -> Any:
    """What the layer computes for `x`, in float64.

    Whoever stores it: Keras, or any framework of the tables, whose equations may differ (`layouts.Layout.equations`).

    Parameters
    ----------
    layer : Layer
        Which array is what; its indices count from its own first weight.
    arrays : sequence of array
        The layer's `get_weights()`, or the framework's arrays in its own order.  An initial state that is stored as a
        parameter (role `fixed`) is not used: the state starts at 0.
    x : array, (batch, time, input_dim), or (batch, time, rows, columns, channels) for a ConvLSTM (`padding="same"`)
    return_sequences : bool, optional
        Default: as the layer's options say.

    Returns
    -------
    array, (batch, units) or (batch, time, units)
        Two of them in a list where `merge_mode` is None.

    Examples
    --------
    One unit, one input, all weights 0: every sigmoid is 1/2, the candidate is 0, so the state stays 0.

    >>> import lstm_shapes
    >>> layer = lstm_shapes.explain(input_dim=1, units=1).layers[0]
    >>> output(layer, [np.zeros(w.shape) for w in layer.weights], np.ones((1, 3, 1))).tolist()
    [[0.0]]
    """
    x = np.asarray(x, dtype="float64")
    sequences = layer.options.get("return_sequences", False) if return_sequences is None else return_sequences
    results = []
    for direction in layer.directions:
        mine = [
            (weight, np.asarray(array, dtype="float64"))
            for weight, array in zip(layer.weights, arrays, strict=True)
            if weight.direction in (None, direction)
        ]
        hidden = run(layer, mine, x[:, ::-1] if direction == "backward" else x, direction)
        results.append(_whole(hidden, direction) if sequences else hidden[:, -1])
    if len(results) == 1:
        return results[0]
    return results if layer.merge_mode is None else MERGES[layer.merge_mode](*results)


def _whole(hidden: Array, direction: str) -> Array:
    """The backward direction's outputs are put back in the order of time."""
    return hidden[:, ::-1] if direction == "backward" else hidden


def run(
    layer: Layer, arrays: Sequence[tuple[Weight, Array]], x: Array, direction: str | None = None
) -> Array:
    """One direction over all steps: the hidden states, (batch, time, units)."""
    key = cell_of(layer.cell)
    if key is None:
        raise UsageError(
            f"{layer.cell} computes what is not known here: an LSTM, GRU or SimpleRNN was expected"
        )
    cell, roles = CELLS[key], sides(layer, arrays, direction)
    nothing = dict.fromkeys(roles["kernel"], 0.0)
    bias, recurrent_bias = ({**nothing, **roles.get(role, {})} for role in ("bias", "recurrent_bias"))
    squash, options = _equations(layer, key, roles)
    window = x.shape[2:-1]
    states: tuple[Array, ...] = tuple(
        np.zeros(
            (len(x), *window, layer.options.get("projection") or layer.units if name == "h" else layer.units)
        )
        for name in cell.states
    )
    hidden = []
    for step in np.moveaxis(x, 1, 0):
        result = cell.step(
            {gate: _times(step, matrix) + bias[gate] for gate, matrix in roles["kernel"].items()},
            states,
            lambda gate, h: _times(h, roles["recurrent_kernel"][gate]) + recurrent_bias[gate],
            *squash,
            **options,
        )
        states = tuple(result[name] for name in cell.states)
        hidden.append(result["h"])
    return np.stack(hidden, axis=1)


def _equations(
    layer: Layer, key: str, roles: Mapping[str, Mapping[str, Array]]
) -> tuple[tuple[Any, Any], dict[str, Any]]:
    """The two activations, and the options of the step."""
    own = dict(layer.options.get("equations", {}))
    squash = SQUASH[own.pop("recurrent_activation", "sigmoid")], SQUASH[own.pop("activation", "tanh")]
    chosen = {name: layer.options[name] for name in CELLS[key].options if layer.options.get(name) is not None}
    options = {**CELLS[key].options, **chosen, **own}
    if "peephole" in roles:
        options["peep"] = lambda gate, c: _times(c, roles["peephole"][gate])
    if "projection" in roles:
        smaller, more = roles["projection"]["unit"].T, roles.get("projection_bias", {}).get("unit", 0.0)
        options["project"] = lambda h: h @ smaller + more
    return squash, options


def sides(
    layer: Layer, arrays: Sequence[tuple[Weight, Array]], direction: str | None = None
) -> dict[str, dict[str, Array]]:
    """The blocks of one direction: role -> gate -> (input or hidden, unit), or (unit,).

    A joint kernel is cut into `kernel` and `recurrent_kernel`; a cell without gates has the one gate `unit`.

    >>> import lstm_shapes
    >>> layer = lstm_shapes.explain(input_dim=3, units=2, framework="tensorflow1").layers[0]
    >>> found = sides(layer, [(w, np.zeros(w.shape)) for w in layer.weights])
    >>> {role: block["forget"].shape for role, block in found.items()}
    {'kernel': (3, 2), 'recurrent_kernel': (2, 2), 'bias': (2,)}
    """
    found: dict[str, dict[str, Array]] = {}
    sizes, both = sizes_of(layer), len(layer.directions) == 2
    for weight, array in arrays:
        for (way, role, gate), piece in apart(_as_it_lies(weight), array, sizes).items():
            if not both or way == (direction or layer.directions[0]):
                found.setdefault(role, {})[gate] = piece
    return found


def _as_it_lies(weight: Weight) -> Weight:
    """The gates in the order of their slices, which are what is to be proved."""
    gates = sorted(weight.gates.items(), key=lambda item: item[1][0][0])
    return replace(weight, gates=dict(gates))


def _times(x: Array, kernel: Array) -> Array:
    """What a kernel makes of its input: element by element, the matrix product, or a convolution over the window."""
    if kernel.ndim < 3:
        return x * kernel if kernel.ndim == 1 else x @ kernel
    window = kernel.shape[:-2]
    pads = [(0, 0), *(((n - 1) // 2, n // 2) for n in window), (0, 0)]
    seen = np.lib.stride_tricks.sliding_window_view(np.pad(x, pads), window, tuple(range(1, 1 + len(window))))
    found: Array = np.tensordot(seen, np.moveaxis(kernel, -2, 0), len(window) + 1)
    return found


def by_gate(weight: Weight, array: Array) -> dict[str, Array]:
    """An array cut where the explanation says the gates are; `unit` is the one gate of a cell that has none.

    >>> import lstm_shapes
    >>> bias = lstm_shapes.explain(input_dim=3, units=2).weights[2]
    >>> by_gate(bias, np.arange(8))["forget"]
    array([2, 3])
    """
    if not weight.gates:
        return {"unit": array}
    axis = weight.gate_axis
    assert axis is not None
    return {
        gate: np.concatenate([array[(*(slice(None),) * axis, slice(*one))] for one in ranges], axis=axis)
        for gate, ranges in weight.gates.items()
    }


def biases(
    bias: tuple[Weight, Array] | None, like: Mapping[str, Any]
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The bias of each gate on the input's side and on the state's; 0 where there is none."""
    nothing = dict.fromkeys(like, 0.0)
    if bias is None:
        return nothing, nothing
    cut = by_gate(*bias)
    if not bias[0].parts:
        return cut, nothing
    return {gate: b[0] for gate, b in cut.items()}, {gate: b[1] for gate, b in cut.items()}
