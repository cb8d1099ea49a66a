"""Where a file keeps the numbers of each array: one small function a format, over the readers that list it."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lstm_shapes.sources import zips
from lstm_shapes.sources.bounds import MAX_JSON, MAX_PICKLE, parse_json
from lstm_shapes.sources.listing import SourceError, shown
from lstm_shapes.sources.window import Window


@dataclass(frozen=True)
class Spot:
    """Where an array begins, and how it goes on: `steps` in bytes, or None where it is in C order."""

    first: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    steps: tuple[int, ...] | None = None
    packed: tuple[str, str] | None = None


Finder = Callable[[str], Spot]


def finder(window: Window) -> Finder:
    """The function from an array's key to its `Spot`, for the kind of file that this is."""
    from lstm_shapes.sources import hdf5, keras_h5, npy, safetensors, sniff

    read = sniff.reader(window)
    if read is keras_h5.read:
        return _hdf5(hdf5.open_file(window), None)
    if read is safetensors.read:
        return _safetensors(window)
    if read is npy.read_npy:
        return lambda key: _npy(window.upto(0, npy.PEEK), window.start, None)
    if read is sniff.in_zip:
        return _zip(zips.archive(window))
    raise SourceError(
        "is of a kind whose numbers are not read here, only its shapes: .keras, .h5, .hdf5, .weights.h5, .safetensors, "
        ".npz, .npy or a .pt that is a zip were expected"
    )


def _zip(zipped: zips.Archive) -> Finder:
    if any(name.endswith("/data.pkl") for name in zipped.entries):
        return _torch(zipped)
    from lstm_shapes.sources import hdf5, keras_zip, npy

    if keras_zip.WEIGHTS in zipped.entries:
        inside, packed = _body(zipped, keras_zip.WEIGHTS)
        return _hdf5(hdf5.open_file(inside), packed or ("stored", keras_zip.WEIGHTS))
    return lambda key: _npz(zipped, f"{key}.npy", npy.PEEK)


def _body(zipped: zips.Archive, name: str) -> tuple[Window, tuple[str, str] | None]:
    """An entry's bytes; and where they are compressed, that they are."""
    if name not in zipped.entries:
        raise SourceError(f"has no entry {shown(name)}")
    stored = zipped.entries[name].method == zips.STORED
    return zips.entry(zipped, name), None if stored else ("zip", name)


def _npz(zipped: zips.Archive, name: str, peek: int) -> Spot:
    inside, packed = _body(zipped, name)
    return _npy(inside.upto(0, peek), inside.start, packed)


def _npy(head: bytes, start: int, packed: tuple[str, str] | None) -> Spot:
    from lstm_shapes.sources import npy

    found = npy.array(head, "array")
    if found is None or found.dtype in (None, "text"):
        raise SourceError("holds no plain numbers there")
    width = 2 if head[6:7] == b"\x01" else 4
    begin = 8 + width + int.from_bytes(head[8 : 8 + width], "little")
    text = head[8 + width : begin]
    dtype = _dtype(found.dtype, big=b"'descr': '>" in text)
    steps = None
    if b"'fortran_order': True" in text:
        steps = tuple(
            dtype.itemsize * int(np.prod(found.shape[:i], dtype=object)) for i in range(len(found.shape))
        )
    return Spot(start + begin, found.shape, dtype, steps, packed)


def _dtype(name: str | None, big: bool = False) -> np.dtype[Any]:
    """NumPy's type of that name; those that NumPy lacks are ml_dtypes'."""
    if name is None:
        raise SourceError("has numbers without a type that a reader can know: save them as float32")
    try:
        found = np.dtype(name)
    except TypeError:
        try:
            import ml_dtypes

            found = np.dtype(getattr(ml_dtypes, name))
        except (ImportError, AttributeError, TypeError):
            raise SourceError(
                f"has numbers of type {shown(name)}, which NumPy does not have: for bfloat16, pip install ml_dtypes"
            ) from None
    if found.kind == "O":
        raise SourceError("holds Python objects: an array of numbers was expected")
    return found.newbyteorder(">") if big else found


def _safetensors(window: Window) -> Finder:
    from lstm_shapes.sources import safetensors

    length = int.from_bytes(window.read(0, 8), "little")
    if length > MAX_JSON:
        raise SourceError(f"claims a safetensors header of {length:,} bytes")
    header = parse_json(window.read(8, length), "the safetensors header")

    def find(key: str) -> Spot:
        if key not in header:
            raise SourceError(f"has no array {shown(key)}")
        begin, _, stored = safetensors.array(key, header[key], window.size - 8 - length)
        return Spot(window.start + 8 + length + begin, stored.shape, _dtype(stored.dtype))

    return find


def _torch(zipped: zips.Archive) -> Finder:
    from lstm_shapes.sources import torch_files

    (pickle,) = (name for name in zipped.entries if name.endswith("/data.pkl"))
    top = pickle.removesuffix("data.pkl")
    machine = torch_files.unpickled(io.BytesIO(zips.content(zipped, pickle, MAX_PICKLE)))
    found = torch_files.Found(machine, [], {}, [], set())
    torch_files.walk(found, machine.stack[0], "", 0)
    order = top + "byteorder"
    big = order in zipped.entries and zips.content(zipped, order, 100) == b"big"

    def find(key: str) -> Spot:
        tensor = found.tensors.get(key)
        if tensor is None or tensor.storage is None:
            raise SourceError(f"has no tensor {shown(key)}")
        inside, packed = _body(zipped, f"{top}data/{tensor.storage.key}")
        dtype = _dtype(tensor.dtype, big)
        last = tensor.begin + sum((n - 1) * step for n, step in zip(tensor.shape, tensor.steps, strict=True))
        if 0 not in tensor.shape and (last + 1) * dtype.itemsize > inside.size:
            raise SourceError(f"is damaged: {shown(key)} reaches past its storage")
        steps = tuple(dtype.itemsize * step for step in tensor.steps)
        return Spot(inside.start + dtype.itemsize * tensor.begin, tensor.shape, dtype, steps, packed)

    return find


def _hdf5(file: Any, packed: tuple[str, str] | None) -> Finder:
    """`packed`: None for a file of its own, else the entry of a zip, `("stored", name)` where it lies there as it is."""
    from lstm_shapes.sources import hdf5, hdf5_values, keras_h5

    def find(key: str) -> Spot:
        address = hdf5.target(file, file.root, key)
        found = hdf5_values.dataset(file, address)
        if found is None or found.shape is None or found.outside:
            raise SourceError(f"has no numbers of its own at {shown(key)}: {found and found.outside}")
        kind = found.dtype or keras_h5.text(file, address, "dtype")
        dtype = _dtype(kind, hdf5_values.big_endian(file, address))
        first = hdf5_values.begins(file, address)
        if first is None:
            if packed is not None:
                raise SourceError(
                    f"keeps {shown(key)} in chunks inside a zip: unpack {packed[1]} and read that file"
                )
            return Spot(0, found.shape, dtype.newbyteorder("="), None, ("hdf5", key))
        start = file.window.start + first
        return Spot(start, found.shape, dtype, None, packed if packed and packed[0] == "zip" else None)

    return find
