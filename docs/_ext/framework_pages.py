"""The directives of the framework pages, written from the tables while the site is built.

    ```{lstm-framework} haiku
    ```

every entry of one framework; `{lstm-framework-list} flax nnx haiku`, links with a line each; `{lstm-frameworks}`, all
entries in one table, which `frameworks.js` sorts and filters.  Without JavaScript the table is complete.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

from docutils import nodes
from framework_facts import (
    INPUT,
    UNITS,
    biases,
    biases_said,
    cell_name,
    differences,
    entries,
    example,
    formulas,
    how_stored,
    only_when,
    order,
    shape,
)
from page_assets import with_assets
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from lstm_shapes import layouts
from lstm_shapes.layer import Explanation
from lstm_shapes.layouts import Layout
from lstm_shapes.render import html
from lstm_shapes.render.outline import Bar, number, outline

NONE = "–"
HEAD = (
    "Framework",
    "Cell",
    "Gates",
    "Laid out",
    "Biases a unit",
    "Parameters",
    "Computes otherwise",
    "Proof",
)


def code(text: str) -> str:
    """As HTML."""
    return f"<code>{escape(text)}</code>"


def prose(text: str) -> str:
    """As HTML; `code` between backticks.

    >>> prose("`a<b` is said")
    '<code>a&lt;b</code> is said'
    """
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def arrays_html(layout: Layout) -> str:
    """The table of an entry's arrays."""
    head = ["name", "gates", "role", "axes", "shape", "only"]
    rows = [
        [code(one.name), ", ".join(one.gates or ()), code(one.role), code(one.pattern), escape(shape(layout, one)),
         only_when(one)]
        for one in layout.arrays
    ]  # fmt: skip
    used = [i for i in range(len(head)) if any(row[i] for row in rows)]
    cells = "".join(f"<tr>{''.join(f'<td>{row[i]}</td>' for i in used)}</tr>" for row in rows)
    titles = "".join(f'<th scope="col">{head[i]}</th>' for i in used)
    return (
        '<div class="lstm-scroll" role="region" tabindex="0" aria-label="Arrays"><table class="lstm-arrays">'
        f"<thead><tr>{titles}</tr></thead><tbody>{cells}</tbody></table></div>"
    )


def said(layout: Layout, key: str) -> list[tuple[str, str]]:
    """What else there is to say: a word and HTML each; what is not known is left out."""
    own = ", ".join(f"{gate} = {word}" for gate, word in zip(layout.gates, layout.gate_names, strict=False))
    counts = "<br>".join(
        f"{escape(f'{words}: ' if words else '')}{escape(formula)} → <span class='number'>{number(total)}</span>"
        for words, formula, total in formulas(layout, key)
    )
    error = f", largest error {layout.max_abs_error:.0e}" if layout.max_abs_error is not None else ""
    pairs = [
        ("class or operator", code(layout.object)),
        ("gates, in order", escape(", ".join(layout.gates))),
        ("its own words", escape(own)),
        ("computes otherwise", escape("; ".join(sentence for _, sentence in differences(layout)))),
        ("biases", prose(layout.bias_convention)),
        ("forget bias", prose(layout.forget_bias_from)),
        ("second direction", prose(layout.directions)),
        ("next layer", prose(layout.stacking)),
        (
            "parameters",
            f"{counts}<br><small>one direction; the number is for {INPUT} inputs, {UNITS} units</small>",
        ),
        ("against Keras 3", prose(layout.vs_keras)),
        ("proof", escape(layout.verified + error)),
        ("source", prose(layout.source)),
    ]
    return [(word, text) for word, text in pairs if text]


def entry_html(layout: Layout, key: str) -> str:
    """One entry: its arrays, what else there is to say, its pitfalls."""
    words = "".join(f"<dt>{word}</dt><dd>{text}</dd>" for word, text in said(layout, key))
    traps = "".join(f"<li>{prose(one)}</li>" for one in layout.pitfalls)
    traps = f'<p class="framework-traps">Traps:</p><ul>{traps}</ul>' if traps else ""
    drawn = html.render(
        [one for one in outline(Explanation(None, (example(layout, key),))) if isinstance(one, Bar)],
        style=False,
    )
    return f'<div class="frameworks">{arrays_html(layout)}{drawn}<dl class="framework-words">{words}</dl>{traps}</div>'


def row_html(name: str, key: str, layout: Layout, address: str) -> str:
    """One row of the big table; a cell knows its column's name, for narrow screens."""
    ran = "run" if layout.verified.startswith("run") else "read"
    total = formulas(layout, key)[0][2]
    cells = (
        f'<a href="{address}#{anchor(name, key)}">{escape(layouts.NAMES[name])}</a>',
        f"{escape(cell_name(layout))}<br><small>{escape(layout.object)}</small>",
        f'<span title="{escape(", ".join(layout.gates))}">{order(layout.gates)}</span>'
        if layout.gates
        else NONE,
        how_stored(layout),
        str(biases(layout, key)),
        number(total),
        escape(", ".join(short for short, _ in differences(layout))) or NONE,
        f"{ran} <small>{escape(layout.version)}</small>",
    )
    sort = {"Biases a unit": biases(layout, key), "Parameters": total}
    found = "".join(
        f'<td data-label="{title}"{f" data-sort={sort[title]}" if title in sort else ""}'
        f"{' class=none' if cell == NONE else ''}><div>{cell}</div></td>"
        for title, cell in zip(HEAD, cells, strict=True)
    )
    return f'<tr data-words="{escape(" ".join((name, key, *layout.gates)))}">{found}</tr>'


def anchor(name: str, key: str) -> str:
    """Where an entry stands on its framework's page."""
    return f"{name}-{key}".replace("_", "-")


def title(layout: Layout) -> nodes.title:
    """`LSTM: keras.layers.LSTM`; the class as far as it is one word."""
    name, short = cell_name(layout), re.split(r" ?[;,(]", layout.object)[0]
    if short == name:
        return nodes.title("", name)
    return nodes.title("", f"{name}: ", nodes.literal("", short))


class FrameworkDirective(SphinxDirective):
    """Every entry of one framework, a section each."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Docutils' entry."""
        name = self.arguments[0]
        if name not in layouts.FRAMEWORKS:
            raise self.error(
                f"lstm-framework: unknown framework {name!r}: one of {', '.join(layouts.FRAMEWORKS)}"
            )
        found: list[nodes.Node] = []
        for key, layout in layouts.table(name).items():
            section = nodes.section("", title(layout), ids=[anchor(name, key)])
            section += nodes.raw("", entry_html(layout, key), format="html")
            found.append(section)
        return found


class ListDirective(SphinxDirective):
    """Links to frameworks' pages; of each, how it stores its first cell."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Docutils' entry."""
        items = []
        for name in self.arguments[0].split():
            key, first = next(iter(layouts.table(name).items()))
            address = self.env.app.builder.get_relative_uri(self.env.docname, f"frameworks/{name}")
            words = f"{how_stored(first)}; {', '.join(first.gates)}; {biases_said(first, key)}"
            items.append(f'<li><a href="{address}">{escape(layouts.NAMES[name])}</a>: {escape(words)}</li>')
        return [nodes.raw("", f'<ul class="framework-list">{"".join(items)}</ul>', format="html")]


class TableDirective(SphinxDirective):
    """All entries in one table."""

    def run(self) -> list[nodes.Node]:
        """Docutils' entry."""
        uri = self.env.app.builder.get_relative_uri
        rows = "".join(
            row_html(name, key, layout, uri(self.env.docname, f"frameworks/{name}"))
            for name, key, layout in entries()
        )
        titles = "".join(f'<th scope="col">{title}</th>' for title in HEAD)
        text = (
            '<div class="frameworks lstm-scroll" role="region" tabindex="0" aria-label="All frameworks">'
            '<table class="frameworks-table" aria-label="All frameworks">'
            f"<thead><tr>{titles}</tr></thead><tbody>{rows}</tbody></table></div>"
        )
        return [nodes.raw("", text, format="html")]


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx's entry."""
    app.add_directive("lstm-framework", FrameworkDirective)
    app.add_directive("lstm-framework-list", ListDirective)
    app.add_directive("lstm-frameworks", TableDirective)
    with_assets(app, "frameworks")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
