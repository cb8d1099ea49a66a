"""The arrays of a recurrent layer with names instead of column numbers: `ds.kernel.sel(gate="forget")`.

What `label` does to an array is told by the array's pattern: `"input (gate unit)"` becomes the axes `input gate unit`.
`unlabel` goes the same way back.
"""

from __future__ import annotations

import json
import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from einops import rearrange

from lstm_shapes import pattern
from lstm_shapes.layer import Layer, UsageError, Weight
from lstm_shapes.opened import choose, opened
from lstm_shapes.sources.listing import SourceError

# The order of the axes, whatever order a framework stores them in.
ORDER = (
    "direction", "part", "depth", "height", "width", "input", "input_hidden", "hidden", "projected", "gate", "unit",
)  # fmt: skip
BLOCKS = ("direction", "part", "gate")  # axes along which a file is read one entry at a time
KEPT = ("index", "path", "role", "direction", "pattern", "gates")  # of a Weight: what unlabel needs


def label(thing: Any, layer: str | None = None, *, input_names: Sequence[Hashable] | None = None) -> Any:
    """Name the axes of every array of a recurrent layer.

    >>> import keras
    >>> encoder = keras.layers.Bidirectional(keras.layers.LSTM(20), merge_mode="sum")
    >>> encoder.build((None, 45, 100))
    >>> ds = label(encoder)
    >>> ds.kernel.dims, ds.kernel.shape
    (('direction', 'input', 'gate', 'unit'), (2, 100, 4, 20))
    >>> ds.bias.sel(direction="backward", gate="forget").values.min()
    np.float32(1.0)

    Parameters
    ----------
    thing : layer, model or path
        A live Keras or PyTorch layer or model, or a checkpoint file.  A file's numbers are read when they are needed,
        one gate at a time (as Dask arrays).
    layer : str, optional
        The path of one layer, or the last name in it.
    input_names : sequence, optional
        A name for each input (tokens, features), so that `ds.kernel.sel(input="the")` works.

    Returns
    -------
    xarray.Dataset, or dict of str to xarray.Dataset
        The Dataset where there is one recurrent layer, or `layer` names one; otherwise all of them by their paths.
        The variables are the roles (`kernel`, `recurrent_kernel`, `bias`), their axes are named `direction`, `part`,
        `input`, `hidden`, `gate`, `unit`.  A direction is there even where it is the only one.
        Arrays of one direction are views of the layer's memory where the framework lets us; two are put together.

    Raises
    ------
    UsageError
        If there is no such layer, its arrays are not made yet, or a file cannot be read.
    """
    found, arrays, _ = opened(thing)
    chosen = [choose(found, layer)] if layer is not None else list(found.layers)
    if not chosen:
        raise UsageError(f"{found.source} has no recurrent layer: there is nothing to label")
    keys = [weight.key for one in chosen for weight in one.weights]
    if None in keys:
        raise UsageError(f"{found.source} has no weights yet: build it first, or call it on some input")
    try:
        held = arrays([key for key in keys if key is not None])
    except SourceError as error:
        raise UsageError(str(error)) from None
    named = {one.path: labelled(one, [held[str(w.key)] for w in one.weights], input_names) for one in chosen}
    return named if len(named) > 1 else named[chosen[0].path]


def labelled(layer: Layer, arrays: Sequence[Any], input_names: Sequence[Hashable] | None = None) -> Any:
    """A layer's arrays, in the order of its weights, as a Dataset.

    >>> import lstm_shapes
    >>> layer = lstm_shapes.explain(input_dim=100, units=20).layers[0]
    >>> ds = labelled(layer, [np.zeros(weight.shape) for weight in layer.weights])
    >>> dict(ds.sizes)
    {'direction': 1, 'input': 100, 'gate': 4, 'unit': 20, 'hidden': 20}

    Parameters
    ----------
    layer : Layer
    arrays : sequence of array
        As `get_weights()` of the layer gives them.
    input_names : sequence, optional
    """
    gates = max((tuple(weight.gates) for weight in layer.weights), key=len, default=())
    roles: dict[str, list[tuple[Weight, Any]]] = {}
    for weight, array in zip(layer.weights, arrays, strict=True):
        roles.setdefault(weight.role, []).append((weight, array))
    if any(weight.pattern and len(weight.gates) == 1 for weight in layer.weights):  # Keras 1: an array a gate
        gates = tuple(dict.fromkeys(gate for weight in layer.weights for gate in weight.gates))
    coords: dict[str, Any] = {"direction": list(layer.directions), "gate": list(gates)}
    variables = {role: _variable(role, held, layer.directions, gates, coords) for role, held in roles.items()}
    sizes = {dim: n for one in variables.values() for dim, n in one.sizes.items()}
    _name_inputs(coords, sizes, layer, input_names)
    coords = {dim: coords.get(dim, np.arange(n)) for dim, n in sizes.items()}
    return xr.Dataset(variables, coords, _attributes(layer))


def _name_inputs(
    coords: dict[str, Any], sizes: Mapping[str, int], layer: Layer, names: Sequence[Hashable] | None
) -> None:
    if names is None:
        return
    if len(names) != sizes.get("input"):
        raise UsageError(
            f"{len(names)} input_names for {layer.path}, which has {sizes.get('input')} inputs: a name for each was "
            "expected; choose the layer with layer=..."
        )
    coords["input"] = list(names)


def _attributes(layer: Layer) -> dict[str, Any]:
    weights = [{name: getattr(weight, name) for name in KEPT} for weight in layer.weights]
    for one in weights:
        one["gates"] = list(one["gates"])
    return {
        "path": layer.path,
        "cell": layer.cell,
        "framework": layer.framework,
        "merge_mode": str(layer.merge_mode),
        "options": json.dumps(dict(layer.options)),
        "weights": json.dumps(weights),
    }


def spelled(text: str) -> str:
    """A pattern whose names can be names of dimensions: `projection` is a variable already."""
    return text.replace("+", "_").replace("projection", "projected")


def axes_of(text: str) -> tuple[str, ...]:
    """The names in a pattern, one after another.

    >>> axes_of("input (gate unit)")
    ('input', 'gate', 'unit')
    """
    return tuple(name for axis in pattern.axes(spelled(text)) for name in axis)


def _variable(
    role: str,
    held: Sequence[tuple[Weight, Any]],
    directions: Sequence[str],
    gates: Sequence[str],
    coords: dict[str, Any],
) -> Any:
    """All arrays of one role as one, with a direction even where there is only one."""
    weight = held[0][0]
    named = axes_of(weight.pattern)
    blocks = {"direction": directions, "part": weight.parts, "gate": tuple(weight.gates)}
    if weight.parts:
        coords["part"] = list(weight.parts)
    dims = sorted({*named, "direction", *(("gate",) if weight.gates else ())}, key=ORDER.index)
    rows = []
    for direction in directions if "direction" not in named else (None,):
        mine = [_with(dims, one, array, blocks) for one, array in held if one.direction in (None, direction)]
        rows.append(mine[0] if len(mine) == 1 else np.concatenate(mine, axis=dims.index("gate")))
    data = rows[0] if len(rows) == 1 else np.concatenate(rows, axis=0)
    if weight.gates and data.shape[dims.index("gate")] != len(gates):  # a peephole has no candidate
        dims[dims.index("gate")] = f"{role}_gate"
        coords[f"{role}_gate"] = list(weight.gates)
    where = {
        "pattern": weight.pattern,
        "index": [w.index for w, _ in held],
        "path": [w.path for w, _ in held],
    }
    return xr.Variable(dims, data, where)


def _with(dims: Sequence[str], weight: Weight, array: Any, blocks: Mapping[str, Sequence[str]]) -> Any:
    """One array with the axes `dims`; those that it lacks have the length 1."""
    if tuple(array.shape) != tuple(weight.shape):
        raise UsageError(f"{weight.path} has the shape {tuple(array.shape)}: {weight.shape} was expected")
    text = spelled(weight.pattern)
    named = axes_of(text)
    known = {name: len(names) for name, names in blocks.items() if name in named}
    if not isinstance(array, np.ndarray):
        return _lazy(array, text, dims, known)
    order = [name for name in dims if name in named]
    found = rearrange(array, f"{text} -> {' '.join(order)}", **known)
    return found[tuple(slice(None) if name in named else None for name in dims)]


def _lazy(place: Any, text: str, dims: Sequence[str], known: Mapping[str, int]) -> Any:
    """The same of an array in a file: a Dask array of one chunk a gate, which reads what is taken of it."""
    import dask.array as da

    lengths = []
    for axis, size in zip(pattern.axes(text), place.shape, strict=True):
        rest = size // math.prod(known.get(name, 1) for name in axis)
        lengths.append([known.get(name, rest) for name in axis])
    whole = place.split(lengths).arranged(axes_of(text), dims)
    chunks = tuple(1 if name in BLOCKS and not place.packed else -1 for name in dims)
    return da.from_array(whole, chunks, asarray=False, meta=np.empty((0,) * len(dims), place.dtype))


# ---------------------------------------------------------------- and back


def unlabel(ds: Any) -> list[np.ndarray[Any, np.dtype[Any]]]:
    """The arrays as `get_weights()` gives them, bit by bit: what `set_weights` of the layer takes.

    >>> import keras
    >>> layer = keras.layers.GRU(4)
    >>> layer.build((None, 7, 5))
    >>> ds = label(layer)
    >>> [array.shape for array in unlabel(ds)]
    [(5, 12), (4, 12), (2, 12)]
    >>> opened = ds.copy(deep=True)
    >>> opened.bias.loc[{"gate": "update"}] = 3
    >>> layer.set_weights(unlabel(opened))

    Parameters
    ----------
    ds : xarray.Dataset
        From `label`; its values may have been changed, and its axes may stand in another order.

    Raises
    ------
    UsageError
        If it is no such Dataset, or an axis was cut.
    """
    if not isinstance(ds, xr.Dataset) or "weights" not in ds.attrs:
        raise UsageError(
            f"unlabel was given {type(ds).__name__} without the attribute 'weights': one Dataset that label gave was expected"
        )
    return [_stored(ds, weight) for weight in json.loads(ds.attrs["weights"])]


def _stored(ds: Any, weight: Mapping[str, Any]) -> np.ndarray[Any, np.dtype[Any]]:
    role, gates = weight["role"], weight["gates"]
    try:
        array = ds[role]
        if f"{role}_gate" in array.dims:
            array = array.rename({f"{role}_gate": "gate"})
        named = axes_of(weight["pattern"])
        if "direction" not in named:
            array = array.sel(direction=weight["direction"] or ds.direction.values[0])
        if gates and list(array.gate.values) != gates:  # as they are stored, whatever order they were put in
            array = array.sel(gate=gates)
        if gates and "gate" not in named:
            array = array.isel(gate=0)
        array = array.transpose(*named)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise UsageError(
            f"unlabel misses a part of {role} of {ds.attrs.get('path')!r} ({error}): all axes that label gave were expected"
        ) from None
    back = f"{' '.join(named)} -> {spelled(weight['pattern'])}"
    found: np.ndarray[Any, np.dtype[Any]] = rearrange(array.values, back)
    return found
