"""Hostile and broken files: nothing runs, nothing else is opened, one clear line, little time and memory."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import subprocess
import sys
import threading
import time

import pytest

from lstm_shapes.sources import SourceError, read

CORPUS = pathlib.Path(__file__).parent / "corpus"
SECONDS, MEGABYTES = 2.0, 300

# What a config means is not for `read` to judge: recognising it is another's work, tested there.
MEANING = {"module_gadget.keras", "json_layers_object.keras", "json_layer_null.keras"}
FORBIDDEN = (
    "os.system", "os.exec", "os.posix_spawn", "os.fork", "subprocess.Popen", "pickle.find_class", "marshal.loads",
    "socket.connect", "socket.getaddrinfo", "os.symlink", "os.mkdir", "os.remove", "os.rename", "ctypes.dlopen",
)  # fmt: skip

watching: list[list[tuple[str, object]]] = []


def hook(event: str, args: tuple) -> None:
    """Python's own audit: each open and each forbidden act, while somebody watches."""
    if watching and (event in FORBIDDEN or event == "open"):
        watching[-1].append((event, args[0] if args else None))


sys.addaudithook(hook)


@contextlib.contextmanager
def watched():
    watching.append([])
    try:
        yield watching[-1]
    finally:
        watching.pop()


@pytest.fixture(scope="session")
def hostile(tmp_path_factory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("hostile") / "files"
    words = [
        sys.executable,
        "-W",
        "ignore",
        str(CORPUS / "make_hostile.py"),
        str(CORPUS / "files"),
        str(folder),
    ]
    subprocess.run(words, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def manifest(hostile) -> dict:
    found = json.loads((hostile / "manifest.json").read_text())
    assert len(found["files"]) > 290
    return found


def outcome(path: pathlib.Path) -> tuple[str, str]:
    """`("labelled", all that is said)` or `("error", the line)`."""
    try:
        return "labelled", repr(read(path))
    except SourceError as error:
        return "error", str(error)


def warm() -> None:
    """Import what the readers import, so that only a file's own opens are watched."""
    for name in (
        "keras3/seed_autoencoder.keras",
        "torch/tagger.pt",
        "onnx/tagger.onnx",
        "npz/torch_names.npz",
    ):
        read(CORPUS / "files" / name)
    for name in ("torch/tagger.safetensors", "keras3/many_layers.h5", "tf_keras2/subclassed.tf_checkpoint"):
        read(CORPUS / "files" / name)
    for path in (CORPUS / "files/keras3/bi_mixed.sharded.weights.json",):
        read(path)
    import pickletools  # noqa: F401
    import zlib  # noqa: F401

    from lstm_shapes.sources import hdf5_dense  # noqa: F401


def test_every_hostile_file_ends_as_it_may(hostile, manifest, monkeypatch, tmp_path):
    monkeypatch.setenv("CANARY", str(tmp_path / "canary"))
    warm()
    faults = []
    for row in manifest["files"]:
        path = hostile / row["file"]
        with watched() as events:
            start = time.perf_counter()
            kind, said = outcome(path)
            seconds = time.perf_counter() - start
        others = [what for event, what in events if event != "open" or not inside(what, path)]
        allowed = {row["expect"], *row.get("allow", ())}
        wrong = {
            "ends otherwise": not ({kind, "either"} & allowed) and row["file"] not in MEANING,
            "does something else": bool(others),
            "shows another file": manifest["secret"] in said,
            "takes long": seconds > SECONDS,
            "says more than a line": kind == "error" and not (said.isprintable() and len(said) < 600),
        }
        faults += [(row["file"], fault, said[:200], others[:3]) for fault, is_so in wrong.items() if is_so]
    assert not faults
    assert not (tmp_path / "canary").exists()


def inside(opened: object, path: pathlib.Path) -> bool:
    """Whether what was opened is the file itself, or lies in the folder that was given."""
    return isinstance(opened, (str, int)) and (
        opened == str(path) or str(opened).startswith(str(path) + os.sep) or isinstance(opened, int)
    )


def test_the_watch_can_fail(tmp_path):
    with watched() as events:
        (tmp_path / "a").write_text("x")
        os.system("true")
    assert {"open", "os.system"} <= {event for event, _ in events}


ALONE = """
import sys
from lstm_shapes.sources import SourceError, read
try:
    print(read(sys.argv[1]).format)
except SourceError as error:
    print(error)
with open("/proc/self/status") as status:  # its own peak: what wait4 tells has the parent's in it
    print(*[line.split()[1] for line in status if line.startswith("VmHWM")])
"""
HEAVY = (
    "bomb_config.keras", "bomb_weights.keras", "json_million_layers.keras", "json_name_huge.keras",
    "many_entries.keras", "wide.weights.h5",
    "deep.weights.h5", "zip_billion_laughs.pt", "zip_long_int.pt", "million_tensors.safetensors",
    "deep_subgraphs.onnx", "groups.onnx", "huge_shape.weights.h5", "json_deep.keras", "device.keras", "pipe.hdf5",
)  # fmt: skip


@pytest.mark.parametrize("name", HEAVY)
def test_the_heaviest_in_a_process_of_their_own(name, hostile, tmp_path):
    said, seconds, megabytes = alone(hostile / name, tmp_path)
    assert "Traceback" not in said
    assert len(said.splitlines()) == 1
    assert seconds < 2 * SECONDS  # Python's own start, on a busy machine, included
    assert megabytes < MEGABYTES
    assert not (tmp_path / "canary").exists()


def alone(path: pathlib.Path, tmp_path: pathlib.Path) -> tuple[str, float, float]:
    """What a fresh Python says of a file, in how many seconds and megabytes."""
    start = time.perf_counter()
    with open(tmp_path / "out", "w+b") as out:
        child = subprocess.Popen(
            [sys.executable, "-c", ALONE, str(path)],
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "CANARY": str(tmp_path / "canary")},
        )
        stop = threading.Timer(10 * SECONDS, child.kill)
        stop.start()
        code = child.wait()
        seconds = time.perf_counter() - start
        stop.cancel()
        out.seek(0)
        said = out.read().decode()
    assert code == 0, said
    *lines, peak = said.splitlines()
    return "\n".join(lines), seconds, int(peak) / 1024


# ---------------------------------------------------------------- made to cost much: each is small and asks for more


def zipped(tmp_path: pathlib.Path, pickle: bytes) -> pathlib.Path:
    import zipfile

    with zipfile.ZipFile(tmp_path / "costly", "w") as file:
        file.writestr("a/data.pkl", pickle)
    return tmp_path / "costly"


PAIRS = b"](" + b"".join(b"K%cK\1\x86" % (k % 256) for k in range(50_000)) + b"eq\0"
STATE = b"}(" + b"".join(b"M%c%cK\1" % (k % 256, k // 256) for k in range(40_000)) + b"uq\0"
COSTLY = {
    "one list made an OrderedDict 60,000 times":
        PAIRS + b"](" + 60_000 * b"ccollections\nOrderedDict\nh\0\x85R" + b"e\x86.",
    "one list made a set 60,000 times": PAIRS + b"](" + 60_000 * b"cbuiltins\nset\nh\0\x85R" + b"e\x86.",
    "tuples doubled 40 times as a key": b"}" + b"K\1q\0" + 40 * b"h\0h\0\x86q\0" + b"K\1s.",
    "a long key, nested": b"}q\0" + b"X\xff\xff\x0f\0" + b"a" * 0xFFFFF + b"q\1h\0s.",
    "one state given to 40,000 modules": STATE + b"](" + 40_000 * b"ca\nb\n)\x81h\0b" + b"e\x86.",
    "150,000 marks": 150_000 * b"(" + b"N" + 150_000 * b"t" + b".",
    "150,000 lists in one another": 150_000 * b"]" + 149_999 * b"a" + b".",
}  # fmt: skip


@pytest.mark.parametrize("name", COSTLY)
def test_pickles_made_to_cost_much(name, tmp_path):
    said, seconds, megabytes = alone(zipped(tmp_path, b"\x80\x02" + COSTLY[name]), tmp_path)
    assert "Traceback" not in said
    assert seconds < 2 * SECONDS
    assert megabytes < MEGABYTES


def protobuf(kind: str) -> bytes:
    """An ONNX model of one repeated thing."""

    def field(number: int, data: bytes) -> bytes:
        size, length = len(data), b""
        while size > 127:
            length, size = length + bytes([size & 127 | 128]), size >> 7
        return bytes([number << 3 | 2]) + length + bytes([size]) + data

    graph = {
        "axes": field(5, 5_000_000 * b"\x08\1"),
        "packed axes": field(5, 3000 * field(1, 4000 * b"\1")),
        "empty nodes": 5_000_000 * b"\x0a\0",
        "names": field(1, 20 * field(1, 4000 * b"a")) * 1500,
    }
    return b"\x08\x08" + field(7, graph[kind])


@pytest.mark.parametrize("kind", ["axes", "packed axes", "empty nodes", "names"])
def test_models_made_to_cost_much(kind, tmp_path):
    (tmp_path / "costly").write_bytes(protobuf(kind))
    said, seconds, megabytes = alone(tmp_path / "costly", tmp_path)
    assert "Traceback" not in said
    assert seconds < 2 * SECONDS
    assert megabytes < MEGABYTES


def linked(links: int, attributes: int) -> bytes:
    """A legacy file in which thousands of layers are one group, whose attributes are many."""
    import io

    import h5py
    import numpy as np

    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        first = file.create_group("layer_0")
        for k in range(attributes):
            first.attrs[f"a{k}"] = "x" * 100
        first.attrs["weight_names"] = np.array([b"w%d" % k for k in range(40)])
        for k in range(40):
            first[f"w{k}"] = np.zeros(3, "f4")
        names = [b"layer_%d" % k for k in range(links)]
        for name in names[1:]:
            file[name.decode()] = first
        for k in range(0, links, 2000):
            file.attrs[f"layer_names{k // 2000}"] = np.array(names[k : k + 2000])
    return buffer.getvalue()


def test_one_object_under_thousands_of_names(tmp_path):
    (tmp_path / "linked").write_bytes(linked(8000, 400))
    said, seconds, megabytes = alone(tmp_path / "linked", tmp_path)
    assert "more than 20,000 arrays" in said
    assert seconds < 2 * SECONDS
    assert megabytes < MEGABYTES


def test_the_most_arrays_that_are_allowed_take_little(tmp_path):
    (tmp_path / "linked").write_bytes(linked(499, 4))
    said, seconds, megabytes = alone(tmp_path / "linked", tmp_path)
    assert said.strip() == "keras-h5-weights"
    assert seconds < 2 * SECONDS
    assert megabytes < MEGABYTES
