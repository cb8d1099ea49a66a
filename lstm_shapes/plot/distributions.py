"""How the numbers of each gate are spread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lstm_shapes.blocks import ALL, Array, Block, blocks
from lstm_shapes.layer import Layer, UsageError
from lstm_shapes.plot.style import DASH, INK, LINE, PALE, SIZE, legend, panels

MOST_BINS = 40


def histograms(layer: Layer, arrays: Sequence[Any], bins: int | None = None, title: str = "") -> Figure:
    """Histograms of a layer's numbers: a row an array, a column a direction, a line a gate.

    All gates of one array share their bins, so that their heights can be compared.

    Parameters
    ----------
    layer : Layer
    arrays : sequence of array
        The layer's `get_weights()`.
    bins : int, optional
        How many from the smallest number to the largest; default: the square root of a gate's size, 8 to 40.
    title : str

    Returns
    -------
    Figure

    Raises
    ------
    UsageError
        If the arrays are not those of the layer, or hold no finite number.

    Examples
    --------
    >>> import lstm_shapes
    >>> layer = lstm_shapes.explain(input_dim=3, units=2, bidirectional=True).layers[0]
    >>> figure = histograms(layer, [np.linspace(-1, 1, w.parameters).reshape(w.shape) for w in layer.weights])
    >>> [ax.get_title() for ax in figure.axes[:3]]
    ['forward kernel', 'backward kernel', 'forward recurrent_kernel']
    """
    if len(arrays) != len(layer.weights):
        raise UsageError(
            f"{len(arrays)} arrays, but {layer.path} has {len(layer.weights)}: pass the layer's own get_weights()"
        )
    cut: dict[Block, Array] = {}
    for weight, array in zip(layer.weights, arrays, strict=True):
        cut |= dict(blocks(layer, weight, np.asarray(array)))
    roles, gates = (list(dict.fromkeys(block[i] for block in cut)) for i in (2, 3))
    figure, axes = panels(roles, layer.directions, 3.6, 1.75, sharex="row", sharey="row")
    for (role, direction), ax in axes.items():
        own = {block[3]: numbers for block, numbers in cut.items() if block[1:3] == (direction, role)}
        edges = _edges([numbers for block, numbers in cut.items() if block[2] == role], bins)
        for gate, numbers in own.items():
            ax.stairs(np.histogram(numbers, edges)[0], edges, **_style(gate), label=gate)
        ax.axvline(0, color=PALE, linewidth=0.8, zorder=0)
        ax.set_title(f"{direction} {role}", fontsize=SIZE + 1, color=INK)
        ax.set_ylabel("weights" if direction == layer.directions[0] else "", fontsize=SIZE)
    if gates != [ALL]:
        legend(figure, [Line2D([], [], **_style(gate), label=gate) for gate in gates if gate != ALL])
    figure.suptitle(title, fontsize=12)
    return figure


def _style(gate: str) -> dict[str, Any]:
    return {"color": LINE.get(gate, INK), "linestyle": DASH.get(gate, "-"), "linewidth": 1.6}


def _edges(arrays: list[Array], bins: int | None) -> Array:
    finite = np.concatenate([np.asarray(one, "float64").ravel() for one in arrays])
    finite = finite[np.isfinite(finite)]
    if not finite.size:
        raise UsageError("no finite number to draw: the training has diverged")
    return np.histogram_bin_edges(finite, bins or int(np.clip(arrays[0].size ** 0.5, 8, MOST_BINS)))
