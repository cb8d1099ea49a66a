"""One direction of a recurrent layer over its steps: the products around the cell's own step function.

The input's share of all steps is one product, the state's share is one product a step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from threadpoolctl import ThreadpoolController

from lstm_shapes.activations import activation
from lstm_shapes.cells import CELLS, Cell
from lstm_shapes.layer import UsageError

Array = np.ndarray[Any, np.dtype[Any]]
Squash = Callable[[Array], Array]
Recur = Callable[[str, Array], Array]  # (gate, state) -> the state's share of that gate

KNOWN_ROLES = {"kernel", "recurrent_kernel", "bias", "recurrent_bias"}
SQUASH = {"sigmoid": "recurrent_activation", "tanh": "activation"}  # Keras's word for what a step calls so


@dataclass(frozen=True)
class Part:
    """One direction of a layer: its cell and its arrays, gates side by side."""

    direction: str
    backwards: bool  # whether it reads the last step first
    cell: Cell
    gates: tuple[str, ...]
    kernel: Array  # (input_dim, gates*units)
    recurrent: Array  # (units, gates*units)
    bias: Array  # (gates*units,)
    recurrent_bias: Array
    squash: tuple[Squash, Squash]  # of gates, of candidates
    options: Mapping[str, Any]

    @property
    def units(self) -> int:
        """Length of the state."""
        return len(self.recurrent)

    def columns(self, gate: str) -> slice:
        """Where a gate is."""
        at = self.gates.index(gate) * self.units
        return slice(at, at + self.units)


def part(ds: Any, direction: str, options: Mapping[str, Any]) -> Part:
    """One direction of a labelled layer, ready to run."""
    cell = next((cell for cell in CELLS.values() if cell.name == ds.attrs["cell"]), None)
    if cell is None or {*ds.data_vars} - KNOWN_ROLES:
        strange = ", ".join(sorted({*ds.data_vars} - KNOWN_ROLES)) or ds.attrs["cell"]
        raise UsageError(
            f"{ds.attrs['path']} cannot be traced ({strange}): an LSTM, GRU or SimpleRNN was expected"
        )
    settings = {name: options.get(name) for name in cell.options}
    if None in settings.values():
        name = next(name for name, value in settings.items() if value is None)
        raise UsageError(f"{ds.attrs['path']}: {name} is not known; say {name}=True or {name}=False")
    own = ds.sel(direction=direction)
    gates = tuple(own.gate.values.tolist()) if "gate" in own.dims else ("unit",)
    dtype = np.float64 if own.kernel.dtype == np.float64 else np.float32
    kernel, recurrent = (_beside(own[role], dtype) for role in ("kernel", "recurrent_kernel"))
    bias, recurrent_bias = _biases(own, dtype, kernel.shape[1])
    last_first = options.get("go_backwards")
    if ds.sizes["direction"] > 1:
        last_first = bool(last_first) != (direction == "backward")
    elif last_first is None:
        last_first = direction == "backward"
    keras = options.get("keras", 3)
    squash = tuple(activation(options.get(what) or name, what, keras) for name, what in SQUASH.items())
    return Part(
        direction,
        last_first,
        cell,
        gates,
        kernel,
        recurrent,
        bias,
        recurrent_bias,
        (squash[0], squash[1]),
        settings,
    )


def _beside(array: Any, dtype: Any) -> Array:
    """The gates of one array beside each other: (rows, gates*units)."""
    values = np.asarray(array.transpose("input", "hidden", "gate", "unit", missing_dims="ignore"))
    return np.ascontiguousarray(values.reshape(len(values), -1).astype(dtype, copy=False))


def _biases(own: Any, dtype: Any, width: int) -> tuple[Array, Array]:
    found = {role: np.zeros(width, dtype) for role in ("bias", "recurrent_bias")}
    for role in found:
        if role in own:
            values = own[role].transpose("part", "gate", "unit", missing_dims="ignore")
            if "part" in values.dims:
                return tuple(np.asarray(values.sel(part=p)).ravel().astype(dtype) for p in found)  # type: ignore[return-value]
            found[role] = np.asarray(values).ravel().astype(dtype)
    return found["bias"], found["recurrent_bias"]


# ---------------------------------------------------------------- over the steps


def run(
    own: Part,
    x: Array,
    mask: Array | None,
    states: tuple[Array, ...],
    out: Mapping[str, Array],
    kept: tuple[str, ...],
) -> tuple[Array, ...]:
    """Go over the steps, fill the buffers `out` (time first), and give the last states."""
    shares = _input_shares(own, x, out["pre_activation"] if kept == own.gates else None)
    with _threads().limit(limits=1, user_api="blas"):
        return _steps(own, shares, mask, states, out, kept)


@cache
def _threads() -> ThreadpoolController:
    """A step's product is too small to share: threads that wait for each other made it up to 25 times slower
    beside TensorFlow's own (benchmarks/trace.py, on a machine with other work).
    """
    return ThreadpoolController()


def _steps(
    own: Part,
    shares: Array,
    mask: Array | None,
    states: tuple[Array, ...],
    out: Mapping[str, Array],
    kept: tuple[str, ...],
) -> tuple[Array, ...]:
    record = Record(own, own.squash)
    for t in range(len(shares))[:: -1 if own.backwards else 1]:
        share = shares[t]
        inputs = {gate: share[:, own.columns(gate)] for gate in own.gates}
        values, pre = record.step(inputs, states, _recur(own, states[0]))
        new = tuple(values[name] for name in own.cell.states)
        here = None if mask is None else mask[:, t, None]
        states = (
            new if here is None else tuple(np.where(here, a, b) for a, b in zip(new, states, strict=True))
        )
        for name, state in zip(own.cell.states, states, strict=True):
            out[name][t] = state
        for i, gate in enumerate(kept):
            out["activation"][t, :, i] = values.get(gate, values["h"])
            out["pre_activation"][t, :, i] = pre[gate]
        if here is not None and kept and not here.all():
            for name in ("activation", "pre_activation"):
                out[name][t][~here[:, 0]] = np.nan
    return states


def _input_shares(own: Part, x: Array, into: Array | None) -> Array:
    """`x @ kernel + bias` of all steps in one product: (time, batch, gates*units)."""
    batch, time, _ = x.shape
    shape = (time, batch, len(own.gates) * own.units)
    shares = (
        np.empty(shape, own.kernel.dtype) if into is None else into.reshape(shape)
    )  # each step is read, then filled
    flat = x.transpose(1, 0, 2).reshape(time * batch, -1).astype(own.kernel.dtype, copy=False)
    np.matmul(flat, own.kernel, out=shares.reshape(time * batch, -1))
    shares += own.bias
    return shares


def _recur(own: Part, h: Array) -> Recur:
    """The state's share of each gate: one product for all that ask about `h` itself."""
    product = h @ own.recurrent + own.recurrent_bias

    def recur(gate: str, state: Array) -> Array:
        at = own.columns(gate)
        return product[:, at] if state is h else state @ own.recurrent[:, at] + own.recurrent_bias[at]

    return recur


class Record:
    """One step after another, with what went into each gate's activation.

    Which call of an activation belongs to which gate shows in the first step: its result *is* the gate's value.
    """

    def __init__(self, own: Part, squash: Sequence[Squash]) -> None:
        self.own = own
        self.calls: list[tuple[Array, Array]] = []
        self.place: dict[str, int] = {}
        self.squash = [self._watched(function) for function in squash]

    def _watched(self, function: Squash) -> Squash:
        def watched(a: Array) -> Array:
            found = function(a)
            self.calls.append((a, found))
            return found

        return watched

    def step(
        self, inputs: Mapping[str, Array], states: tuple[Array, ...], recur: Recur
    ) -> tuple[dict[str, Array], dict[str, Array]]:
        """The step's values, and each gate's pre-activation."""
        own = self.own
        self.calls.clear()
        values = own.cell.step(inputs, states, recur, *self.squash, **own.options)
        if not self.place:
            self.place = {gate: self._call(values.get(gate, values["h"])) for gate in own.gates}
        return values, {gate: self.calls[i][0] for gate, i in self.place.items()}

    def _call(self, value: Array) -> int:
        return next(i for i, (_, found) in enumerate(self.calls) if found is value)
