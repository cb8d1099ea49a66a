"""The gallery's house rules, read from the scripts; that their findings hold is seen when the site is built."""

import ast
import re
from pathlib import Path

import pytest

SCRIPTS = sorted((Path(__file__).parents[1] / "gallery").glob("*/plot_*.py"))
DOWNLOADS = re.compile(
    r"fetch_|get_file|load_dataset|urlopen|urlretrieve|requests|datasets\.(mnist|imdb|cifar)|get_rdataset"
)
FIGURES = re.compile(r"plt\.(subplots|figure)\(|plot\.\w+\(")


def cells(script: Path) -> list[str]:
    return re.split(r"^# %%.*\n", script.read_text(), flags=re.MULTILINE)


def loads(text: str) -> bool:
    """Does it download something?"""
    return bool(DOWNLOADS.search(text))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_script_asserts_its_finding(script):
    asserts = [node for node in ast.walk(ast.parse(script.read_text())) if isinstance(node, ast.Assert)]
    assert asserts
    assert not [node for node in asserts if isinstance(node.test, ast.Constant)]  # it could not fail


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_figure_is_followed_by_a_caption_in_italics(script):
    found = cells(script)
    drawn = [i for i, cell in enumerate(found) if FIGURES.search(cell)]
    assert drawn
    for i in drawn:
        assert found[i + 1].startswith("# *"), found[i][:200]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_script_downloads_nothing(script):
    assert not loads(script.read_text())


def test_a_download_would_be_seen():
    assert loads("from sklearn.datasets import fetch_openml")
    assert not loads("from sklearn.datasets import load_digits")
