"""From numbers to an Explanation: what layers `input_dim`, `units` and the options make."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from lstm_shapes import layouts, pattern
from lstm_shapes.asked import LARGEST as LARGEST
from lstm_shapes.asked import MERGE_MODES as MERGE_MODES
from lstm_shapes.asked import check_size, layout_of, options_of, spatial, window_of
from lstm_shapes.asked import did_you_mean as did_you_mean
from lstm_shapes.cells import CELLS
from lstm_shapes.layer import (
    SYMBOLS,
    Connection,
    Explanation,
    Layer,
    State,
    Weight,
    sizes_of,
)

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from lstm_shapes.pattern import Size


def from_numbers(
    input_dim: Size,
    units: Size,
    *,
    cell: str = "lstm",
    framework: str = "keras",
    bidirectional: bool = False,
    merge_mode: str | None = "concat",
    layers: int = 1,
    timesteps: int | None = None,
    return_sequences: bool = False,
    return_state: bool = False,
    use_bias: bool = True,
    reset_after: bool | None = None,
    projection: Size | None = None,
    peephole: bool | None = None,
    kernel_size: int | Sequence[int] | None = None,
) -> Explanation:
    """Explain the layers that these numbers make.

    Parameters
    ----------
    input_dim : int, or a symbol
        Features at each time step: the last axis of the input.
    units : int, or a symbol
        Length of the hidden state, for each direction.
    cell : str
        'lstm', 'gru', 'simple_rnn', or another cell of the framework: `lstm_shapes.frameworks()` lists them.
    framework : str
        Of `lstm_shapes.layouts.FRAMEWORKS`: 'keras', 'pytorch', 'onnx' and so on.
    bidirectional : bool
    merge_mode : {'concat', 'sum', 'mul', 'ave', None}
        How the outputs of the two directions become one; None keeps two.
    layers : int
        How many of these stand on top of each other.
    timesteps : int, optional
        Length of the sequence; no weight depends on it.
    return_sequences, return_state : bool
        As in Keras, for the last layer; the layers below always return sequences.
    use_bias : bool
    reset_after : bool, optional
        GRU only; default as in the framework (Keras 3: True).
    projection : int, optional
        Features of a projected hidden state, for cells that can project: PyTorch's `proj_size`.
    peephole : bool, optional
        Whether gates see the cell state, for cells that can.
    kernel_size : int or sequence of int, optional
        Of the window of a ConvLSTM, which needs it; `input_dim` are its channels, `units` its filters.

    Returns
    -------
    Explanation

    Raises
    ------
    UsageError
        If a number or a name cannot be; the message says what is allowed.

    Examples
    --------
    >>> [w.shape for w in from_numbers(100, 20).weights]
    [(100, 80), (20, 80), (80,)]
    >>> stack = from_numbers(100, 20, bidirectional=True, layers=2)
    >>> [layer.input_dim for layer in stack.layers]      # concat doubles what the next layer reads
    [100, 40]
    """
    layout = layout_of(cell, framework, bidirectional, merge_mode, input_dim=input_dim, units=units,
                      layers=layers, timesteps=timesteps)  # fmt: skip
    asked = {"use_bias": use_bias, "reset_after": reset_after, "projection": projection, "peephole": peephole}
    options = {
        "use_bias": True, "return_sequences": return_sequences, "return_state": return_state,
        **options_of(layout, cell, asked), **window_of(layout, cell, kernel_size),
    }  # fmt: skip
    if options.get("projection") is not None:
        check_size("projection", options["projection"])
        options["sizes"] = {"projection": options["projection"]}
    built: list[Layer] = []
    index = 0
    for number in range(layers):
        last = number == layers - 1
        one = {
            **options,
            "return_sequences": return_sequences or not last,
            "return_state": return_state and last,
        }
        directions = ("forward", "backward") if bidirectional else ("forward",)
        layer = _layer(
            layout,
            number,
            input_dim,
            units,
            directions,
            merge_mode if bidirectional else None,
            one,
            timesteps,
        )
        weights = tuple(replace(weight, index=index + i) for i, weight in enumerate(layer.weights))
        built.append(replace(layer, weights=weights))
        index += len(weights)
        input_dim = features(layer)
    joined = tuple(Connection(a.path, b.path, (), b.weights[0].index) for a, b in pairwise(built))
    return Explanation(None, tuple(built), connections=joined)


def _layer(
    layout: layouts.Layout,
    number: int,
    input_dim: Size,
    units: Size,
    directions: tuple[str, ...],
    merge_mode: str | None,
    options: Mapping[str, Any],
    timesteps: int | None,
) -> Layer:
    suffix = f"_{number}" if number else ""
    inner = (layout.layer or layout.cell) + suffix
    path = layout.wrapper + suffix if len(directions) == 2 and layout.wrapper else inner
    if layout.equations:
        options = {**options, "equations": layout.equations}
    bare = Layer(
        path, layout.title or CELLS[layout.cell].name, layout.framework, input_dim, units, directions, merge_mode,
        bool(options["use_bias"]), (), options=options, notes=_read_only(layout),
    )  # fmt: skip
    arrays = [array for array in layout.arrays if layouts.exists(array, options)]
    joined = any("direction" in axis for array in arrays for axis in pattern.axes(array.pattern))
    two = len(directions) == 2 and not joined
    weights = tuple(
        weight_of(layout, array, bare, direction if two else None, inner, number)
        for direction in (directions if two else directions[:1])
        for array in arrays
    )
    if spatial(layout):  # its output has the axes of the window too, and they are not asked for
        return replace(bare, weights=weights)
    outputs, states = outputs_of(bare, CELLS[layout.cell].states, timesteps)
    return replace(bare, weights=weights, output_shape=outputs, states=states)


def _read_only(layout: layouts.Layout) -> tuple[str, ...]:
    """What has to be said of an entry that was not proved by running it."""
    if layout.verified.startswith("run"):
        return ()
    return (f"Read, not run: {layout.source}.",)


def build_layer(
    layout: layouts.Layout,
    input_dim: Size,
    units: Size,
    directions: tuple[str, ...],
    options: Mapping[str, Any],
    number: int = 0,
) -> Layer:
    """The layer that an entry of the tables makes of these sizes; what is not known of its output stays unknown."""
    merge_mode = None if len(directions) == 1 else "concat"
    layer = _layer(
        layout, number, input_dim, units, directions, merge_mode, {"use_bias": True, **options}, None
    )
    return replace(layer, merge_mode=None, output_shape=None)


def weight_of(
    layout: layouts.Layout,
    array: layouts.Array,
    layer: Layer,
    direction: str | None = None,
    inner: str = "",
    number: int = 0,
) -> Weight:
    """The `Weight` that `array` of the table is in `layer`; its index is given later."""
    gates = layouts.gates_of(layout, array)
    sizes = {**sizes_of(layer), "gate": len(gates), "part": len(array.parts)}
    where = layout.path_two if direction and layout.path_two else layout.path
    words = {
        "inner": inner,
        "direction": direction,
        "cell": layout.layer,
        "array": array.name,
        "number": number,
        "place": len(layer.directions) * number + (direction == "backward"),
        "suffix": layout.suffix.get(direction or "", ""),
    }
    return Weight(
        index=None,
        path=where.format(layer=layer.path, **words),
        name=array.name if "{layer}" in where else where.format(**words),
        role=array.role,
        direction=direction,
        pattern=array.pattern,
        shape=pattern.shape(array.pattern, sizes),
        formula=tuple(str(one) for one in pattern.shape(array.pattern, {**sizes, **SYMBOLS})),
        gates=pattern.gate_ranges(array.pattern, gates, sizes),
        parts=array.parts,
        block_memory=array.block_memory,
    )


def features(layer: Layer) -> Size:
    """How many features a layer hands on: what the next layer's `input_dim` is."""
    units: Size = layer.options.get("projection") or layer.units
    return 2 * units if len(layer.directions) == 2 and layer.merge_mode == "concat" else units


def outputs_of(
    layer: Layer, state_names: tuple[str, ...], timesteps: int | None
) -> tuple[Any, tuple[State, ...]]:
    """Output shape (a list of shapes where there are several tensors) and states.

    Source: keras/src/layers/rnn/rnn.py and bidirectional.py, compute_output_shape, Keras 3.15.1.
    """
    two = len(layer.directions) == 2
    hidden = layer.options.get("projection") or layer.units
    states = tuple(
        State(name, direction if two else None, (None, hidden if name == "h" else layer.units))
        for direction in layer.directions
        for name in state_names
    )
    time = (timesteps,) if layer.options.get("return_sequences") else ()
    one = (None, *time, features(layer))
    tensors = [one, one] if two and layer.merge_mode is None else [one]
    if layer.options.get("return_state"):
        tensors += [state.shape for state in states]
    return (tensors[0] if len(tensors) == 1 else tensors), states
