"""The command `convert`: what it writes is what the layer computes; what it says in one line."""

from __future__ import annotations

import json
import pathlib

import numpy as np
import pytest
from safetensors.numpy import load_file

from lstm_shapes import convert, label
from lstm_shapes.cli import main

FILES = pathlib.Path(__file__).parent / "corpus" / "files"
SEED = FILES / "keras3" / "lstm_plain.keras"


def test_a_keras_file_becomes_a_state_dict(tmp_path, capsys):
    out = tmp_path / "out.safetensors"
    assert main(["convert", str(SEED), str(out), "--to", "pytorch"]) == 0
    said = capsys.readouterr().out.splitlines()
    written, expected = load_file(out), convert(SEED, to="pytorch").named
    assert said[0] == f"{out}: {len(written)} arrays, as pytorch has them"
    assert said[-1] == "note: one bias became two: all of it is in the first, the second is 0"
    assert sorted(written) == sorted(expected)
    kernel = label(SEED).kernel.isel(direction=0).transpose("gate", "unit", "input").values
    name = next(name for name in written if name.endswith("weight_ih_l0"))
    np.testing.assert_array_equal(written[name], kernel.reshape(-1, kernel.shape[-1]))
    for path, array in expected.items():
        np.testing.assert_array_equal(written[path], array)


@pytest.mark.parametrize("ending", [".npz", ".safetensors"])
def test_there_and_back_by_files(tmp_path, ending):
    """Keras to PyTorch to Keras: the bytes that were there, and the file that we wrote is read."""
    there, back = tmp_path / f"there{ending}", tmp_path / "back.npz"
    assert main(["convert", str(SEED), str(there), "--to", "pytorch"]) == 0
    assert main(["convert", str(there), str(back), "--to", "keras"]) == 0
    before = convert(SEED, to="keras").arrays
    with np.load(back) as written:
        for name, array in zip(written.files, before, strict=True):
            np.testing.assert_array_equal(written[name], array)


def test_json_says_what_was_written(tmp_path, capsys):
    out = tmp_path / "out.npz"
    assert main(["convert", str(SEED), str(out), "--to", "flax", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    with np.load(out) as written:
        shapes = [
            {"name": n, "shape": list(written[n].shape), "dtype": str(written[n].dtype)}
            for n in written.files
        ]
    assert said == {"schema": 1, "output": str(out), "framework": "flax", "notes": [], "arrays": shapes}
    assert len(shapes) == 12


def test_nothing_is_written_over(tmp_path, capsys):
    out = tmp_path / "out.npz"
    out.write_bytes(b"mine")
    assert main(["convert", str(SEED), str(out), "--to", "pytorch"]) == 2
    assert "is there already" in capsys.readouterr().err
    assert out.read_bytes() == b"mine"
    assert main(["convert", str(SEED), str(out), "--to", "pytorch", "--force"]) == 0
    assert out.read_bytes()[:2] == b"PK"
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([SEED, "out.h5", "--to", "pytorch"], "ends in .h5: .safetensors or .npz was expected"),
        ([SEED, "out.npz", "--to", "pytroch"], "did you mean 'pytorch'?"),
        ([SEED, "out.npz", "--to", "nnx/optimised_lstm"], "did you mean 'optimized_lstm'?"),
        ([SEED, "out.npz", "--to", "pytorch", "--layer", "no"], "has no recurrent layer 'no'"),
        ([SEED, "nowhere/out.npz", "--to", "pytorch"], "nowhere/out.npz cannot be written"),
        (["missing.keras", "out.npz", "--to", "pytorch"], "missing.keras"),
        ([FILES / "keras3" / "conv_lstm_1d.keras", "out.npz", "--to", "pytorch"], "PyTorch has no ConvLSTM"),
        (
            [FILES / "keras2.2" / "seed_autoencoder.hdf5", "out.npz", "--to", "pytorch"],
            "recurrent_activation is sigmoid",
        ),
        ([FILES / "onnx" / "gru_new_exporter.onnx", "out.npz", "--to", "keras"], "numbers are not read here"),
    ],
)
def test_what_cannot_be_is_one_line(words, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["convert", *map(str, words)]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_two_layers_keep_their_names(tmp_path):
    out = tmp_path / "out.npz"
    assert (
        main(["convert", str(FILES / "keras3" / "encoder_decoder.keras"), str(out), "--to", "pytorch"]) == 0
    )
    with np.load(out) as written:
        owners = {name.rpartition(".")[0] for name in written.files}
    assert owners == set(label(FILES / "keras3" / "encoder_decoder.keras"))
    assert len(owners) == 2


def test_a_lone_backward_direction_is_said():
    made = convert(FILES / "keras3" / "bi_mixed.keras", to="pytorch")
    assert any("reads the sequence backwards" in note for note in made.notes)


def test_old_keras_computes_otherwise_and_can_go_where_that_can_be_said():
    """hard_sigmoid of Keras 2.2 is 0.2*x + 0.5: ONNX and Keras 3 can be told so, PyTorch cannot."""
    seed = FILES / "keras2.2" / "seed_autoencoder.hdf5"
    assert "Keras's LSTM needs recurrent_activation=a function" in convert(seed, to="keras").notes[0]
    assert convert(seed, to="onnx").notes[0] == "ONNX's LSTM needs activations=[HardSigmoid, Tanh, Tanh]"
