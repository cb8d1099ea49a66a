"""TensorFlow checkpoints: the `.index` table of names, shapes and dtypes; the `.data` files are not opened.

Source: tensorflow/core/lib/io/table_format.txt, tensorflow/core/protobuf/tensor_bundle.proto and saved_metadata.proto
(keras), 2.21.
"""

from __future__ import annotations

import struct

from lstm_shapes.sources.bounds import MAX_ARRAYS, MAX_JSON, MAX_NAME, checked_shape, json_object
from lstm_shapes.sources.listing import Listing, SourceError, Stored, shown
from lstm_shapes.sources.protobuf import fields, signed, text, varint
from lstm_shapes.sources.window import Window

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

MAGIC = 0xDB4775248B80FB57.to_bytes(8, "little")
MAX_BLOCK = 4 << 20  # bytes; TensorFlow writes blocks of 256 kB
DTYPES = {
    1: "float32", 2: "float64", 3: "int32", 4: "uint8", 5: "int16", 6: "int8", 7: "text", 8: "complex64", 9: "int64",
    10: "bool", 14: "bfloat16", 17: "uint16", 18: "complex128", 19: "float16", 22: "uint32", 23: "uint64",
}  # fmt: skip
VALUE = "/.ATTRIBUTES/VARIABLE_VALUE"
NOT_WEIGHTS = ("optimizer/", "save_counter", "keras_api/metrics/", "_CHECKPOINTABLE_OBJECT_GRAPH")


def read(window: Window, source: str) -> Listing:
    """A checkpoint's index, in its own order, which is that of the names; optimizer and metrics left out."""
    arrays: list[Stored] = []
    for raw, value in _table(window):
        name = raw.decode("utf-8", "backslashreplace")
        if not name or name.startswith(NOT_WEIGHTS) or "/.OPTIMIZER_SLOT/" in name:
            continue
        if len(arrays) >= MAX_ARRAYS:
            raise SourceError(f"has more than {MAX_ARRAYS:,} arrays")
        arrays.append(_entry(name, value))
    if not arrays:
        raise SourceError("is a TensorFlow checkpoint without a variable")
    return Listing(source, "tf-checkpoint", tuple(arrays), {})


def _entry(name: str, value: Window) -> Stored:
    """A BundleEntryProto: dtype and shape."""
    dims: list[int] = []
    kind = 0
    for number, given in fields(value):
        if number == 1 and isinstance(given, int):
            kind = given
        elif number == 2 and isinstance(given, Window):
            for key, axis in fields(given):
                if key == 2 and isinstance(axis, Window):
                    dims.append(
                        next((signed(n) for k, n in fields(axis) if k == 1 and isinstance(n, int)), 0)
                    )
    return Stored(name, checked_shape(dims, shown(name)), DTYPES.get(kind))


def _table(window: Window) -> Iterator[tuple[bytes, Window]]:
    """Key and value of each entry of the table: an index block that points at data blocks."""
    if window.size < 48:
        raise SourceError("is a TensorFlow checkpoint cut short")
    footer = window.read(window.size - 48, 48)
    _, at = varint(footer, 0)
    _, at = varint(footer, at)
    start, at = varint(footer, at)
    size, _ = varint(footer, at)
    for _, handle in _block(window, start, size):
        place = handle.upto(0, 20)
        start, at = varint(place, 0)
        size, _ = varint(place, at)
        yield from _block(window, start, size)


def _block(window: Window, start: int, size: int) -> Iterator[tuple[bytes, Window]]:
    """The entries of one block; each key shares its beginning with the one before."""
    if size > MAX_BLOCK:
        raise SourceError(f"has a table block of {size:,} bytes: at most {MAX_BLOCK:,} were expected")
    if window.read(start + size, 1) != b"\0":
        raise SourceError("is a table with compressed blocks: TensorFlow's checkpoints have none")
    block = window.part(start, size)
    restarts = struct.unpack("<I", block.read(size - 4, 4))[0]
    end, at, key = size - 4 - 4 * restarts, 0, b""
    while at < end:
        head = block.upto(at, 30)
        shared, place = varint(head, 0)
        own, place = varint(head, place)
        length, place = varint(head, place)
        if shared > len(key) or shared + own > MAX_NAME:
            raise SourceError("is a damaged TensorFlow checkpoint: a name is broken")
        key = key[:shared] + block.read(at + place, own)
        at += place + own
        yield key, block.part(at, length)
        at += length


def keras_metadata(window: Window) -> dict[str, Any]:
    """`keras_metadata.pb` of a SavedModel: the root's class and config."""
    for number, node in fields(window):
        if number != 1 or not isinstance(node, Window):
            continue
        found = {key: value for key, value in fields(node) if key in (3, 5)}
        if 3 in found and text(found[3]) == "root" and isinstance(found.get(5), Window):
            metadata = json_object(text(found[5], MAX_JSON).encode(), "keras_metadata.pb")
            return {
                "model_config": {key: metadata[key] for key in ("class_name", "config") if key in metadata}
            }
    return {}
