"""What the callback writes to TensorBoard, read back with TensorBoard's own reader: the numbers of `history`."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tf_keras
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util import tensor_util

from lstm_shapes import UsageError, history, tensorboard_callback
from lstm_shapes.callbacks import NUMBERS

EPOCHS, UNITS = 3, 4


def data():
    rng = np.random.default_rng(1997)
    return rng.normal(size=(32, 5, 6)), rng.normal(size=(32, 3))


def made(framework):
    """A model of two recurrent layers, compiled."""
    framework.utils.set_random_seed(1997)
    inputs = framework.Input((5, 6))
    lstm = framework.layers.LSTM(UNITS, return_sequences=True)
    x = framework.layers.Bidirectional(lstm, merge_mode="sum", name="encoder")(inputs)
    x = framework.layers.GRU(3, name="decoder")(x)
    model = framework.Model(inputs, framework.layers.Dense(3)(x))
    model.compile(framework.optimizers.Adam(0.05), "mse")
    return model


def read(folder):
    """Tag -> {step: array}, as TensorBoard itself reads it."""
    events = EventAccumulator(str(folder), size_guidance={"tensors": 0}).Reload()
    return {
        tag: {event.step: tensor_util.make_ndarray(event.tensor_proto) for event in events.Tensors(tag)}
        for tag in events.Tags()["tensors"]
    }


@pytest.fixture(scope="module", params=[keras, tf_keras], ids=["keras", "tf_keras"])
def training(request, tmp_path_factory):
    """A real training with checkpoints and with the callback, side by side."""
    folder, model = tmp_path_factory.mktemp("training"), made(request.param)
    checkpoints = request.param.callbacks.ModelCheckpoint(str(folder / "{epoch}.keras"))
    callback = tensorboard_callback(model, folder / "logs")
    model.fit(*data(), epochs=EPOCHS, verbose=0, callbacks=[checkpoints, callback])
    return SimpleNamespace(
        framework=request.param, callback=callback, ds=history(folder / "*.keras"), events=read(folder / "logs"),
        model=model, folder=folder,
    )  # fmt: skip


def places(ds):
    """Each gate that there is, and its own numbers."""
    for place in (
        ds["size"].where(ds["size"] > 0, drop=True).stack(place=("layer", "direction", "role", "gate"))
    ):
        if not np.isnan(place):
            block = place.place.item()
            yield block, ds.sel(dict(zip(("layer", "direction", "role", "gate"), block, strict=True)))


def test_the_callback_is_one_of_the_models_own_framework(training):
    assert isinstance(training.callback, training.framework.callbacks.Callback)


def test_every_scalar_is_that_of_the_checkpoints(training):
    count = 0
    for block, own in places(training.ds):
        for number in NUMBERS:
            written = training.events["/".join((*block, number))]
            assert list(written) == list(range(1, EPOCHS + 1))
            assert np.allclose(list(written.values()), own[number], rtol=1e-6, equal_nan=True)
        for level in training.ds["quantile"].values:
            written = training.events["/".join((*block, f"q{level:g}"))]
            assert np.allclose(list(written.values()), own["quantiles"].sel(quantile=level), rtol=1e-6)
        count += 1
    assert count == 2 * 3 * 4 + 4 * 3  # two directions of an LSTM with 3 arrays, a GRU with 2 and two biases


def test_the_forget_bias_drifts_as_in_the_checkpoints(training):
    for direction in ("forward", "backward"):
        written = list(training.events[f"encoder/{direction}/forget_bias_drift"].values())
        own = training.ds.forget_bias_drift.sel(layer="encoder", direction=direction)
        assert np.allclose(written, own, rtol=1e-5, atol=1e-8)
        assert written[0] == 0
        assert written[-1] != 0


def test_a_histogram_has_every_number_of_its_gate(training):
    forget = training.model.get_weights()[0][:, UNITS : 2 * UNITS].astype("float64")
    buckets = training.events["encoder/forward/kernel/forget"][EPOCHS]
    counts, edges = np.histogram(forget, bins=len(buckets))
    assert np.allclose(buckets[:, 0], edges[:-1])
    assert np.allclose(buckets[:, 1], edges[1:])
    assert np.array_equal(buckets[:, 2], counts)
    assert counts.sum() == 6 * UNITS


def test_nothing_but_what_is_promised_is_written(training):
    gates = sum(1 for _ in places(training.ds))
    assert len(training.events) == gates * (1 + len(NUMBERS) + 5) + 2


# ---------------------------------------------------------------- options, and what cannot be


def test_every_other_epoch(tmp_path):
    model = made(keras)
    model.fit(
        *data(), epochs=5, verbose=0, callbacks=[tensorboard_callback(model, tmp_path, every=2, quantiles=[])]
    )
    events = read(tmp_path)
    assert list(events["decoder/forward/kernel/reset"]) == [1, 3, 5]
    assert not [tag for tag in events if "/q0" in tag]


def test_a_model_that_is_built_by_its_training(tmp_path):
    model = keras.Sequential([keras.layers.LSTM(3, name="late")])
    model.compile("sgd", "mse")
    model.fit(*data(), epochs=1, verbose=0, callbacks=[tensorboard_callback(model, tmp_path)])
    assert "late/forward/bias/forget/mean" in read(tmp_path)


def test_weights_that_are_nan_are_said_to_be(tmp_path):
    model = made(keras)
    weights = model.get_weights()
    weights[0][0, 0] = np.nan
    model.set_weights(weights)
    model.fit(*data(), epochs=1, verbose=0, callbacks=[tensorboard_callback(model, tmp_path)])
    events = read(tmp_path)
    assert np.isnan(events["encoder/forward/kernel/input/mean"][1])
    assert np.isfinite(events["encoder/forward/kernel/input"][1]).all()


def test_a_model_without_recurrent_layers(tmp_path):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3)], name="flat")
    model.compile("sgd", "mse")
    callback = tensorboard_callback(model, tmp_path)
    with pytest.raises(UsageError, match=r"^flat has no recurrent layer: there is nothing to follow$"):
        model.fit(np.ones((2, 6)), np.ones((2, 3)), verbose=0, callbacks=[callback])


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((object(),), {}, "object is no Keras model: a keras.Model or tf_keras.Model was expected"),
        ((keras.Sequential(),), {"every": 0}, "every=0: at least 1 epoch between two entries was expected"),
    ],
)
def test_what_cannot_be(tmp_path, arguments, options, message):
    with pytest.raises(UsageError, match=f"^{message}$"):
        tensorboard_callback(*arguments, tmp_path, **options)


def test_without_tensorboard_it_says_what_to_install(tmp_path):
    code = (
        "import sys; sys.modules['tensorboard'] = None\n"
        "import keras, lstm_shapes\n"
        "try: lstm_shapes.tensorboard_callback(keras.Sequential(), sys.argv[1])\n"
        "except lstm_shapes.UsageError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("pip install 'lstm-shapes[tensorboard]'\n")
