"""Imports run one way, and explaining numbers imports nothing heavy."""

from __future__ import annotations

import ast
import pathlib
import re
import subprocess
import sys

import pytest

PACKAGE = pathlib.Path(__file__).parent.parent / "lstm_shapes"

# From the bottom to the top: a module may import what stands before it (or in its own folder).
ORDER = (
    "pattern", "cells", "equations", "layouts", "arithmetic", "layer", "costs", "asked", "compute", "sources",
    "recognise", "identify", "front", "opened", "labels", "activations", "pieces", "reference", "feeds",
    "recurrence", "traces", "contributions", "exchange", "stacks", "conversion", "checkpoints", "blocks",
    "histories", "callbacks", "render", "diff", "comparison", "remarks", "state_keys", "messages", "checks",
    "diagram", "plot", "drawing", "exporting", "commands", "cli", "completion", "sphinx_ext", "__main__",
)  # fmt: skip
STDLIB_ONLY = (
    "pattern",
    "cells",
    "equations",
    "layouts",
    "arithmetic",
    "layer",
    "costs",
    "asked",
    "compute",
    "identify",
    "recognise",
    "front",
    "render",
    "cli",
)


def room(module: str) -> str:
    """`lstm_shapes.render.text` lives in `render`; the package's own `__version__` in no room."""
    return "pattern" if module == "lstm_shapes.__version__" else module.split(".")[1]


def imports(path: pathlib.Path, late: bool = False) -> list[str]:
    """The modules that a file imports when it is loaded; with `late`, inside functions too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree)) if late else tree.body
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module:
            names += (
                [f"{node.module}.{a.name}" for a in node.names]
                if node.module == "lstm_shapes"
                else [node.module]
            )
    return names


def upward(sources: dict[str, list[str]]) -> list[str]:
    """Each import that runs up the list."""
    return [
        f"{name} imports {target}"
        for name, targets in sources.items()
        for target in targets
        if target.startswith("lstm_shapes.") and room(target) != room(name)
        and ORDER.index(room(target)) > ORDER.index(room(name))
    ]  # fmt: skip


def modules() -> dict[str, pathlib.Path]:
    """Dotted name -> file, without the package's own `__init__`."""
    paths = [path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py"]
    return {".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path for path in paths}


def test_every_module_has_its_place():
    assert {room(name) for name in modules()} <= set(ORDER)


def test_imports_run_one_way():
    assert upward({name: imports(path) for name, path in modules().items()}) == []


def test_the_rule_can_fail():
    wrong = {"lstm_shapes.pattern": ["lstm_shapes.cli"]}
    assert upward(wrong) == ["lstm_shapes.pattern imports lstm_shapes.cli"]


@pytest.mark.parametrize("name", STDLIB_ONLY)
def test_the_core_imports_the_standard_library_only(name):
    paths = [path for module, path in modules().items() if room(module) == name]
    foreign = {
        module.split(".")[0]
        for path in paths
        for module in imports(path)
        if module.split(".")[0] not in (*sys.stdlib_module_names, "lstm_shapes")
    }
    assert foreign == set()


PROBE = """
import sys
from lstm_shapes.cli import main
main({words!r})
print([m for m in ("numpy", "h5py", "einops", "sympy", "keras", "tensorflow", "tf_keras") if m in sys.modules])
"""


@pytest.mark.parametrize("format_", ["text", "json", "markdown", "html", "latex"])
def test_explaining_numbers_loads_no_library(format_):
    words = ["explain", "--input", "100", "--units", "20", "--bidirectional", "--format", format_]
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(words=words)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_probe_can_fail():
    code = PROBE.format(words=["--version"]).replace("import sys", "import sys, h5py", 1)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "h5py" in done.stdout


def test_what_the_reference_names_is_there_after_one_import():
    """As in docs/lookup/api.md: `lstm_shapes.plot.weights` needs no second import."""
    page = (PACKAGE.parent / "docs" / "lookup" / "api.md").read_text(encoding="utf-8")
    names = re.findall(r"^\.\. auto(?:function|class|exception):: (lstm_shapes\.\S+)", page, re.MULTILINE)
    assert "lstm_shapes.plot.weights" in names
    lines = "\n".join(["import lstm_shapes", *names])
    found = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
