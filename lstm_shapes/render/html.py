"""For a notebook and for the site: a fragment that brings its own look and takes the page's where there is one."""

from __future__ import annotations

import re
from html import escape as html_escape

from lstm_shapes.render import svg
from lstm_shapes.render.outline import Bar, Block, Formula, Para, Table, Title, by_layer

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterable

# In a notebook there is no style sheet of ours.  Colours are those of the text around it, so light and dark, Jupyter's
# or the reader's own, need no rule; gates have dark letters on their colour in both.
STYLE = """<style>
.lstm-weights{overflow-x:auto}.lstm-weights .lstm-scroll{overflow-x:auto}
.lstm-weights details{border:1px solid var(--jp-border-color2,color-mix(in srgb,currentColor 25%,transparent))}
.lstm-weights details{border-radius:.4em;padding:.4em .9em;margin:.5em 0}
.lstm-weights summary{cursor:pointer;font-weight:600}
.lstm-weights table{border-collapse:collapse;margin:.6em 0}
.lstm-weights td,.lstm-weights th{padding:.2em .7em;text-align:left}
.lstm-weights .number{text-align:right;font-variant-numeric:tabular-nums}
.lstm-weights figure{margin:.8em 0}.lstm-weights svg{display:block;margin-top:.3em}
</style>"""
OPEN = 2  # so many layers lie open in a notebook; a reader opens the others


def render(blocks: Iterable[Block], style: bool = True) -> str:
    """All blocks in one `<section>`; with `style`, as a notebook needs them: layers fold, and the look is brought along."""
    if style:
        drawn = [_folded(title, own, place < OPEN) for place, (title, own) in enumerate(by_layer(blocks))]
        return f'{STYLE}<section class="lstm-weights">\n{"".join(drawn)}</section>\n'
    return f'<section class="lstm-weights">\n{_drawn(blocks)}</section>\n'


def _drawn(blocks: Iterable[Block]) -> str:
    return "".join(f"{DRAW[type(block)](block)}\n" for block in blocks)


def _folded(title: Title | None, blocks: list[Block], is_open: bool) -> str:
    if title is None:
        return _drawn(blocks)
    opened = " open" if is_open else ""
    return f"<details{opened}><summary>{escape(title.text)}</summary>\n{_drawn(blocks)}</details>\n"


def escape(text: str) -> str:
    """A stranger's name may hold anything: no markup comes out of it; `code` is ours."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", html_escape(text)).replace("·", "&middot;")


def table(block: Table) -> str:
    """A table that scrolls by itself, never the page."""

    def row(cells: tuple[str, ...], tag: str) -> str:
        classes = [' class="number"' if name in block.numeric else "" for name in block.head]
        scope = ' scope="col"' if tag == "th" else ""
        inner = "".join(f"<{tag}{scope}{c}>{escape(x)}</{tag}>" for x, c in zip(cells, classes, strict=True))
        return f"<tr>{inner}</tr>"

    body = "\n".join(row(one, "td") for one in block.rows)
    label = html_escape(block.label, quote=True)
    return (
        f'<div class="lstm-scroll" role="region" tabindex="0" aria-label="{label}">'
        f'<table class="lstm-arrays">\n<thead>{row(block.head, "th")}</thead>\n<tbody>\n{body}\n</tbody></table></div>'
    )


def bar(block: Bar) -> str:
    """The to-scale picture of the array, with its gates."""
    return (
        f'<figure class="lstm-bar"><figcaption>{escape(block.label)}</figcaption>{svg.matrix(block)}</figure>'
    )


def formula(block: Formula) -> str:
    """A calculation, one way of writing it a line."""
    lines = "<br>".join(escape(line.replace("*", " · ")) for line in block.lines)
    return f'<p class="lstm-formula"><strong>{escape(block.label)}</strong><br><code>{lines}</code></p>'


# On a page a title is no heading: which level it has, only the page knows.
DRAW = {
    Title: lambda block: f'<p class="lstm-title">{escape(block.text)}</p>',
    Para: lambda block: f"<p>{escape(block.text)}</p>",
    Table: table,
    Bar: bar,
    Formula: formula,
}
