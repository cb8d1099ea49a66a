"""What the pictures show: compared number by number with what they are drawn from, and with baseline images.

The baselines are in tests/baseline; after a change that is meant, `pytest tests/test_plot_images.py
--mpl-generate-path=tests/baseline` writes them anew: look at them before they are committed.
"""

from __future__ import annotations

import pathlib
from itertools import combinations, pairwise
from xml.etree import ElementTree

import matplotlib as mpl

mpl.use("Agg")

import keras
import numpy as np
import pytest
import xarray as xr
from matplotlib import pyplot as plt
from matplotlib.testing.compare import compare_images

import lstm_shapes
from lstm_shapes import UsageError, plot
from lstm_shapes.cells import CELLS
from lstm_shapes.cli import main
from lstm_shapes.drawing import WHAT
from lstm_shapes.plot.style import CARD, DASH, LINE, MARKER
from lstm_shapes.render.svg import FILL

TOLERANCE = (
    6  # RMS of 255: another FreeType moves the edges of letters; a gate in another colour is 20 and more
)
BASELINE = pathlib.Path(__file__).parent / "baseline"
image = pytest.mark.mpl_image_compare(
    baseline_dir=str(BASELINE), style="default", tolerance=TOLERANCE, savefig_kwargs={"dpi": 50}
)


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def waves(*shape):
    """Numbers that anybody can make again, no two alike nearby."""
    return np.sin(np.arange(np.prod(shape)) * 0.7).reshape(shape)


def layer(**options):
    return lstm_shapes.explain(**{"input_dim": 6, "units": 4, "bidirectional": True, **options}).layers[0]


def arrays(of):
    return [waves(*weight.shape) for weight in of.weights]


def a_trace(time=12, units=3):
    dims = ("direction", "batch", "time", "gate", "unit")
    gates = ["input", "forget", "cell", "output"]
    coords = {"direction": ["forward", "backward"], "gate": gates}
    activation = xr.DataArray((waves(2, 2, time, 4, units) + 1) / 2, coords, dims)
    activation.loc[{"gate": "cell"}] = activation.sel(gate="cell") * 2 - 1
    activation[:, :, -2:] = np.nan  # masked
    states = (("direction", "batch", "time", "unit"), waves(2, 2, time, units) * 2)
    return xr.Dataset({"activation": activation, "pre_activation": activation, "c": states, "h": states})


def a_history(epochs=12):
    of = layer()
    blocks = {
        "layer": ["encoder"],
        "direction": list(of.directions),
        "role": ["kernel", "bias"],
        "gate": list(of.weights[0].gates),
    }
    dims = ("epoch", *blocks)
    shape = (epochs, *map(len, blocks.values()))
    norm = waves(*shape) + np.arange(epochs).reshape(-1, 1, 1, 1, 1)
    quantiles = norm[..., None] + np.array([-1.0, 0, 1])
    drift = (("epoch", "layer", "direction"), norm[..., 0, 0])
    return xr.Dataset(
        {"norm": (dims, norm), "quantiles": ((*dims, "quantile"), quantiles), "forget_bias_drift": drift},
        {"epoch": range(1, epochs + 1), "quantile": [0.05, 0.5, 0.95], **blocks},
    )


# ---------------------------------------------------------------- baselines


@image
def test_image_of_weights():
    return plot.weights(layer(), arrays(layer()))


@image
def test_image_of_histograms():
    return plot.histograms(layer(input_dim=60, units=30), arrays(layer(input_dim=60, units=30)))


@image
def test_image_of_a_gru_without_directions():
    of = layer(cell="gru", bidirectional=False)
    return plot.weights(of, arrays(of))


@image
def test_image_of_gates_over_time():
    return plot.gates_over_time(a_trace(), waves(2, 12, 5))


@image
def test_image_of_words_over_time():
    words = [
        "now",
        "is",
        "better",
        "than",
        "never",
        "although",
        "never",
        "is",
        "often",
        "better",
        "than",
        "right",
    ]
    return plot.gates_over_time(a_trace(), words, names=["forget", "c"])


@image
def test_image_of_history():
    return plot.history(a_history())


@image
def test_image_of_quantiles():
    return plot.history(a_history(), "quantiles")


@image
def test_image_of_maps():
    return plot.matrix_maps(layer())


@image
def test_image_of_a_diagram():
    return plot.cell_diagram("lstm", layer=layer()).figure


def test_images_are_compared_at_all(request):
    """Without --mpl the comparisons above would say nothing."""
    assert request.config.getoption("--mpl") or request.config.getoption("--mpl-generate-path")


def test_a_swap_of_two_gates_is_seen(tmp_path, monkeypatch):
    monkeypatch.setitem(FILL, "forget", FILL["input"])
    plot.matrix_maps(layer()).savefig(tmp_path / "swapped.png", dpi=50)
    baseline = BASELINE / "test_image_of_maps.png"
    assert "RMS Value" in compare_images(str(baseline), str(tmp_path / "swapped.png"), TOLERANCE)


# ---------------------------------------------------------------- the numbers in the pictures


def test_a_histogram_counts_the_columns_of_its_gate():
    of = layer(input_dim=60, units=30)
    numbers = arrays(of)
    figure = plot.histograms(of, numbers, bins=10)
    axes = {ax.get_title(): ax for ax in figure.axes}
    assert list(axes) == [
        f"{d} {r}" for r in ("kernel", "recurrent_kernel", "bias") for d in ("forward", "backward")
    ]
    for gate, columns in {"input": slice(0, 30), "cell": slice(60, 90), "output": slice(90, 120)}.items():
        (stairs,) = [one for one in axes["backward kernel"].patches if one.get_label() == gate]
        edges = np.linspace(
            min(numbers[0].min(), numbers[3].min()), max(numbers[0].max(), numbers[3].max()), 11
        )
        assert np.allclose(stairs.get_data().edges, edges)
        assert np.array_equal(stairs.get_data().values, np.histogram(numbers[3][:, columns], edges)[0])
        assert stairs.get_data().values.sum() == 60 * 30


def heat_maps(figure):
    return {
        ax.get_title(loc="left"): np.ma.filled(ax.images[0].get_array(), np.nan)
        for ax in figure.axes
        if ax.images and ax.get_title(loc="left")
    }


def test_gates_over_time_of_a_real_layer():
    reader = keras.layers.Bidirectional(keras.layers.LSTM(4))
    x = waves(2, 7, 5).astype("float32")
    reader(x)
    trace = lstm_shapes.trace(reader, x)
    shown = heat_maps(plot.gates_over_time(trace, x, batch=1, direction="backward"))
    own = trace.sel(direction="backward").isel(batch=1)
    assert list(shown) == [
        "input",
        "input gate",
        "forget gate",
        "cell candidate",
        "output gate",
        "cell state",
        "hidden state",
    ]
    assert np.array_equal(shown["input"], x[1].T)
    assert np.array_equal(shown["forget gate"], own.activation.sel(gate="forget").transpose("unit", "time"))
    assert np.array_equal(shown["cell state"], own.c.transpose("unit", "time"))
    last = np.asarray(reader(x))[
        1, 4:
    ]  # what Keras itself gives; the backward direction's last step is the first
    assert np.allclose(shown["hidden state"][:, 0], last, atol=1e-5)


def test_a_gate_has_the_scale_of_a_gate_and_a_state_that_of_a_state():
    figure = plot.gates_over_time(a_trace(), names=["forget", "cell", "c"])
    limits = [ax.images[0].get_clim() for ax in figure.axes if ax.get_title(loc="left")]
    assert limits[0] == (0, 1)
    assert all(low == -high for low, high in limits[1:])


def test_words_stand_over_their_steps():
    words = [f"w{i}" for i in range(12)]
    figure = plot.gates_over_time(a_trace(), words, names=["forget", "c"])
    top = figure.axes[0]
    assert [label.get_text() for label in top.get_xticklabels()] == words
    assert top.get_xticks().tolist() == [i + 0.5 for i in range(12)]


def test_a_line_of_history_is_the_column_of_its_dataset():
    ds = a_history()
    axes = {ax.get_title(): ax for ax in plot.history(ds).axes}
    assert list(axes) == ["forward kernel", "backward kernel", "forward bias", "backward bias"]
    for gate in ds.gate.values:
        (line,) = [one for one in axes["backward bias"].lines if one.get_label() == gate]
        expected = ds.norm.sel(layer="encoder", direction="backward", role="bias", gate=gate)
        assert np.array_equal(line.get_ydata(), expected)
        assert np.array_equal(line.get_xdata(), ds.epoch)


def test_the_drift_has_one_line_a_direction():
    ds = a_history()
    figure = plot.history(ds, "forget_bias_drift")
    assert [ax.get_title() for ax in figure.axes] == ["forward bias", "backward bias"]
    assert np.array_equal(figure.axes[1].lines[0].get_ydata(), ds.forget_bias_drift[:, 0, 1])


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plot.histograms(layer(), arrays(layer())[:2]), "2 arrays, but bidirectional has 6: pass the layer's own"),
        (lambda: plot.gates_over_time(a_trace(), waves(9, 5)), "the input has 9 steps and the trace 12: the same"),
        (lambda: plot.gates_over_time(a_trace(), names=["reset"]), "no 'reset' in the trace: one of input, forget,"),
        (lambda: plot.gates_over_time(a_trace(), direction="up"), "no direction 'up' in the trace: one of forward, b"),
        (lambda: plot.gates_over_time(a_trace(), batch=2), "batch=2: the trace has 2 sequences, the first is 0"),
        (lambda: plot.history(a_history(), "median"), "no number 'median' in the history: one such as 'norm'"),
        (lambda: plot.history(a_history(), layer="x"), "no layer 'x' in the history: one of encoder was expected"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn(draw, message):
    with pytest.raises(UsageError, match=f"^{message}"):
        draw()


# ---------------------------------------------------------------- can they be read


def linear(colour):
    """RGB as light, not as numbers in a file (sRGB, IEC 61966-2-1)."""
    rgb = np.array(mpl.colors.to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(light):
    """CIE L*a*b* (D65), in which a distance is what an eye sees."""
    xyz = light @ np.array([[0.4124, 0.2126, 0.0193], [0.3576, 0.7152, 0.1192], [0.1805, 0.0722, 0.9505]])
    f = np.cbrt(np.clip(xyz / [0.9505, 1, 1.089], 0.008856, None))
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


BLIND = {  # Machado, Oliveira & Fernandes 2009, severity 1
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
}  # fmt: skip


@pytest.mark.parametrize("eye", BLIND)
@pytest.mark.parametrize("colours", [LINE, FILL], ids=["lines", "blocks"])
@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_a_colour_blind_eye_tells_the_gates_apart(cell, colours, eye):
    seen = [lab(np.clip(np.array(BLIND[eye]) @ linear(colours[gate]), 0, 1)) for gate in CELLS[cell].gates]
    assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) > 10  # 2.3 is just noticeable


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_no_gate_is_told_by_its_colour_alone(cell):
    for sign in (DASH, MARKER):
        assert len({sign[gate] for gate in CELLS[cell].gates}) == len(CELLS[cell].gates)


@pytest.mark.parametrize("gate", LINE)
def test_a_line_stands_out_from_its_card(gate):
    luminance = linear(LINE[gate]) @ [0.2126, 0.7152, 0.0722]
    assert 1.05 / (luminance + 0.05) >= 4.5  # WCAG 2.2, 1.4.3


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plot.weights(layer(), arrays(layer())),
        lambda: plot.histograms(layer(), arrays(layer())),
        lambda: plot.gates_over_time(a_trace()),
        lambda: plot.history(a_history()),
        lambda: plot.matrix_maps(layer()),
        lambda: plot.cell_diagram("gru").figure,
    ],
)
def test_a_picture_brings_its_own_white_card(draw):
    """On a dark page dark letters would vanish."""
    assert draw().get_facecolor() == mpl.colors.to_rgba(CARD)


# ---------------------------------------------------------------- the command


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    path = tmp_path_factory.mktemp("plot") / "1.keras"
    inputs = keras.Input((5, 6))
    x = keras.layers.Bidirectional(keras.layers.LSTM(4), name="encoder")(inputs)
    x = keras.layers.RepeatVector(5)(x)
    keras.Model(inputs, keras.layers.GRU(3, name="decoder")(x)).save(path)
    return path


@pytest.mark.parametrize("what", WHAT)
def test_a_picture_of_a_file(checkpoint, tmp_path, capsys, what):
    out = [tmp_path / f"{i}.svg" for i in range(2)]
    for path in out:
        assert main(["plot", str(checkpoint), "-o", str(path), "--what", what]) == 0
    assert capsys.readouterr().out.splitlines()[0] == f"{out[0]}: {what} of encoder; --layer draws decoder"
    assert ElementTree.parse(out[0]).getroot().tag == "{http://www.w3.org/2000/svg}svg"
    assert out[0].read_bytes() == out[1].read_bytes()  # no date, no random name


@pytest.mark.parametrize("kind", ["png", "pdf"])
def test_a_picture_of_another_kind_and_layer(checkpoint, tmp_path, capsys, kind):
    path = tmp_path / f"decoder.{kind}"
    assert main(["plot", str(checkpoint), "-o", str(path), "--layer", "decoder"]) == 0
    assert capsys.readouterr().out == f"{path}: weights of decoder\n"
    assert path.read_bytes().startswith({"png": b"\x89PNG", "pdf": b"%PDF"}[kind])


CORPUS = pathlib.Path(__file__).parent / "corpus" / "files"


@pytest.mark.parametrize("what", WHAT)
@pytest.mark.parametrize(
    "name",
    [
        "torch/lstm_bi_2layers.pt",
        "torch/gru_bi.safetensors",
        "keras2.2/cudnn_bi.hdf5",
        "tf_keras2/no_bias.keras",
    ],
)
def test_other_frameworks_files_are_drawn_too(tmp_path, name, what):
    assert main(["plot", str(CORPUS / name), "-o", str(tmp_path / "a.png"), "--what", what]) == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-o", "a.txt"], "'a.txt': a name that ends in .svg, .png or .pdf was expected"),
        (["-o", "no/such/a.svg"], "'no/such/a.svg' cannot be written: No such file or directory"),
        (
            ["-o", "a.svg", "--layer", "encodr"],
            "no recurrent layer 'encodr' in the file: did you mean 'encoder'?",
        ),
        (["-o", "a.svg", "--what", "wights"], "unknown --what 'wights': did you mean 'weights'?"),
        ([], "the following arguments are required: -o/--output"),
    ],
)
def test_a_mistake_is_one_line(checkpoint, tmp_path, monkeypatch, capsys, words, message):
    monkeypatch.chdir(tmp_path)
    assert main(["plot", str(checkpoint), *words]) == 2
    assert capsys.readouterr().err == f"lstm_shapes: {message}\n"
    assert list(tmp_path.iterdir()) == []


def test_a_kernel_that_is_a_convolution_is_refused_with_a_way_out(tmp_path, capsys):
    words = ["plot", str(CORPUS / "keras2.2" / "conv_lstm.hdf5"), "-o", str(tmp_path / "a.svg")]
    assert main(words) == 2
    assert "has 4 axes: a page shows two; take histograms instead" in capsys.readouterr().err
    assert main([*words, "--what", "histograms"]) == 0


# ---------------------------------------------------------------- numbers in the diagram


@pytest.mark.parametrize("make", [keras.layers.LSTM, keras.layers.GRU])
def test_a_step_of_a_trace_stands_in_the_diagram(make):
    reader, x = make(3), waves(1, 5, 2).astype("float32")
    reader(x)
    step = lstm_shapes.trace(reader, x).isel(direction=0, batch=0, time=4, unit=1)
    texts = [text.get_text() for text in plot.cell_diagram(make.__name__.lower(), values=step).texts]
    assert f"$h_t$ = {float(reader(x)[0, 1]):.2f}" in texts
    under = {
        name.split("$")[1]: number
        for number, name in pairwise(texts)
        if "gate" in name or "candidate" in name
    }
    letters = CELLS[make.__name__.lower()].letters
    assert under == {
        f"{letters[gate]}_t": f"{value:.2f}" for gate, value in step.activation.to_series().items()
    }


def test_values_of_more_than_one_step_are_refused():
    with pytest.raises(UsageError, match=r"one step of one unit was expected, as in .isel\(time=3, unit=2\)"):
        plot.cell_diagram("lstm", values=a_trace().isel(direction=0, batch=0))
