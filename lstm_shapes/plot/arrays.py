"""Arrays with their gates: empty and to scale (`matrix_map`), or filled with real numbers (`weights`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lstm_shapes.layer import Layer, UsageError, Weight
from lstm_shapes.render.outline import shape_text
from lstm_shapes.render.svg import FILL

INK = "#222222"
TALLEST = 3  # times as tall as wide; the kernel of 10,000 words would need a page of 12 m


def matrix_map(weight: Weight, ax: Axes | None = None) -> Axes:
    """One array to scale: its gate blocks, the slice boundaries, its axes.

    Parameters
    ----------
    weight : Weight
        Of numbers, not of symbols; (input_dim, gates*units), or a vector.
    ax : Axes, optional

    Returns
    -------
    Axes

    Examples
    --------
    >>> import lstm_shapes
    >>> ax = matrix_map(lstm_shapes.explain(input_dim=100, units=20).weights[0])
    >>> [float(tick) for tick in ax.get_xticks()]
    [0.0, 20.0, 40.0, 60.0, 80.0]
    """
    ax = ax or plt.subplots(figsize=(8, 3.2), layout="constrained")[1]
    rows, columns = weight.shape if len(weight.shape) == 2 else (1, *weight.shape)
    across = weight.gate_axis in (None, len(weight.shape) - 1)
    edges = {0, columns if across else rows}
    for gate, ranges in weight.gates.items():
        for start, stop, *_ in ranges:
            where = (start, 0, stop - start, rows) if across else (0, start, columns, stop - start)
            ax.add_patch(
                Rectangle(
                    where[:2],
                    *where[2:],
                    facecolor=FILL.get(gate, "#e4e4e4"),
                    edgecolor="white",
                    linewidth=1.5,
                )
            )
            ax.text(
                where[0] + where[2] / 2, where[1] + where[3] / 2, gate, ha="center", va="center", color=INK
            )
            edges |= {start, stop}
    (ax.set_xticks if across else ax.set_yticks)(sorted(edges))
    ax.set(
        xlim=(0, columns), ylim=(rows, 0), title=f"{weight.role} {shape_text(weight.shape)}", aspect="equal"
    )
    names = [
        f"{name.replace('*', ' × ')} ({formula})"
        for name, formula in zip(weight.axes, weight.formula, strict=True)
    ]
    ax.set_xlabel(names[-1])
    ax.set_ylabel(names[0] if len(names) == 2 else "")
    (ax.set_yticks if across else ax.set_xticks)([0, rows if across else columns] if len(names) == 2 else [])
    ax.spines[:].set_visible(False)
    return ax


def matrix_maps(layer: Layer) -> Figure:
    """All arrays of a layer, each as `matrix_map` draws it: a row an array, a column a direction.

    Parameters
    ----------
    layer : Layer
        Of numbers, not of symbols.

    Returns
    -------
    Figure

    Raises
    ------
    UsageError
        If an array has more than two axes.

    Examples
    --------
    >>> import lstm_shapes
    >>> layer = lstm_shapes.explain(input_dim=100, units=20, bidirectional=True).layers[0]
    >>> [ax.get_title() for ax in matrix_maps(layer).axes[:2]]
    ['forward kernel (100, 80)', 'backward kernel (100, 80)']
    """
    _same_shapes(layer, [tuple(weight.shape) for weight in layer.weights])
    figure, axes = _grid(layer, [tuple(weight.shape) for weight in layer.weights])
    widest = max(weight.shape[-1] for weight in layer.weights)
    for weight, ax in zip(layer.weights, axes, strict=True):
        matrix_map(weight, ax)
        too_tall = weight.shape[0] > TALLEST * widest and len(weight.shape) == 2
        words = (weight.direction, ax.get_title(), "not to scale" if too_tall else "")
        ax.set_title(" ".join(filter(None, words)))
        strip = too_tall or len(weight.shape) == 1 or bool(weight.parts)
        ax.set(xlim=(0, widest), aspect="auto" if strip else "equal")
    figure.suptitle(layer.path)
    return figure


def weights(layer: Layer, arrays: Sequence[Any], limit: float | None = None, title: str = "") -> Figure:
    """Heat maps of all arrays of a layer: directions side by side, gates under their colours, one colour scale.

    White is zero, red above, blue below.  Gates run across the page; an array that stores them down its rows, as
    PyTorch's do, is turned, and its title says so.

    Parameters
    ----------
    layer : Layer
    arrays : sequence of array
        The layer's `get_weights()`.
    limit : float, optional
        The magnitude at both ends of the scale; default: the largest there is.  Figures that are to be compared
        need the same.
    title : str

    Returns
    -------
    Figure

    Raises
    ------
    UsageError
        If the arrays are not those of the layer, or have more than two axes.

    Examples
    --------
    >>> import lstm_shapes
    >>> layer = lstm_shapes.explain(input_dim=3, units=2).layers[0]
    >>> figure = weights(layer, [np.full(weight.shape, -0.5) for weight in layer.weights])
    >>> [ax.images[0].get_clim() for ax in figure.axes[:3]]
    [(-0.5, 0.5), (-0.5, 0.5), (-0.5, 0.5)]
    """
    arrays = [np.asarray(array) for array in arrays]
    shapes = [array.shape for array in arrays]
    _same_shapes(layer, shapes)
    largest = max(float(np.abs(array).max()) for array in arrays)
    limit = limit or largest or 1.0
    figure, axes = _grid(
        layer, [shape[::-1] if _upright(w) else shape for w, shape in zip(layer.weights, shapes, strict=True)]
    )
    for weight, array, ax in zip(layer.weights, arrays, axes, strict=True):
        if _upright(weight):
            array = array.T
        rows, columns = np.atleast_2d(array).shape
        image = ax.imshow(
            np.atleast_2d(array), cmap="RdBu_r", vmin=-limit, vmax=limit, aspect="auto", interpolation="nearest",
            extent=(0, columns, rows, 0),
        )  # fmt: skip
        _frame(ax, weight, rows, columns)
    beyond = "both" if largest > limit else "neither"
    figure.colorbar(image, ax=axes, shrink=0.5, pad=0.02, extend=beyond, label="weight")
    figure.suptitle(title, fontsize=12)
    return figure


def _same_shapes(layer: Layer, shapes: list[tuple[int, ...]]) -> None:
    expected = [tuple(weight.shape) for weight in layer.weights]
    deep = next((weight for weight in layer.weights if len(weight.shape) > 2), None)
    if deep is not None:
        raise UsageError(f"{deep.path} has {len(deep.shape)} axes: a page shows two; take histograms instead")
    if shapes != expected:
        raise UsageError(
            f"the arrays have the shapes {shape_text(shapes)}, but {layer.path} has {shape_text(expected)}: "
            "pass the layer's own get_weights()"
        )


def _upright(weight: Weight) -> bool:
    """Whether the gates of an array run down its rows."""
    return len(weight.shape) == 2 and weight.gate_axis == 0


def _grid(layer: Layer, shapes: list[tuple[int, ...]]) -> tuple[Figure, list[Axes]]:
    """One panel an array, all to one scale; a vector is drawn as a strip, or nobody would see it."""
    across = len(layer.directions) if layer.weights[0].direction else 1
    down = len(layer.weights) // across
    widest = max(shape[-1] for shape in shapes)
    tall = [shape[0] if len(shape) == 2 else 1 for shape in shapes[:down]]
    heights = [
        min(max(one, widest / 12), 3 * widest) for one in tall
    ]  # 10,000 words would need a page of 12 m
    figure, axes = plt.subplots(
        down, across, squeeze=False, layout="constrained", height_ratios=heights, facecolor="white",
        figsize=(4.7 * across + 0.6, sum(heights) * 3.9 / widest + 0.95 * down + 0.3),
    )  # fmt: skip
    return figure, list(axes.T.flat)


def _frame(ax: Axes, weight: Weight, rows: int, columns: int) -> None:
    """Names: the array's, the axes', and each gate's in its colour above its columns."""
    turned = _upright(weight)
    index = "" if weight.index is None else f"[{weight.index}]"
    words = (index, weight.direction, weight.role, shape_text(weight.shape), "turned" if turned else "")
    names = [
        f"{name.replace('*', ' × ')} ({formula})"
        for name, formula in zip(weight.axes, weight.formula, strict=True)
    ]
    names = names[::-1] if turned else names
    ax.set_title(" ".join(filter(None, words)), fontsize=10.5, pad=20 if weight.gates else 6)
    ax.set_yticks([0, rows] if len(names) == 2 and not weight.parts else [])
    ax.set_ylabel(names[0] if len(names) == 2 else "", fontsize=9)
    ax.set_xlabel(names[-1], fontsize=9)
    ax.set_xticks(sorted({0, columns, *(start for ranges in weight.gates.values() for start, *_ in ranges)}))
    ax.tick_params(length=3, labelsize=9)
    for gate, ranges in weight.gates.items():
        for start, stop, *step in ranges:
            if step:
                continue  # gates that alternate column by column have no block to be named
            style = {
                "facecolor": FILL.get(gate, "#e4e4e4"),
                "edgecolor": "none",
                "boxstyle": "square,pad=0.25",
            }
            where = ((start + stop) / 2 / columns, 1)
            ax.annotate(
                gate, where, (0, 9), xycoords="axes fraction", textcoords="offset points", ha="center", va="center",
                fontsize=8.5, color=INK, bbox=style,
            )  # fmt: skip
            if start:
                ax.axvline(start, color=INK, linewidth=0.8)
