"""Converted arrays compute in one framework what they computed in the other, and come back bit by bit."""

from __future__ import annotations

import pathlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_shapes import UsageError, convert
from lstm_shapes.compute import from_numbers

HERE = pathlib.Path(__file__).parent / "frameworks"  # made by the frameworks themselves: make_truth.py


def cases(pattern: str) -> dict[str, dict[str, np.ndarray]]:
    """Case -> name -> array, of the file that a framework made."""
    (path,) = HERE.glob(pattern)
    found: dict[str, dict[str, np.ndarray]] = {}
    with np.load(path) as kept:
        for name in kept:
            case, _, array = name.partition("/")
            found.setdefault(case, {})[array] = kept[name]
    return found


PYTORCH, ONNX = cases("pytorch-*.npz"), cases("onnxruntime-*.npz")


def split(arrays: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """The weights, the input and the output."""
    return {name: array for name, array in arrays.items() if name not in "xy"}, arrays["x"], arrays["y"]


def in_keras(converted, x: np.ndarray) -> np.ndarray:
    """What real Keras layers compute with the converted arrays."""
    import keras

    made, at = [keras.Input(x.shape[1:])], 0
    for layer in converted.explanation.layers:
        of = {"LSTM": keras.layers.LSTM, "GRU": keras.layers.GRU, "SimpleRNN": keras.layers.SimpleRNN}[
            layer.cell
        ]
        options = {"reset_after": layer.options["reset_after"]} if layer.cell == "GRU" else {}
        one = of(layer.units, return_sequences=True, use_bias=layer.use_bias, **options)
        made.append(keras.layers.Bidirectional(one) if len(layer.directions) == 2 else one)
        at += len(layer.weights)
    model = keras.Sequential(made)
    assert at == len(model.get_weights())
    model.set_weights(converted.arrays)
    return model.predict(x, verbose=0)


def kind(case: str) -> dict[str, object]:
    """What the name of a case says: needed where shapes alone leave several readings."""
    cell, *words = case.split("-")
    return {"cell": cell, "bidirectional": "two" in words, "use_bias": "bias" in words}


def test_the_frameworks_made_every_case():
    assert (len(PYTORCH), len(ONNX)) == (3 * 3 * 2 * 2, (2 + 2 * 1) * 2 * 2)


@pytest.mark.parametrize("case", PYTORCH)
def test_keras_computes_what_pytorch_computed(case):
    weights, x, y = split(PYTORCH[case])
    converted = convert(weights, "pytorch", "keras", **kind(case))
    np.testing.assert_allclose(in_keras(converted, x), y, rtol=1e-5, atol=1e-5)
    if "bias" in case and not case.startswith("gru"):
        assert converted.notes == ("two biases became one, their sum: the output is the same",)


@pytest.mark.parametrize("case", ONNX)
def test_keras_computes_what_onnxruntime_computed(case):
    weights, x, y = split(ONNX[case])
    reset = {"reset_after": case.endswith("-after")} if case.startswith("gru") else {}
    converted = convert(weights, "onnx", "keras", **kind(case), **reset)
    np.testing.assert_allclose(in_keras(converted, x), y, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("case", PYTORCH)
def test_a_detour_by_keras_and_onnx_computes_the_same_in_pytorch(case):
    """PyTorch's own arrays come back; biases as their sum, which is all that its formulas use outside the GRU."""
    weights, _, _ = split(PYTORCH[case])
    keras = convert(weights, "pytorch", "keras", **kind(case))
    onnx = convert(keras.arrays, "keras", "onnx", **kind(case))
    reset = {"reset_after": True} if case.startswith("gru") else {}
    again = convert(onnx.arrays, "onnx", "pytorch", **kind(case), **reset).named
    assert list(again) == list(weights)
    for name, array in weights.items():
        if "bias" in name and not case.startswith("gru"):
            both = [name.replace("_ih_", "_hh_"), name.replace("_hh_", "_ih_")]
            array = sum(weights[one] for one in both) if "_ih_" in name else np.zeros_like(array)
        np.testing.assert_array_equal(again[name], array)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(("lstm", "gru", "simple_rnn")),
    st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 3)),
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
    st.sampled_from(("pytorch", "onnx")),
)
def test_there_and_back_is_nothing_lost(cell, sizes, flags, other):
    (input_dim, units, layers), (two, bias, after) = sizes, flags
    after = after or other == "pytorch"
    reset = {"reset_after": after} if cell == "gru" else {}
    source = from_numbers(
        input_dim, units, layers=layers, cell=cell, bidirectional=two, use_bias=bias, **reset
    )
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=weight.shape).astype("float32") for weight in source.weights]
    known = {"cell": cell, "bidirectional": two, "use_bias": bias, **reset}
    there = convert(arrays, "keras", other, **known)
    back = convert(there.arrays, other, "keras", **known)
    assert [array.dtype for array in back.arrays] == [array.dtype for array in arrays]
    for one, before in zip(back.arrays, arrays, strict=True):
        np.testing.assert_array_equal(one, before)


@pytest.mark.parametrize(
    ("arrays", "from_", "to", "options", "said"),
    [
        ([(3, 6), (2, 6), (6,)], "keras", "pytorch", {}, "PyTorch has no GRU with reset_after=False"),
        ([(1, 6, 3), (1, 6, 2)], "onnx", "keras", {}, "do not tell its attribute linear_before_reset"),
        ([(3, 8), (2, 8), (9,)], "keras", "pytorch", {}, "are no LSTM, GRU or simple RNN of Keras"),
        ([(2, 8), (2, 8), (8,)] * 2, "keras", "pytorch", {}, "fit several layers"),
        ([(6, 3), (6, 2)], "pytorch", "keras", {"reset_after": False}, "resets after the matrix product"),
        ([(3, 8), (2, 8), (8,)], "keras", "pytorhc", {}, "did you mean 'pytorch'?"),
        ([], "keras", "pytorch", {}, "no arrays"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(arrays, from_, to, options, said):
    with pytest.raises(UsageError) as error:
        convert([np.zeros(shape) for shape in arrays], from_, to, **options)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_state_dict_of_two_modules_is_refused():
    arrays = {"encoder.weight_hh_l0": np.zeros((8, 2)), "decoder.weight_hh_l0": np.zeros((8, 2))}
    with pytest.raises(UsageError, match="several layers were given"):
        convert(arrays, "pytorch", "keras")


def test_a_prefix_and_another_order_do_no_harm():
    weights, _, _ = split(PYTORCH["lstm-2-two-bias"])
    shuffled = {f"encoder.{name}": weights[name] for name in reversed(weights)}
    plain, other = (convert(given, "pytorch", "keras").arrays for given in (weights, shuffled))
    for one, two in zip(plain, other, strict=True):
        np.testing.assert_array_equal(one, two)
