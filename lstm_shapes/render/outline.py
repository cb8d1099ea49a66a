"""What there is to say about an explanation, in the order a reader wants it.  Said once, drawn many times.

Text in a block may hold `code` between backticks and nothing else; numbers group by narrow spaces.
"""

from __future__ import annotations

import re
from collections import namedtuple

from lstm_shapes.layouts import MULTIPLIES, NAMES, table

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from lstm_shapes.layer import Explanation, Layer, Weight

ALL_LAYERS = "Parameters, layer by layer"
MORE = "Read more: `docs/start/what-is-the-80.md`; `make site` builds the pages."


# The blocks.  Plain named tuples: six dataclasses would cost as much time as all the rest of `explain`.
Title = namedtuple("Title", "text")  # the heading of one layer
Para = namedtuple("Para", "text")  # a few sentences
Table = namedtuple(  # numeric: columns set flush right; wraps: those that may break where there is no room
    "Table", "head rows numeric label wraps", defaults=((), "", ())
)
Segment = namedtuple("Segment", "gate ranges share")  # a stretch of the gate axis; share: of the whole axis
Bar = namedtuple("Bar", "label axis segments shape gate_axis")  # the gate axis of arrays cut alike, to scale
Formula = namedtuple("Formula", "label lines")  # a calculation, and the ways to write it
Block = Title | Para | Table | Bar | Formula


def outline(explanation: Explanation) -> Iterator[Block]:
    """All blocks of an explanation."""
    for layer in explanation.layers:
        yield from of_layer(layer)
    if len(explanation.layers) > 1 or explanation.other_weights:
        yield from totals(explanation)
    for note in explanation.notes:
        yield Para(note)
    yield Para(MORE)


def by_layer(blocks: Iterable[Block]) -> list[tuple[Title | None, list[Block]]]:
    """Each layer's title with its blocks, and under None what is said of all of them.

    >>> import lstm_shapes
    >>> stack = lstm_shapes.explain(input_dim=100, units=20, layers=2)
    >>> [title and title.text.split(":")[0] for title, blocks in by_layer(outline(stack))]
    ['lstm', 'lstm_1', None]
    """
    found: list[tuple[Title | None, list[Block]]] = []
    for block in blocks:
        if isinstance(block, Title):
            found.append((block, []))
        elif not found or getattr(block, "label", None) == ALL_LAYERS:
            found.append((None, [block]))
        else:
            found[-1][1].append(block)
    return found


def of_layer(layer: Layer) -> Iterator[Block]:
    """What a reader wants to know of one layer, in this order."""
    yield Title(headline(layer))
    yield arrays_table(layer)
    yield multiplies(layer)
    yield from bars(layer)
    yield from arithmetic(layer)
    if text := output(layer):
        yield Para(text)
    for note in (*layer.notes, *layer.alternatives):
        yield Para(note)


def headline(layer: Layer) -> str:
    """`encoder_lstm: bidirectional LSTM of Keras, 100 inputs, 20 units, merge_mode 'sum'`."""
    two = len(layer.directions) == 2
    framework = NAMES.get(layer.framework, layer.framework)
    words = [f"{'bidirectional ' if two else ''}{layer.cell} of {framework}"]
    words += [
        _counted(layer.input_dim, "inputs"),
        _counted(layer.units, "units") + (" each way" if two else ""),
    ]
    if two:
        words.append(f"merge_mode {layer.merge_mode!r}")
    if layer.use_bias is False:
        words.append("no bias")
    if layer.options.get("reset_after") is not None:
        words.append(f"reset_after={layer.options['reset_after']}")
    return f"{layer.path}: {', '.join(words)}"


def _counted(size: Any, what: str) -> str:
    """`20 units`, `unknown units`, or `units = 2*units` for a symbol."""
    if size is None:
        return f"unknown {what}"
    return f"{number(size)} {what}" if isinstance(size, int) else f"{what}: {size}"


def number(value: Any) -> str:
    """`19360` as `19 360`.  A symbol is left as it is."""
    return f"{value:,}".replace(",", " ") if isinstance(value, int) else str(value)


def shape_text(shape: Any) -> str:
    """A shape as Python shows it; a list of shapes as a list."""
    if isinstance(shape, list):
        return f"[{', '.join(map(shape_text, shape))}]"
    inner = ", ".join(map(str, shape))
    return f"({inner},)" if len(shape) == 1 else f"({inner})"


def own_names(layer: Layer) -> list[str]:
    """What the framework calls each array (`weight_ih_l0_reverse`); nothing where it says kernel and bias too."""
    if all(weight.name for weight in layer.weights):  # from the tables
        said = [weight.name or "" for weight in layer.weights]
        return said if any(name != w.role for name, w in zip(said, layer.weights, strict=True)) else []
    arrays = [array for layout in table(layer.framework).values() for array in layout.arrays]
    words = tuple(array.name for array in arrays if array.name != array.role)
    names = [re.split(r"[/.]", weight.path)[-1] for weight in layer.weights]
    # A file may call its arrays anything: only the framework's words, and nothing that is no word, stand in the table.
    return names if all(name.startswith(words) and name.isidentifier() for name in names) else []


def arrays_table(layer: Layer) -> Table:
    """One row an array, as `get_weights()` has them."""
    two = any(weight.direction for weight in layer.weights)
    symbolic = all(
        tuple(map(str, w.shape)) == w.formula for w in layer.weights
    )  # then the formula would say the shape again
    names = own_names(layer)
    gates = [next(iter(w.gates)) if len(w.gates) == 1 else "" for w in layer.weights]
    head = ["index", "name", "direction", "gate", "role", "shape", "formula", "parameters"]
    rows = [
        (
            "" if w.index is None else f"[{w.index}]",
            f"`{name}`",
            w.direction or "",
            gate,
            f"`{w.role}`",
            f"`{shape_text(w.shape)}`",
            f"`{shape_text(w.formula)}`",
            number(w.parameters),
        )
        for name, gate, w in zip(names or [""] * len(layer.weights), gates, layer.weights, strict=True)
    ]
    # Then a terminal of 80 columns has no room for the formula.
    wide = bool(names) and (two or max(map(len, names)) > 6 or any(gates))
    absent = {
        "name": not names,
        "direction": not two,
        "gate": not any(gates),
        "formula": symbolic or wide,
    }
    keep = [name for name in head if not absent.get(name)]
    columns = [head.index(name) for name in keep]
    chosen = tuple(tuple(row[column] for column in columns) for row in rows)
    order = "the order of get_weights()" if layer.framework.startswith("keras") else "their stored order"
    label = f"Arrays of {layer.path}, in {order}"
    return Table(tuple(keep), chosen, ("index", "parameters"), label)


def multiplies(layer: Layer) -> Para:
    """What each array does, in one sentence."""
    roles = dict.fromkeys(weight.role for weight in layer.weights)
    return Para("; ".join(f"`{role}` {MULTIPLIES[role]}" for role in roles if role in MULTIPLIES) + ".")


def bars(layer: Layer) -> Iterator[Block]:
    """Which columns are which gate; arrays that are cut alike share a bar."""
    alike: dict[Any, list[Weight]] = {}
    for weight in layer.weights:
        if len(weight.gates) > 1:
            key = (weight.gate_axis == len(weight.shape) - 1, tuple(map(str, weight.gates.items())))
            alike.setdefault(key, []).append(weight)
    for weights in alike.values():
        first = weights[0]
        assert first.gate_axis is not None
        roles = list(dict.fromkeys(f"`{weight.role}`" for weight in weights))
        axis = first.gate_axis
        which = "Last axis" if axis == len(first.shape) - 1 else "First axis" if axis == 0 else f"Axis {axis}"
        count = len(first.gates)
        segments = tuple(
            Segment(gate, tuple(tuple(one) for one in ranges), 1 / count)
            for gate, ranges in first.gates.items()
        )
        label = f"{which} of {_and(roles)}: {number(first.shape[axis])} = {_factors(layer, first)}"
        yield Bar(label, which, segments, first.shape, first.gate_axis)
    if any(len(weight.gates) == 1 for weight in layer.weights):
        yield Para("Where the table names a gate, the whole array belongs to it: nothing to cut.")
    elif not alike and layer.weights:
        yield Para(f"No gates: the last axis of every array runs over the {_times(layer.units)}.")


def _factors(layer: Layer, weight: Weight) -> str:
    """`4 gates x 20 units`: what the gate axis is made of, outermost first."""
    sizes = {"gate": len(weight.gates), "part": len(weight.parts), "direction": len(layer.directions)}
    names = weight.axes[weight.gate_axis or 0].split("*")
    return " x ".join(f"{sizes[name]} {name}s" if name in sizes else _times(layer.units) for name in names)


def _times(units: Any) -> str:
    return _counted(units, "units").removeprefix("units: ")


def _and(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def range_text(ranges: tuple[Any, ...]) -> str:
    """`0:20`, or `0:80:4`, or several."""
    return ", ".join(":".join(map(str, one)) for one in ranges)


def slice_text(weight: Weight, gate: str) -> str:
    """How one cuts a gate out of an array: `[:, 20:40]`; of one without gates, everything.

    >>> import lstm_shapes
    >>> weight = lstm_shapes.explain(input_dim=100, units=20, framework="pytorch").weights[0]
    >>> slice_text(weight, "forget")
    '[20:40, :]'
    """
    axes = [":"] * len(weight.shape)
    if gate in weight.gates and weight.gate_axis is not None:
        axes[weight.gate_axis] = range_text(tuple(weight.gates[gate]))
    return f"[{', '.join(axes)}]"


def arithmetic(layer: Layer) -> Iterator[Block]:
    """How many parameters, and why."""
    sums = layer.arithmetic
    if sums is None:
        yield Para(f"Parameters: {number(layer.parameters)}.")
        return
    lines = [sums.symbols] + [sums.factored] * (sums.factored != sums.symbols)
    if isinstance(sums.total, int):
        lines = [
            sums.symbols,
            f"{sums.factored} = {number(sums.total)}",
            f"{sums.expanded} = {number(sums.total)}",
        ]
    yield Formula("Parameters", tuple(lines))


def output(layer: Layer) -> str:
    """The output's shape, and the states'."""
    words = []
    if layer.output_shape is not None:
        words.append(f"Output shape: `{shape_text(layer.output_shape)}`.")
    if layer.states:
        per_direction = len(layer.states) // len(layer.directions)
        names = _and([f"`{state.name}`" for state in layer.states[:per_direction]])
        each = " in each direction" if len(layer.directions) == 2 else ""
        shape = shape_text(layer.states[0].shape)
        words.append(f"States carried from step to step{each}: {names}, shape `{shape}`; not weights.")
    return " ".join(words)


def totals(explanation: Explanation) -> Iterator[Block]:
    """What the whole model has, and what feeds what."""
    rows = [(layer.path, layer.cell, number(layer.parameters)) for layer in explanation.layers]
    if explanation.other_weights:
        others = sum(_size(other.shape) for other in explanation.other_weights)
        rows.append((f"{len(explanation.other_weights)} arrays of other layers", "", number(others)))
    rows.append(("all", "", number(explanation.parameters)))
    yield Table(("layer", "cell", "parameters"), tuple(rows), ("parameters",), ALL_LAYERS)
    for one in explanation.connections:
        through = (
            f" through {_and([f'`{name}`' for name in one.through])} (no weights)" if one.through else ""
        )
        index = "" if one.kernel_index is None else f" [{one.kernel_index}]"
        yield Para(f"`{one.source}` feeds the kernel{index} of `{one.target}`{through}.")


def _size(shape: tuple[int, ...]) -> int:
    total = 1
    for one in shape:
        total *= one
    return total
