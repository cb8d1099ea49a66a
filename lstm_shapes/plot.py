"""Pictures with Matplotlib, each drawn from the same tables as the numbers.

Every function takes the axes to draw on, or makes a figure, and returns what it drew on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Rectangle
from matplotlib.path import Path

from lstm_shapes.cells import CELLS, GATE_MEANING, Cell
from lstm_shapes.diagram import Diagram, Node, diagram, inputs
from lstm_shapes.equations import LATEX, Term, write
from lstm_shapes.layer import Layer, UsageError, Weight
from lstm_shapes.render.outline import range_text, shape_text
from lstm_shapes.render.svg import FILL

INK, WIRE = "#222222", "#6b6b6b"


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
                Rectangle(where[:2], *where[2:], facecolor=FILL[gate], edgecolor="white", linewidth=1.5)
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


def weights(layer: Layer, arrays: Sequence[Any], limit: float | None = None, title: str = "") -> Figure:
    """Heat maps of all arrays of a layer: directions side by side, gates under their colours, one colour scale.

    White is zero, red above, blue below.

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
        If the arrays are not those of the layer.

    Examples
    --------
    >>> import lstm_shapes
    >>> layer = lstm_shapes.explain(input_dim=3, units=2).layers[0]
    >>> figure = weights(layer, [np.full(weight.shape, -0.5) for weight in layer.weights])
    >>> [ax.images[0].get_clim() for ax in figure.axes[:3]]
    [(-0.5, 0.5), (-0.5, 0.5), (-0.5, 0.5)]
    """
    arrays = [np.asarray(array) for array in arrays]
    _same_shapes(layer, [array.shape for array in arrays])
    largest = max(float(np.abs(array).max()) for array in arrays)
    limit = limit or largest or 1.0
    figure, axes = _grid(layer)
    for weight, array, ax in zip(layer.weights, arrays, axes, strict=True):
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
    if shapes != expected:
        raise UsageError(
            f"the arrays have the shapes {shape_text(shapes)}, but {layer.path} has {shape_text(expected)}: "
            "pass the layer's own get_weights()"
        )


def _grid(layer: Layer) -> tuple[Figure, list[Axes]]:
    """One panel an array, all to one scale; a vector is drawn as a strip, or nobody would see it."""
    across = len(layer.directions) if layer.weights[0].direction else 1
    down = len(layer.weights) // across
    first = layer.weights[:down]
    heights = [
        max(weight.shape[0] if len(weight.shape) == 2 else 1, first[0].shape[-1] // 12) for weight in first
    ]
    inch = 3.9 / first[0].shape[-1]
    figure, axes = plt.subplots(
        down, across, squeeze=False, layout="constrained", height_ratios=heights, facecolor="white",
        figsize=(4.7 * across + 0.6, sum(heights) * inch + 0.95 * down + 0.3),
    )  # fmt: skip
    return figure, list(axes.T.flat)


def _frame(ax: Axes, weight: Weight, rows: int, columns: int) -> None:
    """Names: the array's, the axes', and each gate's in its colour above its columns."""
    words = (f"[{weight.index}]", weight.direction, weight.role, shape_text(weight.shape))
    ax.set_title(" ".join(filter(None, words)), fontsize=10.5, pad=20 if weight.gates else 6)
    ax.set_yticks([0, rows] if len(weight.shape) == 2 and not weight.parts else [])
    ax.set_ylabel(f"{weight.axes[0]} ({weight.formula[0]})" if len(weight.shape) == 2 else "", fontsize=9)
    ax.set_xlabel(f"{weight.axes[-1].replace('*', ' × ')} ({weight.formula[-1]})", fontsize=9)
    ax.set_xticks(sorted({0, columns, *(start for ranges in weight.gates.values() for start, *_ in ranges)}))
    ax.tick_params(length=3, labelsize=9)
    for gate, ((start, stop),) in weight.gates.items():
        style = {"facecolor": FILL[gate], "edgecolor": "none", "boxstyle": "square,pad=0.25"}
        where = ((start + stop) / 2 / columns, 1)
        ax.annotate(
            gate, where, (0, 9), xycoords="axes fraction", textcoords="offset points", ha="center", va="center",
            fontsize=8.5, color=INK, bbox=style,
        )  # fmt: skip
        if start:
            ax.axvline(start, color=INK, linewidth=0.8)


# ---------------------------------------------------------------- one step of a cell

SIGNS = {"+": "+", "*": r"$\odot$", "sigmoid": r"$\sigma$", "tanh": "tanh", "-": r"$1-$"}
BOXES = {"x": 2.9, "recur": 2.9, "name": 0.95}  # drawn as a box so wide; everything else is a circle
ROUND, TALL, GAP, INCH = 0.72, 0.74, 0.85, 0.8  # of a circle, of a box, between columns; inches of one unit


@dataclass(frozen=True)
class _Sheet:
    """What every stroke of a diagram needs."""

    ax: Axes
    cell: Cell
    where: Mapping[Term, tuple[float, float]]
    slices: Mapping[str, str]  # gate -> its columns of the kernel
    biased: bool  # the recurrent product has a bias of its own
    scale: float  # of the letters: 1 where a unit is INCH inches


def cell_diagram(
    cell: str = "lstm", ax: Axes | None = None, layer: Layer | None = None, **options: Any
) -> Axes:
    """One step of a cell from left to right, drawn from its own step function; each gate has its colour.

    Parameters
    ----------
    cell : {'lstm', 'gru', 'simple_rnn'}
    ax : Axes, optional
        Default: a figure large enough.
    layer : Layer, optional
        Its kernel's slices are written in the boxes.
    **options
        Of the step: `reset_after` for a GRU.

    Returns
    -------
    Axes

    Examples
    --------
    >>> ax = cell_diagram("gru")
    >>> [text.get_text() for text in ax.texts if "gate" in text.get_text()]
    ['$z_t$  update gate', '$r_t$  reset gate']
    """
    kind = CELLS[cell]
    drawn = diagram(kind, **options)
    x = _column_middles(drawn)
    where = {term: (x[node.column], -node.row) for term, node in drawn.nodes.items()}
    width, height = x[-1] + 2.5, max(node.row for node in drawn.nodes.values()) + 1.6
    ax = ax or plt.figure(figsize=(width * INCH, height * INCH), facecolor="white").add_axes((0, 0, 1, 1))
    ax.set(xlim=(-0.25, width - 0.25), ylim=(0.9 - height, 0.9), aspect="equal")
    ax.axis("off")
    slices = {} if layer is None else {g: range_text(tuple(r)) for g, r in layer.weights[0].gates.items()}
    biased = bool({**kind.options, **options}.get("reset_after"))
    sheet = _Sheet(ax, kind, where, slices, biased, _inches(ax, width, height) / INCH)
    for start, end in drawn.wires:
        _wire(sheet, start, end, x[drawn.nodes[end].column - 1])
    for node in drawn.nodes.values():
        _node(sheet, node)
    return ax


def _column_middles(drawn: Diagram) -> list[float]:
    """Each column is as wide as its widest node."""
    columns: dict[int, float] = {}
    for node in drawn.nodes.values():
        columns[node.column] = max(columns.get(node.column, 0), _width(node.term))
    widths = [columns[i] for i in sorted(columns)]
    return [sum(widths[:i]) + i * GAP + width / 2 for i, width in enumerate(widths)]


def _inches(ax: Axes, width: float, height: float) -> float:
    """How long one unit is on paper."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    box, (across, down) = ax.get_position(), figure.get_size_inches()
    return float(min(box.width * across / width, box.height * down / height))


def _width(term: Term) -> float:
    return BOXES.get(term.op, ROUND)


def _wire(sheet: _Sheet, start: Term, end: Term, column: float) -> None:
    """Level through all columns before `end`'s, then one curve into it."""
    (x0, y0), (x1, y1) = sheet.where[start], sheet.where[end]
    x0, x1 = x0 + _width(start) / 2, x1 - _width(end) / 2
    turn = max(x0, min(column + ROUND / 2, x1 - 0.4))
    middle = (turn + x1) / 2
    path = Path([(x0, y0), (turn, y0), (middle, y0), (middle, y1), (x1, y1)], [1, 2, 4, 4, 4])
    arrow = FancyArrowPatch(path=path, arrowstyle="-|>", mutation_scale=9, color=WIRE, linewidth=1.3)
    sheet.ax.add_patch(arrow)


def _node(sheet: _Sheet, node: Node) -> None:
    term, (x, y) = node.term, sheet.where[node.term]
    gate = term.args[0] if term.op in ("x", "recur") else node.result
    if term.op in BOXES:
        _box(sheet, term, x, y, FILL.get(gate or "", "#e4e4e4"))
    else:
        sheet.ax.add_patch(
            Circle((x, y), ROUND / 2, facecolor=FILL.get(gate or "", "white"), edgecolor=INK, linewidth=0.9)
        )
        _write(sheet, x, y, SIGNS[term.op], 10 if term.op == "tanh" else 14)
    if node.result:
        label = _named(sheet.cell, node.result)
        right = x + ROUND / 2 if len(label) > 8 else x + 0.15
        _write(sheet, right, y + 0.48, label, 12, ha="right", va="bottom")
    if node.result in sheet.cell.states:
        _leaves(sheet, node, x, y)


def _named(cell: Cell, result: str) -> str:
    letter = f"${cell.letters.get(result, result)}_t$"
    if result not in cell.gates:
        return letter
    return f"{letter}  {GATE_MEANING[result].split(':')[0]}"


def _box(sheet: _Sheet, term: Term, x: float, y: float, colour: str) -> None:
    """A matrix, with what it multiplies; a state."""
    width, pad = _width(term), 0.08
    corner = (x - width / 2 + pad, y - TALL / 2 + pad)
    style = f"round,pad={pad}"
    sheet.ax.add_patch(
        FancyBboxPatch(
            corner,
            width - 2 * pad,
            TALL - 2 * pad,
            boxstyle=style,
            facecolor=colour,
            edgecolor=INK,
            linewidth=0.9,
        )
    )
    if term.op == "recur" and inputs(term):  # what comes by wire is a dot in the formula
        term = Term("recur", (term.args[0], Term("name", (r"\bullet\;",))))
    formula = f"${write(term, LATEX, {}, sheet.cell.letters, sheet.biased)}$"
    columns = sheet.slices.get(term.args[0]) if term.op == "x" else None
    _write(sheet, x, y + (0.12 if columns else 0), formula, 13)
    if columns:
        _write(sheet, x, y - 0.2, f"kernel[:, {columns}]", 8.5, family="monospace")


def _leaves(sheet: _Sheet, node: Node, x: float, y: float) -> None:
    """A new state goes to the next step: straight on where nothing else reads it, else downwards."""
    last = node.result == sheet.cell.states[0]
    start, end = ((x + ROUND / 2, y), (x + 0.95, y)) if last else ((x, y - ROUND / 2), (x, y - 0.95))
    sheet.ax.add_patch(
        FancyArrowPatch(
            start, end, arrowstyle="-|>", mutation_scale=9, color=WIRE, linewidth=1.3, shrinkA=0, shrinkB=0
        )
    )
    if last:
        _write(sheet, end[0] + 0.06, y, "output,\nnext step", 10, ha="left")
    else:
        _write(sheet, x, end[1] - 0.05, "next step", 10, va="top")


def _write(sheet: _Sheet, x: float, y: float, text: str, size: float, **style: Any) -> None:
    sheet.ax.text(
        x, y, text, **{"ha": "center", "va": "center", "color": INK, "fontsize": size * sheet.scale, **style}
    )
