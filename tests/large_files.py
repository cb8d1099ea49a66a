"""Checkpoints of any size, one LSTM each, that take no room: what nobody wrote is a hole in the file.

Keras's three are files that Keras wrote, their arrays replaced by large ones; the others are written as their formats say.
"""

from __future__ import annotations

import json
import math
import pathlib
import struct
import zipfile
from collections.abc import Callable

import h5py
import numpy as np

KERAS = pathlib.Path(__file__).parent / "corpus" / "files" / "keras3"
ZEROS = bytes(1 << 23)


def sizes(size: int) -> tuple[int, int]:
    """`input_dim` and `units` of an LSTM of about `size` bytes: 4 units × (4 units + units) numbers of 4 bytes."""
    units = math.isqrt(size // 80)
    return 4 * units, units


def keras_shapes(size: int) -> list[tuple[int, ...]]:
    inputs, units = sizes(size)
    return [(inputs, 4 * units), (units, 4 * units), (4 * units,)]


def torch_arrays(size: int) -> dict[str, tuple[int, ...]]:
    inputs, units = sizes(size)
    shapes = [(4 * units, inputs), (4 * units, units), (4 * units,), (4 * units,)]
    return dict(zip(("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"), shapes, strict=True))


class Holes:
    """A file to write to, in which zeros become a hole."""

    def __init__(self, path: pathlib.Path) -> None:
        self.file = path.open("wb")
        self.tell, self.seek, self.flush = self.file.tell, self.file.seek, self.file.flush

    def write(self, data) -> int:
        if len(data) <= len(ZEROS) and bytes(data) == ZEROS[: len(data)]:
            return self.skip(len(data))
        return self.file.write(data)

    def skip(self, count: int) -> int:
        self.file.seek(count, 1)
        return count

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.truncate()
        self.file.close()


class Counted:
    """A file to read from that counts the bytes it gave."""

    def __init__(self, path: pathlib.Path) -> None:
        self.file, self.bytes = path.open("rb", buffering=0), 0
        self.seek = self.file.seek

    def read(self, count: int) -> bytes:
        data = self.file.read(count)
        self.bytes += len(data)
        return data

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()


# ---------------------------------------------------------------- Keras's


def _grown(path: pathlib.Path, small: str, arrays: list[str], size: int) -> h5py.File:
    path.write_bytes((KERAS / small).read_bytes())
    file = h5py.File(path, "r+")
    for name, shape in zip(arrays, keras_shapes(size), strict=True):
        del file[name]
        file.create_dataset(name, shape, "f4")[(-1,) * len(shape)] = 0  # room is taken, the rest not written
    return file


def _config(text: str, size: int) -> str:
    inputs, units = sizes(size)
    return text.replace('"units": 4', f'"units": {units}').replace("[null, 7, 5]", f"[null, 7, {inputs}]")


def weights_h5(path: pathlib.Path, size: int) -> None:
    _grown(path, "lstm_plain.weights.h5", [f"layers/lstm/cell/vars/{k}" for k in range(3)], size).close()


def h5(path: pathlib.Path, size: int) -> None:
    group = "model_weights/lstm_plain/lstm_plain/lstm_cell/"
    names = [group + role for role in ("kernel", "recurrent_kernel", "bias")]
    with _grown(path, "lstm_plain.h5", names, size) as file:
        file.attrs["model_config"] = _config(file.attrs["model_config"], size)


def keras(path: pathlib.Path, size: int) -> None:
    inner = path.with_suffix(".inner")
    weights_h5(inner, size)
    with (
        zipfile.ZipFile(KERAS / "lstm_plain.keras") as small,
        Holes(path) as file,
        zipfile.ZipFile(file, "w") as made,
    ):
        made.writestr("metadata.json", small.read("metadata.json"))
        made.writestr("config.json", _config(small.read("config.json").decode(), size))
        with inner.open("rb") as source, made.open("model.weights.h5", "w", force_zip64=True) as entry:
            while data := source.read(len(ZEROS)):
                entry.write(data)
    inner.unlink()


# ---------------------------------------------------------------- the others


def npz(path: pathlib.Path, size: int) -> None:
    with Holes(path) as file, zipfile.ZipFile(file, "w") as made:
        for name, shape in torch_arrays(size).items():
            with made.open(f"lstm.{name}.npy", "w") as entry:
                header = {"descr": "<f4", "fortran_order": False, "shape": shape}
                np.lib.format.write_array_header_1_0(entry, header)
                _zeros(entry, 4 * math.prod(shape))


def _zeros(entry, count: int) -> None:
    for _ in range(count // len(ZEROS)):
        entry.write(ZEROS)
    entry.write(bytes(count % len(ZEROS)))


def safetensors(path: pathlib.Path, size: int) -> None:
    header, at = {}, 0
    for name, shape in torch_arrays(size).items():
        end = at + 4 * math.prod(shape)
        header[f"lstm.{name}"] = {"dtype": "F32", "shape": shape, "data_offsets": [at, end]}
        at = end
    text = json.dumps(header).encode()
    with Holes(path) as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.skip(at)


def pt(path: pathlib.Path, size: int) -> None:
    """A state dict as `torch.save` writes it: a zip with a pickle and one entry a storage."""
    arrays = torch_arrays(size)
    with Holes(path) as file, zipfile.ZipFile(file, "w") as made:
        made.writestr("archive/data.pkl", _state_dict(arrays))
        made.writestr("archive/byteorder", "little")
        for number, shape in enumerate(arrays.values()):
            with made.open(f"archive/data/{number}", "w") as entry:
                _zeros(entry, 4 * math.prod(shape))
        made.writestr("archive/version", "3\n")


def _state_dict(arrays: dict[str, tuple[int, ...]]) -> bytes:
    items = [
        _word(f"lstm.{name}") + _tensor(str(number), shape)
        for number, (name, shape) in enumerate(arrays.items())
    ]
    return b"\x80\x02ccollections\nOrderedDict\n)R(" + b"".join(items) + b"u."


def _tensor(key: str, shape: tuple[int, ...]) -> bytes:
    count, strides = math.prod(shape), [math.prod(shape[k + 1 :]) for k in range(len(shape))]
    storage = _tuple(_word("storage"), b"ctorch\nFloatStorage\n", _word(key), _word("cpu"), _whole(count))
    sizes_ = [_tuple(*map(_whole, numbers)) for numbers in (shape, strides)]
    hooks = b"ccollections\nOrderedDict\n)R"
    return (
        b"ctorch._utils\n_rebuild_tensor_v2\n"
        + _tuple(storage + b"Q", _whole(0), *sizes_, b"\x89", hooks)
        + b"R"
    )


def _word(text: str) -> bytes:
    return b"X" + struct.pack("<I", len(text)) + text.encode()


def _whole(number: int) -> bytes:
    return b"J" + struct.pack("<i", number)


def _tuple(*items: bytes) -> bytes:
    return b"(" + b"".join(items) + b"t"


def onnx(path: pathlib.Path, size: int) -> None:
    """A graph of one LSTM node; a piece that is a number is a hole of so many bytes."""
    inputs, units = sizes(size)
    shapes = {"W": (1, 4 * units, inputs), "R": (1, 4 * units, units), "B": (1, 8 * units)}
    hidden = [*_field(1, b"hidden_size"), *_number(3, units), *_number(20, 2)]
    node = [piece for name in ("X", *shapes) for piece in _field(1, name.encode())]
    node += [*_field(2, b"Y"), *_field(3, b"lstm"), *_field(4, b"LSTM"), *_field(5, *hidden)]
    tensors = [piece for name, shape in shapes.items() for piece in _field(5, *_initializer(name, shape))]
    graph = [*_field(1, *node), *_field(2, b"graph"), *tensors, *_field(11, *_field(1, b"X"))]
    model = [*_number(1, 8), *_field(7, *graph, *_field(12, *_field(1, b"Y"))), *_field(8, *_number(2, 17))]
    with Holes(path) as file:
        for piece in model:
            file.skip(piece) if isinstance(piece, int) else file.write(piece)


def _initializer(name: str, shape: tuple[int, ...]) -> list[bytes | int]:
    dims = [piece for axis in shape for piece in _number(1, axis)]
    return [*dims, *_number(2, 1), *_field(8, name.encode()), *_field(9, 4 * math.prod(shape))]


def _field(number: int, *pieces: bytes | int) -> list[bytes | int]:
    length = sum(piece if isinstance(piece, int) else len(piece) for piece in pieces)
    return [_varint(number << 3 | 2) + _varint(length), *pieces]


def _number(number: int, value: int) -> list[bytes]:
    return [_varint(number << 3) + _varint(value)]


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


MAKE: dict[str, Callable[[pathlib.Path, int], None]] = {
    ".keras": keras,
    ".weights.h5": weights_h5,
    ".h5": h5,
    ".safetensors": safetensors,
    ".pt": pt,
    ".onnx": onnx,
    ".npz": npz,
}
