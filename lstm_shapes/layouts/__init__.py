"""How frameworks store what a cell computes: one file a framework, one entry a cell, no code.

>>> find("keras", "lstm").arrays[0].pattern
'input (gate unit)'
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

NAMES = {"keras": "Keras", "keras2": "Keras 2", "pytorch": "PyTorch", "onnx": "ONNX"}
FRAMEWORKS = tuple(NAMES)

MULTIPLIES = {
    "kernel": "multiplies the input x[t]",
    "recurrent_kernel": "multiplies the previous hidden state h[t-1]",
    "bias": "is added",
    "recurrent_bias": "is added on the state's side",
    "projection": "makes the hidden state smaller before it is handed on",
    "peephole": "lets the gates see the cell state c",
}


@dataclass(frozen=True)
class Array:
    """One stored array of one direction."""

    name: str  # the framework's own word for it
    role: str  # ours: kernel, recurrent_kernel, bias, ...
    pattern: str
    parts: tuple[str, ...] = ()  # roles along the axis `part`
    when: Mapping[str, bool] = field(default_factory=dict)  # the options under which it exists
    gates: tuple[str, ...] | None = None  # where they are not all of the layout's, or in another order


@dataclass(frozen=True)
class Layout:
    """How one framework stores one cell."""

    framework: str
    cell: str  # key of cells.CELLS
    gates: tuple[str, ...]  # in the order in which they are stored
    arrays: tuple[Array, ...]
    options: Mapping[str, Any]  # that change the arrays, with the framework's defaults
    layer: str  # the framework's default name of such a layer
    path: str  # where an array lies in a layer of one direction
    path_two: str  # and in a layer of two
    wrapper: str  # default name of the layer that holds two directions
    forget_bias: float  # initial value of the forget gate's bias
    verified: str  # "run: ..." or "read: ..."
    source: str
    title: str = ""  # the cell's name, where the framework has another than cells.CELLS
    suffix: Mapping[str, str] = field(default_factory=dict)  # direction -> what its names end in
    note: str = ""  # what a reader has to know who meets such arrays


def find(framework: str, cell: str) -> Layout:
    """The layout of `cell` in `framework`.

    Raises
    ------
    KeyError
        If there is no such framework or no such cell.
    """
    return table(framework)[cell]


def table(framework: str) -> dict[str, Layout]:
    """All entries of one framework."""
    entries: dict[str, Layout] = import_module(f"{__name__}.{framework}").LAYOUTS
    return entries


def exists(array: Array, options: Mapping[str, Any]) -> bool:
    """Whether a layer with these options has this array."""
    return all(bool(options.get(key)) == value for key, value in array.when.items())
