"""Pictures with Matplotlib, each drawn from the same tables as the numbers.

Every function takes the axes to draw on, or makes a figure, and returns what it drew on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

from lstm_shapes.diagram import Diagram, Node, diagram
from lstm_shapes.layer import Layer, Weight
from lstm_shapes.reference import by_gate
from lstm_shapes.render.outline import range_text, shape_text
from lstm_shapes.render.svg import FILL

INK, WIRE = "#222222", "#8a8a8a"
SIGNS = {"*": "×", "+": "+", "-": "1 −", "tanh": "tanh", "sigmoid": "σ"}


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
            ax.add_patch(Rectangle(where[:2], *where[2:], facecolor=FILL[gate], edgecolor="white", linewidth=1.5))
            ax.text(where[0] + where[2] / 2, where[1] + where[3] / 2, gate, ha="center", va="center", color=INK)
            edges |= {start, stop}
    (ax.set_xticks if across else ax.set_yticks)(sorted(edges))
    ax.set(xlim=(0, columns), ylim=(rows, 0), title=f"{weight.role} {shape_text(weight.shape)}", aspect="equal")
    names = [f"{name.replace('*', ' × ')} ({formula})" for name, formula in zip(weight.axes, weight.formula, strict=True)]
    ax.set_xlabel(names[-1])
    ax.set_ylabel(names[0] if len(names) == 2 else "")
    (ax.set_yticks if across else ax.set_xticks)([0, rows if across else columns] if len(names) == 2 else [])
    ax.spines[:].set_visible(False)
    return ax


def weights(layer: Layer, arrays: Sequence[Any], direction: str | None = None, title: str = "") -> Figure:
    """Heat maps of one direction's arrays, cut by gate; one colour scale, centred on zero.

    Parameters
    ----------
    layer : Layer
    arrays : sequence of array
        The layer's `get_weights()`.
    direction : {'forward', 'backward'}, optional
        Needed for a layer of two directions.
    title : str

    Returns
    -------
    Figure
        One row an array, one column a gate.
    """
    chosen = [
        (weight, np.atleast_2d(np.asarray(array)))
        for weight, array in zip(layer.weights, arrays, strict=True)
        if weight.direction in (None, direction)
    ]
    limit = max(float(np.abs(array).max()) for _, array in chosen)
    gates = list(chosen[0][0].gates) or ["unit"]
    heights = [max(array.shape[0], 6) for _, array in chosen]
    figure, axes = plt.subplots(
        len(chosen), len(gates), squeeze=False, figsize=(2.2 * len(gates), 7.2), layout="constrained",
        gridspec_kw={"height_ratios": heights},
    )  # fmt: skip
    for (weight, array), line in zip(chosen, axes, strict=True):
        for (gate, block), ax in zip(_cut(weight, array), line, strict=True):
            image = ax.imshow(block, cmap="RdBu_r", vmin=-limit, vmax=limit, aspect="auto", interpolation="nearest")
            where = range_text(tuple(weight.gates[gate])) if weight.gates else ""
            ax.set_title(f"{gate} {where}", fontsize=9)
            ax.tick_params(labelsize=7)
        line[0].set_ylabel(f"{weight.role}\n{weight.axes[0] if len(weight.shape) == 2 else ''}", fontsize=9)
    for ax in axes[-1]:
        ax.set_xlabel("unit", fontsize=9)
    for ax in axes[-1] if chosen[-1][0].role == "bias" and len(chosen[-1][0].shape) == 1 else []:
        ax.set_yticks([])
    figure.colorbar(image, ax=axes, shrink=0.5, label="weight")
    figure.suptitle(title or f"{layer.path} {direction or ''}", fontsize=11)
    return figure


def _cut(weight: Weight, array: Any) -> list[tuple[str, Any]]:
    flat = array if len(weight.shape) == 2 else array[0]
    return [(gate, np.atleast_2d(block)) for gate, block in by_gate(weight, flat).items()]


def cell_diagram(cell: str = "lstm", ax: Axes | None = None, **options: Any) -> Axes:
    """One step of a cell, drawn from its own step function.

    Parameters
    ----------
    cell : {'lstm', 'gru', 'simple_rnn'}
    ax : Axes, optional
    **options
        Of the step: `reset_after` for a GRU.

    Returns
    -------
    Axes

    Examples
    --------
    >>> ax = cell_diagram("gru")
    >>> sum(text.get_text() in ("update", "reset", "candidate") for text in ax.texts)
    3
    """
    drawn = diagram(cell, **options)
    ax = ax or plt.subplots(figsize=(9, 4.6), layout="constrained")[1]
    for start, end in drawn.wires:
        _wire(ax, drawn, start, end)
    for node in drawn.nodes.values():
        _node(ax, node)
    ax.set(xlim=(-0.7, max(n.x for n in drawn.nodes.values()) + 0.6))
    ax.set(ylim=(min(n.y for n in drawn.nodes.values()) - 0.6, max(n.y for n in drawn.nodes.values()) + 0.6))
    ax.axis("off")
    return ax


def _wire(ax: Axes, drawn: Diagram, start: str, end: str) -> None:
    a, b = drawn.nodes[start], drawn.nodes[end]
    colour = FILL.get(a.gate or "", WIRE)
    bend = 0.0 if abs(a.y - b.y) < 0.05 else 0.12 * (1 if a.y > b.y else -1)
    ax.add_patch(
        FancyArrowPatch(
            (a.x, a.y), (b.x, b.y), arrowstyle="-|>", mutation_scale=11, color=colour, linewidth=1.6,
            shrinkA=17 if a.gate is None else 30, shrinkB=13 if b.gate is None else 31,
            connectionstyle=f"arc3,rad={bend}", zorder=1,
        )
    )  # fmt: skip


def _node(ax: Axes, node: Node) -> None:
    if node.gate:
        box = FancyBboxPatch(
            (node.x - 0.36, node.y - 0.27), 0.72, 0.54, boxstyle="round,pad=0.02,rounding_size=0.08",
            facecolor=FILL.get(node.gate, "#dddddd"), edgecolor=INK, linewidth=0.8, zorder=2,
        )  # fmt: skip
        ax.add_patch(box)
        ax.text(node.x, node.y + 0.09, node.gate, ha="center", va="center", fontsize=10, color=INK, zorder=3)
        ax.text(node.x, node.y - 0.13, node.text, ha="center", va="center", fontsize=8, color=INK, zorder=3)
        return
    style = {"boxstyle": "circle,pad=0.25" if node.op else "round,pad=0.3", "facecolor": "white", "edgecolor": INK}
    text = SIGNS.get(node.text, node.text)
    weight = "normal" if node.op else "bold"
    ax.text(node.x, node.y, text, ha="center", va="center", fontsize=10, fontweight=weight, bbox=style, zorder=3, color=INK)
