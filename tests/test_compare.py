"""`compare` and `frameworks`: two layouts side by side, and the tables in a list."""

from __future__ import annotations

import json

import pytest

import lstm_shapes
from lstm_shapes import layouts
from lstm_shapes.cli import main
from lstm_shapes.layer import UsageError
from lstm_shapes.render import FORMATS

ENTRIES = [(name, key) for name in layouts.FRAMEWORKS for key in layouts.table(name) if "conv" not in key]


def test_keras_and_pytorch_differ_by_a_bias():
    """4 gates x 20 units more in each of two directions: torch/nn/modules/rnn.py has bias_ih and bias_hh."""
    found = lstm_shapes.compare("keras", "pytorch", input_dim=100, units=20, bidirectional=True)
    assert (found.left.layer.parameters, found.right.layer.parameters) == (19360, 19360 + 2 * 4 * 20)
    roles = {role: (len(a), len(b)) for role, a, b in found.arrays}
    assert roles == {"kernel": (1, 1), "recurrent_kernel": (1, 1), "bias": (1, 1), "recurrent_bias": (0, 1)}
    assert "`recurrent_bias` has 0 in Keras and 160 in PyTorch" in found.why_counts_differ()
    assert found.to_convert == (
        "transpose the kernels",
        "of two biases that are only added up, put all in one",
        "the output is the same",
    )


def test_the_gates_of_a_gru_change_places():
    """Keras: z, r, h; PyTorch: r, z, n.  So PyTorch's first block is Keras's second."""
    found = lstm_shapes.compare("keras", "pytorch", cell="gru", input_dim=100, units=20)
    assert found.to_convert[0] == "take the gates of Keras in the order [1, 0, 2]"
    assert "The numbers of parameters are the same, role by role." in str(found)
    old = lstm_shapes.compare("keras", "pytorch", cell="gru", input_dim=100, units=20, reset_after=False)
    assert old.to_convert[0].startswith("no arrangement of the arrays gives the same output")
    assert old.left.layer.parameters == old.right.layer.parameters - 3 * 20


# What the frameworks' own sources say of the two, and what has to be said here.
PAIRS = [
    ("keras", "tensorflow1/basic_lstm", "what one of them adds to the forget gate at run time"),
    ("keras", "haiku/lstm", "put the two kernels of Keras one above the other"),
    ("onnx/gru", "sonnet/gru", "negate the update gate's kernels and biases"),
    ("keras/gru", "nnx/gru", "for which Flax nnx has no place"),
    ("keras", "keras2/cudnn_lstm", "read each gate's block of cuDNN's kernels"),
    ("keras", "keras2/tf1_lstm", "build Keras 2's with recurrent_activation='sigmoid'"),
    ("keras", "chainer/peephole_lstm", "only one of them has a peephole"),
    ("pytorch", "chainer/n_step_lstm", "the output is the same"),
    ("keras/gru", "onnx", "build ONNX's with linear_before_reset=1"),
]


@pytest.mark.parametrize(("left", "right", "words"), PAIRS)
def test_what_has_to_be_done_is_said(left, right, words):
    assert any(words in one for one in lstm_shapes.compare(left, right).to_convert)


@pytest.mark.parametrize(("framework", "key"), ENTRIES, ids=str)
def test_an_entry_beside_keras_and_beside_itself(framework, key):
    kind = layouts.find(framework, key).cell
    found = lstm_shapes.compare(f"keras/{kind}", f"{framework}/{key}", input_dim=100, units=20)
    for i, side in enumerate((found.left, found.right)):
        pieces = [piece for _, *both in found.arrays for piece in both[i]]
        assert sum(piece.size for piece in pieces) == side.layer.parameters
    assert json.loads(json.dumps(found.to_dict()))["schema"] == 1
    same = lstm_shapes.compare(f"{framework}/{key}", f"{framework}/{key}")
    assert (same.differences, same.to_convert[-1]) == ((), "the output is the same")
    assert str(same)


@pytest.mark.parametrize("format_", FORMATS)
def test_compare_in_every_format(format_, capsys):
    assert (
        main(
            [
                "compare",
                "keras",
                "pytorch",
                "--cell",
                "gru",
                "--input",
                "100",
                "--units",
                "20",
                "--format",
                format_,
            ]
        )
        == 0
    )
    out = capsys.readouterr().out.replace("\\_", "_")
    assert "weight_ih_l0" in out
    assert "reset, update, candidate" in out.replace(
        '"reset",\n   "update",\n   "candidate"', "reset, update, candidate"
    )


MISTAKES = [
    ("compare keras pytroch", "unknown framework 'pytroch': did you mean 'pytorch'?"),
    (
        "compare keras/gru pytorch/lstm",
        "GRU and LSTM are different cells: two layouts of one cell were expected",
    ),
    ("compare keras pytorch --peephole", "peephole is an option of neither side: leave it out"),
    ("frameworks chianer", "unknown framework 'chianer': did you mean 'chainer'?"),
]


@pytest.mark.parametrize(("typed", "line"), MISTAKES)
def test_a_mistake_gets_one_line_that_helps(typed, line, capsys):
    assert main(typed.split()) == 2
    assert capsys.readouterr().err == f"lstm_shapes: {line}\n"


def test_an_unknown_keyword_is_refused():
    with pytest.raises(UsageError, match="unknown option 'gate'"):
        lstm_shapes.compare("keras", "pytorch", gate=3)


def test_the_list_of_frameworks_is_the_tables(capsys):
    assert main(["frameworks"]) == 0
    out = capsys.readouterr().out
    assert all(f"\n{name} " in out for name in layouts.FRAMEWORKS)
    assert main(["frameworks", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)["frameworks"]
    assert {name: [*table] for name, table in told.items()} == {
        name: [*table] for name, table in lstm_shapes.frameworks().items()
    }
    assert told["chainer"]["lstm"]["arrays"][0]["pattern"] == "(unit gate) input"


@pytest.mark.parametrize("framework", layouts.FRAMEWORKS)
def test_all_that_is_known_of_a_framework_can_be_read(framework, capsys):
    assert main(["frameworks", framework]) == 0
    out = " ".join(capsys.readouterr().out.split())
    for layout in layouts.table(framework).values():
        assert all(" ".join(word.split()) in out for word in (layout.source.rstrip("."), layout.verified))
        assert all(array.pattern in out for array in layout.arrays)


@pytest.mark.parametrize(
    "words", [["frameworks"], ["compare", "tensorflow1/basic_lstm", "keras"]], ids=" ".join
)
def test_columns_stay_side_by_side_within_80_characters(words, capsys):
    assert main(words) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert not [
        line for line in lines if line.startswith("       ") and not line.startswith(" " * 17)
    ]  # none below
