"""From an entry of the tables and a stored array to a `Weight`."""

from __future__ import annotations

from dataclasses import replace

from lstm_shapes import layouts, pattern
from lstm_shapes.compute import weight_of
from lstm_shapes.recognise.fit import sizes_of

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterable

    from lstm_shapes.layer import Layer, Weight
    from lstm_shapes.recognise.fit import Fit
    from lstm_shapes.sources.listing import Stored


def weight(
    fit: Fit,
    array: layouts.Array,
    layer: Layer,
    stored: Stored,
    direction: str | None,
    path: str,
    index: int | None = None,
) -> Weight:
    """The stored array as the entry describes it; shape and dtype are the file's."""
    return replace(
        weight_of(fit.layout, array, replace(layer, weights=()), direction),
        index=index,
        path=path,
        key=stored.path,
        name=None,  # the file has its own
        shape=tuple(stored.shape),
        dtype=stored.dtype,
        gates=pattern.gate_ranges(array.pattern, layouts.gates_of(fit.layout, array), sizes_of(fit, array)),
    )


def filled(layer: Layer, weights: Iterable[Weight]) -> Layer:
    """The layer with its arrays."""
    return replace(layer, weights=tuple(weights))
