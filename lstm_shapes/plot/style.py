"""Colours and panels that all pictures share.

A gate has one hue everywhere; lines take a darker shade of it (at least 4.5:1 on white, WCAG 2.2) and a marker or dash
of their own, so that no gate is told by its colour alone.  Hues after Okabe & Ito 2008.  Every figure brings its own
white card: on a dark page it stays what it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK, PALE, CARD = "#222222", "#bbbbbb", "white"
LINE = {
    "input": "#9a5b00", "forget": "#0072b2", "cell": "#007a5e", "output": "#b5397f",
    "update": "#9a5b00", "reset": "#0072b2", "candidate": "#007a5e",
}  # fmt: skip
DASH = {
    "input": "-", "forget": (0, (5, 1.5)), "cell": (0, (1.5, 1.2)), "output": (0, (5, 1.5, 1.2, 1.5)),
    "update": "-", "reset": (0, (5, 1.5)), "candidate": (0, (1.5, 1.2)),
}  # fmt: skip
MARKER = {
    "input": "o", "forget": "s", "cell": "^", "output": "D", "update": "o", "reset": "s", "candidate": "^",
}  # fmt: skip
SIZE = 9  # points, of the letters in a panel


def panels(
    rows: Sequence[str], columns: Sequence[str], width: float, height: float, **options: Any
) -> tuple[Figure, dict[tuple[str, str], Axes]]:
    """A white figure with a grid of axes: `(figure, {(row, column): axes})`.

    >>> figure, axes = panels(["kernel"], ["forward", "backward"], 3, 2)
    >>> list(axes)
    [('kernel', 'forward'), ('kernel', 'backward')]
    """
    figure, grid = plt.subplots(
        len(rows), len(columns), squeeze=False, layout="constrained", facecolor=CARD,
        figsize=(width * len(columns) + 0.4, height * len(rows) + 0.5), **options,
    )  # fmt: skip
    places = [(row, column) for row in rows for column in columns]
    axes = dict(zip(places, grid.flat, strict=True))
    for ax in grid.flat:
        quiet(ax)
    return figure, axes


def quiet(ax: Axes) -> None:
    """Ink where there is data, not around it."""
    ax.set_facecolor(CARD)
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(PALE)
    ax.tick_params(labelsize=SIZE, color=PALE, labelcolor=INK, length=3)


def legend(figure: Figure, handles: Sequence[Any]) -> None:
    """The names once, beside all panels."""
    figure.legend(
        handles=list(handles), loc="outside right upper", frameon=False, fontsize=SIZE, labelcolor=INK,
        handlelength=3.2,
    )  # fmt: skip


def bound(values: Any) -> float:
    """The largest finite magnitude, for a scale around zero; 1 where there is none.

    >>> bound(np.array([-2.0, np.nan])), bound(np.zeros(3))
    (2.0, 1.0)
    """
    finite = np.abs(values)[np.isfinite(values)]
    return float(finite.max(initial=0)) or 1.0
