"""safetensors: a JSON header of names, dtypes, shapes and offsets, then the numbers.

Source: huggingface/safetensors, README.md, "Format".
"""

from __future__ import annotations

from itertools import pairwise

from lstm_shapes.sources.bounds import MAX_ARRAYS, MAX_JSON, checked_shape, parse_json, whole
from lstm_shapes.sources.listing import Listing, SourceError, Stored, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lstm_shapes.sources.window import Window

DTYPES = {  # name: NumPy's or ml_dtypes' name, bytes
    "F64": ("float64", 8), "F32": ("float32", 4), "F16": ("float16", 2), "BF16": ("bfloat16", 2),
    "F8_E4M3": ("float8_e4m3fn", 1), "F8_E5M2": ("float8_e5m2", 1), "F8_E8M0": ("float8_e8m0fnu", 1),
    "I64": ("int64", 8), "I32": ("int32", 4), "I16": ("int16", 2), "I8": ("int8", 1),
    "U64": ("uint64", 8), "U32": ("uint32", 4), "U16": ("uint16", 2), "U8": ("uint8", 1),
    "BOOL": ("bool", 1), "C64": ("complex64", 8),
}  # fmt: skip


def looks_so(head: bytes, size: int) -> bool:
    """Whether a file of `size` bytes may be meant as safetensors: a length, then an object."""
    length = int.from_bytes(head[:8], "little")
    return size > 8 and (head[8:9] == b"{" or (head[8:9] == b"[" and length == size - 8))


def read(window: Window, source: str) -> Listing:
    """A safetensors file, its arrays in the order of their bytes."""
    length = int.from_bytes(window.read(0, 8), "little")
    if length > MAX_JSON:
        raise SourceError(
            f"claims a safetensors header of {length:,} bytes: at most {MAX_JSON:,} were expected"
        )
    if 8 + length > window.size:
        raise SourceError("is a safetensors file cut short: its header does not end; copy it again")
    header = parse_json(window.read(8, length), "the safetensors header", pairs=_once)
    if not isinstance(header, dict):
        raise SourceError("has a safetensors header that is no object")
    metadata = header.pop("__metadata__", None)
    if len(header) > MAX_ARRAYS:
        raise SourceError(f"has {len(header):,} arrays: at most {MAX_ARRAYS:,} were expected")
    found = [array(name, entry, window.size - 8 - length) for name, entry in header.items()]
    found.sort(key=lambda one: one[0])  # stable: the header's order where nothing is stored
    for (_, end, one), (begin, _, other) in pairwise(found):
        if begin < end:
            raise SourceError(f"stores {shown(one.path)} and {shown(other.path)} in the same bytes")
    if not isinstance(metadata, dict):
        metadata = None
    return Listing(source, "safetensors", tuple(one for _, _, one in found), {"metadata": metadata or {}})


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise SourceError(
            "has a safetensors header with a name twice: which one counts depends on the reader"
        )
    return found


def array(name: str, entry: Any, room: int) -> tuple[int, int, Stored]:
    """Where an array's bytes begin and end, and the array."""
    what = shown(name)
    if not isinstance(entry, dict) or not isinstance(entry.get("shape"), list):
        raise SourceError(f"describes {what} without a shape: dtype, shape and data_offsets were expected")
    shape = checked_shape(entry["shape"], what)
    offsets = whole(entry.get("data_offsets") or (), f"data_offsets of {what}")
    if len(offsets) != 2 or not offsets[0] <= offsets[1] <= room:
        raise SourceError(
            f"says that {what} lies outside the file's {room:,} bytes of numbers: copy it again"
        )
    dtype = entry.get("dtype")
    known, width = DTYPES.get(dtype, (None, 0)) if isinstance(dtype, str) else (None, 0)
    count = width
    for size in shape:
        count *= size
    if known and count != offsets[1] - offsets[0]:
        raise SourceError(
            f"says that {what} has the shape {shape} in {offsets[1] - offsets[0]:,} bytes: it needs {count:,}"
        )
    return offsets[0], offsets[1], Stored(name, shape, known or (dtype if isinstance(dtype, str) else None))
