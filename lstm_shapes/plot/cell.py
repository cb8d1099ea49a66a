"""One step of a cell as nodes and wires, from left to right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from lstm_shapes.cells import CELLS, GATE_MEANING, Cell
from lstm_shapes.diagram import Node, column_middles, diagram, inputs
from lstm_shapes.equations import LATEX, Term, write
from lstm_shapes.layer import Layer, UsageError
from lstm_shapes.render.outline import slice_text
from lstm_shapes.render.svg import FILL

INK, WIRE = "#222222", "#6b6b6b"
SIGNS = {"+": "+", "*": r"$\odot$", "sigmoid": r"$\sigma$", "tanh": "tanh", "-": r"$1-$"}
BOXES = {"x": 2.9, "recur": 2.9, "name": 0.95}  # drawn as a box so wide; everything else is a circle
ROUND, TALL, GAP, INCH = 0.72, 0.74, 0.85, 0.8  # of a circle, of a box, between columns; inches of one unit


@dataclass(frozen=True)
class _Sheet:
    """What every stroke of a diagram needs."""

    ax: Axes
    cell: Cell
    where: Mapping[Term, tuple[float, float]]
    slices: Mapping[str, str]  # gate -> its part of the kernel
    values: Mapping[str, float]  # gate or state -> its number at this step
    biased: bool  # the recurrent product has a bias of its own
    scale: float  # of the letters: 1 where a unit is INCH inches


def cell_diagram(
    cell: str = "lstm", ax: Axes | None = None, layer: Layer | None = None, values: Any = None, **options: Any
) -> Axes:
    """One step of a cell from left to right, drawn from its own step function; each gate has its colour.

    Parameters
    ----------
    cell : {'lstm', 'gru', 'simple_rnn'}
    ax : Axes, optional
        Default: a figure large enough.
    layer : Layer, optional
        Its kernel's slices are written in the boxes.
    values : mapping or xarray.Dataset, optional
        Numbers to write at the gates and states: `{"forget": 0.93, "c": 1.2}`, or one unit at one step of a trace,
        as in `trace.isel(direction=0, batch=0, time=3, unit=2)`.
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
    x = column_middles(drawn, _width, GAP)
    where = {term: (x[node.column], -node.row) for term, node in drawn.nodes.items()}
    width, height = x[-1] + 2.5, max(node.row for node in drawn.nodes.values()) + 1.6
    ax = ax or plt.figure(figsize=(width * INCH, height * INCH), facecolor="white").add_axes((0, 0, 1, 1))
    ax.set(xlim=(-0.25, width - 0.25), ylim=(0.9 - height, 0.9), aspect="equal")
    ax.axis("off")
    kernel = None if layer is None else layer.weights[0]
    slices = {gate: f"kernel{slice_text(kernel, gate)}" for gate in kernel.gates} if kernel else {}
    numbers = {} if values is None else _numbers(values)
    biased = bool({**kind.options, **options}.get("reset_after"))
    sheet = _Sheet(ax, kind, where, slices, numbers, biased, _inches(ax, width, height) / INCH)
    for start, end in drawn.wires:
        _wire(sheet, start, end, x[drawn.nodes[end].column - 1])
    for node in drawn.nodes.values():
        _node(sheet, node)
    return ax


def _numbers(values: Any) -> dict[str, float]:
    """A mapping as it is; of a trace, the activation of each gate, and the states."""
    if not hasattr(values, "data_vars"):
        return {name: float(value) for name, value in values.items()}
    if any(size > 1 for dim, size in values.activation.sizes.items() if dim != "gate"):
        raise UsageError(
            f"values of {dict(values.activation.sizes)}: one step of one unit was expected, as in .isel(time=3, unit=2)"
        )
    states = {name: values[name].item() for name in ("h", "c") if name in values}
    return {gate: values.activation.sel(gate=gate).item() for gate in values.gate.values.tolist()} | states


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
        value = "" if node.result not in sheet.values else f"{sheet.values[node.result]:.2f}"
        if node.result in sheet.cell.states:
            label += f" = {value}" if value else ""
            side, at = ("left", x - 0.1) if value else ("right", x + 0.15)
        else:
            side, at = "right", x + ROUND / 2
            _write(sheet, x, y - 0.4, value, 10.5, va="top")
        _write(sheet, at, y + 0.48, label, 12, ha=side, va="bottom")
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
        _write(sheet, x, y - 0.2, columns, 8.5, family="monospace")


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
