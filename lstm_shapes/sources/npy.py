"""NumPy's `.npz` and `.npy`: the header of each array, parsed, never evaluated; objects are never unpickled.

Source: numpy/lib/format.py, "Format Version 1.0" to 3.0.
"""

from __future__ import annotations

import re

from lstm_shapes.sources import zips
from lstm_shapes.sources.bounds import checked_shape
from lstm_shapes.sources.listing import Listing, SourceError, Stored, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lstm_shapes.sources.window import Window
    from lstm_shapes.sources.zips import Archive

MAGIC = b"\x93NUMPY"
PEEK = 512  # bytes; NumPy pads a header to 64, 128, ... bytes, and a shape of 20 axes fits into 512
HEADER = re.compile(
    r"\{'descr': '([<>|=]?)([a-zA-Z])(\d{0,4})', 'fortran_order': (?:True|False), "
    r"'shape': \(((?:\d{1,19}L?, ?)*(?:\d{1,19}L?)?)\), \}\s*"  # Python 2 wrote 100L
)
KINDS = {"f": "float", "i": "int", "u": "uint", "c": "complex"}


def read_npz(zipped: Archive, source: str) -> Listing:
    """The arrays of an archive, in its own order."""
    arrays, notes = [], []
    for name in zipped.entries:
        if not name.endswith(".npy"):
            notes.append(f"{shown(name)} is no array")
            continue
        found = array(zips.peek(zipped, name, PEEK), name.removesuffix(".npy"))
        if found is None:
            notes.append(f"{shown(name)} holds Python objects, which need unpickling, or records: left out")
        else:
            arrays.append(found)
    if not arrays:
        raise SourceError(
            f"is an archive without an array of numbers: {'; '.join(notes[:3]) or 'it is empty'}"
        )
    return Listing(source, "npz", tuple(arrays), None, tuple(notes[:20]))


def read_npy(window: Window, source: str) -> Listing:
    """A single array."""
    found = array(window.upto(0, PEEK), "array")
    if found is None:
        raise SourceError("holds Python objects, which need unpickling: save an array of numbers")
    return Listing(source, "npy", (found,))


def array(data: bytes, path: str) -> Stored | None:
    """The array that a header describes; None for one of Python objects or of records."""
    if not data.startswith(MAGIC):
        raise SourceError(f"has an entry {shown(path)} that is no .npy array")
    width = 2 if data[6:7] == b"\x01" else 4
    length = int.from_bytes(data[8 : 8 + width], "little")
    text = data[8 + width : 8 + width + length].decode("utf-8", "replace")
    if text.startswith("{'descr': ["):
        return None
    if (head := HEADER.fullmatch(text)) is None:
        raise SourceError(
            f"has an array {shown(path)} with a header that NumPy does not write: {shown(text)}"
        )
    _, kind, bytes_, sizes = head.groups()
    if kind == "O":
        return None
    shape = checked_shape(
        [int(size) for size in sizes.replace("L", "").replace(",", " ").split()], shown(path)
    )
    return Stored(path, shape, _dtype(kind, bytes_))


def _dtype(kind: str, width: str) -> str | None:
    if kind in KINDS and width:
        return f"{KINDS[kind]}{8 * int(width)}"
    return {"b": "bool", "S": "text", "U": "text"}.get(kind)
