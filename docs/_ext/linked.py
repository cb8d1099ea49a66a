"""The directive `{lstm-linked}`: a cell's diagram, equations and arrays as one view, with the numbers of real steps.

    ```{lstm-linked} gru --input 100 --units 20
    ```

Without JavaScript it is three figures and a table.
"""

from __future__ import annotations

import json
import shlex
from html import escape
from typing import Any, ClassVar

from docutils import nodes
from linked_drawing import arrays_html, code_of, diagram_svg, equations_html, pieces
from linked_numbers import Numbers, numbers
from page_assets import with_assets
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from lstm_shapes.cells import CELLS, GATE_MEANING, Cell
from lstm_shapes.diagram import diagram
from lstm_shapes.layer import Layer, UsageError
from lstm_shapes.sphinx_ext import model

UNITS = 5  # of which the page has the numbers
STATES = {
    "h": "hidden state: what the layer hands from step to step and puts out; not a weight",
    "c": "cell state: the memory, handed from step to step; not a weight",
}


def draw(line: str) -> str:
    """The whole view of one cell."""
    cell, *words = shlex.split(line)
    if cell not in CELLS:
        raise UsageError(f"unknown cell {cell!r}: one of {', '.join(CELLS)} was expected")
    layer = model(["--cell", cell, *words], {}).layers[0]
    kind = CELLS[cell]
    options = {name: bool(layer.options.get(name)) for name in kind.options}
    drawn = diagram(kind, **options)
    found = numbers(layer, drawn, cell)
    data = json.dumps(contents(kind, layer, drawn.nodes, found), separators=(",", ":"), ensure_ascii=False)
    biased = bool(options.get("reset_after"))
    return f"""\
<div class="linked" role="group" aria-label="One step of {kind.name}, linked">
<noscript><p><strong>Pointing and stepping need JavaScript, which is switched off here.</strong>
The colours still say what belongs together; the numbers are those of the first step.</p></noscript>
<div class="linked-controls" hidden>
<div class="linked-pick" role="group" aria-label="Light up">{"".join(picks(kind, layer))}</div>
<div class="linked-steps"><button type="button" data-by="-1">← earlier</button>
<label>step <input type="range" min="1" max="{len(found.trace.time)}" value="1" name="step"></label>
<output>1 of {len(found.trace.time)}</output><button type="button" data-by="1">later →</button>
<label>unit <select name="unit">{"".join(f"<option>{i}</option>" for i in range(min(UNITS, layer.units)))}</select></label></div>
</div>
<div class="linked-said" aria-live="polite"><p>Point at a gate, a wire, a block of columns or a letter.</p></div>
<div class="linked-scroll" data-group="The diagram">{diagram_svg(drawn, kind, layer, found.nodes, biased)}</div>
<div class="linked-equations" data-group="The equations">{equations_html(kind, options)}</div>
<div class="linked-arrays" data-group="The arrays">{arrays_html(layer)}</div>
{steps_table(kind, drawn.nodes, found)}
<script type="application/json">{data}</script>
</div>
"""


def picks(kind: Cell, layer: Layer) -> list[str]:
    """A button for each gate, array and state."""
    roles = dict.fromkeys(role for weight in layer.weights for role, *_ in pieces(weight))
    names = [
        *(("gate", one) for one in kind.gates),
        *(("role", one) for one in roles),
        *(("state", s) for s in kind.states),
    ]
    return [
        f'<button type="button" aria-pressed="false" data-{key}="{one}">{one}</button>' for key, one in names
    ]


def contents(kind: Cell, layer: Layer, terms: Any, found: Numbers) -> dict[str, Any]:
    """What the script needs: words, slices, and the number of every node, in thousandths."""
    slices = {
        gate or "all": {
            role: code_of(weight, role, one)
            for weight in layer.weights
            for role, one, *_ in pieces(weight)
            if one == gate
        }
        for gate in (kind.gates or ("",))
    }
    units = range(min(UNITS, layer.units))
    return {
        "gates": {gate: GATE_MEANING[gate] for gate in kind.gates},
        "letters": kind.letters,
        "states": {state: STATES[state] for state in kind.states},
        "slices": slices,
        "values": [
            [[round(float(found.nodes[term][step][unit]) * 1000) for term in terms] for unit in units]
            for step in range(len(found.trace.time))
        ],
        "columns": [list(terms).index(term) for term in shown(kind, terms)],
    }


def shown(kind: Cell, terms: Any) -> list[Any]:
    """The nodes of the table: the gates in the cell's order, then the states."""
    named = {node.result: term for term, node in terms.items() if node.result}
    return [named[name] for name in (*kind.gates, *reversed(kind.states))]


def steps_table(kind: Cell, terms: Any, found: Numbers) -> str:
    """Every gate and state of the first unit at every step."""
    names = [*kind.gates, *reversed(kind.states)]
    head = "".join(
        f'<th scope="col" data-{"gate" if one in kind.gates else "state"}="{one}" class="part">'
        f"{escape(one)} {kind.letters[one] + '[t]' if one in kind.gates else '[t]'}</th>"
        for one in names
    )
    columns = [found.nodes[term][:, 0] for term in shown(kind, terms)]
    rows = []
    for step, values in enumerate(zip(*columns, strict=True)):
        cells = "".join(f'<td class="number">{value:.3f}</td>' for value in values)
        rows.append(f'<tr><th scope="row">{step + 1}</th>{cells}</tr>')
    return (
        '<div class="lstm-scroll" role="region" tabindex="0" aria-label="Gates and states, step by step">'
        f'<table class="lstm-arrays linked-table"><caption>Unit <span>0</span>, step by step</caption><thead><tr>'
        f'<th scope="col">t</th>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )


class LinkedDirective(SphinxDirective):
    """The linked view of one cell."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {}

    def run(self) -> list[nodes.Node]:
        """Docutils' entry."""
        try:
            return [nodes.raw("", draw(self.arguments[0]), format="html")]
        except UsageError as error:
            raise self.error(f"lstm-linked: {error}") from error


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx's entry."""
    app.add_directive("lstm-linked", LinkedDirective)
    with_assets(app, "linked")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
