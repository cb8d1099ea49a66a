"""One value, drawn many ways: every format says the same."""

from __future__ import annotations

import dataclasses
import html.parser
import json
import os
import pathlib
import re

import pytest
from hypothesis import given, settings
from strategies import configurations

import lstm_shapes
from lstm_shapes import layouts
from lstm_shapes.compute import from_numbers
from lstm_shapes.layer import UsageError, Word
from lstm_shapes.render import FORMATS, draw

GOLDEN = pathlib.Path(__file__).parent / "golden"
SUFFIX = {"text": "txt", "json": "json", "markdown": "md", "html": "html", "latex": "tex"}
CASES = {
    "seed_encoder": lambda: from_numbers(100, 20, bidirectional=True, merge_mode="sum"),
    "gru_stack": lambda: from_numbers(8, 4, cell="gru", layers=2, return_state=True),
    "symbols": lambda: from_numbers(Word("input_dim"), Word("units"), cell="lstm"),
    "simple": lambda: from_numbers(3, 2, cell="simple_rnn", use_bias=False),
}


def standalone() -> str:
    """The README's picture: the kernel of the seed's encoder, as a file of its own."""
    from lstm_shapes.render import svg
    from lstm_shapes.render.outline import Bar, outline

    bar = next(block for block in outline(from_numbers(100, 20)) if isinstance(block, Bar))
    return svg.matrix(bar).replace('style="', 'style="background:#fff;', 1) + "\n"


def test_the_picture_of_the_readme_is_golden_too():
    path = GOLDEN.parent.parent / "docs" / "_static" / "kernel.svg"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(standalone(), encoding="utf-8")
    assert standalone() == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("case", CASES)
def test_the_golden_files_hold(case, format_):
    """`make golden` writes them anew; read the diff before you commit it."""
    path, drawn = GOLDEN / f"{case}.{SUFFIX[format_]}", draw(CASES[case](), format_)
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(drawn, encoding="utf-8")
    assert drawn == path.read_text(encoding="utf-8")


@settings(max_examples=60)
@given(configurations())
def test_the_columns_of_the_printed_tables_sum_to_their_totals(options):
    explanation = from_numbers(**options)
    text = draw(explanation, "text")
    printed = [int(row[-9:].replace(" ", "")) for row in text.splitlines() if re.match(r" *\[\d+\]  ", row)]
    assert sum(printed) == explanation.parameters
    for layer in explanation.layers:
        assert layer.arithmetic.total == layer.parameters
        assert (
            eval(layer.arithmetic.factored) == eval(layer.arithmetic.expanded) == layer.parameters
        )  # our own text
        sizes = {"input_dim": layer.input_dim, "units": layer.units}
        assert eval(layer.arithmetic.symbols, sizes) == layer.parameters


@settings(max_examples=60)
@given(configurations())
def test_the_json_survives_a_round_trip(options):
    explanation = from_numbers(**options)
    assert json.loads(explanation.to_json()) == explanation.to_dict()
    indices = [w["index"] for layer in explanation.to_dict()["layers"] for w in layer["weights"]]
    assert indices == list(range(len(indices)))


class Balanced(html.parser.HTMLParser):
    """Fails on a tag that is not closed in its turn."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in ("br",) and not self.get_starttag_text().endswith("/>"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.get_starttag_text().endswith("/>") or tag in self.open:
            assert self.open.pop() == tag


@pytest.mark.parametrize("case", CASES)
def test_the_html_is_closed_and_names_its_pictures(case):
    drawn = draw(CASES[case](), "html")
    parser = Balanced()
    parser.feed(drawn)
    assert parser.open == []
    assert drawn.count("<svg") == drawn.count('role="img"') == drawn.count("<title>")


def test_a_notebook_shows_it():
    explanation = lstm_shapes.explain(input_dim=100, units=20)
    assert "<table" in explanation._repr_html_()
    assert "| --- |" in explanation._repr_markdown_()
    assert str(explanation) == draw(explanation, "text")


def test_in_a_notebook_layers_fold_and_what_is_said_of_all_stays_in_sight():
    shown = lstm_shapes.explain(input_dim=100, units=20, layers=3)._repr_html_()
    assert shown.count("<details open>") == 2
    assert shown.count("<details>") == 1
    assert shown.index("Parameters, layer by layer") > shown.rindex("</details>")
    assert "<script" not in shown
    assert " id=" not in shown  # several in one notebook do not clash


def test_a_name_from_a_stranger_brings_no_markup():
    explanation = from_numbers(3, 2, layers=2)
    first = dataclasses.replace(explanation.layers[0], path="<script>alert(1)</script>|*x*_y_")
    strange = dataclasses.replace(explanation, layers=(first, *explanation.layers[1:]))
    assert "<script>" not in draw(strange, "html")
    assert "<script>" not in draw(strange, "markdown").replace("\\<script\\>", "")


@pytest.mark.parametrize("two", [False, True])
@pytest.mark.parametrize(("framework", "first"), [("pytorch", "weight_ih_l0"), ("onnx", "W")])
def test_a_framework_s_own_names_stand_in_the_table(framework, first, two):
    """PyTorch's: torch/nn/modules/rnn.py, RNNBase.__init__; ONNX's: Operators.md."""
    found = lstm_shapes.explain(input_dim=100, units=20, framework=framework, bidirectional=two)
    lines = str(found).splitlines()
    head, row = (line.split() for line in lines if line.split()[:1] in (["index"], ["[0]"]))
    assert head[1] == "name"
    assert row[1] == first
    assert ("weight_hh_l0_reverse" in str(found)) == (two and framework == "pytorch")
    assert max(map(len, lines)) <= 80


def test_keras_has_no_names_but_the_roles():
    assert "name" not in str(lstm_shapes.explain(input_dim=100, units=20)).split()


def test_a_file_of_keras_has_the_columns_of_numbers():
    """TensorFlow's `kernel:0` is no other word than kernel."""
    file = pathlib.Path(__file__).parent / "corpus" / "files" / "tf_keras2" / "seed_autoencoder.hdf5"
    head = [line for line in str(lstm_shapes.explain(file)).splitlines() if line.startswith("index")]
    assert head
    assert {tuple(line.split()) for line in head} == {
        ("index", "direction", "role", "shape", "formula", "parameters")
    }


def test_only_words_of_the_framework_stand_in_the_table():
    found = lstm_shapes.explain(input_dim=3, units=2, framework="pytorch")
    assert "weight_ih_l0" in draw(found, "markdown")
    weights = [dataclasses.replace(w, path=f"{w.path}`<b>|", name=None) for w in found.weights]
    layer = dataclasses.replace(found.layers[0], weights=tuple(weights))
    assert "weight_ih_l0" not in draw(dataclasses.replace(found, layers=(layer,)), "markdown")


def all_layers():
    """Every layer of the tables, small and as large as they come, one and several, numbers and symbols."""
    for framework in layouts.FRAMEWORKS:
        for cell in layouts.table(framework):
            for two in (False, True):
                kind = {"cell": cell, "framework": framework, "bidirectional": two}
                sizes = ((100, 20, 3), (1_000_000, 100_000, 2), (Word("input_dim"), Word("units"), 1))
                for input_dim, units, layers in sizes:
                    yield {**kind, "input_dim": input_dim, "units": units, "layers": layers}


def test_no_line_is_wider_than_a_terminal_of_80_columns():
    wide, seen = [], 0
    for options in all_layers():
        try:
            explanation = from_numbers(**options)
        except UsageError:  # a framework that has no such layer
            continue
        lines = draw(explanation, "text").splitlines()
        wide += [(options, line) for line in lines if len(line) > 80]
        seen += 1
    assert wide == []
    assert seen > 300
