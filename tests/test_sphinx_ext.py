"""Numbers on pages: computed, and wrong words are said while the page is built."""

from __future__ import annotations

import pytest

from lstm_shapes.layer import UsageError
from lstm_shapes.sphinx_ext import SAYS, model, say

MODELS = {
    "encoder": "--input 100 --units 20 --bidirectional --merge-mode sum",
    "decoder": "--input 20 --units 100 --bidirectional --merge-mode sum",
    "autoencoder": "encoder + decoder",
}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("parameters encoder", "19 360"),  # 2 * 4 * 20 * (100 + 20 + 1)
        ("parameters autoencoder", "116 160"),  # 19 360 + 2 * 4 * 100 * (20 + 100 + 1)
        ("arrays autoencoder", "12"),
        ("shape 6 autoencoder", "(20, 400)"),
        ("slice 0 forget encoder", "20:40"),
        ("size 0 1 encoder", "80"),
        ("output encoder", "(None, 20)"),
        ("arithmetic encoder", "2 · 4 · 20 · (100 + 20 + 1) = 19 360"),
        ("formula --cell gru", "3 · units · (input_dim + units + 2)"),
    ],
)
def test_a_role_says_what_arithmetic_says(text, said):
    assert say(text, MODELS) == said


def test_every_word_can_be_said():
    spare = {0: [], 1: ["0"], 2: ["0", "1"]}
    for word, (takes, _) in SAYS.items():
        words = {"slice": ["0", "forget"], "bytes": ["float32"]}.get(word, spare[takes])
        assert say(" ".join([word, *words, "encoder"]), MODELS)


@pytest.mark.parametrize(
    "text", ["perimeters encoder", "parameters encodre", "slice 0 forgot encoder", "parameters --wat 3"]
)
def test_a_wrong_word_stops_the_build(text):
    with pytest.raises(UsageError):
        say(text, MODELS)


def test_names_go_into_the_tables():
    assert [layer.path for layer in model(["autoencoder"], MODELS).layers] == ["encoder", "decoder"]
    assert model(["encoder"], MODELS).layers[0].path == "encoder"


def test_a_page_with_a_mistake_does_not_build(tmp_path):
    from sphinx.application import Sphinx
    from sphinx.errors import SphinxError

    (tmp_path / "conf.py").write_text('extensions = ["myst_parser", "lstm_shapes.sphinx_ext"]')
    (tmp_path / "index.md").write_text(
        "# x\n\n{lstm}`perimeters --input 3 --units 2`\n\n```{lstm-weights} --uints 3\n```\n"
    )
    with pytest.raises(SphinxError, match="perimeters|uints"):
        Sphinx(
            tmp_path,
            tmp_path,
            tmp_path / "o",
            tmp_path / "d",
            "html",
            warningiserror=True,
            exception_on_warning=True,
        ).build()
