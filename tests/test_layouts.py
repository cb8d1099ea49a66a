"""The tables: each entry has the names, shapes, gates and numbers that were found by running or reading the framework."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pytest
from findings import GATES, ROWS, SIZES, explained, flat, lengths, shape_of
from hypothesis import given
from hypothesis import strategies as st

from lstm_shapes import layouts, pattern
from lstm_shapes.cells import CELLS
from lstm_shapes.compute import from_numbers
from lstm_shapes.layer import UsageError, Word
from lstm_shapes.render import FORMATS, draw

ENTRIES = [(name, key) for name in layouts.FRAMEWORKS for key in layouts.table(name)]


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_an_entry_has_the_arrays_of_its_framework(row, number):
    layer = explained(row, SIZES[number])
    names = [
        re.sub(r"\{ld?\}", "0", array["name"]).replace("{d}", "l" if row["framework"] == "mxnet" else "")
        for array in row["arrays"]
    ]
    assert all(weight.path.endswith(name) for weight, name in zip(layer.weights, names, strict=True))
    assert [weight.role for weight in layer.weights] == [array["role"] for array in row["arrays"]]
    assert [weight.shape for weight in layer.weights] == [
        shape_of(row, array, number) for array in row["arrays"]
    ]
    times = len(layer.directions)
    assert layer.parameters == times * row["parameters"][number]
    assert layer.arithmetic.total == layer.parameters
    assert (
        eval(layer.arithmetic.factored) == eval(layer.arithmetic.expanded) == layer.parameters
    )  # our own text


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_the_slices_of_a_gate_are_where_the_axes_say(row):
    layer, sizes = explained(row, SIZES[0]), SIZES[0]
    letters = GATES.get(layouts.find(row["framework"], row["cell"]).cell, {})
    for weight, array in zip(layer.weights, row["arrays"], strict=True):
        gates = [letters[letter] for letter in array.get("gates", "").split()]
        assert list(weight.gates) == gates
        if len(gates) < 2:
            continue
        parts = array.get("parts", "").split()
        assert list(weight.parts) == parts
        names = flat(array)
        numbers = np.zeros(lengths(row, array, sizes), int) + np.arange(len(gates)).reshape(
            [-1 if name == "gate" else 1 for name in names]
        )
        stored = numbers.reshape(weight.shape)  # each number says which gate it belongs to
        for place, ranges in enumerate(weight.gates.values()):
            where = np.concatenate([np.arange(stored.shape[weight.gate_axis])[slice(*one)] for one in ranges])
            assert (stored.take(where, axis=weight.gate_axis) == place).all()
            assert len(where) == stored.shape[weight.gate_axis] // len(gates)


# ---------------------------------------------------------------- every entry


@pytest.mark.parametrize(("framework", "key"), ENTRIES, ids=str)
def test_an_entry_says_what_was_done_and_where_it_is_written(framework, key):
    layout = layouts.find(framework, key)
    assert layout.framework == framework
    assert layout.cell in CELLS
    assert layout.verified.startswith(("run: ", "read: "))
    assert (layout.max_abs_error is not None) == layout.verified.startswith("run: ")
    assert layout.source
    assert layout.object
    assert layout.version
    assert len(layout.gate_names) == len(layout.gates)
    assert sorted(layout.gates) == sorted(CELLS[layout.cell].gates)
    assert {array.role for array in layout.arrays} <= {*layouts.MULTIPLIES}
    allowed = {"use_bias", "reset_after", "projection", "peephole"}
    assert {name for array in layout.arrays for name in array.when} <= {*layout.options} <= allowed


def test_every_finding_has_an_entry_and_every_entry_a_finding():
    told = {(row["framework"], row["cell"]) for row in ROWS}
    assert told == {*ENTRIES}
    assert len(ROWS) == 116


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_run_is_what_was_run_and_the_error_is_not_smaller(row):
    layout = layouts.find(row["framework"], row["cell"])
    assert layout.verified.startswith(f"{row['verified']}: ")
    assert (layout.max_abs_error or 0) >= (row["error"] or 0)


def cuts() -> list:
    """Every array of every entry that has gates."""
    return [(layout, array) for name, key in ENTRIES for layout in [layouts.find(name, key)] for array in layout.arrays
            if pattern.gate_axis(array.pattern) is not None]  # fmt: skip


@given(
    st.sampled_from(cuts()),
    st.fixed_dictionaries({name: st.integers(1, 5) for name in ("input", "unit", "projection")}),
)
def test_the_gates_are_a_partition_of_their_axis(cut, sizes):
    layout, array = cut
    gates = array.gates or layout.gates
    every = {
        **sizes,
        "gate": len(gates),
        "part": len(array.parts),
        "direction": 2,
        "height": 2,
        "width": 3,
        "depth": 2,
    }
    length = pattern.shape(array.pattern, every)[pattern.gate_axis(array.pattern)]
    taken = [
        i
        for ranges in pattern.gate_ranges(array.pattern, gates, every).values()
        for one in ranges
        for i in range(*one)
    ]
    assert sorted(taken) == list(range(length))


@pytest.mark.parametrize(("framework", "key"), ENTRIES, ids=str)
@pytest.mark.parametrize("two", [False, True])
def test_an_entry_is_explained_in_every_format(framework, key, two):
    layout = layouts.find(framework, key)
    options = {"kernel_size": 3} if "conv" in key else {}
    asked = {"framework": framework, "cell": key, "bidirectional": two, "layers": 2, **options}
    if two and not layout.path_two:
        with pytest.raises(UsageError, match="has one direction"):
            from_numbers(100, 20, **asked)
        return
    found = from_numbers(100, 20, **asked)
    paths = [weight.path for weight in found.layers[0].weights]
    assert len(set(paths)) == len(paths)
    assert not any("{" in path for path in paths)
    for format_ in FORMATS:
        assert draw(found, format_)
    symbols = from_numbers(Word("input_dim"), Word("units"), **asked).layers[0]
    assert (
        eval(
            str(symbols.parameters),
            {"input_dim": 100, "units": 20, "kernel_height": 3, "kernel_width": 3, "kernel_depth": 3},
        )
        == found.layers[0].parameters
    )  # our own text


def test_a_framework_s_file_is_loaded_only_when_it_is_asked_for():
    code = "import sys; from lstm_shapes import explain; explain(input_dim=3, units=2, framework={!r}); " \
           "print(*sorted(m for m in sys.modules if m.startswith('lstm_shapes.layouts.')))"  # fmt: skip
    for framework in ("keras", "chainer"):
        done = subprocess.run(
            [sys.executable, "-c", code.format(framework)], capture_output=True, text=True, check=True
        )
        assert done.stdout.split() == [f"lstm_shapes.layouts.{framework}"]


MISTAKES = [
    (
        {"framework": "chainer", "cell": "transformer"},
        "Chainer has no cell 'transformer': one of lstm, peephole_lstm, gru, n_step_lstm, n_step_gru was expected",
    ),
    (
        {"framework": "chainer", "cell": "n_step_lsmt"},
        "Chainer has no cell 'n_step_lsmt': did you mean 'n_step_lstm'? It has lstm, peephole_lstm, gru, n_step_lstm, n_step_gru.",
    ),
    (
        {"framework": "pytorch", "cell": "gru", "reset_after": False},
        "PyTorch's gru always resets after the matrix product: leave reset_after out",
    ),
    (
        {"framework": "haiku", "cell": "gru", "reset_after": True},
        "Haiku's gru always resets before the matrix product: leave reset_after out",
    ),
    (
        {"framework": "haiku", "use_bias": False},
        "Haiku's lstm has its biases always, as far as the table knows: leave use_bias out",
    ),
    ({"projection": 5}, "Keras's lstm has no projection: leave it out"),
    (
        {"framework": "tensorflow1", "cell": "gru", "peephole": True},
        "TensorFlow 1's gru has no peephole: leave it out, or take cell='lstm'",
    ),
    (
        {"framework": "pytorch", "projection": 0},
        "projection is 0: it counts something, so it must be at least 1",
    ),
    (
        {"cell": "conv_lstm_2d"},
        "conv_lstm_2d needs kernel_size, the size of its window: height x width, such as 3",
    ),
    (
        {"cell": "conv_lstm_2d", "kernel_size": (3, 3, 3)},
        "kernel_size has 3 numbers: 2 were expected (height x width)",
    ),
    ({"kernel_size": 3}, "kernel_size is an option of a ConvLSTM, not of 'lstm': leave it out"),
]


@pytest.mark.parametrize(("options", "line"), MISTAKES, ids=lambda value: str(value)[:60])
def test_what_an_entry_has_not_is_said(options, line):
    with pytest.raises(UsageError) as caught:
        from_numbers(7, 4, **options)
    assert str(caught.value) == line
