"""The gates over time: every activation, pre-activation and state of a recurrent layer, computed from its arrays.

The arithmetic is the cell's step (`cells.py`), run by `recurrence.py`; here is what goes in and what comes out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from lstm_shapes.compute import did_you_mean
from lstm_shapes.feeds import feed
from lstm_shapes.labels import label
from lstm_shapes.layer import UsageError
from lstm_shapes.opened import opened
from lstm_shapes.recurrence import Part, part, run
from lstm_shapes.reference import MERGES

Array = np.ndarray[Any, np.dtype[Any]]

OPTIONS = (
    "activation",
    "recurrent_activation",
    "reset_after",
    "go_backwards",
    "return_sequences",
    "merge_mode",
)
MEANING = {"h": "hidden state", "c": "cell state"}


def trace(
    thing: Any,
    x: Any,
    initial_state: Any = None,
    mask: Any = None,
    gates: Sequence[str] | None = None,
    chunk: int | None = None,
    *,
    layer: str | None = None,
    **options: Any,
) -> Any:
    """Compute every gate of a recurrent layer at every step.

    >>> import keras
    >>> reader = keras.layers.LSTM(4)
    >>> x = np.random.default_rng(0).normal(size=(2, 7, 5)).astype("float32")
    >>> last = reader(x)
    >>> ds = trace(reader, x)
    >>> ds.activation.dims, ds.activation.shape
    (('direction', 'batch', 'time', 'gate', 'unit'), (1, 2, 7, 4, 4))
    >>> bool(np.allclose(ds.h.isel(direction=0, time=-1), last, atol=1e-5))
    True
    >>> forget = ds.activation.sel(gate="forget", batch=0, unit=3)

    Parameters
    ----------
    thing : layer, model, path or xarray.Dataset
        As of `label`, or what `label` gave.
    x : array, (batch, time, input_dim)
        What the layer reads; of a model or a file of one, what the model reads.
    initial_state : array or sequence of array, (batch, units) each, optional
        As Keras takes it: `[h, c]` of an LSTM, forward before backward.  Default: zeros.
    mask : array of bool, (batch, time), optional
        False where a step is not there: the states stay as they are, and the gates are NaN.
    gates : sequence of str, optional
        Which gates are kept.  Default: all; `[]` keeps the states only.
    chunk : int, optional
        Give an iterator of Datasets of at most so many steps each instead, in the order of reading: memory does not
        grow with the length of `x`, of which `x[:, start:stop]` is taken (a `numpy.memmap` will do).  Of two
        directions, the forward one comes first.  There is no `output` in these.
    layer : str, optional
        Of a model: the path of one layer.
    **options
        What a file of weights alone does not say, or says otherwise: `activation`, `recurrent_activation` (names, or
        functions of an array), `reset_after`, `go_backwards`, `return_sequences`, `merge_mode`.

    Returns
    -------
    xarray.Dataset, or dict of str to xarray.Dataset, or an iterator of Datasets
        `activation` and `pre_activation`, (direction, batch, time, gate, unit); the states `h` and `c`, (direction,
        batch, time, unit); `output`, what the layer returns, (batch, [step,] feature), where its configuration is known.
        `time` counts the input's steps in each direction: the backward direction's last state is at time 0.

    Raises
    ------
    UsageError
        If the layer is none of Keras's LSTM, GRU or SimpleRNN, or something does not fit.

    Source: `keras/src/layers/rnn/*.py` and keras/src/backend/tensorflow/rnn.py, Keras 3.15.1, run in tests/test_traces.py.
    """
    asked = (gates, chunk, options)
    return each(
        thing,
        x,
        initial_state,
        mask,
        layer,
        options,
        lambda ds, x, states, mask: one(ds, x, states, mask, *asked),
        chunk is not None,
    )


def each(
    thing: Any,
    x: Any,
    initial_state: Any,
    mask: Any,
    layer: str | None,
    options: Mapping[str, Any],
    work: Callable[[Any, Any, Any, Any], Any],
    chunked: bool = False,
) -> Any:
    """`work(labelled layer, what it reads, its initial state, its mask)` for each layer that is asked for."""
    if wrong := sorted({*options} - {*OPTIONS}):
        raise UsageError(f"there is no option {wrong[0]!r}{did_you_mean(wrong[0], OPTIONS)}")
    if isinstance(thing, xr.Dataset):
        return work(thing, x, initial_state, mask)
    config = opened(thing)[2]
    found = label(thing, None if config else layer)
    layers = found if isinstance(found, dict) else {found.attrs["path"]: found}
    return feed(layers, config, (x, mask), initial_state, layer if config else None, work, chunked)


def one(
    ds: Any,
    x: Any,
    initial_state: Any,
    mask: Any,
    gates: Sequence[str] | None,
    chunk: int | None,
    options: Mapping[str, Any],
) -> Any:
    """As `trace`, of one labelled layer."""
    options = settings(ds, options)
    parts = [part(ds, direction, options) for direction in ds.direction.values.tolist()]
    x, mask, states = fitting(ds, parts, x, mask, initial_state, chunk is not None)
    kept = _kept(parts[0], gates)
    if chunk is not None:
        if chunk < 1:
            raise UsageError(f"chunk={chunk}: at least one step was expected")
        return _stream(ds, parts, x, mask, states, kept, chunk)
    held = _buffers(len(parts), x.shape[1], x.shape[0], parts[0], kept)
    for i, (own, state) in enumerate(zip(parts, states, strict=True)):
        run(own, x, mask, state, {name: buffer[i] for name, buffer in held.items()}, kept)
    found = _dataset(ds, parts, held, kept)
    output = _output(parts, held["h"], mask, options)
    return found if output is None else found.assign(output=output)


def settings(ds: Any, options: Mapping[str, Any]) -> dict[str, Any]:
    """A layer's options as the file or the live object has them, and over them those that were given."""
    mode = ds.attrs["merge_mode"]
    return {"merge_mode": None if mode == "None" else mode, **json.loads(ds.attrs["options"]), **options}


def _stream(
    ds: Any, parts: Any, x: Any, mask: Any, states: Any, kept: tuple[str, ...], chunk: int
) -> Iterator[Any]:
    for own, state in zip(parts, states, strict=True):
        starts = range(0, x.shape[1], chunk)
        for start in reversed(starts) if own.backwards else starts:
            stop = min(start + chunk, x.shape[1])
            piece = np.asarray(x[:, start:stop])
            held = _buffers(1, stop - start, len(piece), own, kept)
            here = None if mask is None else mask[:, start:stop]
            state = run(own, piece, here, state, {name: buffer[0] for name, buffer in held.items()}, kept)
            yield _dataset(ds, [own], held, kept, start)


# ---------------------------------------------------------------- what goes in


def fitting(
    ds: Any, parts: Sequence[Part], x: Any, mask: Any, initial_state: Any, lazy: bool = False
) -> tuple[Any, Array | None, list[tuple[Array, ...]]]:
    """The input, the mask and the states of each direction, all of the right shape."""
    x = _input(ds, x, lazy)
    return x, _mask(mask, x), _states(parts, initial_state, x.shape[0])


def _input(ds: Any, x: Any, lazy: bool) -> Any:
    x = x if lazy and hasattr(x, "shape") else np.asarray(x)
    if len(x.shape) != 3 or x.shape[2] != ds.sizes["input"] or 0 in x.shape:
        raise UsageError(
            f"the input has the shape {tuple(x.shape)}: (batch, time, {ds.sizes['input']}) was expected by {ds.attrs['path']}"
        )
    return x


def _mask(mask: Any, x: Any) -> Array | None:
    if mask is None:
        return None
    found: Array = np.asarray(mask).astype(bool)
    shape = tuple(x.shape[:2])
    if found.shape != shape:
        raise UsageError(f"the mask has the shape {found.shape}: (batch, time) = {shape} was expected")
    return found


def _states(parts: Sequence[Part], given: Any, batch: int) -> list[tuple[Array, ...]]:
    names, units = parts[0].cell.states, parts[0].units
    dtype = parts[0].kernel.dtype
    if given is None:
        return [tuple(np.zeros((batch, units), dtype) for _ in names) for _ in parts]
    if hasattr(given, "shape") and len(given.shape) == 2:
        given = [given]
    states = [np.asarray(one, dtype) for one in given]
    wanted = [(batch, units)] * (len(names) * len(parts))
    if [state.shape for state in states] != wanted:
        raise UsageError(
            f"initial_state has the shapes {[s.shape for s in states]}: {wanted} were expected ({', '.join(names)} of "
            f"{' and '.join(own.direction for own in parts)})"
        )
    count = len(names)
    return [tuple(states[i * count : (i + 1) * count]) for i in range(len(parts))]


def _kept(own: Part, gates: Sequence[str] | None) -> tuple[str, ...]:
    if gates is None:
        return own.gates
    if isinstance(gates, str):
        raise UsageError(f"gates={gates!r}: a list was expected, [{gates!r}]")
    for gate in gates:
        if gate not in own.gates:
            raise UsageError(f"{own.cell.name} has no gate {gate!r}{did_you_mean(gate, own.gates)}")
    return tuple(gate for gate in own.gates if gate in gates)


# ---------------------------------------------------------------- what comes out


def _buffers(directions: int, time: int, batch: int, own: Part, kept: tuple[str, ...]) -> dict[str, Array]:
    shape, dtype = (directions, time, batch), own.kernel.dtype
    found = {name: np.empty((*shape, own.units), dtype) for name in own.cell.states}
    return found | {
        name: np.empty((*shape, len(kept), own.units), dtype) for name in ("activation", "pre_activation")
    }


def _dataset(
    ds: Any, parts: Sequence[Part], held: Mapping[str, Array], kept: tuple[str, ...], start: int = 0
) -> Any:
    own = parts[0]
    variables: dict[str, Any] = {
        name: (
            ("direction", "batch", "time", "unit"),
            held[name].swapaxes(1, 2),
            {"long_name": MEANING[name]},
        )
        for name in own.cell.states
    }
    if kept:
        dims = ("direction", "batch", "time", "gate", "unit")
        variables.update({n: (dims, held[n].swapaxes(1, 2)) for n in ("activation", "pre_activation")})
    _, time, batch, units = held["h"].shape
    coords = {
        "direction": [part.direction for part in parts],
        "batch": np.arange(batch),
        "time": np.arange(start, start + time),
        "unit": np.arange(units),
    }
    if kept:
        coords["gate"] = list(kept)
    attrs = {name: ds.attrs[name] for name in ("path", "cell")}
    return xr.Dataset(variables, coords, attrs)


def _output(parts: Sequence[Part], h: Array, mask: Array | None, options: Mapping[str, Any]) -> Any:
    """What the layer returns, as Keras puts it together; None where the configuration is not known."""
    sequences = options.get("return_sequences")
    if sequences is None:
        return None
    zeros = sequences if len(parts) > 1 else options.get("zero_output_for_mask", False)
    halves = []
    for own, states in zip(parts, h, strict=True):
        turn = slice(None, None, -1 if own.backwards else 1)
        found, present = states[turn], None if mask is None else mask.T[turn]
        if (
            present is not None
        ):  # a masked step repeats the output before it, and there is none before the first
            present = present if zeros else np.logical_or.accumulate(present, axis=0)
            found = np.where(present[..., None], found, 0)
        found = found if sequences else found[-1:]
        halves.append(found[::-1] if own.direction == "backward" and len(parts) > 1 else found)
    dims = ("batch", "step", "feature") if sequences else ("batch", "feature")
    halves = [half.swapaxes(0, 1) if sequences else half[0] for half in halves]
    if len(halves) == 1:
        return dims, halves[0]
    if options["merge_mode"] is None:
        return ("direction", *dims), np.stack(halves)
    return dims, MERGES[options["merge_mode"]](*halves)
