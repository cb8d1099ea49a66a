"""Run what pages say of PyTorch, with PyTorch, and write down which blocks were right.

    python tests/frameworks/run_pages.py      (in an environment that has torch and numpy; needs nothing of this package)

Blocks of a page that are marked `pycon` belong to PyTorch; the project's own environment has none, so
`tests/test_docs.py` compares them with `pages-pytorch-VERSION.json` instead of running them.
"""

from __future__ import annotations

import doctest
import json
import pathlib
import re
import sys

import torch

HERE = pathlib.Path(__file__).parent
DOCS = HERE.parent.parent / "docs"
BLOCK = re.compile(r"^```pycon\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def failures(name: str, blocks: list[str]) -> int:
    """How many examples of a page print something else."""
    torch.manual_seed(0)
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, name, name, 0)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    return runner.run(test).failed


def main() -> int:
    """Run all pages; write nothing where one is wrong."""
    found = {
        path.relative_to(DOCS).with_suffix("").as_posix(): blocks
        for path in sorted(DOCS.rglob("*.md"))
        if (blocks := BLOCK.findall(path.read_text(encoding="utf-8")))
    }
    wrong = [name for name, blocks in found.items() if failures(name, blocks)]
    if wrong:
        print("not written:", *wrong)
        return 1
    version = torch.__version__.split("+")[0]
    path = HERE / f"pages-pytorch-{version}.json"
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(path.name, sum(map(len, found.values())), "blocks of", len(found), "pages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
