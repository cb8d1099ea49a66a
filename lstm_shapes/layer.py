"""The values that everything is turned into and everything is drawn from.

Axes of a shape: `None` is an axis whose length is not known (batch, time).
"""

from __future__ import annotations

import math
from collections import namedtuple
from dataclasses import dataclass, field

from lstm_shapes import pattern
from lstm_shapes.arithmetic import SYMBOLS as SYMBOLS
from lstm_shapes.arithmetic import Arithmetic as Arithmetic
from lstm_shapes.arithmetic import count as count
from lstm_shapes.arithmetic import sizes_of as sizes_of
from lstm_shapes.pattern import Word

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from lstm_shapes.pattern import Range, Size

    Shape = tuple[Size, ...]

SCHEMA = 1


class UsageError(ValueError):
    """What was asked cannot be: the message says what was given, what is allowed and what to do."""


@dataclass(frozen=True)
class Weight:
    """One array of a recurrent layer."""

    index: int | None  # its place in the model's get_weights()
    path: str
    role: str
    direction: str | None  # None in a layer of one direction, or where one array holds both
    pattern: str
    shape: Shape
    formula: tuple[str, ...]
    gates: Mapping[str, list[Range]]
    parts: tuple[str, ...] = ()
    dtype: str | None = None
    key: str | None = None  # what the file calls the array, for whoever reads its numbers
    name: str | None = None  # the framework's own word for it, where a table says it
    block_memory: str = ""  # how each gate's block lies in memory, where that is another matrix

    @property
    def axes(self) -> tuple[str, ...]:
        """The axes by name, as in `("input", "gate*unit")`."""
        return pattern.names(self.pattern)

    @property
    def gate_axis(self) -> int | None:
        """Which axis the gates lie along."""
        return pattern.gate_axis(self.pattern)

    @property
    def parameters(self) -> Size:
        """How many numbers the array holds."""
        return math.prod(self.shape)

    def to_dict(self) -> dict[str, Any]:
        """As in schema 1 of the JSON."""
        return {
            "index": self.index,
            "path": self.path,
            "direction": self.direction,
            "role": self.role,
            "shape": plain(self.shape),
            "formula": list(self.formula),
            "axes": list(self.axes),
            "gate_axis": self.gate_axis,
            # Schema 1: always a list of ranges, also where there is one.  (Truth files write one range flat.)
            "gates": {gate: plain(ranges) for gate, ranges in self.gates.items()},
            "parts": list(self.parts),
            "dtype": self.dtype,
            "parameters": plain(self.parameters),
        }


@dataclass(frozen=True)
class Layer:
    """One recurrent layer: one direction, or two."""

    path: str
    cell: str  # "LSTM"
    framework: str
    input_dim: Size | None
    units: Size | None
    directions: tuple[str, ...]
    merge_mode: str | None
    use_bias: bool | None
    weights: tuple[Weight, ...]
    states: tuple[State, ...] = ()
    output_shape: Any = None  # a shape, or a list of shapes where the layer returns several tensors
    options: Mapping[str, Any] = field(default_factory=dict)
    alternatives: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def parameters(self) -> Size:
        """How many numbers the layer holds."""
        total = sum(weight.parameters for weight in self.weights)
        return Word(self.arithmetic.factored) if isinstance(total, Word) and self.arithmetic else total

    @property
    def arithmetic(self) -> Arithmetic | None:
        """How the number of parameters comes about; None where the directions differ."""
        return count(self)

    def to_dict(self) -> dict[str, Any]:
        """As in schema 1 of the JSON."""
        arithmetic = self.arithmetic
        return {
            "path": self.path,
            "cell": self.cell,
            "framework": self.framework,
            "input_dim": plain(self.input_dim),
            "units": plain(self.units),
            "directions": list(self.directions),
            "merge_mode": self.merge_mode,
            "use_bias": self.use_bias,
            "options": plain(dict(self.options)),
            "output_shape": plain(self.output_shape),
            "states": [state.to_dict() for state in self.states],
            "parameters": plain(self.parameters),
            "parameter_formula": arithmetic and arithmetic.to_dict(),
            "weights": [weight.to_dict() for weight in self.weights],
            "alternatives": list(self.alternatives),
            "notes": list(self.notes),
        }


class State(namedtuple("State", "name direction shape")):
    """What a layer carries from one step to the next; not a weight."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """As in schema 1 of the JSON."""
        return {"name": self.name, "direction": self.direction, "shape": plain(self.shape)}


class Other(namedtuple("Other", "index path shape dtype", defaults=(None,))):
    """An array that belongs to no recurrent layer; kept, so that every index is the true one."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """As in schema 1 of the JSON."""
        return {"index": self.index, "path": self.path, "shape": plain(self.shape), "dtype": self.dtype}


class Connection(namedtuple("Connection", "source target through kernel_index", defaults=((), None))):
    """Which layer's output feeds which kernel, through which layers without weights of their own."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """As in schema 1 of the JSON."""
        return {
            "from": self.source,
            "to": self.target,
            "through": list(self.through),
            "kernel_index": self.kernel_index,
        }


@dataclass(frozen=True)
class Explanation:
    """Everything there is to say about a layer, a model or a file.

    Printing it, showing it in a notebook and `to_json()` are three views of the same value.

    >>> import lstm_shapes
    >>> explanation = lstm_shapes.explain(input_dim=100, units=20)
    >>> [weight.shape for weight in explanation.weights]
    [(100, 80), (20, 80), (80,)]
    """

    source: str | None
    layers: tuple[Layer, ...]
    other_weights: tuple[Other, ...] = ()
    connections: tuple[Connection, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def weights(self) -> tuple[Weight, ...]:
        """The arrays of all recurrent layers, in order."""
        return tuple(weight for layer in self.layers for weight in layer.weights)

    @property
    def parameters(self) -> Size:
        """How many numbers there are in all, the arrays of other layers included."""
        keys = [weight.key for weight in self.weights if weight.key is not None]
        if len(set(keys)) < len(keys):  # an array that two layers share counts once
            once = {weight.key or weight.path: weight.parameters for weight in self.weights}
            return sum(once.values()) + sum(math.prod(other.shape) for other in self.other_weights)
        return sum(math.prod(other.shape) for other in self.other_weights) + sum(
            layer.parameters for layer in self.layers
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data, schema 1: `json.dumps` takes it."""
        return {
            "schema": SCHEMA,
            "source": self.source,
            "parameters": plain(self.parameters),
            "layers": [layer.to_dict() for layer in self.layers],
            "other_weights": [other.to_dict() for other in self.other_weights],
            "connections": [connection.to_dict() for connection in self.connections],
            "notes": list(self.notes),
        }

    def to_json(self, indent: int | None = 1) -> str:
        """The same as text."""
        from lstm_shapes.render import draw

        return draw(self, "json", indent=indent)

    def __str__(self) -> str:
        from lstm_shapes.render import draw

        return draw(self, "text")

    def _repr_html_(self) -> str:
        from lstm_shapes.render import draw

        return draw(self, "html")

    def _repr_markdown_(self) -> str:
        from lstm_shapes.render import draw

        return draw(self, "markdown")


def plain(value: Any) -> Any:
    """A value as JSON has it: tuples are lists, a symbol is text."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
