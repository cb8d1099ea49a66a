"""What changes: gates from step to step, weights from epoch to epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from lstm_shapes.blocks import ALL
from lstm_shapes.cells import CELLS, GATE_MEANING
from lstm_shapes.layer import UsageError
from lstm_shapes.plot.style import DASH, INK, LINE, MARKER, PALE, SIZE, bound, legend, panels

STATES = {"c": "cell state", "h": "hidden state"}
SQUASHED = {gate: one.squash[gate] for one in CELLS.values() for gate in one.gates}
MOST_WORDS = 60  # along a time axis; more cannot be read


def gates_over_time(
    trace: Any,
    input: Any = None,
    *,
    batch: int = 0,
    direction: str | None = None,
    names: Sequence[str] | None = None,
) -> Figure:
    """Heat maps of every gate, unit by time, with the input on top and one time axis for all.

    A gate is between 0 (closed, dark) and 1 (open, bright); a candidate or a state has white for zero, red above,
    blue below.

    Parameters
    ----------
    trace : xarray.Dataset
        From `lstm_shapes.trace`: `activation` (direction, batch, time, gate, unit), the states without `gate`.
        Steps that were masked are grey.
    input : array (batch, time, input_dim) or (time, input_dim), or sequence of str, optional
        What the layer read.  Words are written along the time axis.
    batch : int
        Which sequence.
    direction : str, optional
        Which of two; default: the first.
    names : sequence of str, optional
        Which gates and states, in this order; default: all gates, then `c` and `h`.

    Returns
    -------
    Figure

    Raises
    ------
    UsageError
        If a gate, a state or a direction is not there, or the input has another length.

    Examples
    --------
    >>> import xarray
    >>> dims = ("direction", "batch", "time", "gate", "unit")
    >>> half = xarray.DataArray(np.full((1, 1, 7, 1, 2), 0.5), {"direction": ["forward"], "gate": ["forget"]}, dims)
    >>> trace = xarray.Dataset({"activation": half, "c": half.isel(gate=0, drop=True)})
    >>> figure = gates_over_time(trace, input=list("a trace"))
    >>> [ax.get_title(loc="left") for ax in figure.axes[:2]]
    ['forget gate', 'cell state']
    """
    data = _chosen(_one_sequence(trace, batch, direction), names)
    steps = next(iter(data.values())).shape[1]
    words, numbers = _read(input, batch, steps)
    figure, axes = panels([*([""] if numbers is not None else []), *data], ["all"], 8, 1.35, sharex=True)
    for (name, _), ax in axes.items():
        _heat(figure, ax, data[name] if name else numbers, name)
    _time_axis(list(axes.values()), words, steps)
    return figure


def _one_sequence(trace: Any, batch: int, direction: str | None) -> Any:
    known = trace.direction.values.tolist()
    if direction is not None and direction not in known:
        raise UsageError(f"no direction {direction!r} in the trace: one of {', '.join(known)} was expected")
    if not -trace.sizes["batch"] <= batch < trace.sizes["batch"]:
        raise UsageError(f"batch={batch}: the trace has {trace.sizes['batch']} sequences, the first is 0")
    return trace.sel(direction=direction or known[0]).isel(batch=batch)


def _chosen(one: Any, names: Sequence[str] | None) -> dict[str, Any]:
    """Each gate and state as an array (unit, time)."""
    gates = one.gate.values.tolist() if "gate" in one.dims else []
    known = {name: one.activation.sel(gate=name) for name in gates if name in GATE_MEANING}
    known |= {name: one[name] for name in STATES if name in one.data_vars}
    missing = [name for name in names or () if name not in known]
    if missing:
        raise UsageError(f"no {missing[0]!r} in the trace: one of {', '.join(known)} was expected")
    return {name: known[name].transpose("unit", "time").values for name in names or known}


def _read(given: Any, batch: int, steps: int) -> tuple[list[str] | None, Any]:
    """The input as words or as an array (input, time)."""
    if given is None:
        return None, None
    if all(isinstance(word, str) for word in given):
        words, numbers, length = list(given), None, len(given)
    else:
        array = np.asarray(given)
        array = array[batch] if array.ndim == 3 else array
        words, numbers, length = None, array.T, len(array)
    if length != steps:
        raise UsageError(
            f"the input has {length} steps and the trace {steps}: the same sequence was expected"
        )
    return words, numbers


def _heat(figure: Figure, ax: Axes, data: Any, name: str) -> None:
    limit = bound(data)
    gate = SQUASHED.get(name) == "sigmoid" and not np.any((data < 0) | (data > 1))
    scale: tuple[str, float, float] = ("cividis", 0, 1) if gate else ("RdBu_r", -limit, limit)
    high, long = data.shape
    image = ax.imshow(
        data, colormaps[scale[0]].with_extremes(bad=PALE), vmin=scale[1], vmax=scale[2], aspect="auto",
        interpolation="nearest", extent=(0, long, high, 0),
    )  # fmt: skip
    bar = figure.colorbar(image, ax=ax, pad=0.01, fraction=0.03, aspect=9)
    bar.ax.tick_params(labelsize=SIZE - 1, color=PALE, labelcolor=INK)
    bar.ax.spines[:].set_visible(False)
    title = STATES.get(name) or GATE_MEANING.get(name, "input").partition(":")[0]
    ax.set_title(title, fontsize=SIZE + 1, color=INK, loc="left")
    ax.set_ylabel("unit" if name else "input", fontsize=SIZE)
    ax.set_yticks([0, high])


def _time_axis(axes: Sequence[Axes], words: list[str] | None, steps: int) -> None:
    """Numbers below, or the words that were read on top."""
    if words is None or len(words) > MOST_WORDS:
        axes[-1].set_xlabel("time", fontsize=SIZE)
        return
    turned = max(map(len, words)) > 1
    axes[0].set_xticks(np.arange(steps) + 0.5, words, rotation=90 if turned else 0, fontsize=SIZE)
    for ax in axes:
        ax.tick_params("x", labelbottom=False, labeltop=ax is axes[0], length=0)


def history(ds: Any, number: str = "norm", *, layer: str | None = None, title: str = "") -> Figure:
    """One number of every gate over the epochs: a row an array, a column a direction, a line a gate.

    Parameters
    ----------
    ds : xarray.Dataset
        From `lstm_shapes.history`.
    number : {'norm', 'mean', 'std', 'min', 'max', 'change', 'quantiles', 'forget_bias_drift'}
        `quantiles` draws the middle one as a line, the outermost as thin ones.
    layer : str, optional
        Which layer; default: the first.
    title : str
        Default: the layer and the number.

    Returns
    -------
    Figure

    Raises
    ------
    UsageError
        If there is no such layer or number.

    Examples
    --------
    >>> import xarray
    >>> dims = ("epoch", "layer", "direction", "role", "gate")
    >>> coords = {"epoch": [1, 2], "layer": ["lstm"], "direction": ["forward"], "role": ["bias"], "gate": ["forget"]}
    >>> ds = xarray.Dataset({"mean": (dims, np.array([1.0, 0.9]).reshape(2, 1, 1, 1, 1))}, coords)
    >>> history(ds, "mean").axes[0].lines[0].get_ydata().tolist()
    [1.0, 0.9]
    """
    if number not in ds.data_vars or "epoch" not in ds[number].dims:
        raise UsageError(f"no number {number!r} in the history: one such as 'norm' or 'change' was expected")
    known = ds.layer.values.tolist()
    if layer is not None and layer not in known:
        raise UsageError(f"no layer {layer!r} in the history: one of {', '.join(known)} was expected")
    own = _there(ds[number].sel(layer=layer or known[0]))
    roles = own.role.values.tolist() if "role" in own.dims else ["bias"]
    directions = own.direction.values.tolist()
    figure, axes = panels(roles, directions, 3.9, 1.9, sharex=True, sharey="row")
    drawn: dict[str, Line2D] = {}
    for (role, direction), ax in axes.items():
        part = own.sel(direction=direction)
        part = part.sel(role=role) if "role" in part.dims else part.expand_dims(gate=["forget"])
        drawn |= _lines(ax, part)
        ax.set_title(f"{direction} {role}", fontsize=SIZE + 1, color=INK)
        ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        ax.set_xlabel("epoch" if role == roles[-1] else "", fontsize=SIZE)
    if list(drawn) != [ALL]:
        legend(figure, list(drawn.values()))
    figure.suptitle(title or f"{layer or known[0]}: {number.replace('_', ' ')}", fontsize=12)
    return figure


def _there(own: Any) -> Any:
    """What the layer has: other layers may have gates and arrays that are nothing but NaN here."""
    for dim in ("direction", "role", "gate"):
        if dim in own.dims:
            own = own.dropna(dim, how="all")
    if not own.size:
        raise UsageError(
            "nothing to draw: the layer has no such number (a drift needs a forget gate and a bias)"
        )
    return own


def _lines(ax: Axes, part: Any) -> Mapping[str, Line2D]:
    drawn = {}
    for gate in part.gate.values.tolist():
        values = part.sel(gate=gate)
        if not values.notnull().any():
            continue
        style: dict[str, Any] = {
            "color": LINE.get(gate, INK),
            "linestyle": DASH.get(gate, "-"),
            "linewidth": 1.6,
        }
        if "quantile" in values.dims:
            for edge in (0, -1):
                ax.plot(values.epoch.values, values.isel(quantile=edge).values, **{**style, "linewidth": 0.7})
            values = values.isel(quantile=values.sizes["quantile"] // 2)
        every = max(1, values.sizes["epoch"] // 10)
        (drawn[gate],) = ax.plot(
            values.epoch.values, values.values, marker=MARKER.get(gate), markersize=4, markevery=every, label=gate,
            **style,
        )  # fmt: skip
    return drawn
