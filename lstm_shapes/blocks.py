"""The numbers of one gate of one array, and what there is to say about them in a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from einops import rearrange

from lstm_shapes import pattern
from lstm_shapes.layer import Layer, UsageError, Weight

Array = np.ndarray[Any, np.dtype[Any]]
Block = tuple[str, str, str, str]  # layer, direction, role, gate

ALL = "all"  # the gate of an array that has none
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
BIASES = ("bias", "recurrent_bias")


def levels_of(quantiles: Sequence[float]) -> tuple[float, ...]:
    """The quantiles that were asked for, in order.

    >>> levels_of([0.9, 0.1, 0.1])
    (0.1, 0.9)
    """
    wrong = [one for one in quantiles if not 0 <= one <= 1]
    if wrong:
        raise UsageError(f"quantile {wrong[0]!r}: a number between 0 and 1 was expected, such as 0.5")
    return tuple(sorted({float(one) for one in quantiles}))


def blocks(layer: Layer, weight: Weight, array: Any) -> Iterator[tuple[Block, Array]]:
    """One array cut by direction, role and gate: `((layer, direction, role, gate), numbers)` for each.

    >>> import lstm_shapes
    >>> layer = lstm_shapes.explain(input_dim=3, units=2, cell="gru").layers[0]
    >>> bias = np.arange(12.0).reshape(2, 6)
    >>> for block, numbers in blocks(layer, layer.weights[2], bias):
    ...     print(*block[1:], numbers)
    forward bias update [0. 1.]
    forward bias reset [2. 3.]
    forward bias candidate [4. 5.]
    forward recurrent_bias update [6. 7.]
    forward recurrent_bias reset [8. 9.]
    forward recurrent_bias candidate [10. 11.]

    Parameters
    ----------
    layer : Layer
    weight : Weight
        One of the layer's.
    array : array
        Of the weight's shape.

    Raises
    ------
    UsageError
        If it has another shape.
    """
    if tuple(np.shape(array)) != tuple(weight.shape):
        raise UsageError(f"{weight.path} has the shape {np.shape(array)}: {tuple(weight.shape)} was expected")
    directions = layer.directions if weight.direction is None else (weight.direction,)
    held = {
        "direction": directions,
        "part": weight.parts or (weight.role,),
        "gate": tuple(weight.gates) or (ALL,),
    }
    stored = [name.replace("+", "_") for axis in pattern.axes(weight.pattern) for name in axis]
    cut = [name for name in held if name in stored]
    rest = " ".join(name for name in stored if name not in held)
    sizes = {name: len(held[name]) for name in cut}
    table = rearrange(array, f"{weight.pattern.replace('+', '_')} -> {' '.join(cut)} {rest}", **sizes)
    whole = table[tuple(slice(None) if name in cut else None for name in held)]
    for at in np.ndindex(whole.shape[:3]):
        direction, role, gate = (names[i] for names, i in zip(held.values(), at, strict=True))
        yield (layer.path, direction, role, gate), whole[at]


def statistics(array: Array, last: Array | None, levels: Sequence[float]) -> dict[str, Any]:
    """Mean, deviation, norm, extremes, quantiles, and the largest change since `last`.

    >>> found = statistics(np.array([3.0, -4.0]), np.array([3.0, -3.5]), (0.5,))
    >>> found["norm"], found["change"], found["quantiles"]
    (5.0, 0.5, [-0.5])

    Parameters
    ----------
    array : array
        The numbers of one gate, at least one.
    last : array or None
        The same numbers before; without them the change is NaN.
    levels : sequence of float
        Which quantiles.
    """
    flat = np.asarray(array).ravel().astype("float64")
    with np.errstate(
        invalid="ignore", over="ignore"
    ):  # a training that diverged has inf and nan: they are shown
        return {
            "size": flat.size,
            "mean": float(flat.mean()),
            "std": float(flat.std()),
            "norm": float(np.sqrt(np.einsum("i,i", flat, flat))),  # BLAS would start threads of its own
            "min": float(flat.min()),
            "max": float(flat.max()),
            "change": float("nan") if last is None else float(np.abs(flat - np.asarray(last).ravel()).max()),
            "quantiles": _quantiles(flat, levels),
        }


def _quantiles(flat: Array, levels: Sequence[float]) -> list[float]:
    """As `numpy.quantile`, but sorting once is three times as fast; `flat` is left in order."""
    flat.sort()
    if np.isnan(flat[-1]):
        return [float("nan")] * len(levels)
    at = np.asarray(levels) * (flat.size - 1)
    low = at.astype(int)
    high = np.minimum(low + 1, flat.size - 1)
    found: list[float] = (flat[low] + (flat[high] - flat[low]) * (at - low)).tolist()
    return found


def forget_bias(means: Mapping[Block, float]) -> dict[tuple[str, str], float]:
    """The mean forget bias of each layer and direction; where there are two biases, both count.

    >>> forget_bias({("a", "forward", "bias", "forget"): 1.0, ("a", "forward", "recurrent_bias", "forget"): 0.25})
    {('a', 'forward'): 1.25}
    """
    found: dict[tuple[str, str], float] = {}
    for (layer, direction, role, gate), mean in means.items():
        if gate == "forget" and role in BIASES:
            found[layer, direction] = found.get((layer, direction), 0.0) + mean
    return found
