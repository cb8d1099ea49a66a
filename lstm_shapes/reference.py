"""A layer's output from its labelled slices alone: the proof that "columns 20:40 are the forget gate" is true.

It knows the cell's step (`cells.py`) and the slices that an `Explanation` names, nothing else of the framework.
Swap two gates and its output is no longer the framework's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from lstm_shapes.cells import CELLS
from lstm_shapes.layer import Layer, Weight

Array = np.ndarray[Any, np.dtype[Any]]

MERGES: dict[str, Callable[[Array, Array], Array]] = {
    "concat": lambda forward, backward: np.concatenate([forward, backward], axis=-1),
    "sum": np.add,
    "mul": np.multiply,
    "ave": lambda forward, backward: (forward + backward) / 2,
}


def sigmoid(a: Array) -> Array:
    """The logistic function, without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * a))


def output(layer: Layer, arrays: Sequence[Any], x: Any, return_sequences: bool | None = None) -> Any:
    """What the layer computes for `x`, in float64.

    Parameters
    ----------
    layer : Layer
        Which array is what; its indices count from its own first weight.
    arrays : sequence of array
        The layer's `get_weights()`.
    x : array, (batch, time, input_dim)
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
        mine = {
            weight.role: (weight, np.asarray(array, dtype="float64"))
            for weight, array in zip(layer.weights, arrays, strict=True)
            if weight.direction in (None, direction)
        }
        hidden = run(layer, mine, x[:, ::-1] if direction == "backward" else x)
        results.append(_whole(hidden, direction) if sequences else hidden[:, -1])
    if len(results) == 1:
        return results[0]
    return results if layer.merge_mode is None else MERGES[layer.merge_mode](*results)


def _whole(hidden: Array, direction: str) -> Array:
    """The backward direction's outputs are put back in the order of time."""
    return hidden[:, ::-1] if direction == "backward" else hidden


def run(layer: Layer, arrays: Mapping[str, tuple[Weight, Array]], x: Array) -> Array:
    """One direction over all steps: the hidden states, (batch, time, units)."""
    cell = next(cell for cell in CELLS.values() if cell.name == layer.cell)
    kernel, recurrent = by_gate(*arrays["kernel"]), by_gate(*arrays["recurrent_kernel"])
    bias, recurrent_bias = biases(arrays.get("bias"), kernel)
    options = {key: layer.options[key] for key in cell.options}
    units: int = layer.units or 0
    states = tuple(np.zeros((len(x), units)) for _ in cell.states)
    hidden = []
    for step in np.moveaxis(x, 1, 0):
        result = cell.step(
            {gate: step @ matrix + bias[gate] for gate, matrix in kernel.items()},
            states,
            lambda gate, h: h @ recurrent[gate] + recurrent_bias[gate],
            sigmoid,
            np.tanh,
            **options,
        )
        states = tuple(result[name] for name in cell.states)
        hidden.append(result["h"])
    return np.stack(hidden, axis=1)


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
