"""The numbers of an array in a file, read when they are asked for, and no more of them than are asked for.

A `Place` says where the numbers lie: the first byte, and how many bytes from one number to the next along each axis,
as NumPy's strides do.  Naming, splitting or cutting axes is arithmetic on these; only `place[...]` reads.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lstm_shapes.sources import files, in_one_line, window
from lstm_shapes.sources.finders import Spot, finder
from lstm_shapes.sources.listing import SourceError, shown

Array = np.ndarray[Any, np.dtype[Any]]
Read = Callable[[int, int], bytes]  # (first byte, how many) -> the bytes

PAGE = 4096  # bytes; a disk hands over whole pages, so a gap shorter than one is read over
DENSEST = 1032  # how many bytes deflate can make of one; Source: zlib, "Maximum Compression Factor"
PIECES = 5_000_000  # separate reads for one selection; past that the selection is no part of an array


@dataclass(frozen=True)
class Place:
    """An array in a file: an object that slices like an array, and reads what the slice needs.

    >>> import os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = os.path.join(folder, "w.npz")
    ...     np.savez(file, kernel=np.arange(800.0).reshape(10, 80))
    ...     kernel = places(file, ["kernel"])["kernel"]
    ...     kernel.shape, kernel[3, 20:22]
    ((10, 80), array([260., 261.]))
    """

    path: str
    stamp: tuple[int, int]  # the file's time and size when it was looked at
    start: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    dtype: np.dtype[Any]
    packed: tuple[str, str] | None = (
        None  # ("zip", entry) or ("hdf5", array): unpacked whole to read any of it
    )

    @property
    def ndim(self) -> int:
        """How many axes."""
        return len(self.shape)

    def split(self, lengths: Sequence[Sequence[int]]) -> Place:
        """Each axis taken apart: `(100, 80)` by `[[100], [4, 20]]` is `(100, 4, 20)`."""
        if tuple(math.prod(parts) for parts in lengths) != self.shape:
            raise ValueError(f"{self.shape} cannot be split into {lengths}")
        strides = [
            step * math.prod(parts[i + 1 :])
            for step, parts in zip(self.strides, lengths, strict=True)
            for i in range(len(parts))
        ]
        return replace(self, shape=tuple(n for parts in lengths for n in parts), strides=tuple(strides))

    def arranged(self, names: Sequence[str], order: Sequence[str]) -> Place:
        """The axes, called `names`, in another order; one that is not there has the length 1."""
        axes = dict(zip(names, zip(self.shape, self.strides, strict=True), strict=True))
        shape, strides = zip(*(axes.get(name, (1, 0)) for name in order), strict=True)
        return replace(self, shape=shape, strides=strides)

    def __getitem__(self, key: Any) -> Array:
        """Numbers and slices, as of an array; `numpy.ndarray` in this machine's byte order.

        Along an axis that is given a list, all is read.
        """
        part, after = _cut(self, key if isinstance(key, tuple) else (key,))
        with in_one_line(self.path), files.opened(self.path) as file:
            if _stamp(file) != self.stamp:
                raise SourceError("was changed since it was looked at: label it again")
            found = (
                gather(_reader(file, part), part) if 0 not in part.shape else np.empty(part.shape, part.dtype)
            )
        native: Array = found.astype(part.dtype.newbyteorder("="), copy=False)[after]
        return native


def _cut(place: Place, key: tuple[Any, ...]) -> tuple[Place, tuple[Any, ...]]:
    """The place of a selection with its axes all kept, and the index that drops and turns axes afterwards."""
    at = next((i for i, one in enumerate(key) if one is Ellipsis), None)
    if at is not None:
        key = (*key[:at], *(slice(None),) * (place.ndim - len(key) + 1), *key[at + 1 :])
    key += (slice(None),) * (place.ndim - len(key))
    start, shape, strides, after = place.start, [], [], []
    for one, size, stride in zip(key, place.shape, place.strides, strict=True):
        listed = np.ndim(one) > 0
        sliced = isinstance(one, slice) or listed
        steps = range(size) if listed else range(size)[one] if sliced else range(size)[one:][:1]
        turned = steps.step < 0
        steps = steps[::-1] if turned else steps
        start += stride * (steps[0] if steps else 0)
        shape.append(len(steps))
        strides.append(stride * steps.step)
        after.append(one if listed else slice(None, None, -1 if turned else 1) if sliced else 0)
    return replace(place, start=start, shape=tuple(shape), strides=tuple(strides)), tuple(after)


def gather(read: Read, place: Place) -> Array:
    """Read an array piece by piece: numbers that lie together, or nearly so, in one look."""
    steps = [step if n > 1 else 0 for n, step in zip(place.shape, place.strides, strict=True)]
    order = sorted(range(place.ndim), key=lambda i: -steps[i])
    shape, strides = [place.shape[i] for i in order], [steps[i] for i in order]
    size = place.dtype.itemsize
    outer, span = place.ndim, size
    while outer and strides[outer - 1] - span < PAGE:  # the gap between two pieces
        outer -= 1
        span += (shape[outer] - 1) * strides[outer]
    if math.prod(shape[:outer]) > PIECES:
        raise SourceError(f"has an array in more than {PIECES:,} pieces: no framework stores one so")
    found = np.empty(shape, place.dtype)
    inner = tuple(strides[outer:])
    for at in np.ndindex(*shape[:outer]):
        first = place.start + sum(i * step for i, step in zip(at, strides, strict=False))
        found[at] = np.ndarray(shape[outer:], place.dtype, read(first, span), strides=inner)
    return found.transpose(np.argsort(order))


def _stamp(file: Any) -> tuple[int, int]:
    stat = os.fstat(file.fileno())
    return stat.st_mtime_ns, stat.st_size


def _reader(file: Any, place: Place) -> Read:
    """How the bytes of a place are read: from the file, or from what an entry of it unpacks to."""
    if place.packed is None:
        return lambda first, count: read_at(file, first, count)
    kind, name = place.packed
    if kind == "zip":
        from lstm_shapes.sources import zips

        inside = zips.entry(zips.archive(window.over(file)), name)
        return inside.read
    data = _unpacked(place.path, name, place.stamp[1])
    return lambda first, count: data[first : first + count]


def read_at(file: Any, first: int, count: int) -> bytes:
    """Exactly `count` bytes; all reading of numbers in place passes here."""
    file.seek(first)
    parts = []
    while count and (data := file.read(count)):
        parts.append(data)
        count -= len(data)
    if count:
        raise SourceError("became shorter while it was read")
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _unpacked(path: str, name: str, size: int) -> bytes:
    """An HDF5 array in chunks, which h5py puts together; its key leads along hard links only, `finders` has looked."""
    import h5py

    with h5py.File(path, "r") as file:
        found = file[name]
        if found.nbytes > DENSEST * size:
            raise SourceError(
                f"claims {found.nbytes:,} bytes of numbers at {shown(name)}, in a file of {size:,}: "
                "no compression packs so densely"
            )
        data: bytes = found[()].tobytes()
        return data


# ---------------------------------------------------------------- where an array lies, format by format


def places(path: str, keys: Iterable[str]) -> dict[str, Place]:
    """Where a file has the numbers of these arrays, each called by its key in the file's `Listing`.

    Raises
    ------
    SourceError
        If the file is of a kind whose numbers are not read here (ONNX, TensorFlow checkpoints, sharded files), or
        claims more numbers than it can hold.
    """
    with in_one_line(path), files.opened(path) as file:
        whole = window.over(file)
        find = finder(whole)
        return {key: _place(path, _stamp(file), key, find(key)) for key in keys}


def _place(path: str, stamp: tuple[int, int], key: str, spot: Spot) -> Place:
    size = spot.dtype.itemsize
    steps = tuple(size * math.prod(spot.shape[i + 1 :]) for i in range(len(spot.shape)))
    steps = steps if spot.steps is None else spot.steps
    last = spot.first + sum((n - 1) * step for n, step in zip(spot.shape, steps, strict=True)) + size
    room = stamp[1] * (DENSEST if spot.packed else 1)
    if 0 not in spot.shape and max(last, size * math.prod(spot.shape)) > room:
        raise SourceError(
            f"is cut short or damaged: {shown(key)} has {math.prod(spot.shape):,} numbers of {size} bytes, in a file of "
            f"{stamp[1]:,} bytes"
        )
    return Place(path, stamp, spot.first, spot.shape, steps, spot.dtype, spot.packed)
