"""Converted arrays compute in one framework what they computed in the other, and come back bit by bit."""

from __future__ import annotations

import pathlib

import numpy as np
import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from lstm_shapes import UsageError, convert, label, layouts, reference
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
    reset = (
        {"reset_after": True} if case.startswith("gru") else {}
    )  # without a bias, Keras's arrays do not tell it
    onnx = convert(keras.arrays, "keras", "onnx", **kind(case), **reset)
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


# ---------------------------------------------------------------- every entry of the tables


def entries(cell: str) -> list[str]:
    """`framework/entry` of one cell, convolutions aside."""
    return [
        f"{framework}/{key}"
        for framework, table in layouts.frameworks().items()
        for key, layout in table.items()
        if layout.cell == cell and not any("width" in array.pattern for array in layout.arrays)
    ]


ENTRIES = {cell: entries(cell) for cell in ("lstm", "gru", "simple_rnn")}
ALIKE = {"activation": "tanh", "recurrent_activation": "sigmoid"}  # as the Keras layer has them


def outputs(layers, arrays, x):
    """What the labelled slices compute, layer after layer."""
    rest = list(arrays)
    for layer in layers:
        mine, rest = rest[: len(layer.weights)], rest[len(layer.weights) :]
        found = reference.output(layer, mine, x, return_sequences=True)
        x = np.concatenate(found, axis=-1) if isinstance(found, list) else found
    return x


def or_reject(*words, **known):
    """Refusals are tested where each framework is run."""
    try:
        return convert(*words, **known)
    except UsageError as error:
        said = str(error)
    event(said[:40])
    assert "has no" in said or "fit several" in said or "nothing smaller" in said
    return assume(False)


@st.composite
def keras_layers(draw, reset: bool | None = None):
    """A random Keras layer or stack: what it is, and its arrays."""
    cell = draw(st.sampled_from(sorted(ENTRIES)))
    known = {"cell": cell, "bidirectional": draw(st.booleans()), "use_bias": draw(st.booleans())}
    if cell == "gru":
        known["reset_after"] = draw(st.booleans())
    sizes = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    layers = from_numbers(*sizes, layers=draw(st.integers(1, 2)), **known).layers
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    arrays = [rng.normal(size=weight.shape).astype("float32") for layer in layers for weight in layer.weights]
    return known, layers, arrays


@settings(max_examples=200, deadline=None)
@given(keras_layers(), st.data())
def test_any_two_entries_of_the_tables(given_layer, data):
    """Keras to one to the other computes what Keras computed: A to B is as good as Keras to B."""
    known, layers, arrays = given_layer
    first, second = (data.draw(st.sampled_from(ENTRIES[known["cell"]])) for _ in range(2))
    one = or_reject(arrays, "keras", first, **known)
    two = or_reject(one.arrays, first, second, **{**known, **ALIKE, "use_bias": None})
    x = np.random.default_rng(0).normal(size=(2, 3, layers[0].input_dim))
    expected = outputs(layers, arrays, x)
    np.testing.assert_allclose(outputs(one.explanation.layers, one.arrays, x), expected, atol=1e-5)
    np.testing.assert_allclose(outputs(two.explanation.layers, two.arrays, x), expected, atol=1e-5)


@settings(max_examples=200, deadline=None)
@given(keras_layers(), st.data())
def test_there_and_back_by_any_entry(given_layer, data):
    """Bit by bit where numbers only change places or signs; to rounding where a constant went out and in again."""
    known, _, arrays = given_layer
    entry = data.draw(st.sampled_from(ENTRIES[known["cell"]]))
    framework, _, key = entry.partition("/")
    there = or_reject(arrays, "keras", entry, **known)
    back = or_reject(there.arrays, entry, "keras", **{**known, **ALIKE, "use_bias": None})
    assert [array.dtype for array in back.arrays] == [np.dtype("float32")] * len(back.arrays)
    if len(back.arrays) != len(arrays):  # no bias, and a framework that always has one: it comes back as 0
        assert not known["use_bias"]
        biases = {
            id(a) for w, a in zip(back.explanation.weights, back.arrays, strict=True) if w.role == "bias"
        }
        assert not any(a.any() for a in back.arrays if id(a) in biases)
        back_arrays = [a for a in back.arrays if id(a) not in biases]
    else:
        back_arrays = back.arrays
    exact = not layouts.find(framework, key).equations.get("forget_add")
    summed = known["cell"] == "gru" and known["use_bias"] and known["reset_after"]
    for before, after in zip(arrays, back_arrays, strict=True):
        if (
            summed
            and before.shape[0] == 2
            and before.ndim == 2
            and before.shape[1] % 3 == 0
            and (before != after).any()
        ):
            units = (
                before.shape[1] // 3
            )  # z and r have their biases added up where only the candidate keeps two
            np.testing.assert_array_equal(before[:, 2 * units :], after[:, 2 * units :])
            np.testing.assert_array_equal(before.sum(0)[: 2 * units], after.sum(0)[: 2 * units])
        elif exact:
            np.testing.assert_array_equal(before, after)
        else:
            np.testing.assert_allclose(before, after, atol=1e-6)


def test_a_dataset_goes_in_and_out():
    import keras

    layer = keras.layers.Bidirectional(keras.layers.GRU(4, reset_after=False))
    layer.build((None, 6, 5))
    ds = label(layer)
    made = convert(ds, to="haiku")
    again = convert(made.arrays, "haiku", "keras", bidirectional=True)
    for one, before in zip(again.arrays, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(one, before)
    # haiku takes where Keras keeps
    np.testing.assert_array_equal(made.labelled.kernel.sel(gate="update"), -ds.kernel.sel(gate="update"))
    np.testing.assert_array_equal(made.labelled.kernel.sel(gate="reset"), ds.kernel.sel(gate="reset"))


def test_nested_params_as_flax_has_them():
    rng = np.random.default_rng(0)
    params = {
        f"h{gate}": {"kernel": rng.normal(size=(4, 4)), "bias": rng.normal(size=4)} for gate in "fgio"
    } | {f"i{gate}": {"kernel": rng.normal(size=(5, 4))} for gate in "fgio"}
    made = convert({"encoder": {"cell": params}}, "flax", "keras")
    np.testing.assert_array_equal(made.arrays[0][:, 4:8], params["if"]["kernel"])
    np.testing.assert_array_equal(made.arrays[2][8:12], params["hg"]["bias"])


@pytest.mark.parametrize(
    ("to", "options", "said"),
    [
        ("tfjs", {"cell": "gru", "reset_after": True}, "TensorFlow.js has no GRU with reset_after=True"),
        ("haiku/simple_rnn", {"cell": "simple_rnn"}, "activation is relu"),
        (
            "pytorch",
            {"cell": "lstm", "recurrent_activation": "hard_sigmoid"},
            "no LSTM with recurrent_activation='hard_sigmoid_1/6'",
        ),
        ("ncnn", {"cell": "simple_rnn"}, "ncnn has no SimpleRNN"),
        ("nnx", {"cell": "gru", "reset_after": True}, "no recurrent_bias of the candidate"),
        ("flax/lstn", {"cell": "lstm"}, "did you mean 'lstm'?"),
    ],
)
def test_what_a_framework_has_not_is_refused_with_the_nearest(to, options, said):
    cell = {name: value for name, value in options.items() if name in ("cell", "reset_after")}
    arrays = [np.ones(weight.shape) for weight in from_numbers(5, 4, **cell).weights]
    with pytest.raises(UsageError) as error:
        convert(arrays, "keras", to, **options)
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert any(word in str(error.value) for word in ("go to", "did you mean", "it has"))


def test_peepholes_go_where_there_are_some():
    """From TensorFlow 1 to ONNX and Lasagne, not to Keras."""
    layers = from_numbers(5, 4, framework="tensorflow1", cell="lstm", peephole=True).layers
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=weight.shape) for weight in layers[0].weights]
    x = rng.normal(size=(2, 3, 5))
    there = convert(arrays, "tensorflow1/lstm", "onnx")
    np.testing.assert_allclose(outputs(there.explanation.layers, there.arrays, x), outputs(layers, arrays, x))
    assert there.named["P"].shape == (1, 12)
    with pytest.raises(UsageError, match="Keras's LSTM has no peephole"):
        convert(arrays, "tensorflow1/lstm", "keras")


def test_a_matrix_of_peepholes_and_a_number_a_unit():
    """Chainer keeps a matrix; a diagonal one is what ONNX keeps, any other has no equal there."""
    rng = np.random.default_rng(0)
    layers = from_numbers(5, 4, framework="onnx", cell="lstm", peephole=True).layers
    arrays = [rng.normal(size=weight.shape) for weight in layers[0].weights]
    x = rng.normal(size=(2, 3, 5))
    there = convert(arrays, "onnx", "chainer/peephole_lstm")
    np.testing.assert_allclose(outputs(there.explanation.layers, there.arrays, x), outputs(layers, arrays, x))
    back = convert(there.arrays, "chainer/peephole_lstm", "onnx")
    np.testing.assert_array_equal(back.named["P"], arrays[3])
    full = [array + (array.shape == (4, 4)) for array in there.arrays]
    with pytest.raises(UsageError, match="nothing smaller is the same"):
        convert(full, "chainer/peephole_lstm", "onnx")
