"""What an HDF5 object says: the shape and dtype of a dataset, the text in an attribute.

Source: HDF5 File Format Specification 3.0, the messages "Dataspace", "Datatype", "Data Layout", "Attribute", and
"Global Heap"; compared with h5py in tests/test_sources.py.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from lstm_shapes.sources.bounds import MAX_ARRAYS, MAX_JSON, MAX_RANK, checked_shape
from lstm_shapes.sources.hdf5 import NOWHERE, Message, messages, once
from lstm_shapes.sources.listing import SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_shapes.sources.hdf5 import H5

DATASPACE, DATATYPE, EXTERNAL_FILES, LAYOUT, ATTRIBUTE, ATTRIBUTE_INFO = 0x01, 0x03, 0x07, 0x08, 0x0C, 0x15
SHARED = 2  # a message's flag: its data stand elsewhere
INTEGER, FLOAT, STRING, OPAQUE, ENUM, VARIABLE = 0, 1, 3, 5, 8, 9
OTHER = {4: "bits", 6: "record", 7: "reference", 10: "array", 2: "time"}
CONTIGUOUS, VIRTUAL = 1, 3


@dataclass(frozen=True)
class Dataset:
    """A dataset's own description."""

    shape: tuple[int, ...] | None  # None: no numbers at all (a null dataspace)
    dtype: str | None
    outside: str | None  # "external storage" or "a virtual dataset": its numbers lie in other files


def dataset(file: H5, address: int) -> Dataset | None:
    """The dataset at an address, or None where there is a group or a named type."""
    found: Dataset | None = once(file, "dataset", address, _dataset)
    return found


def _dataset(file: H5, address: int) -> Dataset | None:
    space = kind = outside = None
    layout = False
    for message in messages(file, address):
        if message.kind == DATASPACE:
            space = message
        elif message.kind == DATATYPE:
            kind = message
        elif message.kind == EXTERNAL_FILES:
            outside = "external storage"
        elif message.kind == LAYOUT:
            layout = True
            if message.data[0] >= 3 and message.data[1] == VIRTUAL:
                outside = "a virtual dataset"
    if space is None or kind is None or not layout:
        return None
    shape = None if space.flags & SHARED else dimensions(space.data)
    shape = None if shape is None else checked_shape(shape, "one of its arrays")
    dtype = None if kind.flags & SHARED else dtype_name(kind.data)
    return Dataset(shape, dtype, outside)


def begins(file: H5, address: int) -> int | None:
    """The address of a dataset's first number, where they lie in one piece; None where they lie in chunks.

    Raises
    ------
    SourceError
        If they were never written.
    """
    data = next(message.data for message in messages(file, address) if message.kind == LAYOUT)
    kind = data[1] if data[0] >= 3 else data[2]
    if kind != CONTIGUOUS:
        return None  # in chunks, or among the messages, where no array of a model fits
    (first,) = struct.unpack_from("<Q", data, 2 if data[0] >= 3 else 8)
    if first == NOWHERE:
        raise SourceError("has an array whose numbers were never written")
    return int(first)


def big_endian(file: H5, address: int) -> bool:
    """Whether a dataset's numbers begin with their most significant byte."""
    kind = next(message.data for message in messages(file, address) if message.kind == DATATYPE)
    return kind[0] & 15 in (INTEGER, FLOAT) and bool(kind[1] & 1)


def dimensions(data: bytes) -> tuple[int, ...] | None:
    """A dataspace message: the sizes of the axes; None where it holds nothing."""
    version, rank = data[0], data[1]
    if version not in (1, 2) or rank > MAX_RANK:
        raise SourceError(f"is a damaged HDF5 file: an array with {rank} axes (dataspace version {version})")
    if version == 2 and data[3] == 2:
        return None
    return struct.unpack_from(f"<{rank}Q", data, 4 if version == 2 else 8)


def dtype_name(data: bytes) -> str | None:
    """A datatype message in NumPy's words: `float32`, `int64`, `bool`; `opaque` and so on for no number."""
    kind, bits, size = data[0] & 15, data[1], struct.unpack_from("<I", data, 4)[0]
    if kind == INTEGER:
        return f"{'int' if bits & 8 else 'uint'}{8 * size}"
    if kind == FLOAT:
        return "bfloat16" if size == 2 and data[13] == 8 else f"float{8 * size}"
    if kind == ENUM:
        return "bool" if size == 1 and b"FALSE\0" in data and b"TRUE\0" in data else dtype_name(data[8:])
    if kind == OPAQUE:
        return None  # how Keras stores bfloat16 with h5py: two bytes of no known kind
    if kind == STRING or (kind == VARIABLE and bits & 15 == 1):
        return "text"
    return OTHER.get(kind, "other")


def attributes(file: H5, address: int) -> dict[str, Message]:
    """The attributes of an object, each as its message: `texts` reads it."""
    found: dict[str, Message] = once(
        file, "attributes", address, lambda file, at: dict(_attributes(file, at))
    )
    return found


def _attributes(file: H5, address: int) -> Iterator[tuple[str, Message]]:
    for message in messages(file, address):
        if message.kind == ATTRIBUTE and not message.flags & SHARED:
            yield _attribute_name(message.data), message
        elif message.kind == ATTRIBUTE_INFO:
            from lstm_shapes.sources.hdf5_dense import objects

            heap, tree = struct.unpack_from("<QQ", message.data, 4 if message.data[1] & 1 else 2)
            for data in objects(file, heap, tree, kind=8):
                yield _attribute_name(data), Message(ATTRIBUTE, 0, data)


def _attribute_name(data: bytes) -> str:
    size = struct.unpack_from("<H", data, 2)[0]
    at = 9 if data[0] == 3 else 8
    return data[at : at + size].split(b"\0")[0].decode("utf-8", "backslashreplace")


def texts(file: H5, message: Message) -> list[bytes] | None:
    """The text or texts that an attribute holds, as bytes; None where it holds something else."""
    data = message.data
    version = data[0]
    if version not in (1, 2, 3):
        raise SourceError(f"is a damaged HDF5 file: an attribute of version {version}")
    if version > 1 and data[1]:  # its type or space is kept elsewhere: no writer of Keras files does so
        return None
    sizes = struct.unpack_from("<HHH", data, 2)
    at = 9 if version == 3 else 8
    cuts = []
    for size in sizes:
        cuts.append(data[at : at + size])
        at += -(-size // 8) * 8 if version == 1 else size
    kind, width = cuts[1][0] & 15, struct.unpack_from("<I", cuts[1], 4)[0]
    shape = dimensions(cuts[2])
    count = 0 if shape is None else _product(shape)
    if not count:  # a layer without weights: h5py writes the empty list as numbers
        return []
    if kind == STRING:
        if width * count > len(data) - at:
            raise SourceError("is a damaged HDF5 file: an attribute is longer than its place")
        return [data[at + k * width : at + (k + 1) * width].rstrip(b"\0") for k in range(count)]
    if kind == VARIABLE and cuts[1][1] & 15 == 1:
        if 16 * count > len(data) - at:
            raise SourceError("is a damaged HDF5 file: an attribute is longer than its place")
        return [_in_heap(file, *struct.unpack_from("<IQI", data, at + 16 * k)) for k in range(count)]
    return None


def _product(shape: tuple[int, ...]) -> int:
    total = 1
    for size in shape:
        total *= size
    if total > MAX_ARRAYS:
        raise SourceError(f"has an attribute of {total:,} words: at most {MAX_ARRAYS:,} were expected")
    return total


def _in_heap(file: H5, size: int, address: int, index: int) -> bytes:
    """A text of variable length: an object of a global heap collection."""
    if not size:
        return b""
    if size > MAX_JSON:
        raise SourceError(f"has an attribute of {size:,} bytes: at most {MAX_JSON:,} were expected")
    place = once(file, "heap", address, _collection).get(index)
    if place is None or place[1] < size:
        raise SourceError("is a damaged HDF5 file: a text is missing")
    return file.window.read(place[0], size)


def _collection(file: H5, address: int) -> dict[int, tuple[int, int]]:
    """Where the objects of a collection are: `{index: (address, size)}`."""
    head = file.window.read(address, 16)
    if head[:4] != b"GCOL":
        raise SourceError("is a damaged HDF5 file: a text is missing")
    at, end = address + 16, address + struct.unpack_from("<Q", head, 8)[0]
    found: dict[int, tuple[int, int]] = {}
    while at + 16 <= end and len(found) <= MAX_ARRAYS:
        index, size = struct.unpack("<H6xQ", file.window.read(at, 16))
        if not index:  # what is free
            break
        found[index] = (at + 16, size)
        at += 16 + -(-size // 8) * 8
    return found
