"""How newer HDF5 files keep many links or attributes of one object: a B-tree (version 2) into a fractal heap.

Source: HDF5 File Format Specification 3.0, "Version 2 B-trees" and "Fractal Heap"; compared with h5py in
tests/test_sources.py.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from lstm_shapes.sources.bounds import MAX_ARRAYS
from lstm_shapes.sources.hdf5 import NOWHERE
from lstm_shapes.sources.listing import SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_shapes.sources.hdf5 import H5

ID_AT = {5: 4, 8: 0}  # where a record has the heap's id: of a link by name, of an attribute by name
MAX_LEVELS = 16  # of a tree; four hold a billion records


@dataclass(frozen=True)
class Heap:
    """A fractal heap's header: what is needed to find an object of it."""

    offset_width: int
    length_width: int
    width: int
    start: int
    largest: int
    root: int
    rows: int


def objects(file: H5, heap_at: int, tree_at: int, kind: int) -> Iterator[bytes]:
    """The messages kept this way; `kind` 5 are links, 8 attributes."""
    if heap_at == NOWHERE or tree_at == NOWHERE:
        return
    heap = _heap(file, heap_at)
    for record in _records(file, tree_at, kind):
        found = _object(file, heap, record[ID_AT[kind] :])
        if found is not None:
            yield found


def _heap(file: H5, at: int) -> Heap:
    data = file.window.read(at, 146)
    if data[:4] != b"FRHP":
        raise SourceError("is a damaged HDF5 file: a heap is missing")
    (filters,) = struct.unpack_from("<H", data, 7)
    (managed,) = struct.unpack_from("<I", data, 10)
    width, start, largest, bits, _, root, rows = struct.unpack_from("<HQQHHQH", data, 110)
    if filters or not (0 < width <= 1024 and 0 < start <= largest <= 1 << 32 and 0 < bits <= 64):
        raise SourceError("is an HDF5 file with a heap of an unusual kind: save the model again")
    lengths = min((largest.bit_length() + 6) // 8, (managed.bit_length() + 7) // 8)
    return Heap((bits + 7) // 8, lengths, width, start, largest, root, rows)


def _object(file: H5, heap: Heap, identity: bytes) -> bytes | None:
    """One managed object; huge ones, which stand alone, hold no link and no name of ours."""
    if identity[0] & 0x30:
        return None
    at = 1 + heap.offset_width
    offset = int.from_bytes(identity[1:at], "little")
    size = int.from_bytes(identity[at : at + heap.length_width], "little")
    return file.window.read(_place(file, heap, offset), size)


def _place(file: H5, heap: Heap, offset: int) -> int:
    """The address of an offset in the heap's own space: down the doubling table."""
    block, rows = heap.root, heap.rows
    for _ in range(MAX_LEVELS):
        if not rows:
            return block + offset
        row = (offset // (heap.start * heap.width)).bit_length()  # row k begins at width * start * 2^(k-1)
        if row >= rows:
            break
        size = heap.start << max(0, row - 1)
        before = heap.width * size if row else 0
        column = (offset - before) // size
        at = block + 13 + heap.offset_width + 8 * (row * heap.width + column)
        block = struct.unpack("<Q", file.window.read(at, 8))[0]
        offset -= before + column * size
        rows = 0 if size <= heap.largest else (size // (heap.start * heap.width)).bit_length()
    raise SourceError("is a damaged HDF5 file: a heap has no such object")


def _records(file: H5, at: int, kind: int) -> Iterator[bytes]:
    head = file.window.read(at, 34)
    node, size, depth = struct.unpack_from("<IHH", head, 6)
    root, count = struct.unpack_from("<QH", head, 16)
    if head[:4] != b"BTHD" or head[5] != kind or depth > MAX_LEVELS or not 11 <= size < node <= 1 << 20:
        raise SourceError("is a damaged HDF5 file: an index is missing")
    widths = _widths(node, size, depth)
    pending, done = [(root, count, depth)] if root != NOWHERE else [], 0
    while pending:
        at, count, depth = pending.pop()
        done += count
        if done > MAX_ARRAYS:
            raise SourceError(f"has a group of more than {MAX_ARRAYS:,} names: no checkpoint has")
        data = file.window.read(at, node)
        if data[:4] != (b"BTIN" if depth else b"BTLF") or 6 + count * size > node:
            raise SourceError("is a damaged HDF5 file: an index is broken")
        for number in range(count):
            yield data[6 + number * size :][:size]
        if depth:
            few, pointer = widths[0], 8 + widths[0] + widths[depth]
            for number in range(count + 1):
                child = data[6 + count * size + number * pointer :][:pointer]
                where = int.from_bytes(child[:8], "little")
                pending.append((where, int.from_bytes(child[8 : 8 + few], "little"), depth - 1))


def _widths(node: int, record: int, depth: int) -> list[int]:
    """Bytes of a child's record count (first), then of its subtree's total at each depth from 1."""
    total = (node - 10) // record
    few = (total.bit_length() + 7) // 8
    widths, wide = [few], 0
    for _ in range(depth):
        widths.append(wide)
        most = (node - 10 - 8 - few - wide) // (record + 8 + few + wide)
        total = (most + 1) * total + most
        wide = (total.bit_length() + 7) // 8
    return widths
