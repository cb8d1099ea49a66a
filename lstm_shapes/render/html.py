"""For a notebook and for the site: a fragment that brings its own look and takes the page's where there is one."""

from __future__ import annotations

import re
from html import escape as html_escape

from lstm_shapes.render import svg
from lstm_shapes.render.outline import Bar, Block, Formula, Para, Table, Title

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterable

# In a notebook there is no style sheet of ours; on the site custom.css overrides these variables.
STYLE = """<style>
.lstm-weights{--gi:#e69f00;--gf:#56b4e9;--gc:#2bb594;--go:#e78ac3;overflow-x:auto}
.lstm-weights table{border-collapse:collapse}.lstm-weights td,.lstm-weights th{padding:.2em .7em;text-align:left}
.lstm-weights .number{text-align:right;font-variant-numeric:tabular-nums}
</style>"""


def render(blocks: Iterable[Block], style: bool = True, level: int = 3) -> str:
    """All blocks in one `<section>`; with `style`, the few rules that a notebook needs."""
    inner = "\n".join(_draw(block, level) for block in blocks)
    return f'{STYLE if style else ""}<section class="lstm-weights">\n{inner}\n</section>\n'


def _draw(block: Block, level: int) -> str:
    if isinstance(block, Title):
        return f"<h{level}>{escape(block.text)}</h{level}>"
    return DRAW[type(block)](block)


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


DRAW = {Para: lambda block: f"<p>{escape(block.text)}</p>", Table: table, Bar: bar, Formula: formula}
