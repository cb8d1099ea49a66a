"""The directive `{lstm-shapes}`: every shape that an array of a recurrent layer can have, and what such an array is.

    ```{lstm-shapes} --input 100 --units 20
    ```

From the layout tables; each line is checked by `identify`: given the numbers, it must name that layer, or the page is
not built.
"""

from __future__ import annotations

import itertools
import shlex
from collections import defaultdict
from collections.abc import Iterator
from html import escape
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from lstm_shapes import layouts
from lstm_shapes.cells import CELLS
from lstm_shapes.front import explain
from lstm_shapes.identify import identify
from lstm_shapes.layer import Layer, UsageError, Weight
from lstm_shapes.layouts import Layout
from lstm_shapes.render.outline import shape_text
from lstm_shapes.sphinx_ext import model

CALCULATOR = "../start/calculator.html"
SWITCHES = {
    "reset_after": (True, False)
}  # options of the calculator that change a shape; not only what there is


def layers(input_dim: int, units: int) -> Iterator[tuple[Layout, Layer, dict[str, Any]]]:
    """One layer of each kind that the tables have, with its options."""
    for framework in layouts.FRAMEWORKS:
        for cell, layout in layouts.table(framework).items():
            names = [name for name in SWITCHES if name in layout.options]
            for values in itertools.product(*(SWITCHES[name] for name in names)):
                options = dict(zip(names, values, strict=True))
                try:
                    found = explain(
                        input_dim=input_dim, units=units, cell=cell, framework=framework, **options
                    )
                except UsageError:  # its shapes do not follow from these two numbers: a convolution
                    continue
                yield layout, found.layers[0], {"cell": cell, "framework": framework, **options}


def named(layout: Layout, weight: Weight, layer: Layer, options: dict[str, Any]) -> str:
    """An array in words, and the calculator with its layer."""
    title = layout.title or CELLS[layout.cell].name
    told = [f"{key}={value}" for key, value in options.items() if key in SWITCHES]
    address = [f"input={layer.input_dim}", f"units={layer.units}"]
    address += [f"{key}={int(value) if isinstance(value, bool) else value}" for key, value in options.items()]
    words = ", ".join([f"{layouts.NAMES[layout.framework]} {title}", *told])
    link = f'<a href="{CALCULATOR}?{escape("&".join(address))}">{escape(words)}</a>'
    note = f" ({escape(layout.note)})" if layout.note else ""
    return f"<code>{escape(weight.role)}</code> of {link}{note}"


def rows(input_dim: int, units: int) -> dict[tuple[str, ...], dict[str, Any]]:
    """Shape in symbols -> its numbers, and which arrays have it."""
    found: dict[tuple[str, ...], dict[str, Any]] = defaultdict(lambda: {"shape": (), "arrays": []})
    for layout, layer, options in layers(input_dim, units):
        for weight in layer.weights:
            row = found[tuple(weight.formula)]
            row["shape"] = weight.shape
            words = named(layout, weight, layer, options)
            if words not in row["arrays"]:
                prove(weight, layer)
                row["arrays"].append(words)
    return found


def prove(weight: Weight, layer: Layer) -> None:
    """`identify` must name the layer that has the array."""
    readings = {(one.layer.framework, one.layer.cell) for one in identify([weight.shape]).candidates}
    if (layer.framework, layer.cell) not in readings and weight.role in ("kernel", "recurrent_kernel"):
        raise UsageError(
            f"identify {weight.shape} does not say {layer.framework} {layer.cell}: {sorted(readings)}"
        )


def draw(line: str) -> str:
    """The whole table, more axes first, wide before narrow."""
    layer = model(shlex.split(line), {}).layers[0]
    body = []
    for formula, row in sorted(rows(layer.input_dim, layer.units).items(), key=order):
        name = "shape-" + "-".join(formula).replace("*", "").replace("_", "-")
        command = "identify " + "x".join(map(str, row["shape"]))
        body.append(
            f'<tr id="{name}"><th scope="row"><code>{escape(shape_text(formula))}</code></th>'
            f"<td><code>{shape_text(row['shape'])}</code></td><td>{'<br>'.join(row['arrays'])}</td>"
            f"<td><code>{command}</code></td></tr>"
        )
    heads = ("the shape", f"with {layer.input_dim} inputs and {layer.units} units", "what it can be", "ask")
    head = "".join(f'<th scope="col">{words}</th>' for words in heads)
    return (
        '<div class="lstm-scroll" role="region" tabindex="0" aria-label="Shapes, and what they can be">'
        f'<table class="lstm-arrays shapes"><thead><tr>{head}</tr></thead><tbody>{"".join(body)}</tbody></table></div>'
    )


def order(item: tuple[tuple[str, ...], Any]) -> tuple[Any, ...]:
    """Matrices before vectors; within them the seed's first."""
    formula, _ = item
    first = formula[0]
    return (
        first == "1",
        -len(formula),
        "input_dim" not in formula,
        first not in ("input_dim", "units"),
        formula[::-1],
    )


class ShapesDirective(SphinxDirective):
    """The table of shapes."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {}

    def run(self) -> list[nodes.Node]:
        """Docutils' entry."""
        try:
            return [nodes.raw("", draw(self.arguments[0]), format="html")]
        except UsageError as error:
            raise self.error(f"lstm-shapes: {error}") from error


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx's entry."""
    app.add_directive("lstm-shapes", ShapesDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
