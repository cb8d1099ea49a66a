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

FRAMEWORKS = ("keras",)

MULTIPLIES = {
    "kernel": "multiplies the input x[t]",
    "recurrent_kernel": "multiplies the previous hidden state h[t-1]",
    "bias": "is added",
    "recurrent_bias": "is added on the state's side",
}


@dataclass(frozen=True)
class Array:
    """One stored array of one direction."""

    name: str  # the framework's own word for it
    role: str  # ours: kernel, recurrent_kernel, bias, ...
    pattern: str
    parts: tuple[str, ...] = ()  # roles along the axis `part`
    when: Mapping[str, Any] = field(default_factory=dict)  # the options under which it exists


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


def find(framework: str, cell: str) -> Layout:
    """The layout of `cell` in `framework`.

    Raises
    ------
    KeyError
        If there is no such framework or no such cell.
    """
    table: dict[str, Layout] = import_module(f"{__name__}.{framework}").LAYOUTS
    return table[cell]


def exists(array: Array, options: Mapping[str, Any]) -> bool:
    """Whether a layer with these options has this array."""
    return all(options.get(key) == value for key, value in array.when.items())
