"""Which entry of the tables has arrays of these shapes, and of which sizes."""

from __future__ import annotations

from itertools import product

from lstm_shapes import layouts, pattern

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, NamedTuple

    class Fit(NamedTuple):
        """An entry, the arrays it has under these options, and the sizes that give the shapes."""

        layout: layouts.Layout
        arrays: tuple[layouts.Array, ...]
        sizes: dict[str, int]
        options: dict[str, bool]
else:
    from collections import namedtuple

    Fit = namedtuple("Fit", "layout arrays sizes options")

GUESSES = (
    ("keras", "lstm"),
    ("keras", "gru"),
    ("keras2", "cudnn_lstm"),
    ("keras2", "cudnn_gru"),
    ("keras", "simple_rnn"),
    ("keras", "conv_lstm_1d"),
    ("keras", "conv_lstm_2d"),
    ("keras", "conv_lstm_3d"),
    ("keras2", "keras1_lstm"),
    ("keras2", "keras1_gru"),
)  # an array list of Keras can be any of these


def fits(shapes: Iterable[tuple[int, ...]], entries: Iterable[tuple[str, str]]) -> list[Fit]:
    """Every way to read these shapes as the arrays of one cell, one direction, in this order.

    >>> [(fit.layout.cell, fit.sizes["unit"], fit.options) for fit in fits([(100, 80), (20, 80), (80,)], GUESSES)]
    [('lstm', 20, {'use_bias': True})]
    """
    shapes = tuple(map(tuple, shapes))
    found = []
    for framework, cell in entries:
        layout = layouts.find(framework, cell)
        for options, arrays in variants(layout):
            if len(arrays) == len(shapes):
                sizes = solve(layout, arrays, shapes)
                if sizes is not None:
                    found.append(Fit(layout, arrays, sizes, options))
    return found


def variants(layout: layouts.Layout) -> Iterable[tuple[dict[str, bool], tuple[layouts.Array, ...]]]:
    """Each combination of the options that change a layout's arrays."""
    names = sorted({name for array in layout.arrays for name in array.when}, reverse=True)
    for values in product((True, False), repeat=len(names)):
        options = dict(zip(names, values, strict=True))
        yield options, tuple(array for array in layout.arrays if layouts.exists(array, options))


def sizes_of(fit: Fit, array: layouts.Array) -> dict[str, Any]:
    """The length of each axis of one of the arrays."""
    gates = layouts.gates_of(fit.layout, array)
    return {**fit.sizes, "gate": len(gates), "part": len(array.parts), "hidden": fit.sizes["unit"]}


def solve(
    layout: layouts.Layout, arrays: tuple[layouts.Array, ...], shapes: tuple[tuple[int, ...], ...]
) -> dict[str, int] | None:
    """The sizes under which each array has its shape; None where there are none."""
    sizes: dict[str, int] = {}
    for array, shape in zip(arrays, shapes, strict=True):
        gates = layouts.gates_of(layout, array)
        found = pattern.solve(array.pattern, shape, {**sizes, "gate": len(gates), "part": len(array.parts)})
        if isinstance(found, pattern.Misfit):
            return None
        sizes |= {name: size for name, size in found.items() if name not in ("gate", "part")}
    return sizes


def claims(fit: Fit) -> dict[str, Any]:
    """The options that every reading agrees on are certain; this one's are its own."""
    return dict(fit.options)
