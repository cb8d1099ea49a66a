"""Real questions that people asked: each point of the answer stands on a page, word for word.

`questions/dev.json` has the questions and the points; `questions/coverage-*.json` says which page states each point:
`{"q001": {"page": "why/four-times-units", "points": [["the point", "the sentence on the page"], ...]}}`.
A point that stands on another page names it: `["the point", "the sentence", "why/other-page"]`.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import io
import json
import pathlib
import re
import shlex

import pytest

from lstm_shapes.cli import main
from lstm_shapes.sphinx_ext import say

HERE = pathlib.Path(__file__).parent / "questions"
DOCS = HERE.parent.parent / "docs"
ASKED = json.loads((HERE / "dev.json").read_text(encoding="utf-8"))
ANSWERED: dict[str, dict] = {}
for path in sorted(HERE.glob("coverage-*.json")):
    ANSWERED |= json.loads(path.read_text(encoding="utf-8"))
POINTS = [
    (name, point, sentence, where[0] if where else found["page"])
    for name, found in ANSWERED.items()
    for point, sentence, *where in found["points"]
]


@functools.cache
def named_models() -> dict[str, str]:
    spec = importlib.util.spec_from_file_location("conf_of_the_site", DOCS.parent / "conf.py")
    conf = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(conf)
    return conf.lstm_shapes_models


def ran(line: str) -> str:
    """What a command on a page prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        main(shlex.split(line))
    return printed.getvalue()


def plain(text: str) -> str:
    """A page, or a sentence of it, as a reader sees it: numbers computed, no marks, one blank between words."""
    text = re.sub(r"```\{lstm-run\} (.*)", lambda found: ran(found[1]), text)
    text = re.sub(r"\{lstm\}`([^`]*)`", lambda found: say(found[1], named_models()), text)
    text = re.sub(r"\{term\}`([^`<]*?)(?: <[^`]*>)?`", r"\1", text)
    text = re.sub(r"\[([^][]*)\]\([^)]*\)", r"\1", text)
    return " ".join(re.sub(r"\*\*|`", "", text).replace("\N{NO-BREAK SPACE}", " ").split())


@functools.cache
def page(name: str) -> str:
    return plain((DOCS / f"{name}.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("name", "point", "sentence", "where"), POINTS)
def test_the_page_says_it(name, point, sentence, where):
    assert point in ASKED[name]["rubric"], "this is no point of the question"
    assert len(sentence.split()) >= 2 or "(" in sentence, "one word says nothing"
    assert plain(sentence) in page(where)


@pytest.mark.parametrize("name", ASKED)
def test_every_point_of_a_question_is_answered(name):
    found = [point for point, *_ in ANSWERED.get(name, {"points": []})["points"]]
    assert [point for point in ASKED[name]["rubric"] if point not in found] == []


def test_a_sentence_that_is_not_there_is_seen():
    assert plain("The number of units appears in no weight.") not in page("why/units-and-time-steps")


def test_marks_are_taken_away_and_numbers_computed():
    text = "**The {term}`gate <gate>`** of [a page](x.md) has\n{lstm}`slice 0 forget encoder`, `c` not a*b."
    assert plain(text) == "The gate of a page has 20:40, c not a*b."
