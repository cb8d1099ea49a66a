"""Labelled arrays: the right numbers under each name, views, lazy files, and the way back bit by bit."""

from __future__ import annotations

import pathlib

import h5py
import keras
import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from strategies import configurations

import lstm_shapes
from lstm_shapes import label, unlabel
from lstm_shapes.compute import from_numbers
from lstm_shapes.labels import labelled
from lstm_shapes.layer import UsageError
from lstm_shapes.sources import read, values

FILES = pathlib.Path(__file__).parent / "corpus" / "files"
LAYERS = {
    "lstm": lambda: keras.layers.LSTM(4),
    "no bias": lambda: keras.layers.LSTM(4, use_bias=False),
    "gru": lambda: keras.layers.GRU(4),
    "gru before": lambda: keras.layers.GRU(4, reset_after=False),
    "simple": lambda: keras.layers.SimpleRNN(4),
    "two": lambda: keras.layers.Bidirectional(keras.layers.LSTM(4)),
    "two gru": lambda: keras.layers.Bidirectional(keras.layers.GRU(4)),
}


def built(name: str):
    """A real layer with random weights, all different."""
    layer, rng = LAYERS[name](), np.random.default_rng(1997)
    layer.build((None, 7, 5))
    layer.set_weights([rng.normal(size=w.shape) for w in layer.get_weights()])
    return layer


def same(ours, theirs) -> bool:
    """Whether two lists of arrays agree bit by bit."""
    return [(a.dtype, a.shape, a.tobytes()) for a in ours] == [
        (b.dtype, b.shape, b.tobytes()) for b in theirs
    ]


@pytest.mark.parametrize("name", LAYERS)
def test_unlabel_gives_get_weights_back(name):
    layer = built(name)
    assert same(unlabel(label(layer)), layer.get_weights())


@given(
    configurations(),
    st.sampled_from(["keras", "pytorch", "onnx"]),
    st.sampled_from(["float16", "float32", "float64", "int8"]),
    st.randoms(use_true_random=False),
)
def test_unlabel_undoes_label_bit_by_bit(options, framework, dtype, random):
    if framework != "keras":
        options = {key: options[key] for key in ("input_dim", "units", "cell", "use_bias", "bidirectional")}
    for layer in from_numbers(**options, framework=framework).layers:
        arrays = [
            np.frombuffer(random.randbytes(w.parameters * np.dtype(dtype).itemsize), dtype).reshape(w.shape)
            for w in layer.weights
        ]
        ds = labelled(layer, arrays)
        assert same(unlabel(ds), arrays)
        turned = ds.transpose(*random.sample(list(ds.dims), len(ds.dims)))
        if "gate" in ds.dims:
            turned = turned.sel(gate=random.sample(list(ds.gate.values), ds.sizes["gate"]))
        assert same(unlabel(turned), arrays)


def test_a_name_gives_the_columns_that_the_documentation_says():
    layer = built("two")
    ds, weights = label(layer), layer.get_weights()
    forget = ds.kernel.sel(direction="backward", gate="forget")
    assert forget.dims == ("input", "unit")
    assert np.array_equal(forget, weights[3][:, 4:8])
    assert np.array_equal(ds.recurrent_kernel.sel(direction="forward", gate="output"), weights[1][:, 12:])
    assert np.array_equal(ds.bias.sel(direction="backward", gate="input"), weights[5][:4])
    assert set(ds.dims) == {"direction", "input", "hidden", "gate", "unit"}


def test_the_two_biases_of_a_gru_are_parts():
    layer = built("gru")
    bias = label(layer).bias
    assert bias.dims == ("direction", "part", "gate", "unit")
    found = bias.sel(direction="forward", part="recurrent_bias", gate="candidate")
    assert np.array_equal(found, layer.get_weights()[2][1, 8:])


def test_one_direction_is_a_view_two_are_put_together():
    for two in (False, True):
        layer = lstm_shapes.explain(input_dim=5, units=4, bidirectional=two).layers[0]
        arrays = [np.zeros(w.shape, "float32") for w in layer.weights]
        ds = labelled(layer, arrays)
        assert np.shares_memory(ds.kernel.values, arrays[0]) != two
        if not two:
            ds.kernel.loc[{"gate": "forget"}] = 1
            assert arrays[0][:, 4:8].all()
            assert arrays[0].sum() == 20
            assert all(np.shares_memory(a, b) for a, b in zip(unlabel(ds), arrays, strict=True))


def test_a_live_layer_is_labelled_without_a_copy_and_training_does_not_change_what_was_labelled():
    layer = built("lstm")
    ds, before = label(layer), layer.get_weights()
    assert np.shares_memory(ds.kernel.values, label(layer).kernel.values)
    layer.weights[0].assign_add(np.ones(layer.weights[0].shape))
    assert same(unlabel(ds), before)
    assert np.array_equal(label(layer).kernel.values[0], layer.get_weights()[0].reshape(5, 4, 4))


def test_inputs_have_names():
    tokens = ["the", "cat", "sat", "on", "mat"]
    layer = built("lstm")
    row = label(layer, input_names=tokens).kernel.sel(input="sat", direction="forward", gate="cell")
    assert np.array_equal(row, layer.get_weights()[0][2, 8:12])
    with pytest.raises(UsageError, match="2 input_names for lstm.*, which has 5 inputs"):
        label(layer, input_names=["a", "b"])


def test_a_model_gives_each_layer_or_the_one_that_is_named():
    file = str(FILES / "keras3" / "seed_autoencoder.keras")
    both = label(file)
    assert list(both) == ["encoder_lstm", "decoder_lstm"]
    xr.testing.assert_identical(label(file, "decoder_lstm"), both["decoder_lstm"])
    with pytest.raises(
        UsageError, match="has no recurrent layer 'encoder_lst': did you mean 'encoder_lstm'?"
    ):
        label(file, "encoder_lst")


def test_what_cannot_be_labelled_is_said():
    with pytest.raises(UsageError, match="build it first"):
        label(keras.layers.LSTM(3))
    with pytest.raises(UsageError, match="was expected"):
        label(3)
    with pytest.raises(UsageError, match="numbers are not read here"):
        label(FILES / "onnx" / "lstm_bi_2layers.onnx")
    ds = label(built("lstm"))
    with pytest.raises(UsageError, match="unlabel misses a part of kernel"):
        unlabel(ds.isel(gate=0))
    with pytest.raises(UsageError, match="without the attribute 'weights'"):
        unlabel({"a": ds})


# ---------------------------------------------------------------- files


def readable() -> list[pathlib.Path]:
    """Every file of the corpus with arrays that can be read: most of them."""
    kinds = ("*.keras", "*.h5", "*.hdf5", "*.safetensors", "*.pt", "*.pth", "*.npz")
    odd = ("true_bfloat16", "legacy", "quantized")
    found = (path for kind in kinds for path in sorted(FILES.rglob(kind)))
    return [path for path in found if not any(word in path.name for word in odd)]


def test_every_file_of_the_corpus_gives_the_numbers_that_h5py_and_numpy_give():
    compared = 0
    for path in readable():
        arrays = read(path).arrays
        ours = {key: place[...] for key, place in values.places(str(path), [a.path for a in arrays]).items()}
        assert {key: (a.shape, a.dtype.name) for key, a in ours.items()} == {
            a.path: (a.shape, a.dtype or ours[a.path].dtype.name) for a in arrays
        }
        if path.suffix in (".h5", ".hdf5"):
            with h5py.File(path) as file:
                assert all(file[key][()].tobytes() == a.tobytes() for key, a in ours.items())
                compared += len(ours)
        if path.suffix == ".npz":
            with np.load(path) as file:
                assert same(ours.values(), [file[key] for key in ours])
                compared += len(ours)
    assert compared > 1000


def test_a_pytorch_file_and_its_safetensors_hold_the_same_numbers():
    compared = 0
    for one in sorted((FILES / "torch").glob("*.safetensors")):
        other = one.with_suffix(".pt")
        if other.exists():
            keys = [a.path for a in read(one).arrays]
            a, b = ({k: p[...] for k, p in values.places(str(f), keys).items()} for f in (one, other))
            assert same(a.values(), b.values()), one
            compared += len(keys)
    assert compared > 50


@pytest.mark.parametrize("ending", [".keras", ".h5", ".weights.h5"])
def test_a_file_and_its_live_model_are_labelled_alike(ending, tmp_path):
    inputs = keras.Input((7, 5))
    model = keras.Model(inputs, keras.layers.Bidirectional(keras.layers.GRU(4), name="reader")(inputs))
    model.set_weights([np.random.default_rng(7).normal(size=w.shape) for w in model.get_weights()])
    path = tmp_path / f"model{ending}"
    (model.save_weights if ending == ".weights.h5" else model.save)(path)
    for name, array in label(path).load().data_vars.items():
        xr.testing.assert_equal(array, label(model)[name])
    assert same(unlabel(label(path)), model.get_weights())


@pytest.fixture
def counted(monkeypatch):
    """How many bytes of numbers are read."""
    real, counts = values.read_at, []

    def read_at(file, first, count):
        counts.append(count)
        return real(file, first, count)

    monkeypatch.setattr(values, "read_at", read_at)
    return counts


@pytest.mark.parametrize("ending", [".keras", ".weights.h5"])
def test_one_gate_of_a_large_file_reads_that_block_only(ending, tmp_path, counted):
    units, inputs = 1536, 64  # a gate's row is 6 kB: longer than a page of the disk
    model = keras.Sequential([keras.Input((None, inputs)), keras.layers.LSTM(units)])
    path = tmp_path / f"large{ending}"
    (model.save_weights if ending == ".weights.h5" else model.save)(path)
    ds = label(path)
    assert counted == []  # nothing is read to label it
    assert ds.kernel.chunks == ((1,), (inputs,), (1, 1, 1, 1), (units,))
    forget = ds.kernel.sel(gate="forget", direction="forward").values
    assert sum(counted) == forget.nbytes == inputs * units * 4
    assert np.array_equal(forget, model.get_weights()[0][:, units : 2 * units])
    counted.clear()
    ds.recurrent_kernel.sel(gate="output", direction="forward", hidden=5).values
    assert sum(counted) == 4 * units  # one row of it: so much and no more
    counted.clear()
    lists = ds.recurrent_kernel.sel(gate=["output", "input"], unit=[7, 3]).isel(
        direction=0, hidden=slice(2, 9, 3)
    )
    stored = model.get_weights()[1].reshape(units, 4, units)
    assert np.array_equal(lists.values, stored[2:9:3, [3, 0]][..., [7, 3]])
    assert sum(counted) <= 2 * 4 * units * units  # two gates, not four


def test_short_rows_are_read_with_what_lies_between_them(tmp_path, counted):
    model = keras.Sequential([keras.Input((None, 100)), keras.layers.LSTM(20)])
    model.save(tmp_path / "small.keras")
    label(tmp_path / "small.keras").kernel.sel(gate="forget").values
    assert counted == [4 * (99 * 80 + 20)]  # in one look: the disk hands over whole pages anyway


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["<f4", ">f8"])
@given(data=st.data())
def test_a_place_slices_like_the_array(order, dtype, data, tmp_path_factory):
    array = np.arange(7 * 3 * 5).reshape(7, 3, 5).astype(dtype, order=order)
    path = str(tmp_path_factory.mktemp("npy") / "a.npy")
    np.save(path, array)
    place = values.places(path, ["array"])["array"]
    one = st.integers(-3, 2) | st.slices(8)
    key = tuple(data.draw(st.lists(one, max_size=3))) + data.draw(st.sampled_from([(), (Ellipsis,)]))
    if len(key) > 3:
        key = key[:3]
    assert np.array_equal(place[key], array[key])


def test_chunked_and_compressed_arrays_are_unpacked(tmp_path):
    source = FILES / "keras3" / "seed_autoencoder.weights.h5"
    path = tmp_path / "packed.weights.h5"
    path.write_bytes(source.read_bytes())
    with h5py.File(path, "a") as file:
        for key in [one.path for one in read(source).arrays]:
            data = file[key][()]
            del file[key]
            file.create_dataset(key, data=data, compression="gzip")
    packed, plain = label(path), label(source)
    assert list(packed) == list(plain)
    for name, ds in packed.items():
        assert same(unlabel(ds), unlabel(plain[name]))


def test_a_file_that_changed_or_claims_too_much_is_refused(tmp_path):
    path = tmp_path / "a.h5"
    path.write_bytes((FILES / "keras3" / "lstm_plain.h5").read_bytes())
    ds = label(path)
    with h5py.File(path, "a") as file:
        file.attrs["more"] = 1
    with pytest.raises(ValueError, match="was changed since it was looked at"):
        ds.kernel.values
    with h5py.File(tmp_path / "b.weights.h5", "w") as file:
        for i, shape in enumerate([(10**7, 80), (20, 80), (80,)]):
            file.create_dataset(
                f"layers/lstm/cell/vars/{i}", shape, "f4", chunks=(20,) * len(shape), compression="gzip"
            )
    with pytest.raises(UsageError, match="cut short or damaged"):
        label(tmp_path / "b.weights.h5")
    (tmp_path / "c.safetensors").write_bytes((FILES / "torch" / "gru_bi.safetensors").read_bytes()[:-8])
    with pytest.raises(UsageError, match="c.safetensors"):
        label(tmp_path / "c.safetensors")


def test_links_into_other_files_are_not_followed(tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["secret"] = np.ones((20, 80))
    path = tmp_path / "a.weights.h5"
    with h5py.File(path, "w") as file:
        file["layers/lstm/cell/vars/0"] = np.zeros((100, 80))
        file["layers/lstm/cell/vars/1"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "secret")
    with pytest.raises(values.SourceError, match="links are not followed"):
        values.places(str(path), ["layers/lstm/cell/vars/1"])


def test_damaged_files_are_read_or_refused_in_one_line(tmp_path):
    rng, refused, fine = np.random.default_rng(7), [], 0
    files = [path for path in readable() if path.stat().st_size < 100_000][::5]
    for path in files * 4:
        data = bytearray(path.read_bytes())
        for at in rng.integers(0, len(data), 3):
            data[at] = rng.integers(256)
        broken = tmp_path / path.name
        broken.write_bytes(data)
        try:
            arrays = read(broken).arrays
            for place in values.places(str(broken), [a.path for a in arrays]).values():
                place[...]
            fine += 1
        except values.SourceError as error:
            refused.append(str(error))
    assert min(fine, len(refused)) > 5
    assert [words for words in refused if "\n" in words or len(words) > 600] == []
