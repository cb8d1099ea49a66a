"""Which layer, or stack of layers, bare arrays are; and the stack of another framework that corresponds to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from lstm_shapes import layouts, pattern
from lstm_shapes.cells import CELLS
from lstm_shapes.compute import build_layer, did_you_mean
from lstm_shapes.exchange import Meaning, meaning
from lstm_shapes.layer import Layer, UsageError
from lstm_shapes.layouts import EQUATIONS, Layout
from lstm_shapes.pieces import Array

MOST_LAYERS = 64
FLAGS = ("use_bias", "reset_after", "peephole", "projection")
SPATIAL = {"depth", "height", "width"}


def entries(framework: str, cell: str | None = None, like: Layout | None = None) -> list[Layout]:
    """The entries of a framework, or the one that `framework/entry` names.

    Parameters
    ----------
    framework : str
        'nnx', or 'nnx/optimized_lstm'.
    cell : str, optional
        Only those of this cell.
    like : Layout, optional
        Only those with as many axes of space.
    """
    house, _, entry = framework.partition("/")
    if house not in layouts.NAMES:
        raise UsageError(f"unknown framework {house!r}{did_you_mean(house, layouts.NAMES)}")
    table = layouts.table(house)
    if entry and entry not in table:
        raise UsageError(f"{layouts.NAMES[house]} has no {entry!r}{did_you_mean(entry, table)}")
    chosen = [table[entry]] if entry else list(table.values())
    return [
        layout
        for layout in chosen
        if cell in (None, layout.cell) and (like is None or _space(layout) == _space(like))
    ]


def _space(layout: Layout) -> set[str]:
    return {
        name for array in layout.arrays for axis in pattern.axes(array.pattern) for name in axis
    } & SPATIAL


def stack(layout: Layout, like: Sequence[Layer], options: Mapping[str, Any]) -> tuple[list[Layer], list[str]]:
    """The same layers as another framework has them, and what has to be said about it."""
    own = {name: value for name, value in options.items() if name in layout.options or name == "sizes"}
    made: list[Layer] = []
    index = 0
    for number, layer in enumerate(like):
        directions = ("forward", "backward")[: len(layer.directions)]
        built = _build(layout, layer.input_dim, layer.units, directions, own, number)
        weights = tuple(replace(one, index=index + i) for i, one in enumerate(built.weights))
        made.append(replace(built, weights=weights))
        index += len(weights)
    alone = len(like[0].directions) == 2 and not layout.path_two
    name = layouts.NAMES[layout.framework]
    return made, [
        f"{name} has no such layer of two directions: run the backward arrays over the reversed sequence, "
        "turn the outputs back and put them behind the forward ones"
    ] if alone else []


def _build(
    layout: Layout,
    input_dim: Any,
    units: Any,
    directions: tuple[str, ...],
    options: Mapping[str, Any],
    number: int,
) -> Layer:
    """One layer; where the framework has none of two directions, two cells."""
    if len(directions) == 2 and not layout.path_two:
        layout = replace(layout, path_two=f"{{direction}}/{layout.path}")
    return build_layer(layout, input_dim, units, directions, {**layout.options, **options}, number)


def named(layers: Sequence[Layer]) -> list[str]:
    """The names of all arrays; those of several layers that share one have the layer's before it."""
    weights = [(layer.path, weight) for layer in layers for weight in layer.weights]
    paths = [weight.path for _, weight in weights]
    if len(set(paths)) == len(paths):
        return paths
    join = (
        "." if all(re.search(r"_l\d+(_|$)", path) for path in paths) else "/"
    )  # as modules of PyTorch's kind nest
    return [f"{layer}{join}{path}" for (layer, _), path in zip(weights, paths, strict=True)]


# ---------------------------------------------------------------- bare arrays


def read(arrays: Any, framework: str, told: Mapping[str, Any]) -> tuple[Meaning, list[Array], list[Layer]]:
    """The equations, the arrays in order, and the one layer or stack that has such arrays.

    Raises
    ------
    UsageError
        If there is none, or several.
    """
    given = _flat(arrays)
    keys = list(given) if isinstance(arrays, Mapping) and framework != "keras" else None
    found: dict[Any, tuple[str, Layout, list[Array], list[Layer], Any]] = {}
    for words, layout, options, layers in _candidates(framework, given, keys, told):
        names = named(layers)
        ordered = _in_order(given, names) if keys is not None else list(given.values())
        same = [len(layers)] + [
            (w.direction, w.pattern, tuple(w.gates), w.parts, w.block_memory)
            for one in layers
            for w in one.weights
        ]
        if ordered is not None and [a.shape for a in ordered] == [
            w.shape for one in layers for w in one.weights
        ]:
            found.setdefault(str(same), (words, layout, ordered, layers, options))
    if not found:
        raise UsageError(_none(given, framework))
    if len(found) > 1:
        readings = "; ".join(words for words, *_ in found.values())
        raise UsageError(
            f"the shapes fit several layers ({readings}): pass cell=, bidirectional= or use_bias="
        )
    _, layout, ordered, layers, options = next(iter(found.values()))
    return meaning(layout, {**options, **equations(layout, told, options)}), ordered, layers


def _flat(arrays: Any) -> dict[str, Array]:
    """Name -> array; nested mappings, as those of Flax, are joined by /."""
    items = arrays.items() if isinstance(arrays, Mapping) else enumerate(arrays)
    found: dict[str, Array] = {}
    for name, one in items:
        if isinstance(one, Mapping):
            found |= {f"{name}/{inner}": array for inner, array in _flat(one).items()}
        else:
            found[str(name)] = np.asarray(one)
    if not found:
        raise UsageError("no arrays were given: those of one layer, or of a stack, were expected")
    return found


def _plain(name: str) -> str:
    return "." + name.replace("/", ".")


def _in_order(given: Mapping[str, Array], names: Sequence[str]) -> list[Array] | None:
    """The arrays by name, whatever all the names have before them."""
    if len(given) != len(names):
        return None
    held = {_plain(name): array for name, array in given.items()}
    ends = [_plain(name) for name in names]
    for key in held:
        if key.endswith(ends[0]):
            before = key.removesuffix(ends[0])
            if all(before + end in held for end in ends):
                return [held[before + end] for end in ends]
    return None


def _candidates(
    framework: str, given: Mapping[str, Array], keys: Sequence[str] | None, told: Mapping[str, Any]
) -> Iterator[tuple[str, Layout, dict[str, Any], list[Layer]]]:
    """Each layer or stack whose arrays are as many, with the sizes that the arrays of its first layer tell."""
    for layout in _asked(framework, told["cell"]):
        for two, options in product((False, True), _options(layout, told)):
            if told["bidirectional"] not in (None, two):
                continue
            directions = ("forward", "backward")[: 1 + two]
            free = {"sizes": dict.fromkeys(_free(layout), 1)}
            one = _build(layout, 1, 1, directions, {**options, **free}, 0)
            layers, rest = divmod(len(given), len(one.weights))
            if rest or not 0 < layers <= MOST_LAYERS:
                continue
            built = [_build(layout, 1, 1, directions, {**options, **free}, n) for n in range(layers)]
            ordered = _in_order(given, named(built)) if keys is not None else list(given.values())
            sizes = None if ordered is None else _solved(one, ordered, two)
            if sizes is None:
                continue
            bias = "" if any("bias" in w.role for w in one.weights) else ", no bias"
            words = f"{layers} x {layout.title or layout.cell}, {'two directions' if two else 'one direction'}{bias}"
            yield words, layout, options, _stacked(layout, sizes, directions, options, layers)


def _asked(framework: str, cell: str | None) -> list[Layout]:
    """The entries that `cell` can mean: the one of that name, or else all of that cell."""
    every = entries(framework)
    if cell is None:
        return every
    table = layouts.table(framework.partition("/")[0])
    if cell not in {**table, **CELLS}:
        raise UsageError(f"unknown cell {cell!r}{did_you_mean(cell, table)}")
    chosen = [layout for layout in every if layout is table.get(cell) or layout.cell == cell]
    return sorted(chosen, key=lambda layout: layout is not table.get(cell))


def _options(layout: Layout, told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every combination of the options that change the arrays, as far as it is not told."""
    shown = {name for array in layout.arrays for name in array.when}
    names = [name for name in FLAGS if name in shown and name in layout.options]
    for values in product((True, False), repeat=len(names)):
        chosen = dict(zip(names, values, strict=True))
        if all(told.get(name) in (None, value) for name, value in chosen.items()):
            yield {**layout.options, **chosen}


def _free(layout: Layout) -> set[str]:
    """Sizes that are neither inputs nor units."""
    words = {name for array in layout.arrays for axis in pattern.axes(array.pattern) for name in axis}
    return {part for word in words for part in word.split("+")} & {*SPATIAL, "projection"}


def _solved(one: Layer, arrays: Sequence[Array], two: bool) -> dict[str, int] | None:
    """The sizes of the first layer; None where its arrays contradict each other."""
    sizes: dict[str, int] = {}
    for _ in range(2):  # what a sum of two hides, a later array may tell
        for weight, array in zip(one.weights, arrays, strict=False):
            known = {"gate": max(1, len(weight.gates)), "part": len(weight.parts), "direction": 1 + two}
            found = pattern.solve(weight.pattern, array.shape, {**sizes, **known})
            if isinstance(found, pattern.Misfit):
                return None
            sizes = {name: size for name, size in found.items() if name not in known}
    whole = {name: size for name, size in sizes.items() if "+" not in name}
    return whole if min((0, *whole.values()), default=0) >= 0 and {"input", "unit"} <= set(whole) else None


def _stacked(
    layout: Layout,
    sizes: Mapping[str, int],
    directions: tuple[str, ...],
    options: Mapping[str, Any],
    layers: int,
) -> list[Layer]:
    """The layers on top of each other: each reads what the one below it hands on."""
    free = {name: size for name, size in sizes.items() if name in _free(layout)}
    own = {**options, "sizes": free} if free else dict(options)
    if "projection" in free:
        own["projection"] = free["projection"]
    made, features = [], sizes["input"]
    for number in range(layers):
        made.append(_build(layout, features, sizes["unit"], directions, own, number))
        features = len(directions) * free.get("projection", sizes["unit"])
    return made


def equations(layout: Layout, told: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """What was told of the equations, or is told by the arrays that there are.

    Raises
    ------
    UsageError
        Where neither tells which of two layers it is.
    """
    known = {word: told[word] for word in EQUATIONS if told.get(word) is not None}
    if layout.cell != "gru":
        return known
    name = layouts.NAMES[layout.framework]
    fixed = "reset_after" not in layout.options
    own = layout.equations.get("reset_after", True)
    if fixed and known.get("reset_after", own) != own:
        when = "after" if own else "before"
        raise UsageError(f"{name}'s GRU resets {when} the matrix product: reset_after={not own} cannot be")
    shown = [array for array in layout.arrays if layouts.exists(array, options)]
    told_by_arrays = any("reset_after" in array.when for array in shown)
    if told_by_arrays:
        return {**known, "reset_after": options["reset_after"]}
    if not fixed and "reset_after" not in known:
        word, values = layout.settable.get("reset_after", ("reset_after", {True: "True", False: "False"}))
        absent = "" if layout.options["reset_after"] else " or absent"
        raise UsageError(
            f"the arrays of a GRU of {name} do not tell its attribute {word}: pass reset_after=True where it is "
            f"{values[True]}, reset_after=False where it is {values[False]}{absent}"
        )
    return known


def _none(given: Mapping[str, Array], framework: str) -> str:
    shapes = [array.shape for array in given.values()]
    ends = [name.replace("/", ".").rpartition(".")[2] for name in given]
    if "." in _plain(next(iter(given)))[1:] and len(set(ends)) < len(ends):
        return "the arrays of several layers were given: one layer's were expected, or a list in order"
    name = layouts.NAMES[framework.partition("/")[0]]
    return (
        f"{len(given)} arrays of shapes {', '.join(map(str, shapes[:6]))}{', ...' if len(shapes) > 6 else ''} are no LSTM, "
        f"GRU or simple RNN of {name}: lstm_shapes.identify says what comes closest"
    )
