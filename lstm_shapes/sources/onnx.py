"""ONNX models: names, shapes and dtypes of the stored tensors, and the nodes that use them.

Source: onnx/onnx.proto; files of onnx 1.23 and PyTorch 2.13 in tests/corpus.

Numbers in the model are passed over; those in other files are not opened.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from lstm_shapes.sources.bounds import MAX_ARRAYS, MAX_DEPTH, MAX_NOTES, MAX_RANK, checked_shape, whole
from lstm_shapes.sources.listing import Listing, SourceError, Stored, shown
from lstm_shapes.sources.protobuf import fields, numbers, signed, text
from lstm_shapes.sources.window import Window

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DTYPES = {
    1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 8: "text", 9: "bool",
    10: "float16", 11: "float64", 12: "uint32", 13: "uint64", 14: "complex64", 15: "complex128", 16: "bfloat16",
    17: "float8_e4m3fn", 18: "float8_e4m3fnuz", 19: "float8_e5m2", 20: "float8_e5m2fnuz", 21: "uint4", 22: "int4",
}  # fmt: skip
MAX_LIST = 64  # numbers or words of an attribute that are kept


@dataclass(frozen=True)
class Found:
    """What a walk through the graphs collects."""

    arrays: dict[str, Stored]
    nodes: list[dict[str, Any]]
    inputs: list[str]
    notes: list[str]


def looks_so(head: bytes) -> bool:
    """Whether a file may be meant as ONNX: it begins with the IR version."""
    return len(head) > 2 and head[0] == 8 and 0 < head[1] < 64


def read(window: Window, source: str) -> Listing:
    """An ONNX model; the tensors of Constant nodes are listed under the name of their output."""
    found = Found({}, [], [], [])
    opset: dict[str, int] = {}
    config: dict[str, Any] = {"nodes": found.nodes, "opset": opset, "inputs": found.inputs}
    graphs = 0
    for number, value in fields(window):
        if number == 1 and isinstance(value, int):
            config["ir_version"] = value
        elif number == 2:
            config["producer"] = text(value)
        elif number == 7 and isinstance(value, Window):
            _graph(found, value, 0)
            graphs += 1
        elif number == 8 and isinstance(value, Window):
            _opset(opset, value)
        elif number == 25 and isinstance(value, Window):
            _function(found, value)
    if not graphs:
        raise SourceError("is a protocol buffer without an ONNX graph: an .onnx file was expected")
    return Listing(source, "onnx", tuple(found.arrays.values()), config, tuple(found.notes[:MAX_NOTES]))


def _opset(opset: dict[str, int], window: Window) -> None:
    domain, version = "", 0
    for number, value in fields(window):
        if number == 1:
            domain = text(value)
        elif number == 2 and isinstance(value, int):
            version = value
    opset[domain] = version


def _function(found: Found, window: Window) -> None:
    for number, value in fields(window):
        if number == 7 and isinstance(value, Window):
            _node(found, value, 1)


def _graph(found: Found, window: Window, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise SourceError(f"has graphs more than {MAX_DEPTH} deep: If and Loop seldom nest twice")
    for number, value in fields(window):
        if not isinstance(value, Window):
            continue
        if number == 1:
            _node(found, value, depth)
        elif number == 5:
            _tensor(found, value, None)
        elif number == 15:
            found.notes.append("has a sparse tensor: left out")
        elif number == 11 and not depth:
            found.inputs.extend(text(name) for key, name in fields(value) if key == 1)
    if len(found.inputs) > MAX_ARRAYS:
        raise SourceError(f"has more than {MAX_ARRAYS:,} inputs")


def _node(found: Found, window: Window, depth: int) -> None:
    node: dict[str, Any] = {"op": "", "name": "", "domain": "", "inputs": [], "outputs": [], "attributes": {}}
    words = {3: "name", 4: "op", 7: "domain"}
    tensors = []
    if len(found.nodes) >= 2 * MAX_ARRAYS:
        raise SourceError(f"has more than {2 * MAX_ARRAYS:,} nodes")
    found.nodes.append(node)
    for number, value in fields(window):
        if number in (1, 2):
            node["inputs" if number == 1 else "outputs"].append(text(value))
        elif number in words:
            node[words[number]] = text(value)
        elif number == 5 and isinstance(value, Window):
            name, given = _attribute(found, value, depth)
            if isinstance(given, Window):
                tensors.append(given)
            elif given is not None:
                node["attributes"][name] = given
    if node["op"] == "Constant" and tensors and node["outputs"]:
        _tensor(found, tensors[0], node["outputs"][0])


def _attribute(found: Found, window: Window, depth: int) -> tuple[str, Any]:
    """Name and value: a number, a text, a list of them, or the window over a tensor.  Graphs are walked."""
    name = ""
    many: list[int | str] = []
    given: Any = None
    for number, value in fields(window):
        if number == 1:
            name = text(value)
        elif number == 2 and isinstance(value, int):
            given = struct.unpack("<f", struct.pack("<I", value & 0xFFFFFFFF))[0]
        elif number == 3 and isinstance(value, int):
            given = signed(value)
        elif number == 4 and isinstance(value, Window):
            given = text(value) if value.size <= 4096 else None
        elif number == 5 and isinstance(value, Window):
            given = value
        elif number in (6, 11) and isinstance(value, Window):
            _graph(found, value, depth + 1)
        elif number == 8 and len(many) < MAX_LIST:
            many += numbers(value)
        elif number == 9 and len(many) < MAX_LIST and isinstance(value, Window) and value.size <= 4096:
            many.append(text(value))
    return name, many[:MAX_LIST] if many and given is None else given


def _tensor(found: Found, window: Window, name: str | None) -> None:
    dims: list[int] = []
    own, kind, outside = "", 0, False
    for number, value in fields(window):
        if number == 1:
            dims += numbers(value)
            whole(dims[: MAX_RANK + 1], "a tensor")  # at once: the field may come a million times
        elif number == 2 and isinstance(value, int):
            kind = value
        elif number == 8:
            own = text(value)
        elif number == 14:
            outside = value == 1
    name = own if name is None else name
    if len(found.arrays) >= MAX_ARRAYS:
        raise SourceError(f"has more than {MAX_ARRAYS:,} tensors")
    if outside:
        found.notes.append(f"{shown(name)} has its numbers in another file: not opened")
    tensor = Stored(name, checked_shape(dims, shown(name)), DTYPES.get(kind))
    if found.arrays.setdefault(name, tensor) != tensor:  # the branches of an If may share names
        raise SourceError(
            f"has two tensors {shown(name)} of different shapes: which one counts cannot be told"
        )
