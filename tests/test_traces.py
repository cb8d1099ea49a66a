"""Traces against real Keras: states and outputs of every cell, with masks, initial states, both directions, stacks."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import tracemalloc

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras
import xarray as xr

from lstm_shapes import explain_step, label, trace
from lstm_shapes.activations import ACTIVATIONS, activation
from lstm_shapes.layer import UsageError

FILES = pathlib.Path(__file__).parent / "corpus" / "files"
L = keras.layers
B, T, I, U = 3, 7, 5, 4  # noqa: E741
CELLS = {
    "lstm": lambda **k: L.LSTM(U, **k),
    "lstm no bias": lambda **k: L.LSTM(U, use_bias=False, **k),
    "gru": lambda **k: L.GRU(U, **k),
    "gru before": lambda **k: L.GRU(U, reset_after=False, **k),
    "gru no bias": lambda **k: L.GRU(U, use_bias=False, **k),
    "simple": lambda **k: L.SimpleRNN(U, **k),
}
MERGES = ("concat", "sum", "mul", "ave", None)
RNG = np.random.default_rng(1997)
X = RNG.normal(size=(B, T, I)).astype("float32")
MASK = np.array(
    [[1, 1, 0, 1, 0, 0, 1], [0, 0, 1, 1, 0, 1, 0], [1, 1, 1, 1, 1, 1, 1]], bool
)  # holes at all places


def random(layer, shape=(None, T, I)):
    """The layer with random weights, all different: equal ones hide a swap."""
    if not layer.built:
        layer.build(shape)
    layer.set_weights([RNG.normal(size=w.shape) for w in layer.get_weights()])
    return layer


def states_of(layer, count):
    """Initial states as Keras takes them, not zero."""
    return [RNG.normal(size=(B, U)).astype("float32") for _ in range(count)]


def close(ours, theirs) -> bool:
    """Equal to 1e-5, whole lists too."""
    ours = list(ours) if isinstance(theirs, list | tuple) else [ours]
    theirs = list(theirs) if isinstance(theirs, list | tuple) else [theirs]
    return len(ours) == len(theirs) and all(
        a.shape == tuple(b.shape) and np.abs(np.asarray(a) - np.asarray(b)).max() < 1e-5
        for a, b in zip(ours, theirs, strict=True)
    )


@pytest.mark.parametrize("backwards", [False, True], ids=["", "go_backwards"])
@pytest.mark.parametrize("masked", [False, True], ids=["", "mask"])
@pytest.mark.parametrize("started", [False, True], ids=["", "initial_state"])
@pytest.mark.parametrize("sequences", [False, True], ids=["last", "sequences"])
@pytest.mark.parametrize("cell", CELLS)
def test_one_direction(cell, sequences, started, masked, backwards):
    layer = random(CELLS[cell](return_sequences=sequences, return_state=True, go_backwards=backwards))
    start = states_of(layer, 2 if "lstm" in cell else 1) if started else None
    mask = MASK if masked else None
    output, *last = layer(X, initial_state=start, mask=mask)
    ds = trace(layer, X, initial_state=start, mask=mask)
    assert close(ds.output.values, output)
    end = 0 if backwards else -1
    assert close([ds[name].values[0, :, end] for name in ("h", "c") if name in ds], last)
    assert ds.h.dtype == ds.activation.dtype == np.float32
    assert ds.h.dims == ("direction", "batch", "time", "unit")


@pytest.mark.parametrize("masked", [False, True], ids=["", "mask"])
@pytest.mark.parametrize("started", [False, True], ids=["", "initial_state"])
@pytest.mark.parametrize("sequences", [False, True], ids=["last", "sequences"])
@pytest.mark.parametrize("merge", MERGES, ids=str)
@pytest.mark.parametrize("cell", ["lstm", "gru", "gru before", "simple"])
def test_two_directions(cell, merge, sequences, started, masked):
    inner = CELLS[cell](return_sequences=sequences, return_state=True)
    layer = random(L.Bidirectional(inner, merge_mode=merge))
    start = states_of(layer, 4 if "lstm" in cell else 2) if started else None
    mask = MASK if masked else None
    found = list(layer(X, initial_state=start, mask=mask))
    outputs, states = (found[:2], found[2:]) if merge is None else (found[:1], found[1:])
    ds = trace(layer, X, initial_state=start, mask=mask)
    ours = ds.output.values
    assert close(list(ours) if merge is None else [ours], outputs)
    names = [name for name in ("h", "c") if name in ds]
    ends = [ds[name].values[d, :, end] for d, end in ((0, -1), (1, 0)) for name in names]
    assert close(ends, states)


def test_two_directions_of_which_the_first_goes_backwards():
    ahead = L.LSTM(U, return_sequences=True, go_backwards=True)
    layer = random(L.Bidirectional(ahead, backward_layer=L.LSTM(U, return_sequences=True)))
    assert close(trace(layer, X, mask=MASK).output.values, layer(X, mask=MASK))


@pytest.mark.parametrize("sequences", [False, True], ids=["last", "sequences"])
def test_zero_output_for_mask(sequences):
    layer = random(L.GRU(U, return_sequences=sequences, zero_output_for_mask=True))
    assert close(trace(layer, X, mask=MASK).output.values, layer(X, mask=MASK))


@pytest.mark.parametrize("cell", [name for name in CELLS if "no bias" not in name])
def test_the_gates_are_those_that_lead_to_the_states(cell):
    """Each state again from the gates of its own step, by the equations of the papers."""
    layer = random(CELLS[cell]())
    ds = trace(layer, X).isel(direction=0)
    before = ds[["h", "c"] if "c" in ds else ["h"]].shift(time=1, fill_value=0.0)
    gate = {name: ds.activation.sel(gate=name) for name in ds.gate.values.tolist()}
    if "lstm" in cell:
        c = gate["forget"] * before.c + gate["input"] * gate["cell"]
        np.testing.assert_allclose(c, ds.c, atol=1e-6)
        np.testing.assert_allclose(gate["output"] * np.tanh(c), ds.h, atol=1e-6)
    elif "gru" in cell:
        h = gate["update"] * before.h + (1 - gate["update"]) * gate["candidate"]
        np.testing.assert_allclose(h, ds.h, atol=1e-6)
    else:
        np.testing.assert_allclose(gate["unit"], ds.h, atol=0)


@pytest.mark.parametrize("cell", ["lstm", "gru", "gru before", "simple"])
def test_a_pre_activation_is_what_the_activation_was_given(cell):
    """Each from its own arrays: columns as the documentation of Keras says."""
    layer = random(CELLS[cell]())
    weights, ds = layer.get_weights(), trace(layer, X).isel(direction=0)
    kernel, recurrent, bias = weights
    h = ds.h.shift(time=1, fill_value=0.0).values
    first = {"lstm": "forget", "gru": "reset", "gru before": "reset", "simple": "unit"}[cell]
    at = slice(0, U) if cell == "simple" else slice(U, 2 * U)  # the second gate of each
    added = bias[:, at].sum(0) if bias.ndim == 2 else bias[at]
    pre = X @ kernel[:, at] + h @ recurrent[:, at] + added
    np.testing.assert_allclose(ds.pre_activation.sel(gate=first), pre, atol=1e-5)
    squash = np.tanh if cell == "simple" else lambda a: 1 / (1 + np.exp(-a))
    np.testing.assert_allclose(ds.activation.sel(gate=first), squash(pre), atol=1e-5)


def test_masked_steps_have_no_gates_and_keep_the_states():
    ds = trace(random(L.LSTM(U)), X, mask=MASK).isel(direction=0)
    assert np.array_equal(np.isnan(ds.activation).all(("gate", "unit")), ~MASK)
    assert np.array_equal(ds.h.isel(batch=0, time=2), ds.h.isel(batch=0, time=1))
    assert not np.isnan(ds.h).any()


# ---------------------------------------------------------------- activations

POINTS = (
    np.concatenate([np.linspace(-9, 9, 361), [-50, 50, -1, 1, 0.5, -0.5, 0]]).astype("float32").reshape(8, 46)
)
NOT_HERE = {"glu", "threshold", "sparsemax"}  # half as many numbers, more arguments, a sort


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_is_keras_s(name):
    theirs = keras.activations.get(name)(POINTS)
    ours = activation(name)(POINTS)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize(
    "name", sorted({*ACTIVATIONS} & {n for n in dir(tf_keras.activations) if n[0] != "_"})
)
def test_an_activation_of_keras_2_is_keras_2_s(name):
    theirs = tf_keras.activations.get(name)(tf.constant(POINTS))
    np.testing.assert_allclose(activation(name, keras=2)(POINTS), theirs, rtol=2e-5, atol=2e-6)


def test_no_activation_of_keras_is_forgotten():
    from keras.src.activations import ALL_OBJECTS_DICT

    assert {*ALL_OBJECTS_DICT} - {*ACTIVATIONS} == NOT_HERE


@pytest.mark.parametrize("name", ["relu", "softmax", "linear", "hard_tanh"])
@pytest.mark.parametrize("cell", ["lstm", "gru", "simple"])
def test_a_layer_with_other_activations(cell, name):
    extra = {} if cell == "simple" else {"recurrent_activation": "hard_sigmoid"}
    layer = CELLS[cell](activation=name, return_sequences=True, **extra)
    layer.build((None, T, I))
    layer.set_weights([0.3 * RNG.normal(size=w.shape) for w in layer.get_weights()])  # relu grows without end
    assert close(trace(layer, X).output.values, layer(X))


def test_hard_sigmoid_of_a_tf_keras_layer_is_keras_2_s():
    layer = tf_keras.layers.LSTM(U, recurrent_activation="hard_sigmoid")
    layer.build((None, T, I))
    random(layer)
    assert close(trace(layer, X).output.values, layer(X).numpy())


def test_an_activation_of_one_s_own_is_given_as_a_function():
    def mine(a):
        return a / (1 + a * a)

    layer = random(L.LSTM(U, activation=mine))
    with pytest.raises(
        UsageError, match="activation 'custom' is none that is known here; pass the function itself"
    ):
        trace(layer, X)
    assert close(trace(layer, X, activation=mine).output.values, layer(X))


# ---------------------------------------------------------------- models and files


def autoencoder():
    """The seed's model, smaller."""
    inputs = keras.Input((T, I))
    code = L.Bidirectional(L.LSTM(U), merge_mode="sum", name="encoder")(inputs)
    copied = L.Dropout(0.5)(L.RepeatVector(T)(code))
    out = L.Bidirectional(L.LSTM(I, return_sequences=True), merge_mode="sum", name="decoder")(copied)
    return random(keras.Model(inputs, out))


def test_a_model_s_layers_read_what_the_layers_before_hand_on():
    model = autoencoder()
    found = trace(model, X)
    assert list(found) == ["encoder", "decoder"]
    assert close(found["decoder"].output.values, model(X))
    assert close(trace(model, X, layer="decoder").output.values, model(X))


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_a_file_and_its_live_model_are_traced_alike(ending, tmp_path):
    model = autoencoder()
    model.save(tmp_path / f"model{ending}")
    for path, ds in trace(tmp_path / f"model{ending}", X).items():
        xr.testing.assert_allclose(ds, trace(model, X)[path], rtol=1e-6)


def test_masking_goes_through_a_stack():
    x = X.copy()
    x[~MASK] = -1
    stack = [L.Masking(-1), L.LSTM(U, return_sequences=True), L.GRU(U, return_sequences=True), L.Dropout(0.1)]
    model = random(keras.Sequential([keras.Input((T, I)), *stack, L.SimpleRNN(U, name="last")]))
    assert close(trace(model, x, layer="last").output.values, model(x))
    inputs = keras.Input((T, I))
    y = inputs
    for layer in [L.Masking(-1), L.LSTM(U, return_sequences=True), L.Bidirectional(L.GRU(U), name="last")]:
        y = layer(y)
    model = random(keras.Model(inputs, y))
    assert close(trace(model, x, layer="last").output.values, model(x))


def test_a_mask_or_a_start_for_a_model():
    model = random(
        keras.Sequential(
            [keras.Input((T, I)), L.LSTM(U, return_sequences=True, name="a"), L.GRU(U, name="b")]
        )
    )
    a, b = model.layers
    start = states_of(a, 2)
    assert close(trace(model, X, layer="a", initial_state=start).output.values, a(X, initial_state=start))
    both = trace(model, X, mask=MASK)
    assert close(both["b"].output.values, b(a(X, mask=MASK), mask=MASK))
    with pytest.raises(UsageError, match="initial_state of which layer"):
        trace(model, X, initial_state=start)


def test_what_is_not_computed_on_the_way_is_said():
    dense = keras.Sequential([keras.Input((T, I)), L.Dense(6, name="mix"), L.LSTM(U, name="reader")])
    with pytest.raises(UsageError, match="mix is on the way, a Dense; give it yourself"):
        trace(dense, X)
    middle = np.asarray(dense.layers[0](X))
    assert close(trace(label(dense, "reader"), middle).output.values, dense(X))

    one, other = keras.Input((T, I)), keras.Input((T, I))
    _, h, c = L.LSTM(U, return_state=True, name="enc")(one)
    out = L.LSTM(U, name="dec")(other, initial_state=[h, c])
    with pytest.raises(
        UsageError, match="what dec reads is not computed here: it is handed an initial state"
    ):
        trace(keras.Model([one, other], out), X, layer="dec")

    words = keras.Input((T,))
    read = L.LSTM(U, name="reader")(L.Embedding(9, I, mask_zero=True, name="table")(words))
    with pytest.raises(UsageError, match="table is on the way, a Embedding"):
        trace(keras.Model(words, read), X)

    nested = keras.Sequential([keras.Input((T, I)), keras.Sequential([keras.Input((T, I)), L.LSTM(U)])])
    with pytest.raises(UsageError, match="stands inside another layer"):
        trace(nested, X)
    stack = random(L.RNN([L.LSTMCell(U), L.LSTMCell(U)]))
    with pytest.raises(UsageError, match="does not say what feeds what"):
        trace(stack, X)
    with pytest.raises(UsageError, match="ConvLSTM"):
        trace(random(L.ConvLSTM1D(2, 3), (None, T, 6, I)), X)


def test_what_does_not_fit_is_said():
    layer = random(L.LSTM(U))
    for given, words in (
        ({"x": X[0]}, r"the input has the shape \(7, 5\): \(batch, time, 5\) was expected by"),
        (
            {"x": X, "mask": MASK[:, :3]},
            r"the mask has the shape \(3, 3\): \(batch, time\) = \(3, 7\) was expected",
        ),
        (
            {"x": X, "initial_state": X[:, 0, :4]},
            r"initial_state has the shapes .*: .* were expected \(h, c of forward\)",
        ),
        ({"x": X, "gates": ["forgot"]}, "LSTM has no gate 'forgot': did you mean 'forget'?"),
        ({"x": X, "gates": "forget"}, r"a list was expected, \['forget'\]"),
        ({"x": X, "chunk": 0}, "chunk=0"),
        ({"x": X, "activations": "relu"}, "there is no option 'activations': did you mean 'activation'?"),
        (
            {"x": X, "activation": "rellu"},
            "activation 'rellu' is none that is known here: did you mean 'relu'?",
        ),
    ):
        with pytest.raises(UsageError, match=words):
            trace(layer, **given)


def test_what_a_file_of_weights_does_not_say_can_be_said(tmp_path):
    model = random(keras.Sequential([keras.Input((T, I)), L.GRU(U, use_bias=False, reset_after=False)]))
    model.save_weights(tmp_path / "a.weights.h5")
    with pytest.raises(
        UsageError, match="reset_after is not known; say reset_after=True or reset_after=False"
    ):
        trace(tmp_path / "a.weights.h5", X)
    ds = trace(tmp_path / "a.weights.h5", X, reset_after=False)
    assert "output" not in ds
    assert close(ds.h.values[0, :, -1], model(X))
    ds = trace(tmp_path / "a.weights.h5", X, reset_after=False, return_sequences=False)
    assert close(ds.output.values, model(X))


PROBE = """
import sys
import numpy as np
from lstm_shapes import trace
ds = trace(sys.argv[1], np.zeros((1, 3, 100), "float32"), layer="encoder_lstm")
print(ds.h.shape, [m for m in ("tensorflow", "keras", "torch", "tf_keras") if m in sys.modules])
"""


def test_a_file_is_traced_without_a_framework():
    file = str(FILES / "keras3" / "seed_autoencoder.keras")
    done = subprocess.run([sys.executable, "-c", PROBE, file], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["(2,", "1,", "3,", "20)", "[]"]


# ---------------------------------------------------------------- parts of it


def test_only_the_gates_that_are_asked_for_are_kept():
    layer = random(L.Bidirectional(L.LSTM(U)))
    whole, some = trace(layer, X), trace(layer, X, gates=["output", "forget"])
    assert some.gate.values.tolist() == ["forget", "output"]
    xr.testing.assert_identical(some.activation, whole.activation.sel(gate=["forget", "output"]))
    assert [*trace(layer, X, gates=[]).data_vars] == ["h", "c", "output"]


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("chunk", [1, 3, 7, 100])
@pytest.mark.parametrize("masked", [False, True])
def test_chunks_are_the_whole_in_pieces(chunk, masked, backwards):
    layer, mask = random(L.LSTM(U, go_backwards=backwards)), MASK if masked else None
    whole = trace(layer, X, mask=mask).drop_vars("output")
    pieces = list(trace(layer, X, mask=mask, chunk=chunk))
    assert len(pieces) == -(-T // chunk)
    assert (int(pieces[0].time[0]) == 0) == (not backwards or chunk >= T)
    xr.testing.assert_allclose(xr.concat(pieces, "time").sortby("time"), whole, rtol=1e-5, atol=1e-6)


def test_two_directions_come_one_after_the_other():
    layer = random(L.Bidirectional(L.GRU(U)))
    pieces = list(trace(layer, X, chunk=4))
    assert [(p.direction.item(), p.time.values.tolist()) for p in pieces] == [
        ("forward", [0, 1, 2, 3]), ("forward", [4, 5, 6]), ("backward", [4, 5, 6]), ("backward", [0, 1, 2, 3]),
    ]  # fmt: skip
    whole = trace(layer, X)
    np.testing.assert_allclose(pieces[-1].h[0], whole.h.sel(direction="backward")[:, :4], atol=1e-6)


def test_memory_of_chunks_does_not_grow_with_the_input(tmp_path):
    layer, peaks = random(L.LSTM(32)), []
    for steps in (2_000, 20_000):
        long = np.lib.format.open_memmap(tmp_path / f"{steps}.npy", "w+", "float32", (1, steps, I))
        tracemalloc.start()
        for _ in trace(layer, long, chunk=100):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]
    assert peaks[1] < 20_000 * 32 * 4  # less than one state of the whole


def test_float64_stays_float64():
    layer = random(L.LSTM(U, dtype="float64"))
    ds = trace(layer, X.astype("float64"))
    assert ds.h.dtype == np.float64
    assert np.abs(ds.output.values - np.asarray(layer(X.astype("float64")))).max() < 1e-12


@pytest.mark.parametrize("folder", ["keras2.2", "tf_keras2"])
def test_old_files_are_traced_as_their_keras_computes(folder):
    """hard_sigmoid was Keras 2.2's default, with another slope than today's; tf_keras still has it."""
    file = FILES / folder / "seed_autoencoder.hdf5"
    x = RNG.normal(size=(2, 45, 100)).astype("float32")
    model = tf_keras.models.load_model(file, compile=False)
    found = trace(file, x)
    layers = [tf_keras.Model(model.input, model.get_layer(path).output)(x).numpy() for path in found]
    (code, out), (their_code, their_out) = (ds.output.values for ds in found.values()), layers
    assert close(code, their_code)
    # This decoder makes rounding grow: Keras's float32 is up to 4e-5 from what float64 gives, and so are we.
    assert np.abs(out - their_out).max() < 2e-4


# ---------------------------------------------------------------- one gate of one unit


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_the_terms_add_up_to_the_pre_activation(cell, backwards):
    layer = random(CELLS[cell](go_backwards=backwards))
    start = states_of(layer, 2 if "lstm" in cell else 1)
    ds = trace(layer, X, initial_state=start, mask=MASK)
    for gate in ds.gate.values.tolist():
        for t in (0, 3, -1):
            found = explain_step(layer, X, t, 2, gate, batch=0, initial_state=start, mask=MASK)
            there = ds.isel(direction=0, batch=0, time=t, unit=2).sel(gate=gate)
            total = sum(term.contribution for term in found.terms)
            assert total == pytest.approx(float(there.pre_activation), abs=1e-5)
            assert found.pre_activation == pytest.approx(total)
            assert found.activation == pytest.approx(float(there.activation), abs=1e-5)
            sizes = [abs(term.contribution) for term in found.terms]
            assert sizes == sorted(sizes, reverse=True)


def test_each_term_is_a_value_times_a_weight():
    layer = random(L.Bidirectional(L.LSTM(U)))
    kernel, recurrent, bias = layer.get_weights()[3:]
    found = explain_step(layer, X, 4, 1, "forget", batch=2, direction="backward")
    terms = {term.name: term for term in found.terms}
    assert terms["x[3]"].contribution == pytest.approx(X[2, 4, 3] * kernel[3, U + 1], rel=1e-6)
    h = trace(layer, X).h.sel(direction="backward", batch=2, time=5)  # read before time 4
    assert terms["h[0]"].contribution == pytest.approx(float(h[0]) * recurrent[0, U + 1], rel=1e-4)
    assert terms["bias"].contribution == pytest.approx(bias[U + 1])
    assert all(
        t.contribution == pytest.approx(t.value * t.weight) for t in found.terms if t.value is not None
    )


def test_a_reset_gate_multiplies_what_the_state_adds():
    layer = random(L.GRU(U))
    gates = trace(layer, X).isel(direction=0, batch=0).activation
    found = explain_step(layer, X, 3, 1, "candidate")
    term = next(term for term in found.terms if term.name == "h[2]")
    reset = float(gates.sel(time=3, gate="reset", unit=1))
    assert term.contribution == pytest.approx(reset * term.value * term.weight, rel=1e-4)


def test_a_step_is_shown_with_the_largest_first():
    layer = random(L.LSTM(U))
    names = ["the", "cat", "sat", "on", "mat"]
    found = explain_step(label(layer, input_names=names), X, 1, 0, "input")
    lines = str(found).splitlines()
    assert lines[0].startswith(f"{layer.name}: input of unit 0 at time 1 (forward, batch 0)")
    assert {"the", "h[3]", "bias"} < {term.name for term in found.terms}
    at = [next(i for i, line in enumerate(lines) if term.name in line) for term in found.terms[:5]]
    assert at == sorted(at)
    assert "<table" in found._repr_html_()


def test_what_cannot_be_taken_apart_is_said():
    layer = random(L.LSTM(U))
    for given, words in (
        ({"t": 9}, "there is no step 9: there are 7, the first is 0"),
        ({"unit": 4}, "there is no unit 4: there are 4"),
        ({"gate": "forgot"}, "there is no gate 'forgot': did you mean 'forget'?"),
        ({"direction": "back"}, "there is no direction 'back'"),
        ({"t": 2, "mask": MASK}, "step 2 of batch 0 is masked"),
    ):
        with pytest.raises(UsageError, match=words):
            explain_step(layer, X, **{"t": 0, "unit": 0, "gate": "forget", **given})
    model = autoencoder()
    with pytest.raises(UsageError, match="which layer"):
        explain_step(model, X, 0, 0, "forget")
    assert explain_step(model, X, 0, 0, "forget", layer="decoder").path == "decoder"
