"""Every example on a page runs: blocks with `>>>` in README.md, CONTRIBUTING.md and docs/, page by page."""

from __future__ import annotations

import doctest
import json
import pathlib
import re

import keras
import pytest

ROOT = pathlib.Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("[!g]*/*.md"))]
# In a list or a glossary a block is indented; doctest takes that away.
FENCE = re.compile(r"^ *(?P<fence>```+)python\n(?P<code>.*?)^ *(?P=fence)$", re.MULTILINE | re.DOTALL)


def examples(text: str) -> str:
    """The Python blocks that have a prompt, each at its own line of the page."""
    lines = [""] * (text.count("\n") + 1)
    for block in FENCE.finditer(text):
        if ">>>" in block["code"]:
            start = text.count("\n", 0, block.start("code"))
            code = block["code"].splitlines()
            lines[start : start + len(code)] = code
    return "\n".join(lines)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_examples_of_a_page_run(path):
    keras.utils.clear_session(free_memory=False)  # a reader's session is new: the first LSTM is called "lstm"
    test = doctest.DocTestParser().get_doctest(
        examples(path.read_text(encoding="utf-8")), {}, path.name, str(path), 0
    )
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    printed: list[str] = []
    runner.run(test, out=printed.append)
    assert runner.failures == 0, "".join(printed)


def test_a_wrong_example_is_seen():
    text = "text\n\n```python\n>>> 1 + 1\n3\n```\n"
    test = doctest.DocTestParser().get_doctest(examples(text), {}, "wrong", "wrong", 0)
    assert test.examples[0].lineno == 3
    runner = doctest.DocTestRunner()
    runner.run(test, out=lambda _: None)
    assert runner.failures == 1


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_question_page_proves_what_it_says(path):
    """Pages of docs/why and docs/start answer a question: they must have an example that runs."""
    if path.parent.name in ("why", "start") and path.stem != "index":
        assert examples(path.read_text(encoding="utf-8")).count(">>>") >= 2


PYCON = re.compile(r"^```pycon\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RAN_BY_PYTORCH = json.loads(next((ROOT / "tests/frameworks").glob("pages-pytorch-*.json")).read_text("utf-8"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_pytorch_printed_what_a_page_says(path):
    """Blocks marked `pycon` were run by tests/frameworks/run_pages.py, word for word as they stand on the page."""
    name = path.relative_to(ROOT).with_suffix("").as_posix().removeprefix("docs/")
    assert PYCON.findall(path.read_text(encoding="utf-8")) == RAN_BY_PYTORCH.get(name, [])
