"""Mutated real files: each is listed or refused in one line, and never takes long.

A short run in every test run; a long one by `python tests/test_fuzz.py --count 100000`, which prints the seed of what
it finds: `python tests/test_fuzz.py --only NAME --first SEED --count 1` does it again.
"""

from __future__ import annotations

import argparse
import collections
import io
import pathlib
import random
import sys
import time
import zipfile
import zlib

import pytest

from lstm_shapes.sources import SourceError, in_one_line, listed, window

CORPUS = pathlib.Path(__file__).parent / "corpus" / "files"
SECONDS = 2.0
READERS = {
    "keras-h5-model": ["keras2.2/shared_twice.hdf5", "tf_keras2/lstm_plain.hdf5", "keras3/unnamed.h5"],
    "keras-h5-weights": ["keras2.2/cudnn_bi.weights.hdf5", "tf_keras2/bi_mixed.weights.hdf5"],
    "keras3-weights-h5": ["keras3/bi_mixed.weights.h5", "keras3/subclassed.weights.h5", "dense"],
    "keras-zip": ["keras3/bi_mixed.keras", "tf_keras2/lstm_plain.keras", "deflated"],
    "torch-zip": [
        "torch/tagger.pt",
        "torch/training_checkpoint.pt",
        "torch/whole_module.pt",
        "torch/scripted.pt",
    ],
    "torch-legacy": ["torch/lstm_bi_2layers.legacy.pt"],
    "safetensors": ["torch/lstm_bi_2layers.safetensors", "torch/tagger.safetensors"],
    "onnx": ["onnx/tagger.onnx", "onnx/lstm_external_data.onnx", "onnx/gru_new_exporter.onnx"],
    "npz": ["npz/torch_names.npz"],
    "tf-checkpoint": ["tf_keras2/subclassed.tf_checkpoint/variables/variables.index"],
}
ODD = (0, 1, 2, 7, 8, 127, 128, 255)
NUMBERS = (0, 1, 2**16 - 1, 2**31 - 1, 2**32 - 1, 2**63 - 1, 2**64 - 1)


def original(name: str) -> bytes:
    """A file of the corpus, or one of a kind that frameworks do not write but readers accept."""
    if name == "dense":
        import h5py

        buffer = io.BytesIO()
        with h5py.File(buffer, "w", libver="latest") as file:
            for k in range(60):
                file.create_dataset(f"layers/lstm_{k}/cell/vars/0", (5, 16), "f4")
                file[f"layers/lstm_{k}/cell/vars"].attrs["name"] = "cell"
            for k in range(20):
                file["layers"].attrs[f"a{k}"] = "text"
        return buffer.getvalue()
    if name == "deflated":
        buffer = io.BytesIO()
        with (
            zipfile.ZipFile(CORPUS / "keras3/lstm_plain.keras") as old,
            zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
        ):
            for entry in old.namelist():
                new.writestr(entry, old.read(entry))
        return buffer.getvalue()
    return (CORPUS / name).read_bytes()


def looked_at(data: bytes) -> list[int]:
    """Where a reader looks: changes elsewhere change nothing."""
    seen: list[window.Pages] = []
    over = window.over

    def keep(file):
        seen.append((found := over(file)).pages)
        return found

    window.over = keep
    try:
        listed(io.BytesIO(data), "a real file")
    finally:
        window.over = over
    return [
        at
        for page in seen[0].pages
        for at in range(page * window.PAGE, min((page + 1) * window.PAGE, len(data)))
    ]


def mutated(data: bytes, places: list[int], rng: random.Random) -> bytes:
    """Some bytes changed, a number written over, a piece taken out, put in twice, or the end cut off."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        at = rng.choice(places) if rng.random() < 0.9 else rng.randrange(len(changed) + 1)
        kind = rng.randrange(10)
        if kind < 5:
            changed[at : at + 1] = bytes([rng.choice(ODD) if rng.random() < 0.5 else rng.randrange(256)])
        elif kind < 7:
            width = rng.choice((2, 4, 8))
            changed[at : at + width] = (rng.choice(NUMBERS) & (256**width - 1)).to_bytes(width, "little")
        elif kind == 7:
            other, size = rng.choice(places), rng.choice((1, 8, 40, 200))
            changed[at : at + size] = changed[other : other + size]
        elif kind == 8:
            del changed[at : at + rng.choice((1, 4, 40))]
        elif rng.random() < 0.3:
            del changed[at:]
    return bytes(changed)


def outcome(data: bytes) -> str:
    """`listed`, or the line of the error."""
    try:
        with in_one_line("fuzz"):
            listed(io.BytesIO(data), "fuzz")
    except SourceError as error:
        return str(error)
    return "listed"


def fuzz(reader: str, first: int, count: int) -> tuple[collections.Counter, list[str]]:
    """How the mutated files ended, by the first words; and what is wrong."""
    ends: collections.Counter = collections.Counter()
    faults: list[str] = []
    files = [(name, data := original(name), looked_at(data)) for name in READERS[reader]]
    for seed in range(first, first + count):
        rng = random.Random(zlib.crc32(reader.encode()) + seed)
        name, data, places = rng.choice(files)
        data = mutated(data, places, rng)
        start = time.process_time()
        try:
            said = outcome(data)
        except Exception as error:  # whatever it is, it is the finding
            said, fault = "", f"{type(error).__name__}: {error}"
        else:
            fault = "" if said.isprintable() and len(said) < 600 else f"not one short line: {said[:300]!r}"
        if (seconds := time.process_time() - start) > SECONDS:
            fault = f"{seconds:.1f} s"
        if fault:
            faults.append(f"{reader} seed {seed} ({name}): {fault}")
        ends[" ".join(said.split()[1:7]) if said != "listed" else said] += 1
    return ends, faults


@pytest.mark.parametrize("reader", READERS)
def test_mutated_files_are_listed_or_refused(reader):
    ends, faults = fuzz(reader, 0, 300)
    assert not faults
    assert 0 < ends["listed"] < 300  # some changes are harmless, some are not: the mutations do hit


def test_what_is_fuzzed_is_what_the_readers_read():
    for reader, names in READERS.items():
        assert {listed(io.BytesIO(original(name)), name).format for name in names} <= {reader, "torchscript"}


def main() -> int:
    """The long run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--only", choices=READERS)
    args = parser.parse_args()
    wrong = 0
    for reader in [args.only] if args.only else READERS:
        start = time.perf_counter()
        ends, faults = fuzz(reader, args.first, args.count)
        wrong += len(faults)
        print(f"{reader}: {args.count:,} files, {ends['listed']:,} listed, {len(faults)} faults, "
              f"{time.perf_counter() - start:.0f} s", *faults[:20], sep="\n  ", flush=True)  # fmt: skip
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
