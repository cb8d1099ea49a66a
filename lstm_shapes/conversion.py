"""The arrays of one framework as those of another: the same layer, stored otherwise."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lstm_shapes import layouts, pieces
from lstm_shapes.cells import CELLS, cell_of
from lstm_shapes.exchange import Meaning, agreed, exchange, meaning
from lstm_shapes.layer import Explanation, Layer, UsageError, sizes_of
from lstm_shapes.layouts import EQUATIONS, Layout
from lstm_shapes.opened import choose, opened
from lstm_shapes.pieces import Array, Pieces
from lstm_shapes.sources.listing import SourceError
from lstm_shapes.stacks import entries, equations, named, read, stack

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
    layer: str | None = None,
) -> Converted:
    """Put the arrays of a recurrent layer, or of a stack of them, into another framework's order and form.

    Nothing is rounded or approximated: gates change places and matrices are transposed, bit by bit.  Where one framework
    has two biases and the other one, they are added, or all goes into the first; the output is the same.  Where it cannot
    be the same, the call is refused, with the reason.  The notes of the result say what else was done.

    Parameters
    ----------
    arrays : sequence or mapping of arrays, an xarray Dataset that `label` gave, a file, or a live layer or model
        Keras: `get_weights()`.  PyTorch: a `state_dict()` of the layer (values as NumPy arrays), or its values.
        ONNX: `{"W": ..., "R": ..., "B": ...}`, or W, R, B of each operator in turn.  Flax, Haiku: the nested `params`.
    from_, to : str
        Of `lstm_shapes.layouts.FRAMEWORKS`: 'keras', 'pytorch', 'onnx', 'flax' and so on.  Where a framework has several
        layers of a kind, 'nnx/optimized_lstm' names one.
        `from_` may be left out where it is known: for a Dataset, a file, a live object.
    cell : {'lstm', 'gru', 'simple_rnn'}, optional
        Needed only where the shapes leave several readings.
    bidirectional, use_bias : bool, optional
        As `cell`: with two units, the bias of a GRU has the shape of a recurrent kernel.
    reset_after : bool, optional
        Needed for the GRU of ONNX, where it is the operator's attribute `linear_before_reset`, not told by the arrays.
    activation, recurrent_activation : str, optional
        Of the layer that is given, where they are not its framework's defaults: 'relu', 'hard_sigmoid'.

    layer : str, optional
        Of a file or a model: the path of one layer, or the last name in it.  Default: every recurrent layer, each on its own.

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
    if to is None:
        raise UsageError("to is missing: the name of a framework was expected, such as 'pytorch'")
    if hasattr(arrays, "data_vars"):
        arrays, from_, told = _of_dataset(arrays, from_, told)
    elif _whole(arrays):
        return _of_thing(arrays, to, told, layer)
    if from_ is None:
        raise UsageError("from_ is missing: the name of a framework was expected, such as 'keras'")
    source, given, layers = read(arrays, from_, told)
    return put(source, given, layers, to)


def _whole(thing: Any) -> bool:
    """Whether it is a file or a live object, which says itself what it is."""
    return isinstance(thing, str | os.PathLike) or hasattr(thing, "weights") or hasattr(thing, "state_dict")


def _of_dataset(
    ds: Any, from_: str | None, told: Mapping[str, Any]
) -> tuple[list[Array], str, dict[str, Any]]:
    """The arrays of a labelled layer, and what its attributes tell of it."""
    from lstm_shapes.labels import unlabel

    arrays = unlabel(ds)
    known = {
        **{name: json.loads(ds.attrs["options"]).get(name) for name in told},
        "cell": cell_of(ds.attrs["cell"]),
        "bidirectional": ds.sizes["direction"] == 2,
        "use_bias": any(role in ds for role in BIASES),
    }
    asked = {name: value for name, value in told.items() if value is not None}
    return arrays, from_ or ds.attrs["framework"], {**known, **asked}


def _of_thing(thing: Any, to: str, told: Mapping[str, Any], name: str | None) -> Converted:
    """Every recurrent layer of a file or a live object, or the one of that name, each on its own."""
    found, arrays, _ = opened(thing)
    chosen = [choose(found, name)] if name is not None else list(found.layers)
    if not chosen:
        raise UsageError(f"{found.source} has no recurrent layer: there is nothing to convert")
    if any(weight.key is None for layer in chosen for weight in layer.weights):
        raise UsageError(f"{found.source} has no weights yet: build it first, or call it on some input")
    try:
        held = arrays([str(weight.key) for layer in chosen for weight in layer.weights])
        made = []
        for layer in chosen:
            own = [np.asarray(held[str(weight.key)][()]) for weight in layer.weights]  # a file's is read here
            made.append(put(_known(layer, told), own, [layer], to))
    except SourceError as error:
        raise UsageError(str(error)) from None
    return _joined(made, chosen)


def _known(layer: Layer, told: Mapping[str, Any]) -> Meaning:
    """The entry of the tables that a recognised layer is, and its equations."""
    first = [weight for weight in layer.weights if weight.direction in (None, layer.directions[0])]
    stored = [(weight.pattern, tuple(weight.gates)) for weight in first]
    both = [(weight.pattern, tuple(weight.gates)) for weight in layer.weights]
    if both != stored * (len(both) // len(stored)) or layer.options.get("unequal"):
        raise UsageError(
            f"the two directions of {layer.path} are not alike: pass the arrays of each on its own"
        )
    options = {**layer.options, "use_bias": layer.use_bias}
    said = {**options, **{name: value for name, value in told.items() if value is not None}}
    for framework in (layer.framework, "keras2"):
        for layout in layouts.table(framework).values():
            shown = [array for array in layout.arrays if layouts.exists(array, said)]
            patterns = [(array.pattern, layouts.gates_of(layout, array)) for array in shown]
            title = layout.title or CELLS[layout.cell].name
            if patterns == stored and (title == layer.cell or framework != layer.framework):
                return meaning(layout, {**said, **equations(layout, said, {**layout.options, **said})})
    raise UsageError(f"{layer.path} is {layer.cell}: an LSTM, GRU or SimpleRNN was expected")


def _joined(made: Sequence[Converted], like: Sequence[Layer]) -> Converted:
    """Several conversions as one; each layer has the path that it had."""
    layers = [
        replace(one.explanation.layers[0], path=layer.path) for one, layer in zip(made, like, strict=True)
    ]
    notes = [note for one in made for note in one.notes]
    notes += [
        f"{layer.path} reads the sequence backwards: turn its input round"
        for layer in like
        if len(layer.directions) == 1 and layer.options.get("go_backwards", layer.directions[0] == "backward")
    ]
    arrays = [array for one in made for array in one.arrays]
    return Converted(arrays, Explanation(None, tuple(layers)), tuple(dict.fromkeys(notes)))


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
    house = to.partition("/")[0]
    has = ", ".join(layouts.table(house))
    raise UsageError(f"{layouts.NAMES[house]} has no {source.cell}, as far as the table knows: it has {has}")


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
    if len(layer.directions) == 1:  # alone, a direction is called forward
        return {("forward", role, gate): piece for (_, role, gate), piece in found.items()}
    return found
