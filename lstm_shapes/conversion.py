"""The arrays of one framework as those of another: the same layer, stored otherwise."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lstm_shapes import layouts, pieces
from lstm_shapes.cells import CELLS
from lstm_shapes.exchange import Meaning, agreed, exchange
from lstm_shapes.layer import Explanation, Layer, UsageError, sizes_of
from lstm_shapes.layouts import EQUATIONS, Layout
from lstm_shapes.pieces import Array, Pieces
from lstm_shapes.stacks import entries, named, read, stack

BIASES = ("bias", "recurrent_bias")
ARRAYS = Sequence[Any] | Mapping[str, Any]


@dataclass(frozen=True)
class Converted:
    """What `convert` gives: the arrays in the framework's own order, and what they are."""

    arrays: list[Array]
    explanation: Explanation
    notes: tuple[str, ...] = ()

    @property
    def named(self) -> dict[str, Array]:
        """The arrays by the framework's own names; where layers share a name, the layer's stands before it."""
        return dict(zip(named(self.explanation.layers), self.arrays, strict=True))

    @property
    def labelled(self) -> Any:
        """As `lstm_shapes.label` gives them: a Dataset, or a dict of them by the paths of the layers."""
        from lstm_shapes.labels import labelled

        rest, made = list(self.arrays), {}
        for layer in self.explanation.layers:
            own, rest = rest[: len(layer.weights)], rest[len(layer.weights) :]
            made[layer.path] = labelled(layer, own)
        return made if len(made) > 1 else next(iter(made.values()))


def convert(
    arrays: Any,
    from_: str | None = None,
    to: str | None = None,
    *,
    cell: str | None = None,
    bidirectional: bool | None = None,
    use_bias: bool | None = None,
    reset_after: bool | None = None,
    activation: str | None = None,
    recurrent_activation: str | None = None,
) -> Converted:
    """Put the arrays of a recurrent layer, or of a stack of them, into another framework's order and form.

    Nothing is rounded or approximated: gates change places and matrices are transposed, bit by bit.  Where one framework
    has two biases and the other one, they are added, or all goes into the first; the output is the same.  Where it cannot
    be the same, the call is refused, with the reason.  The notes of the result say what else was done.

    Parameters
    ----------
    arrays : sequence or mapping of arrays, or an xarray Dataset that `label` gave
        Keras: `get_weights()`.  PyTorch: a `state_dict()` of the layer (values as NumPy arrays), or its values.
        ONNX: `{"W": ..., "R": ..., "B": ...}`, or W, R, B of each operator in turn.  Flax, Haiku: the nested `params`.
    from_, to : str
        Of `lstm_shapes.layouts.FRAMEWORKS`: 'keras', 'pytorch', 'onnx', 'flax' and so on.  Where a framework has several
        layers of a kind, 'nnx/optimized_lstm' names one.  `from_` may be left out for a Dataset, which knows it.
    cell : {'lstm', 'gru', 'simple_rnn'}, optional
        Needed only where the shapes leave several readings.
    bidirectional, use_bias : bool, optional
        As `cell`: with two units, the bias of a GRU has the shape of a recurrent kernel.
    reset_after : bool, optional
        Needed for the GRU of ONNX, where it is the operator's attribute `linear_before_reset`, not told by the arrays.
    activation, recurrent_activation : str, optional
        Of the layer that is given, where they are not its framework's defaults: 'relu', 'hard_sigmoid'.

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
    >>> convert(keras, "keras", "haiku").notes
    ('the stored bias of the forget gate is 1 less: Haiku adds 1 on every step',)

    Source: the tables of `lstm_shapes.layouts`, each entry with its own.
    """
    told = {
        "cell": cell, "bidirectional": bidirectional, "use_bias": use_bias, "reset_after": reset_after,
        "activation": activation, "recurrent_activation": recurrent_activation,
    }  # fmt: skip
    if hasattr(arrays, "data_vars"):
        arrays, from_, told = _of_dataset(arrays, from_, told)
    for name, value in (("from_", from_), ("to", to)):
        if value is None:
            raise UsageError(f"{name} is missing: the name of a framework was expected, such as 'pytorch'")
    source, given, layers = read(arrays, str(from_), told)
    return put(source, given, layers, str(to))


def _of_dataset(
    ds: Any, from_: str | None, told: Mapping[str, Any]
) -> tuple[list[Array], str, dict[str, Any]]:
    """The arrays of a labelled layer, and what its attributes tell of it."""
    from lstm_shapes.labels import unlabel

    arrays = unlabel(ds)
    known = {
        **{name: json.loads(ds.attrs["options"]).get(name) for name in told},
        "cell": next((key for key, one in CELLS.items() if one.name == ds.attrs["cell"]), None),
        "bidirectional": ds.sizes["direction"] == 2,
        "use_bias": any(role in ds for role in BIASES),
    }
    asked = {name: value for name, value in told.items() if value is not None}
    return arrays, from_ or ds.attrs["framework"], {**known, **asked}


def put(source: Meaning, arrays: Sequence[Array], layers: Sequence[Layer], to: str) -> Converted:
    """The layers in another framework: the first of its entries that can be the same layer.

    Raises
    ------
    UsageError
        If none can: the reason of the first.
    """
    taken, rest = [], list(arrays)
    for layer in layers:
        taken.append(_apart(layer, rest[: len(layer.weights)]))
        rest = rest[len(layer.weights) :]
    refused = None
    for layout in entries(to, source.layout.cell, source.layout):
        try:
            return _as(source, layout, layers, [dict(one) for one in taken])
        except UsageError as error:
            refused = refused or error
    if refused:
        raise refused
    cell = CELLS[source.layout.cell].name
    name = layouts.NAMES[to.partition("/")[0]]
    raise UsageError(f"{name} has no {cell} in the table{_nearest(to)}")


def _nearest(to: str) -> str:
    has = ", ".join(layouts.table(to.partition("/")[0]))
    return f": it has {has}"


def _as(source: Meaning, layout: Layout, layers: Sequence[Layer], taken: Sequence[Pieces]) -> Converted:
    """The layers as those of one entry."""
    target, notes = agreed(source, layout)
    roles = {role for one in taken for _, role, _ in one}
    sizes = {name: size for name, size in sizes_of(layers[0]).items() if name in pieces.INNER}
    options = {
        **target.equations,
        "use_bias": bool(roles & {*BIASES}),
        "peephole": "peephole" in roles,
        "projection": sizes.get("projection") if "projection" in roles else None,
        "sizes": {name: size for name, size in sizes.items() if name not in ("input", "hidden", "unit")},
    }
    made, extra = stack(layout, layers, options)
    made = [_told(layer, target) for layer in made]
    arrays: list[Array] = []
    for layer, own in zip(made, taken, strict=True):
        needed: Pieces = {}
        for weight in layer.weights:
            zeros = np.broadcast_to(np.int8(0), weight.shape)
            needed |= pieces.apart(weight, zeros, sizes_of(layer))
        notes += [note for note in exchange(own, needed, source, target) if note not in notes]
        arrays += [pieces.together(weight, own, sizes_of(layer)) for weight in layer.weights]
    return Converted(arrays, Explanation(None, tuple(made)), (*notes, *extra))


def _told(layer: Layer, target: Meaning) -> Layer:
    """The layer, which says of its equations what is not the default."""
    squash = {word: target.equations[word] for word in ("activation", "recurrent_activation")}
    own = target.layout.equations
    other = {word: value for word, value in squash.items() if value != EQUATIONS[word] or word in own}
    if not {**own, **other}:
        return layer
    return replace(layer, options={**layer.options, "equations": {**own, **other}})


def _apart(layer: Layer, arrays: Sequence[Array]) -> Pieces:
    found: Pieces = {}
    for weight, array in zip(layer.weights, arrays, strict=True):
        found |= pieces.apart(weight, array, sizes_of(layer))
    return found
