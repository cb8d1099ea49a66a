"""The arithmetic of one gate of one unit at one step: what each input and each state adds to it.

The cell's step function is run once more, with every share of the sum in a row of its own: a gate's pre-activation is
then the rows that are added, also where a reset gate multiplies some of them.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lstm_shapes.compute import did_you_mean
from lstm_shapes.layer import UsageError
from lstm_shapes.recurrence import Array, Part, Record, Squash, part, run
from lstm_shapes.traces import each, fitting, one, settings

MOST_SHOWN = 10

Term = namedtuple("Term", "name value weight contribution")  # x[3] is 0.5, its weight 0.2: it adds 0.1


@dataclass(frozen=True)
class Contributions:
    """What adds up to one pre-activation, the largest first."""

    path: str
    gate: str
    unit: int
    time: int
    batch: int
    direction: str
    terms: tuple[Term, ...]
    pre_activation: float
    activation: float

    def __str__(self) -> str:
        from lstm_shapes.render import draw_blocks

        return draw_blocks(self.blocks(), "text")

    def _repr_html_(self) -> str:
        from lstm_shapes.render import draw_blocks

        return draw_blocks(self.blocks(), "html")

    def blocks(self, most: int = MOST_SHOWN) -> list[Any]:
        """What a renderer draws: a heading, a table and the sum."""
        from lstm_shapes.render.outline import Para, Table, Title

        shown, rest = self.terms[:most], self.terms[most:]
        rows = [(t.name, _number(t.value), _number(t.weight), _number(t.contribution)) for t in shown]
        if rest:
            rows.append((f"{len(rest)} more", "", "", _number(sum(t.contribution for t in rest))))
        head = ("what", "value", "weight", "adds")
        gate = f"{self.gate} of unit {self.unit}" if self.gate != "unit" else f"unit {self.unit}"
        return [
            Title(f"{self.path}: {gate} at time {self.time} ({self.direction}, batch {self.batch})"),
            Table(head, tuple(rows), (1, 2, 3), "What adds to it, the largest first"),
            Para(f"The sum is {_number(self.pre_activation)}; its activation is {_number(self.activation)}."),
        ]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:+.4f}"


def explain_step(
    thing: Any,
    x: Any,
    t: int,
    unit: int,
    gate: str,
    *,
    batch: int = 0,
    direction: str | None = None,
    layer: str | None = None,
    initial_state: Any = None,
    mask: Any = None,
    **options: Any,
) -> Contributions:
    """Take one gate of one unit at one time apart: input by input, state by state, bias.

    >>> import keras
    >>> reader = keras.layers.LSTM(2, bias_initializer="ones", unit_forget_bias=False)
    >>> reader.build((None, 3, 5))
    >>> found = explain_step(reader, np.zeros((1, 3, 5)), t=0, unit=1, gate="forget")
    >>> found.terms[0], round(found.activation, 4)  # nothing but the bias: sigmoid(1)
    (Term(name='bias', value=None, weight=None, contribution=1.0), 0.7311)

    Parameters
    ----------
    thing, x, initial_state, mask, layer, **options
        As of `lstm_shapes.trace`.
    t : int
        Which step of the input; -1 is the last.
    unit : int
    gate : str
        `unit` in a SimpleRNN, which has no gates.
    batch : int
    direction : str, optional
        Which of two; default: the first.

    Returns
    -------
    Contributions
        Printed or shown in a notebook it is a table; `terms` has all of them, as numbers that add up to
        `pre_activation`.

    Raises
    ------
    UsageError
        If there is no such step, unit, gate or direction, or the step is masked.
    """
    where = (t, unit, gate, batch, direction)
    chosen: list[Contributions] = []

    def work(ds: Any, x: Any, state: Any, mask: Any) -> Any:
        if layer in (None, ds.attrs["path"]):
            chosen.append(_explained(ds, x, state, mask, options, *where))
        return one(ds, x, state, mask, [], None, options)

    found = each(thing, x, initial_state, mask, layer, options, work)
    if isinstance(found, dict):
        raise UsageError(f"which layer? Say layer=..., one of {', '.join(found)}")
    return chosen[0]


def _explained(
    ds: Any,
    x: Any,
    state: Any,
    mask: Any,
    options: Mapping[str, Any],
    t: int,
    unit: int,
    gate: str,
    batch: int,
    direction: str | None,
) -> Contributions:
    known = ds.direction.values.tolist()
    direction = _chosen("direction", direction or known[0], known)
    parts = [part(ds.astype("float64"), one, settings(ds, options)) for one in known]
    x, mask, states = fitting(ds, parts, x, mask, state)
    at = known.index(direction)
    own = parts[at]
    gate = _chosen("gate", gate, own.gates)
    t, unit, batch = (
        _place("step", t, x.shape[1]),
        _place("unit", unit, own.units),
        _place("batch", batch, len(x)),
    )
    if mask is not None and not mask[batch, t]:
        raise UsageError(f"step {t} of batch {batch} is masked: nothing is computed there")
    mine = slice(batch, batch + 1)
    before = slice(t + 1, None) if own.backwards else slice(0, t)
    at_start = tuple(one[mine] for one in states[at])
    held = _until(own, x[mine, before], None if mask is None else mask[mine, before], at_start)
    shares, value = _shares(own, x[batch, t].astype("float64"), tuple(one[0] for one in held), gate)
    terms = _terms(ds, own, x[batch, t], held[0][0], shares[:, unit], gate, unit)
    return Contributions(
        ds.attrs["path"],
        gate,
        unit,
        t,
        batch,
        direction,
        terms,
        float(shares[:, unit].sum()),
        float(value[unit]),
    )


def _chosen(what: str, given: str, known: Any) -> str:
    if given not in known:
        raise UsageError(f"there is no {what} {given!r}{did_you_mean(given, known)}")
    return given


def _place(what: str, number: int, count: int) -> int:
    if not -count <= number < count:
        raise UsageError(f"there is no {what} {number}: there are {count}, the first is 0")
    return range(count)[number]


def _until(own: Part, x: Array, mask: Array | None, states: tuple[Array, ...]) -> tuple[Array, ...]:
    """The states before a step: those after all steps that are read before it."""
    if not x.shape[1]:
        return states
    out = {name: np.empty((x.shape[1], 1, own.units)) for name in own.cell.states}
    empty = np.empty((x.shape[1], 1, 0, own.units))
    return run(own, x, mask, states, {**out, "activation": empty, "pre_activation": empty}, ())


def _shares(own: Part, x: Array, states: tuple[Array, ...], gate: str) -> tuple[Array, Array]:
    """A gate's pre-activation as rows that are added, (inputs + units + 2, units), and its activation."""
    inputs, units = len(x), own.units
    rows = inputs + units + 2

    def share(gate: str) -> Array:
        found = np.zeros((rows, units))
        found[:inputs] = x[:, None] * own.kernel[:, own.columns(gate)]
        found[-2] = own.bias[own.columns(gate)]
        return found

    def recur(gate: str, state: Array) -> Array:
        found = np.zeros((rows, units))
        found[inputs:-2] = state[:, None] * own.recurrent[:, own.columns(gate)]
        found[-1] = own.recurrent_bias[own.columns(gate)]
        return found

    record = Record(own, [_of_sum(function) for function in own.squash])
    values, pre = record.step({gate: share(gate) for gate in own.gates}, states, recur)
    return pre[gate], values.get(gate, values["h"])


def _of_sum(function: Squash) -> Squash:
    """The activation of the rows' sum; the cell state has no rows."""
    return lambda a: function(a.sum(axis=0)[None])[0] if a.ndim == 2 else function(a[None])[0]


def _terms(ds: Any, own: Part, x: Array, h: Array, shares: Array, gate: str, unit: int) -> tuple[Term, ...]:
    column = own.columns(gate).start + unit
    names = ds.input.values.tolist()
    given = names != list(range(len(names)))
    named = [str(name) if given else f"x[{name}]" for name in names]
    values = [*x.tolist(), *h.tolist(), None, None]
    weights = [*own.kernel[:, column].tolist(), *own.recurrent[:, column].tolist(), None, None]
    named += [*(f"h[{i}]" for i in range(len(h))), "bias", "recurrent bias"]
    terms = [Term(*four) for four in zip(named, values, weights, shares.tolist(), strict=True)]
    if not own.recurrent_bias.any():
        terms.pop()
    return tuple(sorted(terms, key=lambda term: -abs(term.contribution)))
