"""The directive `{lstm-evidence} NAME`: an experiment with a framework that is not installed here, and what it printed.

The script and its result lie in tests/frameworks/evidence/; `record.py` beside them ran the one and kept the other.
"""

from __future__ import annotations

import json
import pathlib
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

FOLDER = pathlib.Path(__file__).parents[2] / "tests" / "frameworks" / "evidence"


def recorded(name: str) -> dict[str, Any]:
    """What `record.py` kept of an experiment.

    Raises
    ------
    ValueError
        If the script was changed since it ran.
    """
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    if found["script"] != (FOLDER / f"{name}.py").read_text(encoding="utf-8"):
        raise ValueError(f"{name}.py is not what was run: run record.py {name} again")
    return found


class EvidenceDirective(SphinxDirective):
    """Script, result, date and versions."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Docutils' entry."""
        name = self.arguments[0]
        for ending in ("py", "json"):
            self.env.note_dependency(str(FOLDER / f"{name}.{ending}"))
        try:
            found = recorded(name)
        except (OSError, ValueError) as error:
            raise self.error(f"lstm-evidence: {error}") from error
        versions = " and ".join(f"{one} {version}" for one, version in found["versions"].items())
        said = f"Run on {found['date']} with {versions}, not while this page was built. It printed:"
        printed = nodes.literal_block(found["printed"], found["printed"], language="none")
        return [
            nodes.literal_block(found["script"], found["script"], language="python"),
            nodes.paragraph(said, said, classes=["evidence"]),
            printed,
        ]


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx's entry."""
    app.add_directive("lstm-evidence", EvidenceDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
