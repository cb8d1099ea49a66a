"""What stands on a page is computed, or run, or has a reason: numbers, blocks, sources, words of the glossary.

A number in prose may be typed only where the page itself proves it: it stands in a block with `>>>` of the page (then
a test runs it), or it is among the options of the page's own directives and roles.  Otherwise the role computes it:
{lstm}`shape 0 encoder`.  What neither can be has a line with a reason in `typed_numbers.toml`.
"""

from __future__ import annotations

import ast
import pathlib
import re
import textwrap
import tomllib
from collections.abc import Iterator

import pytest
from pages import Source, all_pages, is_question, named_models, split

ALLOWED = tomllib.loads((pathlib.Path(__file__).parent / "typed_numbers.toml").read_text(encoding="utf-8"))
PAGES = list(all_pages())
OUTPUT = {
    "text",
    "console",
    "toml",
    "json",
    "yaml",
    "markdown",
    "md",
    "bash",
    "sh",
    "html",
    "latex",
    "none",
    "output",
}
RUN = {
    "python",
    "pycon",
}  # by test_docs.py; pycon by tests/frameworks/run_pages.py, whose record test_docs.py compares
SMALL = 12  # numbers that one counts on one's fingers, nearly: gates, directions, arrays
SHAPE = r"(?:\((?:\d+|None)(?:, ?(?:\d+|None))+,?\)|\(\d+,\))"
GROUPED = r"\d{1,3}(?:[\u00a0\u202f ,]\d{3})+(?!\d)"
NUMBER = re.compile(rf"(?<![\w.#-])(?:{GROUPED}|\d+(?:\.\d+)?(?:e-?\d+)?)(?![\w]|\.\d|-bit)")
VERSION = re.compile(
    r"(?:Keras|tf_keras|TensorFlow|TF|PyTorch|torch|ONNX|onnxruntime|opset|Python|NumPy|Sphinx|JAX|Flax|version|RFC|CUDA|cuDNN|WCAG|Chromium|MXNet|Theano|Lasagne)"
    r"[ ~-]?v?\d[\d.]*(?: (?:to|and|or|until) \d[\d.]*)?"
)
DATED = re.compile(
    r"\b(?:before|since|until|after|in|from|to|and|through) \d+\.\d+(?:\.\d+)?\b|\b\d{4}\.\d{4,5}\b"
)  # versions, arXiv
YEAR = range(1980, 2031)


def plain(line: str) -> str:
    """A line without what is computed or quoted: roles, addresses, links to elsewhere, formulas, HTML."""
    line = re.sub(r"\{[\w:-]+\}`[^`]*`", " ", line)
    line = re.sub(r"\[[^]]*\]\(https?:[^)]*\)", " ", line)
    line = re.sub(r"\]\([^)]*\)", "] ", line)
    line = re.sub(r"\$[^$]*\$|<[^>]*>|\{[.#][^}]*\}", " ", line)
    return DATED.sub(" ", VERSION.sub(" ", line))


def typed(line: str) -> Iterator[str]:
    """The numbers and shapes that a line of prose has in its own letters.

    >>> list(typed("The kernel is `(100, 80)`: 80 columns in 4 gates, 19 360 parameters, since Keras 2.3 of 2019"))
    ['(100, 80)', '80', '19 360']
    >>> list(typed("`LSTM(20)` gives `20:40` and {lstm}`shape 0 encoder`"))
    ['20:40']
    """
    text = plain(line)
    for code in re.findall(r"`+([^`]+)`+", text):
        if re.fullmatch(rf"{SHAPE}|\d+:\d+", code):
            yield code
    text = re.sub(r"`+[^`]+`+", " ", text)
    yield from re.findall(SHAPE, text)
    for number in NUMBER.findall(re.sub(SHAPE, " ", text)):
        value = float(re.sub(r"[\u00a0\u202f ,]", "", number))
        if (value > SMALL and value not in YEAR) or "." in number:
            yield number


def normal(number: str) -> str:
    """The same number, however it is grouped."""
    if number[0] == "(":
        return re.sub(r"\s", "", number)
    return re.sub(r"[\u00a0\u202f ,](?=\d{3})", "", number)


def proved(page: Source) -> set[str]:
    """Numbers and shapes that the page runs, or gives to its directives and roles."""
    run = [block.text for block in page.blocks if ">>>" in block.text or block.language.startswith("{")]
    run += [block.info for block in page.blocks]
    run += [role for _, line in page.prose for role in re.findall(r"\{[\w-]+\}`([^`]*)`", line)]
    run += [
        found
        for name, found in named_models().items()
        if any(re.search(rf"\b{name}\b", text) for text in run)
    ]
    text = "\n".join(run)
    shapes = {normal(shape) for shape in re.findall(SHAPE, text)}
    return (
        shapes | set(re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?!\w)", text)) | set(re.findall(r"\d+:\d+", text))
    )


def typed_on(page: Source) -> Iterator[tuple[int, str]]:
    """Line and number of what is typed on a page; headings quote, sources name pages and years."""
    section = paragraph = False
    for number, line in page.prose:
        if line.startswith("#"):
            section = bool(re.match(r"#+ (Sources?|.* sources?)\s*$", line))
        paragraph = line.startswith("**Source") or (paragraph and bool(line.strip()))
        if section or paragraph or line.startswith(("#", ">")):
            continue
        yield from ((number, found) for found in typed(line))


def allowed(page: Source) -> set[str]:
    return {
        normal(text) for one in ALLOWED["typed"] if one["page"] in (page.name, "*") for text in one["texts"]
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_number_is_typed_that_the_package_could_compute(page):
    fine = proved(page) | allowed(page)
    wrong = [
        f"{page.at(line)}: {found} is typed. Write the role, e.g. {{lstm}}`shape 0 --input 100 --units 20`; or prove it in a "
        f'block with >>> on the page; or add page = "{page.name}", texts = ["{found}"], reason = "…" to tests/typed_numbers.toml'
        for line, found in typed_on(page)
        if normal(found) not in fine
    ]
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_is_run_or_says_that_it_is_output(page):
    wrong = []
    for block in page.blocks:
        if block.language.startswith("{") or block.language in OUTPUT:
            continue
        if block.language:
            wrong += code_wrong(page, block)
        else:
            wrong.append(
                f"{page.at(block.line)}: a block of no language: write ```python and >>>, a directive, or ```text"
            )
    assert not wrong, "\n" + "\n".join(wrong)


def code_wrong(page: Source, block) -> list[str]:
    """Code without `>>>` is quoted or a sketch: it has a reason, and it is at least Python."""
    if ">>>" in block.text and block.language in RUN:
        return []
    first = next((line.strip() for line in block.lines if line.strip()), "")
    if not any(one["page"] == page.name and one["first"] == first for one in ALLOWED["not_run"]):
        return [
            f"{page.at(block.line)}: code that no test runs. Write it with >>>, say that it is output (```text), or "
            f"add page = {page.name!r}, first = {first!r}, reason = '…' under [[not_run]] in tests/typed_numbers.toml"
        ]
    try:
        if block.language == "python":
            ast.parse(textwrap.dedent(block.text))
    except SyntaxError as error:
        return [f"{page.at(block.line)}: this is not Python: {error}. Call the block text"]
    return []


def test_every_exception_is_still_needed():
    pages = {page.name: page for page in PAGES}
    unused = []
    for one in ALLOWED["typed"]:
        on = PAGES if one["page"] == "*" else [pages[one["page"]]] if one["page"] in pages else []
        there = {normal(found) for page in on for _, found in typed_on(page)}
        unused += [(one["page"], text) for text in one["texts"] if normal(text) not in there]
    for one in ALLOWED["not_run"]:
        page = pages.get(one["page"])
        if not page or not any(one["first"] in block.text for block in page.blocks):
            unused.append((one["page"], one["first"]))
    assert not unused, f"take these out of tests/typed_numbers.toml: {unused}"


def test_every_exception_has_a_reason():
    assert [one for kind in ALLOWED.values() for one in kind if len(one["reason"].split()) < 3] == []


QUESTIONS = [page for page in PAGES if is_question(page)]


@pytest.mark.parametrize("page", QUESTIONS, ids=lambda page: page.name)
def test_a_question_page_names_its_source(page):
    text = "\n".join(line for _, line in page.prose)
    assert re.search(r"^(\*\*Sources?:?\*\*|#+ Sources?\b)", text, re.MULTILINE), (
        f"{page.path.name} says no source: end it with **Source:** `keras/src/layers/rnn/lstm.py`, `LSTMCell`, Keras 3.15.1."
    )


@pytest.mark.parametrize("page", QUESTIONS, ids=lambda page: page.name)
def test_a_question_page_links_the_glossary(page):
    text = "\n".join(line for _, line in page.prose)
    assert "{term}`" in text, (
        f"{page.path.name} links no word of lookup/glossary.md: write {{term}}`units` at its first use"
    )


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("`(100, 80)`, what is the 80?", ["(100, 80)", "80"]),
        ("It has 19 360 parameters, or 19,360.", ["19 360", "19,360"]),
        ("See [issue 7242](https://example.org/7242), of 2017, and [80](x.md).", ["80"]),
        ("PyTorch 2.13.0 and Keras 3.15.1 have 4 gates and 12 arrays; `LSTM(20)`; $W_{20}$", []),
        ("{lstm}`parameters encoder` and {term}`gates <gate>` at `20:40`", ["20:40"]),
        ("Accuracy 0.90 against 0.007", ["0.90", "0.007"]),
    ],
)
def test_typed_numbers_are_seen(line, found):
    assert list(typed(line)) == found


def test_blocks_and_prose_are_told_apart():
    prose, blocks = split(
        "---\nx: 1\n---\n# T\n\n````markdown\n```python\n1\n```\n````\n80\n```{product} x 1x3 k 3x2\n30 rows\n```\n"
    )
    assert [block.language for block in blocks] == ["markdown", "{product}"]
    assert [line for _, line in prose if line.strip()] == ["# T", "80", "30 rows"]
    assert blocks[0].line == 6
