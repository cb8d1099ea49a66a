"""identify, diff and pasted messages: from arrays back to layers."""

from __future__ import annotations

import json
import math
import pathlib

import keras
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lstm_shapes
from lstm_shapes.cli import main
from lstm_shapes.compute import build_layer, from_numbers
from lstm_shapes.diff import diff
from lstm_shapes.identify import from_parameters, identify, readings
from lstm_shapes.messages import explain_error

CORPUS = pathlib.Path(__file__).parent / "corpus" / "files"
READINGS = list(readings())


@given(st.sampled_from(READINGS), st.integers(1, 40), st.integers(1, 40))
def test_identify_finds_the_layer_that_made_the_shapes(reading, input_dim, units):
    sizes = {"depth": 2, "height": 3, "width": 5, "projection": 4}
    options = {**reading.layout.options, **reading.options, "sizes": sizes}
    made = build_layer(reading.layout, input_dim, units, reading.directions, options)
    found = identify([weight.shape for weight in made.weights])
    mine = (reading.key, made.framework, made.directions)
    told = {(one.cell, one.framework, c.layer.directions) for c in found.candidates for one in c.also}
    assert mine in told or any(
        (c.layer.cell, c.layer.framework, c.layer.directions) == (made.cell, *mine[1:])
        for c in found.candidates
    )
    for candidate in found.candidates:  # and whatever else it names has these arrays too
        if candidate.missing:
            continue
        assert [w.shape for w in candidate.layer.weights] == [w.shape for w in made.weights]


@given(st.sampled_from(["lstm", "gru", "simple_rnn"]), st.integers(1, 60), st.integers(1, 60), st.booleans())
def test_a_count_leads_back_to_the_layer(cell, input_dim, units, bidirectional):
    total = from_numbers(input_dim, units, cell=cell, bidirectional=bidirectional).parameters
    found = from_parameters(total, input_dim=input_dim, units=units)
    assert (cell, input_dim, units, 1 + bidirectional) in {one[1:5] for one in found}


def test_the_arrays_of_the_seed_are_two_layers():
    encoder = from_numbers(100, 20, bidirectional=True).weights
    decoder = from_numbers(20, 100, bidirectional=True).weights
    found = identify([weight.shape for weight in (*encoder, *decoder)])
    layers = [
        (first, one.layer.cell, one.layer.units, len(one.layer.directions)) for first, one in found.parts
    ]
    assert layers == [(0, "LSTM", 20, 2), (6, "LSTM", 100, 2)]


def test_a_kernel_alone_leaves_several_readings():
    found = identify([(100, 80)])
    said = {(one.layer.cell, one.layer.framework, one.layer.units) for one in found.candidates}
    assert {("LSTM", "keras", 20), ("SimpleRNN", "keras", 80), ("LSTM", "pytorch", 25)} <= said
    assert not any(
        one.layer.cell == "GRU" and one.layer.framework == "keras" for one in found.candidates
    )  # 80 / 3


def test_nothing_fits_says_what_is_closest():
    found = identify([(100, 80), (21, 80), (80,)])
    assert not found
    assert (
        "80 = 4 gates x 20 units, but the first axis of recurrent_kernel is 21, and 20 was expected"
        in found.closest
    )


@pytest.mark.parametrize("shapes", [[], [()], [(0, 3)], [(-1,)], [(2.5,)], [(3,)] * 300])
def test_what_is_no_shape_is_refused(shapes):
    with pytest.raises(ValueError, match="expected"):
        identify(shapes)


def test_diff_says_what_a_change_means():
    before, after = from_numbers(100, 20), from_numbers(100, 32, use_bias=False)
    lines = [text for _, text in diff(before, after).lines]
    assert lines[:2] == ["units 20 -> 32", "lost its bias"]
    assert "gone: bias (80,)" in lines
    assert not diff(before, before)


def test_the_same_model_saved_twice_does_not_differ(capsys):
    files = [str(CORPUS / "tf_keras2/seed_autoencoder.hdf5"), str(CORPUS / "keras3/seed_autoencoder.keras")]
    assert main(["diff", *files]) == 0
    assert "the same arrays, in the same layers" in capsys.readouterr().out
    assert main(["diff", files[0], str(CORPUS / "keras3/lstm_plain.keras"), "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["same"] is False


def test_diff_compares_the_numbers_of_each_gate(tmp_path, capsys):
    x = keras.Input((5, 3))
    model = keras.Model(x, keras.layers.LSTM(4, name="reader")(x))
    model.save(tmp_path / "a.keras")
    arrays = model.get_weights()
    arrays[1][:, 4:8] += 0.25  # the forget gate's columns of the recurrent kernel: units 4, so 4:8
    model.set_weights(arrays)
    model.save(tmp_path / "b.keras")
    words = ["diff", str(tmp_path / "a.keras"), str(tmp_path / "b.keras")]
    assert main(words) == 0  # the same arrays ...
    capsys.readouterr()
    assert main([*words, "--values"]) == 1  # ... with other numbers
    lines = capsys.readouterr().out.splitlines()[1:]
    assert lines == ["reader", "  recurrent_kernel, forget: changed by 0.25 on average, 0.25 at most"]
    for format_ in ("markdown", "html", "latex", "json"):
        assert main([*words, "--values", "--format", format_]) == 1
        assert "0.25 on average" in capsys.readouterr().out
    assert main(["diff", str(CORPUS / "torch/lstm_bi_2layers.pt"), words[1], "--values"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def real_message(mine, theirs) -> str:
    """What Keras says when the weights of one layer are given to another."""
    for layer in (mine, theirs):
        layer.build((None, None, 3))
    with pytest.raises(ValueError) as caught:
        mine.set_weights(theirs.get_weights())
    return str(caught.value)


L = keras.layers
REAL = [
    (
        lambda: L.LSTM(32),
        lambda: L.LSTM(20),
        "As an LSTM, the units differ: 32 in the model, 20 in the file.",
    ),
    (lambda: L.GRU(20), lambda: L.LSTM(20), "the model's layer is a GRU and the file's an LSTM"),
    (lambda: L.LSTM(20, use_bias=False), lambda: L.LSTM(20), "Build it with use_bias=True."),
    (lambda: L.LSTM(20), lambda: L.LSTM(20, use_bias=False), "Build the model's with use_bias=False."),
    (lambda: L.GRU(20), lambda: L.GRU(20, reset_after=False), "The saved GRU has reset_after=False"),
    (lambda: L.LSTM(20), lambda: L.Bidirectional(L.LSTM(20)), "Wrap the model's layer in Bidirectional."),
    (lambda: L.Bidirectional(L.LSTM(20)), lambda: L.LSTM(20), "Take Bidirectional away in the model"),
]


@pytest.mark.parametrize(("mine", "theirs", "cause"), REAL, ids=[cause[:40] for *_, cause in REAL])
def test_a_message_of_keras_leads_to_its_cause(mine, theirs, cause):
    advice = explain_error(real_message(mine(), theirs()))
    assert any(cause in one for one in advice.causes), str(advice)


QUOTED = [  # what other versions say, pasted from the frameworks named
    (
        "Layer #0 (named \"lstm\" in the current model) was found to correspond to layer lstm in the save file. "
        "However the new layer lstm expects 3 weights, but the saved weights have 12 elements.",  # Keras 2.2.5
        "Twelve arrays are an LSTM of Keras 1",
    ),
    ("Dimension 0 in both shapes must be equal, but are 400 and 800. Shapes are [400] and [800].", "CuDNNLSTM"),
    (
        "size mismatch for lstm.weight_ih_l0: copying a param with shape torch.Size([80, 100]) from checkpoint, "
        "the shape in current model is torch.Size([128, 100]).",  # PyTorch 2.13.0
        "As an LSTM, the units differ: 32 in the model, 20 in the file.",
    ),
    (
        'Missing key(s) in state_dict: "lstm.weight_ih_l0_reverse", "lstm.weight_hh_l0_reverse". ',
        "build it with bidirectional=False",
    ),
    (
        "Cannot assign value to variable ' gru/gru_cell/bias:0': Shape mismatch.The variable shape (60,), and the "
        "assigned value shape (2, 60) are incompatible.",  # tf_keras 2.21.0
        "The saved GRU has reset_after=True",
    ),
    ("GRU(reset_after=True) is not compatible with GRU(reset_after=False)", "The saved GRU has reset_after=True"),
    ("expects 12 weights, but the saved weights have 3 elements", "The running Keras is version 1"),
    (
        'You called `set_weights(weights)` on layer "gru" with a weight list of length 9, but the layer was expecting '
        "3 weights.",  # tf_keras 2.21.0
        "Nine arrays are a GRU of Keras 1",
    ),
    ("set_weights on GRU with a list of length 9, expecting 3", "Nine arrays are a GRU of Keras 1"),
    ("Layer 'lstm_cell' expected 3 variables, but received 0 variables during loading.", "kernel, recurrent_kernel"),
]  # fmt: skip


@pytest.mark.parametrize(("message", "cause"), QUOTED, ids=[cause for _, cause in QUOTED])
def test_a_quoted_message_leads_to_its_cause(message, cause):
    advice = explain_error(message)
    assert any(cause in one for one in advice.causes), str(advice)


def test_what_is_not_known_is_said(capsys):
    assert main(["explain", "--error", "division by zero"]) == 0
    assert "No message about the shapes of weights is recognised here." in capsys.readouterr().out


def test_identify_on_the_command_line(capsys):
    assert main(["identify", "100x80", "20x80", "80"]) == 0
    assert "LSTM of Keras, 100 inputs, 20 units" in capsys.readouterr().out
    assert main(["identify", "100x80", "21x80", "80"]) == 1
    capsys.readouterr()
    assert main(["identify", "--parameters", str(2 * 4 * 20 * (100 + 20 + 1)), "--input", "100"]) == 0
    assert "     20 " in capsys.readouterr().out.replace("  20 ", "     20 ")
    for wrong in (["identify"], ["identify", "1x"], ["identify", "3x4", "--parameters", "5"]):
        assert main(wrong) == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_a_file_and_the_numbers_explain_alike():
    file = lstm_shapes.explain(str(CORPUS / "tf_keras2/seed_autoencoder.hdf5"))
    shapes = [w.shape for w in (*from_numbers(100, 20, bidirectional=True).weights,
                                *from_numbers(20, 100, bidirectional=True).weights)]  # fmt: skip
    assert [w.shape for w in file.weights] == shapes
    assert [w.index for w in file.weights] == list(range(12))
    assert file.parameters == sum(map(math.prod, shapes))


def test_frameworks_with_the_same_shapes_stand_in_one_candidate(capsys):
    """PaddlePaddle, MindSpore and others keep PyTorch's arrays; Haste keeps Keras's, gates in another order."""
    found = identify([(80, 100), (80, 20), (80,), (80,)])
    assert [one.layer.framework for one in found.candidates] == ["pytorch"]
    assert {"paddle", "mindspore", "jittor", "oneflow", "candle", "mxnet"} <= {
        one.framework for one in found.candidates[0].also
    }
    assert main(["identify", "100x80", "20x80", "80"]) == 0
    out = capsys.readouterr().out
    assert out.count("LSTM of") == 1
    assert "the same shapes, gates in another order: Haste (input, cell, forget, output)" in out


@pytest.mark.parametrize(
    ("shapes", "framework"),
    [
        ([(120, 80), (80,)], "tensorflow1"),  # one kernel of 100 inputs and 20 states
        ([(80, 100), (80,), (80, 20)], "chainer"),  # W, b, W
        ([(1, 80, 100), (1, 80, 20), (1, 80)], "openvino"),  # ONNX would have (1, 160)
        ([(1, 4, 20, 120), (1, 1, 4, 20)], "nnabla"),  # gates on an axis of their own
    ],
)
def test_layouts_of_other_frameworks_are_found(shapes, framework):
    found = identify(shapes)
    best = next(one for one in found.candidates if one.layer.framework == framework)
    assert (
        best.layer.cell.removesuffix("Cell").removeprefix("Basic"),
        best.layer.input_dim,
        best.layer.units,
    ) == ("LSTM", 100, 20)
