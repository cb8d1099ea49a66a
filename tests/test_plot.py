"""Pictures say what the tables say, and can be read: nothing overlaps, no wire runs through a node."""

from __future__ import annotations

from itertools import combinations, pairwise

import matplotlib as mpl

mpl.use("Agg")

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Rectangle

import lstm_shapes
from lstm_shapes import plot, reference
from lstm_shapes.cells import CELLS
from lstm_shapes.diagram import APART, diagram, inputs
from lstm_shapes.render.svg import FILL

STEPS = [
    ("lstm", {}),
    ("gru", {"reset_after": True}),
    ("gru", {"reset_after": False}),
    ("simple_rnn", {}),
]


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


# ---------------------------------------------------------------- the diagram


@pytest.mark.parametrize(("cell", "options"), STEPS)
def test_every_wire_runs_to_the_right(cell, options):
    drawn = diagram(CELLS[cell], **options)
    assert all(drawn.nodes[start].column < drawn.nodes[end].column for start, end in drawn.wires)


@pytest.mark.parametrize(("cell", "options"), STEPS)
def test_nodes_of_one_column_stand_apart(cell, options):
    nodes = diagram(CELLS[cell], **options).nodes.values()
    pairs = [(a, b) for a, b in combinations(nodes, 2) if a.column == b.column]
    assert all(abs(a.row - b.row) >= APART for a, b in pairs)


@pytest.mark.parametrize(("cell", "options"), STEPS)
def test_the_diagram_computes_the_step(cell, options):
    """Follow the wires with numbers: what arrives at the end is what the step function gives."""
    rng, kind = np.random.default_rng(1997), CELLS[cell]
    gates = kind.gates or ("unit",)
    x = {gate: rng.normal(size=3) for gate in gates}
    matrix = {gate: rng.normal(size=(3, 3)) for gate in gates}
    states = {state: rng.normal(size=3) for state in kind.states}
    drawn = diagram(kind, **options)

    def value(term):
        if term.op == "x":
            return x[term.args[0]]
        if term.op == "name":
            return states[term.args[0].removesuffix("[t-1]")]
        arriving = [value(one) for one in inputs(term)]
        if term.op == "recur":
            return (arriving or [states["h"]])[0] @ matrix[term.args[0]]
        return {
            "+": lambda a, b: a + b,
            "*": lambda a, b: a * b,
            "-": lambda a: 1 - a,
            "sigmoid": reference.sigmoid,
            "tanh": np.tanh,
        }[term.op](*arriving)

    real = kind.step(
        x, tuple(states.values()), lambda g, h: h @ matrix[g], reference.sigmoid, np.tanh, **options
    )
    found = {node.result: value(term) for term, node in drawn.nodes.items() if node.result}
    assert found.keys() == real.keys()
    assert all(np.allclose(found[name], real[name]) for name in real)


@pytest.mark.parametrize(("cell", "options"), STEPS)
def test_each_gate_has_its_colour_and_its_two_matrices(cell, options):
    ax = plot.cell_diagram(cell, **options)
    boxes = [to_hex(p.get_facecolor()) for p in ax.patches if isinstance(p, FancyBboxPatch)]
    circles = [to_hex(p.get_facecolor()) for p in ax.patches if isinstance(p, Circle)]
    for gate in CELLS[cell].gates:
        assert boxes.count(FILL[gate]) == 2
        assert circles.count(FILL[gate]) == 1


def overlapping(ax):
    """Pairs of texts that share a pixel."""
    ax.figure.draw_without_rendering()
    boxes = [(text.get_text(), text.get_window_extent()) for text in ax.texts]
    return [(a, b) for (a, one), (b, other) in combinations(boxes, 2) if one.overlaps(other)]


@pytest.mark.parametrize(("cell", "options"), STEPS)
def test_no_two_labels_overlap(cell, options):
    assert overlapping(plot.cell_diagram(cell, **options)) == []


@pytest.mark.parametrize(("cell", "options"), STEPS)
def test_no_two_labels_overlap_with_numbers_in_them(cell, options):
    values = dict.fromkeys((*CELLS[cell].gates, *CELLS[cell].states), -0.25)
    ax = plot.cell_diagram(cell, values=values, **options)
    assert overlapping(ax) == []
    assert crossed(ax) == 0


def test_no_two_labels_overlap_in_a_small_figure():
    ax = plt.subplots(figsize=(5, 4))[1]
    layer = lstm_shapes.explain(input_dim=100, units=20).layers[0]
    assert overlapping(plot.cell_diagram("lstm", ax, layer)) == []


def test_the_overlap_can_be_seen():
    ax = plot.cell_diagram("lstm")
    ax.text(*ax.texts[0].get_position(), "on top of it")
    assert len(overlapping(ax)) == 1


def crossed(ax):
    """How often a wire runs through a node or a label; the two nodes at its ends are touched, not crossed."""
    ax.figure.draw_without_rendering()
    nodes = [p.get_window_extent().padded(-3) for p in ax.patches if isinstance(p, Circle | FancyBboxPatch)]
    nodes += [text.get_window_extent() for text in ax.texts]
    lines = [points(patch) for patch in ax.patches if isinstance(patch, FancyArrowPatch)]
    return sum(bool(node.count_contains(line)) for node in nodes for line in lines)


def points(wire):
    """Pixels along a wire, dense enough that no node fits between two of them."""
    path = wire.get_transform().transform_path(wire.get_path())
    corners = np.concatenate(path.to_polygons(closed_only=False))
    return np.concatenate([np.linspace(a, b, 200) for a, b in pairwise(corners)])


@pytest.mark.parametrize(("cell", "options"), STEPS)
def test_no_wire_runs_through_a_node_or_a_label(cell, options):
    assert crossed(plot.cell_diagram(cell, **options)) == 0


def test_a_crossing_can_be_seen():
    ax = plot.cell_diagram("lstm")
    output, h = (
        next(t.get_position() for t in ax.texts if t.get_text().startswith(w)) for w in ("$o_t$", "$h_t$")
    )
    ax.add_patch(Circle(((output[0] + h[0]) / 2, output[1] - 0.48), 0.1))  # on the long way from o to h
    assert crossed(ax) == 1


def test_the_slices_of_the_layer_are_written_beside_their_gates():
    layer = lstm_shapes.explain(input_dim=7, units=5).layers[0]
    texts = [text.get_text() for text in plot.cell_diagram("lstm", layer=layer).texts]
    notes = {formula: note for formula, note in pairwise(texts) if note.startswith("kernel")}
    assert notes == {
        "$x_t W_{i} + b_{i}$": "kernel[:, 0:5]",
        "$x_t W_{f} + b_{f}$": "kernel[:, 5:10]",
        "$x_t W_{g} + b_{g}$": "kernel[:, 10:15]",
        "$x_t W_{o} + b_{o}$": "kernel[:, 15:20]",
    }


# ---------------------------------------------------------------- the arrays


@pytest.mark.parametrize("options", [{}, {"cell": "gru"}, {"cell": "gru", "reset_after": False}])
def test_a_map_has_one_block_a_gate_where_its_slice_is(options):
    for weight in lstm_shapes.explain(input_dim=7, units=5, **options).weights:
        ax = plot.matrix_map(weight)
        blocks = [p for p in ax.patches if isinstance(p, Rectangle)]
        found = [(p.get_x(), p.get_x() + p.get_width(), to_hex(p.get_facecolor())) for p in blocks]
        assert found == [(start, stop, FILL[gate]) for gate, ((start, stop),) in weight.gates.items()]
        assert set(ax.get_xticks()) == {0, *(stop for ((_, stop),) in weight.gates.values())}


def test_a_map_is_to_scale():
    assert plot.matrix_map(lstm_shapes.explain(input_dim=100, units=20).weights[0]).get_aspect() == 1


def drawn(figure):
    """What each panel shows: title -> the numbers in it, and the places of its lines."""
    panels = [ax for ax in figure.axes if ax.images and ax.get_title()]
    return {
        ax.get_title(): (np.asarray(ax.images[0].get_array()), [line.get_xdata()[0] for line in ax.lines])
        for ax in panels
    }


def test_heat_maps_show_each_array_under_its_name_cut_at_its_gates():
    rng = np.random.default_rng(1997)
    layer = lstm_shapes.explain(input_dim=7, units=5, bidirectional=True).layers[0]
    arrays = [rng.normal(size=weight.shape) for weight in layer.weights]
    shown = drawn(plot.weights(layer, arrays))
    assert len(shown) == len(layer.weights)
    for weight, array in zip(layer.weights, arrays, strict=True):
        title = f"[{weight.index}] {weight.direction} {weight.role} ({', '.join(map(str, weight.shape))}"
        (found,) = [value for name, value in shown.items() if name.startswith(title)]
        assert np.array_equal(found[0], np.atleast_2d(array))
        assert found[1] == [5, 10, 15]


def test_the_colours_are_centred_on_zero_and_shared():
    layer = lstm_shapes.explain(input_dim=7, units=5).layers[0]
    figure = plot.weights(layer, [np.full(w.shape, float(w.index)) for w in layer.weights])
    limits = {ax.images[0].get_clim() for ax in figure.axes if ax.images}
    assert limits == {(-2.0, 2.0)}


def test_weights_of_another_layer_are_refused():
    layer = lstm_shapes.explain(input_dim=7, units=5).layers[0]
    other = lstm_shapes.explain(input_dim=7, units=6).layers[0]
    with pytest.raises(
        lstm_shapes.UsageError, match=r"\[\(7, 24\), .* but lstm has \[\(7, 20\), .* get_weights"
    ):
        plot.weights(layer, [np.zeros(weight.shape) for weight in other.weights])


def test_heat_maps_of_a_cell_without_gates():
    layer = lstm_shapes.explain(input_dim=7, units=5, cell="simple_rnn").layers[0]
    assert len(drawn(plot.weights(layer, [np.ones(w.shape) for w in layer.weights]))) == 3
