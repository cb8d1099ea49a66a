"""For the learning path: `{product}`, a matrix product drawn to scale, and `{answer}`, an exercise's folded answer.

    ```{product} x 1x3 kernel 3x2
    Row by column: the 3 must be the same.
    ```

    :::{answer}
    Because …
    :::

The shape of the product is computed; sizes that do not fit stop the build.
"""

from __future__ import annotations

from html import escape
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

UNIT, LARGEST, GAP, TOP = 16, 150, 34, 22  # pixels: one row or column, a side, between boxes, above them


def product(first: str, first_shape: str, second: str, second_shape: str) -> tuple[tuple[str, int, int], ...]:
    """The two factors and what comes out, as (name, rows, columns).

    >>> product("x", "1x3", "kernel", "3x2")[-1]
    ('x @ kernel', 1, 2)
    """
    (rows, inner), (again, columns) = (
        [int(size) for size in shape.split("x")] for shape in (first_shape, second_shape)
    )
    if inner != again:
        raise ValueError(f"{first} has {inner} columns and {second} {again} rows: they must be as many")
    return (first, rows, inner), (second, again, columns), (f"{first} @ {second}", rows, columns)


def draw(boxes: tuple[tuple[str, int, int], ...]) -> str:
    """The boxes beside each other, `@` and `=` between them."""
    unit = min(UNIT, LARGEST / max(size for _, *sizes in boxes for size in sizes))
    height = max(rows for _, rows, _ in boxes) * unit
    x, drawn = 4.0, []
    for sign, (name, rows, columns) in zip(("", "@", "="), boxes, strict=True):
        if sign:
            drawn.append(
                f'<text x="{x + GAP / 2:.0f}" y="{TOP + height / 2 + 5:.0f}" text-anchor="middle">{sign}</text>'
            )
            x += GAP
        wide, high = columns * unit, rows * unit
        room = max(wide, 8.2 * max(len(name), len(f"({rows}, {columns})")))
        left, y = x + (room - wide) / 2, TOP + (height - high) / 2
        lines = [f"M{left + i * unit:.1f} {y:.1f}v{high:.1f}" for i in range(1, columns)]
        lines += [f"M{left:.1f} {y + i * unit:.1f}h{wide:.1f}" for i in range(1, rows)]
        drawn.append(
            f'<rect x="{left:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" class="box"/><path d="{"".join(lines)}"/>'
            f'<text x="{x + room / 2:.0f}" y="14" text-anchor="middle">{escape(name)}</text>'
            f'<text x="{x + room / 2:.0f}" y="{TOP + height + 18:.0f}" text-anchor="middle">({rows}, {columns})</text>'
        )
        x += room
    words = f"{boxes[0][0]} {boxes[0][1:]} times {boxes[1][0]} {boxes[1][1:]} is {boxes[2][1:]}"
    size = f"{x + 4:.0f} {TOP + height + 26:.0f}"
    return (
        f'<svg class="product" viewBox="0 0 {size}" width="{x + 4:.0f}" role="img" aria-label="{escape(words)}">'
        f"{''.join(drawn)}</svg>"
    )


class ProductDirective(SphinxDirective):
    """A product of two matrices; the content is the caption."""

    required_arguments = 4
    has_content = True
    option_spec: ClassVar = {}

    def run(self) -> list[nodes.Node]:
        """Docutils' entry."""
        try:
            svg = draw(product(*self.arguments))
        except ValueError as error:
            raise self.error(f"product: {error}") from error
        caption = self.parse_content_to_nodes()
        return [
            nodes.raw("", f'<figure class="product">{svg}<figcaption>', format="html"),
            *caption,
            nodes.raw("", "</figcaption></figure>", format="html"),
        ]


class AnswerDirective(SphinxDirective):
    """An answer that is folded until it is asked for: the browser's own element, so no script, and keys work."""

    has_content = True
    option_spec: ClassVar = {}

    def run(self) -> list[nodes.Node]:
        """Docutils' entry."""
        return [
            nodes.raw("", '<details class="answer"><summary>Answer</summary>', format="html"),
            *self.parse_content_to_nodes(),
            nodes.raw("", "</details>", format="html"),
        ]


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx's entry."""
    app.add_directive("product", ProductDirective)
    app.add_directive("answer", AnswerDirective)
    app.add_css_file("learn.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
