"""The directive `{lstm-shapes}`: every shape that an array of a recurrent layer can have, and what such an array is.

    ```{lstm-shapes} --input 100 --units 20
    ```

From the layout tables.  `identify` is asked for each shape: of Keras's and PyTorch's matrices it must name the layer, or
the page is not built.
"""

from __future__ import annotations

import functools
import itertools
import shlex
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


def called(layout: Layout, weight: Weight, options: dict[str, Any]) -> str:
    """What an array is, whatever the framework."""
    told = [f"{key}={value}" for key, value in options.items() if key in SWITCHES]
    title = ", ".join([layout.title or CELLS[layout.cell].name, *told])
    return f"<code>{escape(weight.role)}</code> of {escape(title)}"


def linked(layout: Layout, layer: Layer, options: dict[str, Any]) -> str:
    """The framework, and the calculator with that layer."""
    address = [f"input={layer.input_dim}", f"units={layer.units}"]
    address += [f"{key}={int(value) if isinstance(value, bool) else value}" for key, value in options.items()]
    note = f" ({escape(layout.note)})" if layout.note else ""
    return f'<a href="{CALCULATOR}?{escape("&".join(address))}">{layouts.NAMES[layout.framework]}</a>{note}'


def rows(input_dim: int, units: int) -> dict[tuple[str, ...], dict[str, Any]]:
    """Shape in symbols -> its numbers, which arrays have it in which frameworks, and whether `identify` knows it."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for layout, layer, options in layers(input_dim, units):
        for weight in layer.weights:
            if weight.formula is None or None in weight.formula:
                continue
            row = found.setdefault(
                tuple(weight.formula), {"shape": weight.shape, "arrays": {}, "known": False}
            )
            where = row["arrays"].setdefault(called(layout, weight, options), {})
            where.setdefault(layout.framework, linked(layout, layer, options))
            row["known"] = row["known"] or known(weight, layer)
    return found


def known(weight: Weight, layer: Layer) -> bool:
    """Whether `identify` names the layer that has the array; of Keras and PyTorch it must."""
    readings = {(one.layer.framework, one.layer.cell) for one in candidates(weight.shape)}
    if (layer.framework, layer.cell) in readings:
        return True
    if layer.framework in ("keras", "pytorch") and "kernel" in weight.role:
        raise UsageError(
            f"identify {weight.shape} does not say {layer.framework} {layer.cell}: {sorted(readings)}"
        )
    return False


@functools.cache
def candidates(shape: tuple[int, ...]) -> tuple[Any, ...]:
    """What a shape alone can be."""
    return identify([shape]).candidates


def draw(line: str) -> str:
    """The whole table, more axes first, wide before narrow."""
    layer = model(shlex.split(line), {}).layers[0]
    body = []
    for formula, row in sorted(rows(layer.input_dim, layer.units).items(), key=order):
        name = "shape-" + "-".join(formula).replace("*", "").replace(" + ", "-plus-").replace("_", "-")
        command = "<code>identify " + "x".join(map(str, row["shape"])) + "</code>" if row["known"] else ""
        arrays = "<br>".join(f"{what}: {', '.join(where.values())}" for what, where in row["arrays"].items())
        body.append(
            f'<tr id="{name}"><th scope="row"><code>{escape(shape_text(formula))}</code></th>'
            f"<td><code>{shape_text(row['shape'])}</code></td><td>{arrays}</td><td>{command}</td></tr>"
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
