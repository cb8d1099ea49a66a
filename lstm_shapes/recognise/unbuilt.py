"""A live Keras object that has no arrays yet -> its recurrent layers with their shapes in symbols, from its options."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from lstm_shapes import layouts, pattern
from lstm_shapes.layer import Explanation, UsageError
from lstm_shapes.pattern import Word
from lstm_shapes.recognise import cells
from lstm_shapes.recognise.config import LAYOUTS_OF
from lstm_shapes.recognise.fit import Fit, sizes_of
from lstm_shapes.recognise.graph import connected
from lstm_shapes.recognise.live import tree
from lstm_shapes.recognise.tree import MODELS, Held, Node
from lstm_shapes.sources.listing import Stored

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from lstm_shapes.layer import Layer, Weight
    from lstm_shapes.sources.listing import Listing

WINDOW = ("depth", "height", "width")  # of a convolution; those of fewer axes have the last ones


def unbuilt(listing: Listing) -> Explanation:
    """What the layers will have once they are built; `input_dim` is each layer's own.

    Raises
    ------
    UsageError
        If there is no recurrent layer in it.
    """
    root = tree(listing)
    layers = [layer for unit in cells.units(planned(root)) for layer in unit.parts]
    if not layers:
        name = root.name or root.children[0].name
        raise UsageError(f"{name!r} has no weights yet: build it first, or call it on some input")
    alone = root.kind in MODELS and not root.name  # a layer, not a model: nothing else has arrays
    places = count()
    found = [cells.complete(_without_keys(layer, places if alone else None), None) for layer in layers]
    notes = () if alone else ("Not built yet: every `input_dim` is the layer's own, and no index is known.",)
    bare = Explanation(listing.source, tuple(found), notes=notes)
    return connected(bare, (listing.config or {}).get("model_config"))


def _without_keys(layer: Layer, places: Iterator[int] | None) -> Layer:
    """There is no array yet that a key could name; the place is known where all arrays before it are."""

    def own(weight: Weight) -> Weight:
        return replace(weight, key=None, index=None if places is None else next(places))

    return replace(layer, weights=tuple(map(own, layer.weights)))


def planned(node: Node, reads: Any = Word("input_dim")) -> Node:  # noqa: B008  (immutable)
    """The tree with the arrays that each cell will have; of a stack of cells each reads what the one before it hands on."""
    fit = _fit(node, reads)
    if fit is not None:
        shapes = (pattern.shape(array.pattern, sizes_of(fit, array)) for array in fit.arrays)
        own = tuple(
            Held(Stored(array.name, shape, None)) for array, shape in zip(fit.arrays, shapes, strict=True)
        )
        return replace(node, own=own, fit=fit)
    children = []
    for child in node.children:
        children.append(planned(child, reads))
        if node.kind == "StackedRNNCells" and (made := children[-1].fit) is not None:
            reads = made.sizes["unit"]
    return replace(node, children=tuple(children))


def _fit(node: Node, reads: Any) -> Fit | None:
    """The entry that a cell's class and options name."""
    window = node.config.get("kernel_size") or ()
    units = node.config.get("units", node.config.get("filters"))
    for framework, cell in LAYOUTS_OF.get(node.kind, ()):
        layout = layouts.find(framework, cell)
        names = {name for array in layout.arrays for name in array.when}
        options = {name: bool(node.config.get(name, layout.options.get(name))) for name in sorted(names)}
        arrays = tuple(array for array in layout.arrays if layouts.exists(array, options))
        words = {name for axis in pattern.axes(arrays[0].pattern) for name in axis}
        if units is not None and len(window) == len(words & {*WINDOW}):
            sides = dict(zip(WINDOW[len(WINDOW) - len(window) :], window, strict=True))
            return Fit(layout, arrays, {"input": reads, "unit": units, **sides}, options)
    return None
