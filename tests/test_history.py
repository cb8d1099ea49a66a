"""`history` says of every checkpoint what NumPy says of the arrays that Keras had in memory at that epoch."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import sys
import tracemalloc
from types import SimpleNamespace

import dask
import distributed
import fsspec
import h5py
import keras
import numpy as np
import pytest
import strategies
import xarray
from hypothesis import given

from lstm_shapes import UsageError, explain, histories, history
from lstm_shapes.blocks import QUANTILES, blocks, statistics
from lstm_shapes.checkpoints import Store, epochs, find
from lstm_shapes.compute import from_numbers

EPOCHS, UNITS = 11, 4
KINDS = ("hdf5", "keras", "weights.h5")


@pytest.fixture(scope="module")
def training(tmp_path_factory):
    """A real training: its files of three kinds, and what `get_weights()` gave after each epoch."""
    folder = tmp_path_factory.mktemp("checkpoint")
    keras.utils.set_random_seed(1997)
    inputs = keras.Input((5, 6))
    x = keras.layers.Bidirectional(keras.layers.LSTM(UNITS), merge_mode="sum", name="encoder")(inputs)
    x = keras.layers.RepeatVector(5)(x)
    x = keras.layers.GRU(3, return_sequences=True, name="decoder")(x)
    model = keras.Model(inputs, x)
    model.compile(keras.optimizers.Adam(0.05), "mse")
    truth = {}

    def keep(epoch, logs):
        truth[epoch + 1] = model.get_weights()
        model.save(folder / f"{epoch + 1}.hdf5")
        model.save(folder / f"{epoch + 1}.keras")
        model.save_weights(folder / f"{epoch + 1}.weights.h5")

    rng = np.random.default_rng(1997)
    data = rng.normal(size=(32, 5, 6)), rng.normal(size=(32, 5, 3))
    model.fit(*data, epochs=EPOCHS, verbose=0, callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=keep)])
    return SimpleNamespace(folder=folder, truth=truth)


@pytest.fixture(scope="module")
def ds(training):
    return history(training.folder / "*.hdf5")


@pytest.fixture
def cluster():
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as workers,
        distributed.Client(workers) as client,
    ):
        yield client


def same(one, other):
    xarray.testing.assert_equal(one.drop_vars("path"), other.drop_vars("path"))


# ---------------------------------------------------------------- the numbers

PLACES = [  # where in get_weights(), which columns: i f c o of Keras, z r h of its GRU
    (("encoder", "forward", "kernel", "forget"), lambda w: w[0][:, UNITS : 2 * UNITS]),
    (("encoder", "forward", "bias", "forget"), lambda w: w[2][UNITS : 2 * UNITS]),
    (("encoder", "backward", "recurrent_kernel", "output"), lambda w: w[4][:, 3 * UNITS :]),
    (("decoder", "forward", "kernel", "candidate"), lambda w: w[6][:, 6:]),
    (("decoder", "forward", "bias", "update"), lambda w: w[8][0, :3]),
    (("decoder", "forward", "recurrent_bias", "reset"), lambda w: w[8][1, 3:6]),
]


def test_epochs_are_in_their_natural_order(ds):
    assert ds.epoch.values.tolist() == list(range(1, EPOCHS + 1))
    assert [path.rsplit("/")[-1] for path in ds.path.values[-2:]] == ["10.hdf5", "11.hdf5"]


@pytest.mark.parametrize(
    ("block", "cut"), PLACES, ids=lambda one: "/".join(one) if isinstance(one, tuple) else ""
)
def test_each_number_is_that_of_the_arrays_in_memory(training, ds, block, cut):
    own = ds.sel(dict(zip(histories.DIMS, block, strict=True)))
    before = None
    for epoch, weights in training.truth.items():
        numbers, found = cut(weights).astype("float64"), own.sel(epoch=epoch)
        assert int(found["size"]) == numbers.size
        assert np.isclose(found["mean"], np.mean(numbers))
        assert np.isclose(found["std"], np.std(numbers))
        assert np.isclose(found["norm"], np.linalg.norm(numbers))
        assert found["min"] == numbers.min()
        assert found["max"] == numbers.max()
        assert np.allclose(found["quantiles"], [np.quantile(numbers, q) for q in QUANTILES])
        change = np.nan if before is None else np.abs(numbers - before).max()
        assert np.isclose(found["change"], change, equal_nan=True)
        before = numbers


def test_the_forget_bias_drifts_from_that_of_the_first_checkpoint(training, ds):
    start, end = (training.truth[epoch][2][UNITS : 2 * UNITS].mean(dtype="float64") for epoch in (1, EPOCHS))
    drift = ds.forget_bias_drift.sel(layer="encoder", direction="forward")
    assert drift[0] == 0
    assert np.isclose(drift[-1], end - start)
    assert abs(drift[-1]) > 1e-3  # it did move, or this test would say nothing


def test_what_a_layer_does_not_have_is_nan_and_counts_nothing(ds):
    nothing = ds.sel(layer="decoder", gate="forget")
    assert nothing["size"].sum() == 0
    assert nothing["mean"].isnull().all()
    assert ds.forget_bias_drift.sel(layer="decoder").isnull().all()
    assert int(ds["size"].sum()) == 2 * 4 * UNITS * (6 + UNITS + 1) + 3 * 3 * (UNITS + 3 + 2)


@given(strategies.configurations())
def test_blocks_are_the_whole_array_and_nothing_twice(numbers):
    options = dict(numbers)
    for layer in from_numbers(options.pop("input_dim"), options.pop("units"), **options).layers:
        seen = set()
        for weight in layer.weights:
            array = np.arange(weight.parameters).reshape(weight.shape)
            found = list(blocks(layer, weight, array))
            assert np.array_equal(np.sort(np.concatenate([part.ravel() for _, part in found])), array.ravel())
            assert seen.isdisjoint(block for block, _ in found)
            seen |= {block for block, _ in found}


def test_a_training_that_diverged_is_shown_not_hidden():
    found = statistics(np.array([np.inf, np.nan, 1.0]), np.zeros(3), (0.5,))
    assert np.isnan(found["mean"])
    assert np.isnan(found["change"])


# ---------------------------------------------------------------- any file, anywhere


@pytest.mark.parametrize("kind", KINDS[1:])
def test_the_kind_of_file_makes_no_difference(training, ds, kind):
    same(ds, history(str(training.folder / f"*.{kind}")))


def test_a_url_of_fsspec(training, ds):
    fsspec.filesystem("memory").put(str(training.folder / "*.hdf5"), "/training/")
    same(ds, history("memory://training/*.hdf5"))


def test_a_list_and_a_mapping(training, ds):
    names = {epoch: training.folder / f"{epoch}.keras" for epoch in (11, 9, 10)}
    same(history(list(names.values())), history(names))
    assert np.array_equal(history(names)["mean"], ds["mean"].sel(epoch=[9, 10, 11]), equal_nan=True)


def test_the_run_a_checkpoint_falls_into_makes_no_difference(training, ds, monkeypatch):
    for length in (1, EPOCHS):
        cut = [(i, min(i + length, EPOCHS)) for i in range(0, EPOCHS, length)]
        monkeypatch.setattr(histories, "runs", lambda count, cut=cut: cut)
        same(ds, history(training.folder / "*.hdf5"))


CORPUS = pathlib.Path(__file__).parent / "corpus" / "files"
FILES = sorted(
    path
    for folder in ("keras2.2", "keras3", "tf115_keras", "tf23_keras", "tf_keras2", "torch", "npz")
    for path in (CORPUS / folder).iterdir()
    if path.suffix in (".h5", ".hdf5", ".keras", ".pt", ".safetensors", ".npz")
    and "legacy" not in path.name  # a pickle through and through
    and "bfloat16"
    not in path.name  # only some kinds of file say what the two bytes are: test_numbers_of_bfloat16
)


def test_every_checkpoint_of_the_corpus_can_be_followed():
    assert len(FILES) > 280
    for path in FILES:
        explanation = explain(path)
        if explanation.layers:
            found = history({7: path})
            assert int(found["size"].sum()) == sum(weight.parameters for weight in explanation.weights), path
            assert found["mean"].notnull().sum() == (found["size"] > 0).sum(), path


@pytest.mark.parametrize("kind", KINDS[1:])
def test_numbers_of_bfloat16(kind):
    model = keras.models.load_model(CORPUS / "keras3" / "true_bfloat16.keras", compile=False)
    with Store().opened(str(CORPUS / "keras3" / f"true_bfloat16.{kind}")) as (explanation, read):
        layer = model.get_layer(explanation.layers[0].path)
        for weight, variable in zip(explanation.layers[0].weights, layer.weights, strict=True):
            assert weight.dtype == "bfloat16"
            assert np.array_equal(read(weight), keras.ops.convert_to_numpy(variable).astype("float32"))


# ---------------------------------------------------------------- epochs


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["1.hdf5", "10.hdf5", "9.hdf5"], [1, 10, 9]),
        (["weights.03-0.52.hdf5", "weights.11-0.4.hdf5"], [3, 11]),
        (["lstm2/ckpt-8.weights.h5", "lstm2/ckpt-16.weights.h5"], [8, 16]),
        (["loss=0.3-epoch=04.keras", "loss=0.1-epoch=12.keras"], [4, 12]),
        (["epoch_1/model.keras", "epoch_2/model.keras"], [1, 2]),
        (["lstm.7.h5"], [7]),
    ],
)
def test_the_epoch_in_a_name(names, expected):
    assert epochs(names) == expected


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["1.hdf5", "best.hdf5"], "the epoch of 'best.hdf5' cannot be told from its name: a number was expected where "
         "the others have theirs, as in 'checkpoint/9.hdf5'; narrow the pattern, or pass {epoch: path}"),
        (["a/1.h5", "b/1.h5"], "the epoch of 'a/1.h5' cannot be told"),
        (["fold1/1.h5", "fold2/1.h5", "fold2/2.h5"], "'fold2/1.h5' and 'fold2/2.h5' are both of epoch 2: narrow"),
        ([], r"no file matches '\[\]': a pattern such as 'checkpoint/\*.hdf5' was expected"),
    ],
)  # fmt: skip
def test_an_epoch_that_cannot_be_told(names, message):
    with pytest.raises(UsageError, match=f"^{message}"):
        find(names, {})


# ---------------------------------------------------------------- files that are wrong


@pytest.fixture
def damaged(training, tmp_path):
    """The 4th and the 7th of the files cut short."""
    for path in training.folder.glob("*.hdf5"):
        shutil.copy(path, tmp_path)
    for epoch in (4, 7):
        path = tmp_path / f"{epoch}.hdf5"
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return tmp_path


def test_a_damaged_file_is_named(damaged):
    with pytest.raises(UsageError, match=r"/[47]\.hdf5' is an HDF5 file cut short"):
        history(damaged / "*.hdf5")


def test_a_damaged_file_is_named_by_its_url(damaged):
    fsspec.filesystem("memory").put(str(damaged / "7.hdf5"), "/broken/7.hdf5")
    with pytest.raises(UsageError, match=r"^'/?broken/7\.hdf5' is "):
        history("memory://broken/*.hdf5")


def test_a_damaged_file_is_left_out_where_that_is_asked(training, damaged, ds):
    with pytest.warns(UserWarning, match=r"left out: .*\.hdf5") as seen:
        found = history(damaged / "*.hdf5", errors="skip")
    assert len(seen) == 2
    assert found.epoch.values.tolist() == [1, 2, 3, 5, 6, 8, 9, 10, 11]
    assert np.array_equal(found["std"], ds["std"].sel(epoch=found.epoch), equal_nan=True)
    for before, after in [(3, 5), (6, 8)]:  # the change is since the last one that could be read
        moved = np.abs(training.truth[after][0] - training.truth[before][0])[:, :UNITS].max()
        own = found["change"].sel(
            epoch=after, layer="encoder", direction="forward", role="kernel", gate="input"
        )
        assert np.isclose(own, moved)


def test_nothing_that_can_be_read(tmp_path):
    (tmp_path / "1.h5").write_bytes(b"no checkpoint")
    with (
        pytest.warns(UserWarning, match="left out"),
        pytest.raises(UsageError, match="none of 1 checkpoints can be read: .*1.h5"),
    ):
        history(tmp_path / "*.h5", errors="skip")


def test_a_model_without_recurrent_layers(tmp_path):
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save_weights(tmp_path / "1.weights.h5")
    with pytest.raises(UsageError, match=r"1.weights.h5' has no recurrent layer: there is nothing to follow"):
        history(tmp_path / "*.h5")


def test_a_file_whose_numbers_are_not_read():
    with pytest.raises(
        UsageError, match=r"gru_one.onnx' is of a kind whose numbers are not read here, only its shapes"
    ):
        history({1: CORPUS / "onnx" / "gru_one.onnx"})


def test_an_array_larger_than_its_file_is_not_believed(tmp_path):
    path = tmp_path / "1.weights.h5"
    with h5py.File(path, "w") as file:  # HDF5 sets aside nothing for chunks that nobody wrote
        for i, shape in enumerate([(2, 1 << 24), (1 << 22, 1 << 24), (1 << 24,)]):
            file.create_dataset(f"layers/lstm/cell/vars/{i}", shape, "float32", chunks=(1,) * len(shape))
    with pytest.raises(
        UsageError, match=r"'layers/lstm/cell/vars/0' has 33,554,432 numbers of 4 bytes, in a file of"
    ):
        history(path)


def test_another_model_among_the_files(training, tmp_path):
    model = keras.Sequential([keras.Input((5, 2)), keras.layers.LSTM(3, name="encoder")])
    model.save_weights(tmp_path / "1.weights.h5")
    model = keras.Sequential([keras.Input((5, 2)), keras.layers.LSTM(5, name="encoder")])
    model.save_weights(tmp_path / "2.weights.h5")
    with pytest.raises(
        UsageError, match=r"2.weights.h5' has another shape than the checkpoint before: encoder"
    ):
        history(tmp_path / "*.h5")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"errors": "ignore"}, "errors='ignore': 'raise' or 'skip' was expected"),
        ({"quantiles": [50]}, "quantile 50: a number between 0 and 1 was expected, such as 0.5"),
    ],
)
def test_options_that_cannot_be(training, options, message):
    with pytest.raises(UsageError, match=f"^{message}$"):
        history(training.folder / "*.hdf5", **options)


# ---------------------------------------------------------------- where the work is done


def test_the_same_call_runs_on_a_cluster(training, ds, cluster):
    with distributed.get_task_stream(cluster) as stream:
        xarray.testing.assert_identical(ds, history(training.folder / "*.hdf5"))
    assert len(stream.data) == len(histories.runs(EPOCHS))
    assert {task["worker"] for task in stream.data} == set(cluster.scheduler_info()["workers"])


def test_a_damaged_file_on_a_cluster(damaged, cluster):
    with pytest.raises(UsageError, match=r"/[47]\.hdf5' is an HDF5 file cut short"):
        history(damaged / "*.hdf5")


def test_no_framework_is_loaded_and_nothing_is_said(training):
    code = (
        "import sys, lstm_shapes; lstm_shapes.history(sys.argv[1]); "
        "print([m for m in ('keras', 'tensorflow', 'tf_keras') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(training.folder / "*.hdf5")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_a_progress_bar_counts_checkpoints(training, monkeypatch, capsys):
    history(training.folder / "*.hdf5")
    assert capsys.readouterr().err == ""  # no terminal
    history(training.folder / "*.hdf5", progress=True)
    assert capsys.readouterr().err == ""  # done before two seconds were over
    monkeypatch.setattr(histories, "PATIENCE", 0)
    history(training.folder / "*.hdf5", progress=True)
    assert f"{EPOCHS}/{EPOCHS}" in capsys.readouterr().err


def peak(pattern):
    """Bytes at the worst moment."""
    with dask.config.set(num_workers=1):
        history(pattern)  # imports are no part of it
        tracemalloc.start()
        history(pattern)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return found


def test_memory_does_not_grow_with_the_number_of_checkpoints(tmp_path):
    model = keras.Sequential([keras.Input((5, 256)), keras.layers.LSTM(256), keras.layers.Dense(256)])
    model.save_weights(tmp_path / "1.weights.h5")
    with h5py.File(tmp_path / "1.weights.h5") as file:
        one = file["layers/lstm/cell/vars/0"].nbytes + file["layers/lstm/cell/vars/1"].nbytes
    for epoch in range(2, 33):
        shutil.copy(tmp_path / "1.weights.h5", tmp_path / f"{epoch}.weights.h5")
    few, many = (peak(str(tmp_path / pattern)) for pattern in ("[1-4].weights.h5", "*.weights.h5"))
    assert many < 1.2 * few
    assert (
        many < 3 * one
    )  # the checkpoint before; one array, as bytes and as numbers; one gate of it in float64
