"""The pages of docs/ as a reader of their source sees them: prose, blocks, headings, each with its line."""

from __future__ import annotations

import functools
import importlib.util
import pathlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).parent.parent
DOCS = ROOT / "docs"
FENCE = re.compile(r"^ *(?P<fence>`{3,}|~{3,}) *(?P<info>.*)$")
PROSE_INSIDE = {
    "{product}",
    "{note}",
    "{tip}",
    "{warning}",
    "{important}",
    "{seealso}",
    "{admonition}",
    "{figure}",
    "{container}",
}


@dataclass(frozen=True)
class Block:
    """A fenced block: its first line's number, what stands behind the fence, its lines."""

    line: int
    info: str
    lines: tuple[str, ...]

    @property
    def language(self) -> str:
        """`python`, `{lstm-run}`, … or nothing."""
        return self.info.split()[0] if self.info else ""

    @property
    def text(self) -> str:
        """The block's content."""
        return "\n".join(self.lines)


@dataclass(frozen=True)
class Source:
    """One page: its prose line by line, its blocks."""

    path: pathlib.Path
    prose: tuple[tuple[int, str], ...]
    blocks: tuple[Block, ...]

    @property
    def name(self) -> str:
        """As in a toctree."""
        return self.path.relative_to(DOCS).with_suffix("").as_posix()

    def at(self, line: int) -> str:
        """A place, as an editor opens it."""
        return f"{self.path.relative_to(ROOT)}:{line}"


def split(text: str) -> tuple[list[tuple[int, str]], list[Block]]:
    """Prose with line numbers, and blocks; a directive that holds prose is prose."""
    prose, blocks = [], []
    lines = enumerate(text.splitlines(), 1)
    for number, line in lines:
        if number == 1 and line == "---":  # front matter
            next(found for _, found in lines if found == "---")
            continue
        opened = FENCE.match(line)
        if not opened:
            prose.append((number, line))
            continue
        close = re.compile(rf"^ *{re.escape(opened['fence'])}{opened['fence'][0]}* *$")
        inside = []
        for at, found in lines:
            if close.match(found):
                break
            inside.append((at, found))
        info = opened["info"].strip()
        blocks.append(Block(number, info, tuple(found for _, found in inside)))
        if info.split()[:1] and info.split()[0] in PROSE_INSIDE:
            prose += [one for one in inside if not re.match(r" *:[a-z-]+:", one[1])]
    return prose, blocks


@functools.cache
def read(path: pathlib.Path) -> Source:
    """A page's source."""
    prose, blocks = split(path.read_text(encoding="utf-8"))
    return Source(path, tuple(prose), tuple(blocks))


def all_pages() -> Iterator[Source]:
    """Every page that is written by hand; the gallery's are scripts."""
    for path in sorted(DOCS.rglob("*.md")):
        if path.relative_to(DOCS).parts[0] not in ("gallery", "_ext", "_templates"):
            yield read(path)


def is_question(page: Source) -> bool:
    """A page that answers somebody: not a list, not a table to look things up in."""
    folder, name = page.name.split("/")[0], page.name.split("/")[-1]
    return folder in ("start", "how", "why", "learn") and name != "index"


@functools.cache
def named_models() -> dict[str, str]:
    """The models that pages may name, from conf.py."""
    spec = importlib.util.spec_from_file_location("conf_of_the_site", ROOT / "conf.py")
    conf = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(conf)
    return conf.lstm_shapes_models
