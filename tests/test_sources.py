"""Every file of the corpus is listed as the framework that wrote it has it, and HDF5 as its own library reads it."""

from __future__ import annotations

import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import zipfile

import h5py
import numpy as np
import pytest

from lstm_shapes.sources import SourceError, hdf5, hdf5_values, listed, read, window

CORPUS = pathlib.Path(__file__).parent / "corpus"
INDEX = json.loads((CORPUS / "truth/index.json").read_text(encoding="utf-8"))
FILES = [row["file"] for row in INDEX]
HDF5 = [name for name in FILES if name.endswith((".h5", ".hdf5"))]
INNER = "model.weights.h5:"  # a .keras file has one HDF5 file in it: paths are those inside it


def truth(name: str) -> dict:
    return json.loads((CORPUS / "truth" / (name + ".json")).read_text(encoding="utf-8"))


def test_the_corpus_is_all_here():
    assert len(FILES) > 300
    assert all((CORPUS / "files" / name).exists() for name in FILES)


@pytest.mark.parametrize("name", FILES)
def test_every_array_is_found_as_the_framework_has_it(name):
    known, found = truth(name), {array.path: array for array in read(CORPUS / "files" / name).arrays}
    for weight in known["weights"]:
        array = found.pop(weight["file_key"].removeprefix(INNER))
        assert array.shape == tuple(weight["shape"])
        if not (array.dtype is None and weight["file_dtype"] == "|V2"):  # two bytes: h5py's bfloat16
            assert array.dtype == weight["dtype"]
    if known["format"] != "torch-quantized":  # whose truth has no rows
        assert not found, "arrays that are no weights: optimizer, metrics"


@pytest.mark.parametrize("name", FILES)
def test_the_format_is_told(name):
    wanted = truth(name)["format"]
    known = {"torch-legacy-state-dict": "torch-legacy"}.get(wanted, wanted)
    found = read(CORPUS / "files" / name).format
    assert known == found or (known.startswith("torch-") and found == "torch-zip")


def test_the_name_of_a_file_decides_nothing(tmp_path):
    for row in INDEX:
        if not (CORPUS / "files" / row["file"]).is_file() or row["file"].endswith(".json"):
            continue  # folders, and a JSON file that needs its shards beside it
        renamed = tmp_path / "model.xyz"
        shutil.copyfile(CORPUS / "files" / row["file"], renamed)
        assert read(renamed).arrays == read(CORPUS / "files" / row["file"]).arrays


# ---------------------------------------------------------------- HDF5: as the library itself reads it


def as_h5py_reads(file: h5py.File) -> dict[str, tuple]:
    found = {}

    def visit(name, item):
        if isinstance(item, h5py.Dataset) and item.shape is not None:
            found[name] = (item.shape, item.dtype.str)
        found[name + "@"] = sorted(item.attrs)

    file.visititems(visit)
    return found


def as_we_read(data: bytes) -> dict[str, tuple]:
    file = hdf5.open_file(window.over(io.BytesIO(data)))
    found, pending = {}, [("", file.root)]
    while pending:
        path, address = pending.pop()
        inside = hdf5.children(file, address)
        for name, link in (inside or {}).items():
            pending.append((f"{path}/{name}".lstrip("/"), link.address))
        if inside is None and (array := hdf5_values.dataset(file, address)) and array.shape is not None:
            found[path] = (array.shape, np.dtype(array.dtype).str if array.dtype else "|V2")
        if path:
            found[path + "@"] = sorted(hdf5_values.attributes(file, address))
    return found


@pytest.mark.parametrize("name", HDF5)
def test_our_reader_sees_what_h5py_sees(name):
    data = (CORPUS / "files" / name).read_bytes()
    with h5py.File(io.BytesIO(data)) as file:
        assert as_we_read(data) == as_h5py_reads(file)


@pytest.mark.parametrize("name", HDF5)
def test_names_and_config_are_h5pys(name):
    found = read(CORPUS / "files" / name)
    with h5py.File(CORPUS / "files" / name) as file:
        group = file.get("model_weights", file)
        if "layer_names" not in group.attrs:
            groups = {"": file, **{path: item for path, item in all_groups(file) if "optimizer" not in path}}
            named = {path: item.attrs["name"] for path, item in groups.items() if "name" in item.attrs}
            assert found.config == {"names": named}
            return
        layers = [as_text(layer) for layer in group.attrs["layer_names"]]
        names = [[layer, [as_text(name) for name in group[layer].attrs["weight_names"]]] for layer in layers]
        assert found.config["layer_names"] == names
        if "model_config" in file.attrs:
            assert found.config["model_config"] == json.loads(as_text(file.attrs["model_config"]))
            assert found.config["keras_version"] == as_text(file.attrs["keras_version"])


def all_groups(file):
    found = []
    file.visititems(lambda path, item: found.append((path, item)) if isinstance(item, h5py.Group) else None)
    return found


def as_text(word):
    return word.decode() if isinstance(word, bytes) else str(word)


@pytest.mark.parametrize("links", [1, 7, 9, 100, 3000])
@pytest.mark.parametrize(
    "options",
    [{}, {"libver": "latest"}, {"libver": "v108"}, {"track_order": True}, {"userblock_size": 2048}],
    ids=["earliest", "latest", "v108", "track_order", "userblock"],
)
def test_every_way_hdf5_keeps_a_group(links, options):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", **options) as file:
        group = file.create_group("layers/lstm")
        for k in range(links):
            group.create_group(f"a_layer_of_a_longer_name_{k}")
        for k in range(min(links, 200)):
            group.attrs[f"attribute_{k}"] = f"value {k}"
        group["kernel"] = np.zeros((5, 16), "f4")
        group["chunked"] = h5py.Empty("f4")
        group.create_dataset("bias", (16,), "f8", chunks=(4,), compression="gzip")
        group.create_dataset("scalar", data=np.int64(3))
    with h5py.File(buffer) as file:
        assert as_we_read(buffer.getvalue()) == as_h5py_reads(file)


def test_many_attributes_keep_their_texts():
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", libver="latest") as file:
        for k in range(50):
            file.attrs[f"fixed_{k}"] = np.array([b"abc", b"de%d" % k])
            file.attrs[f"text_{k}"] = f"löng {k} " * k
    file = hdf5.open_file(window.over(io.BytesIO(buffer.getvalue())))
    found = hdf5_values.attributes(file, file.root)
    for k in range(50):
        assert hdf5_values.texts(file, found[f"fixed_{k}"]) == [b"abc", b"de%d" % k]
        assert hdf5_values.texts(file, found[f"text_{k}"]) == [(f"löng {k} " * k).encode()]


DTYPES = (
    "float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool",
)  # fmt: skip


@pytest.mark.parametrize("order", "<>")
def test_dtypes_are_numpys(order):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for name in DTYPES:
            file[name] = np.zeros(2, np.dtype(name).newbyteorder(order))
    file = hdf5.open_file(window.over(io.BytesIO(buffer.getvalue())))
    for name in DTYPES:
        assert hdf5_values.dataset(file, hdf5.target(file, file.root, name)).dtype == name


def test_long_lists_of_names_that_keras_cuts_into_pieces():
    keras = pytest.importorskip("keras")
    from keras.src.legacy.saving import legacy_h5_format

    model = keras.Sequential([keras.Input((2,))])
    for k in range(100):
        model.add(keras.layers.Activation("relu", name=f"{'a_name_so_long_that_it_does_not_fit_' * 20}{k}"))
    model.add(keras.layers.Dense(3, name="short"))
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, model)
        assert "layer_names1" in file.attrs
    found = listed(io.BytesIO(buffer.getvalue()), "memory")
    assert [array.shape for array in found.arrays] == [w.shape for w in model.weights]
    assert [layer for layer, _ in found.config["layer_names"]] == [layer.name for layer in model.layers]


# ---------------------------------------------------------------- little is read, nothing is imported


def big(path: pathlib.Path, kind: str) -> None:
    """A checkpoint whose arrays take 256 MB, most of it a hole in the file."""
    shape = (1 << 18, 256)
    if kind == "safetensors":
        header = json.dumps({"k": {"dtype": "F32", "shape": shape, "data_offsets": [0, 1 << 28]}}).encode()
        path.write_bytes(len(header).to_bytes(8, "little") + header)
        os.truncate(path, 8 + len(header) + (1 << 28))
        return
    with h5py.File(path, "w") as file:
        creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        creation.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        creation.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
        group = file.create_group("layers/lstm/cell/vars")
        h5py.h5d.create(group.id, b"0", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple(shape), creation)


@pytest.mark.parametrize("kind", ["safetensors", "hdf5"])
def test_a_large_file_is_hardly_read(kind, tmp_path):
    big(tmp_path / "big", kind)
    assert (tmp_path / "big").stat().st_size >= 1 << 28
    with open(tmp_path / "big", "rb", buffering=0) as file:
        counted = Counted(file)
        assert listed(counted, "big").arrays[0].shape == (1 << 18, 256)
    assert counted.bytes < 20_000


def test_offsets_beyond_four_gigabytes(tmp_path):
    each = 1 << 32
    header = {
        name: {"dtype": "F32", "shape": [1 << 15, 1 << 15], "data_offsets": [k * each, (k + 1) * each]}
        for k, name in enumerate(("first", "second"))
    }
    text = json.dumps(header).encode()
    (tmp_path / "big").write_bytes(len(text).to_bytes(8, "little") + text)
    os.truncate(tmp_path / "big", 8 + len(text) + 2 * each)
    assert [array.path for array in read(tmp_path / "big").arrays] == ["first", "second"]


class Counted:
    def __init__(self, file):
        self.file, self.bytes = file, 0
        self.seek = file.seek

    def read(self, count):
        data = self.file.read(count)
        self.bytes += len(data)
        return data


@pytest.mark.parametrize(
    "name", [row["file"] for row in INDEX if row["bytes"] > 200_000 and "saved_model" not in row["file"]]
)
def test_no_array_is_read(name):
    with open(CORPUS / "files" / name, "rb") as file:
        counted = Counted(file)
        found = listed(counted, name)
    assert found.arrays
    assert counted.bytes < 100_000


PROBE = """
import sys
from lstm_shapes.sources import read
read(sys.argv[1])
print(sorted({m.split(".")[0] for m in sys.modules} & {"numpy", "h5py", "torch", "keras", "tensorflow", "pickle"}))
"""


@pytest.mark.parametrize(
    "name",
    [
        "tf_keras2/seed_autoencoder.hdf5",
        "keras3/seed_autoencoder.keras",
        "onnx/tagger.onnx",
        "npz/torch_names.npz",
    ],
)
def test_no_framework_is_imported(name):
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(CORPUS / "files" / name)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


# ---------------------------------------------------------------- what people hand over


def test_numpy_archives_of_every_kind(tmp_path):
    arrays = {name: np.zeros((3, k), name) for k, name in enumerate(DTYPES)}
    arrays |= {
        "scalar": np.float32(1),
        "fortran": np.zeros((3, 4), "f4", order="F"),
        "big": np.zeros(3, ">f8"),
    }
    for save in (np.savez, np.savez_compressed):
        save(tmp_path / "a.npz", **arrays)
        found = {array.path: (array.shape, array.dtype) for array in read(tmp_path / "a.npz").arrays}
        assert found == {name: (array.shape, array.dtype.name) for name, array in arrays.items()}
    np.savez(tmp_path / "a.npz", kernel=np.zeros(3), records=np.zeros(3, [("a", "f4"), ("b", "i8")]))
    assert [array.path for array in read(tmp_path / "a.npz").arrays] == ["kernel"]
    np.save(tmp_path / "a.npy", np.zeros((100, 80), "float32"))
    assert read(tmp_path / "a.npy").arrays[0].shape == (100, 80)


def test_numpy_arrays_that_python_2_wrote(tmp_path):
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (100L, 80L), }".ljust(117) + b"\n"
    (tmp_path / "a").write_bytes(
        b"\x93NUMPY\1\0" + len(header).to_bytes(2, "little") + header + b"\0" * 32000
    )
    assert np.load(tmp_path / "a").shape == read(tmp_path / "a").arrays[0].shape == (100, 80)


def test_a_checkpoint_called_by_its_prefix():
    folder = CORPUS / "files/tf_keras2/subclassed.tf_checkpoint"
    wanted = read(folder).arrays
    assert (
        read(folder / "variables/variables").arrays
        == wanted
        == read(folder / "variables/variables.index").arrays
    )


def test_repacked_archives_say_the_same(tmp_path):
    original = CORPUS / "files/keras3/seed_autoencoder.keras"
    with zipfile.ZipFile(original) as old, zipfile.ZipFile(tmp_path / "a", "w", zipfile.ZIP_DEFLATED) as new:
        for name in reversed(old.namelist()):
            new.writestr(name, old.read(name))
    assert read(tmp_path / "a").arrays == read(original).arrays
    (tmp_path / "b").write_bytes(b"#!/bin/sh\n" + original.read_bytes() + b"\0" * 3000)
    assert read(tmp_path / "b").config == read(original).config


def test_an_optimizer_is_no_weight():
    found = read(CORPUS / "files/torch/training_checkpoint.pt")
    assert found.notes == ("'optimizer_state_dict' is an optimizer's state: left out",)
    assert all(array.path.startswith("model_state_dict.") for array in found.arrays)


def test_a_module_saved_whole_tells_its_options():
    module = read(CORPUS / "files/torch/whole_module.pt").config["modules"][""]
    assert module["class"] == "torch.nn.modules.rnn.LSTM"
    assert (module["input_size"], module["hidden_size"], module["bidirectional"]) == (6, 4, False)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"<!DOCTYPE html><title>404", "is a web page: the download failed"),
        (
            b"version https://git-lfs.github.com/spec/v1\n",
            "is a Git LFS pointer, not the file itself: run git lfs pull",
        ),
        (b"\x1f\x8b\x08\0" + b"\0" * 60, "is compressed with gzip"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 60, "is a PNG picture"),
        ("Привет\n".encode(), "is a text"),
        (b"\x80\x04K\x01.", "is a pickle, which runs code when it is loaded"),
    ],
)
def test_what_is_no_checkpoint_is_called_by_its_name(content, message, tmp_path):
    (tmp_path / "1.hdf5").write_bytes(content)
    with pytest.raises(SourceError, match="1.hdf5' " + message):
        read(tmp_path / "1.hdf5")


def test_a_path_that_is_none():
    for path, message in (
        ("no/such/file", "does not exist"),
        ("a\0b", "is no path"),
        (str(CORPUS), "is a folder"),
    ):
        with pytest.raises(SourceError, match=message):
            read(path)


@pytest.mark.parametrize("length", [128, 384, 1408])
def test_a_safetensors_header_whose_length_begins_as_a_pickle_does(length):
    header = json.dumps({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode().ljust(length)
    data = len(header).to_bytes(8, "little") + header + bytes(8)
    assert data[0] == 0x80 and data[1] < 6  # noqa: PT018
    assert [array.path for array in listed(io.BytesIO(data), "memory").arrays] == ["w"]
