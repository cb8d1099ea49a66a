"""The three drawings of the linked picture: the diagram, the equations, the arrays.

Whatever belongs to a gate, an array or a state says so: `data-gate`, `data-role`, `data-state`.  The script of the
page lights up what agrees.  Nothing is typed here twice: nodes and wires, equations and slices are the package's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from lstm_shapes.cells import GATE_MEANING, Cell
from lstm_shapes.diagram import Diagram, Node, column_middles, inputs
from lstm_shapes.equations import LATEX, Notation, Term, equations, write
from lstm_shapes.layer import Layer, Weight
from lstm_shapes.render.outline import shape_text, slice_text
from lstm_shapes.render.svg import FILL

UNIT, GAP, ROUND = 46, 0.8, 0.74  # pixels of one unit; between columns; of a circle
BOXES = {"x": 2.9, "recur": 2.9, "name": 0.95}
SIGNS = {"+": "+", "*": "⊙", "sigmoid": "σ", "tanh": "tanh", "-": "1−"}
ROLES = {"x": ("kernel", "bias"), "recur": ("recurrent_kernel", "recurrent_bias")}


def part(gate: str | None = None, roles: tuple[str, ...] = (), state: str | None = None) -> str:
    """The attributes of something that can be pointed at."""
    known = {"gate": gate, "role": " ".join(roles), "state": state}
    return "".join(f' data-{key}="{value}"' for key, value in known.items() if value)


def colour(gate: str | None) -> str:
    """The gate's, everywhere the same; none is the page's own ground."""
    return f"var(--gate-{gate},{FILL[gate]})" if gate in FILL else "var(--color-background-secondary)"


# ---------------------------------------------------------------- the diagram


def gate_of(term: Any, results: Mapping[Term, str | None]) -> str | None:
    """The gate that a node belongs to: the gate it is, or the one gate that everything below it belongs to."""
    if term.op in ("x", "recur"):
        return str(term.args[0]) if term.args[0] in GATE_MEANING else None
    if results.get(term) in GATE_MEANING:
        return results[term]
    below = {gate_of(one, results) for one in inputs(term)}
    return below.pop() if term.op == "+" and len(below) == 1 else None


def diagram_svg(drawn: Diagram, kind: Cell, layer: Layer, values: Mapping[Term, Any], biased: bool) -> str:
    """One step from left to right, each node with its number at the first step."""
    middles = column_middles(drawn, lambda term: BOXES.get(term.op, ROUND), GAP)
    at = {
        term: (middles[node.column] * UNIT + 4, (node.row + 0.75) * UNIT)
        for term, node in drawn.nodes.items()
    }
    results = {term: node.result for term, node in drawn.nodes.items()}
    order = {term: i for i, term in enumerate(drawn.nodes)}
    wires = "".join(wire(start, end, at, results, middles, drawn) for start, end in drawn.wires)
    nodes = "".join(
        node_svg(node, kind, layer, at[term], gate_of(term, results), biased, order[term], values[term][0][0])
        for term, node in drawn.nodes.items()
    )
    width = max(x for x, _ in at.values()) + 2.2 * UNIT
    height = max(y for _, y in at.values()) + 0.95 * UNIT
    gates = ", ".join(GATE_MEANING[gate].split(":")[0] for gate in kind.gates)
    title = f"One step of {kind.name} from left to right: {gates}; every box says which block of an array it uses."
    return (
        f'<svg class="linked-diagram" role="img" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}"><title>{title}</title>{wires}{nodes}</svg>'
    )


def wire(start: Term, end: Term, at: Any, results: Any, middles: list[float], drawn: Diagram) -> str:
    """Level through all columns before `end`'s, then one curve into it; a wide invisible line is what a finger meets."""
    (x0, y0), (x1, y1) = at[start], at[end]
    x0 += BOXES.get(start.op, ROUND) / 2 * UNIT
    x1 -= BOXES.get(end.op, ROUND) / 2 * UNIT + 5
    column = (middles[drawn.nodes[end].column - 1] + ROUND / 2) * UNIT
    turn = max(x0, min(column, x1 - 0.4 * UNIT))
    middle = (turn + x1) / 2
    path = f"M{x0:.0f} {y0:.0f}H{turn:.0f}C{middle:.0f} {y0:.0f} {middle:.0f} {y1:.0f} {x1:.0f} {y1:.0f}"
    gate = gate_of(start, results)
    state = state_of(start, results) if gate is None else None
    head = f"M{x1 + 5:.0f} {y1:.0f}l-8 -4v8z"
    return (
        f'<g class="part wire"{part(gate, (), state)} data-says="wire"><path class="hit" d="{path}"/>'
        f'<path class="line" d="{path}"/><path class="head" d="{head}"/></g>'
    )


def state_of(term: Term, results: Mapping[Term, str | None]) -> str | None:
    """The state that a node is or holds."""
    if term.op == "name":
        return str(term.args[0])[0]
    if results.get(term) in ("h", "c"):
        return results[term]
    below = inputs(term)
    return results.get(below[0]) if term.op == "tanh" and len(below) == 1 else None


def node_svg(
    node: Node,
    kind: Cell,
    layer: Layer,
    at: tuple[float, float],
    gate: str | None,
    biased: bool,
    order: int,
    value: float,
) -> str:
    """A box or a circle, its sign, the name of what comes out of it, its number."""
    term, (x, y) = node.term, at
    state = state_of(node.term, {node.term: node.result}) if node.result in kind.states else None
    roles: tuple[str, ...] = ()
    if term.op in BOXES:
        roles = ROLES.get(term.op, ())
        roles = roles if biased or term.op != "recur" else roles[:1]
        state = "h" if term.op == "recur" else state_of(term, {})
        inner = box(term, kind, layer, x, y, gate, biased, order, value)
    else:
        inner = (
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{ROUND / 2 * UNIT:.0f}" style="fill:{colour(gate)}"/>'
            f'<text class="sign{" dark" if gate else ""}" x="{x:.0f}" y="{y + 5:.0f}">{SIGNS[term.op]}</text>'
            + number(order, value, x, y + 30)
        )
    if node.result:
        inner += f'<text class="name" x="{x:.0f}" y="{y - 22:.0f}">{named(node.result, kind)}</text>'
    if node.result in kind.states:
        inner += leaves(node.result == kind.states[0], x, y)
    return f'<g class="part node"{part(gate, roles, state)} data-says="{says(term, node, kind)}">{inner}</g>'


def leaves(last: bool, x: float, y: float) -> str:
    """A new state goes to the next step: straight on where nothing else reads it, else downwards."""
    if last:
        path, head, at = (
            f"M{x + 17:.0f} {y:.0f}h22",
            f"M{x + 46:.0f} {y:.0f}l-8 -4v8z",
            f'x="{x + 50:.0f}" y="{y + 4:.0f}"',
        )
    else:
        path, head, at = (
            f"M{x:.0f} {y + 36:.0f}v16",
            f"M{x:.0f} {y + 58:.0f}l-4 -8h8z",
            f'x="{x + 8:.0f}" y="{y + 56:.0f}"',
        )
    return (
        f'<path class="line" d="{path}"/><path class="head" d="{head}"/><text class="next" {at}>next</text>'
    )


def number(order: int, value: float, x: float, y: float) -> str:
    """A node's number, which the script changes with the step and the unit."""
    return f'<text class="value" data-node="{order}" x="{x:.0f}" y="{y:.0f}">{value:.3f}</text>'


def says(term: Term, node: Node, kind: Cell) -> str:
    """What a screen reader is told of a node."""
    words = {
        "x": "input's share",
        "recur": "state's share",
        "name": "state",
        "+": "sum",
        "*": "product",
        "-": "1 minus",
    }
    said = words.get(term.op, term.op)
    return f"{said}, gives {kind.letters.get(node.result, node.result)}[t]" if node.result else said


def box(
    term: Term,
    kind: Cell,
    layer: Layer,
    x: float,
    y: float,
    gate: str | None,
    biased: bool,
    order: int,
    value: float,
) -> str:
    """A block of an array with what it multiplies, its columns and its number; or a state."""
    width, tall = BOXES[term.op] * UNIT, 40
    dark = " dark" if gate else ""
    frame = (
        f'<rect x="{x - width / 2:.0f}" y="{y - tall / 2:.0f}" width="{width:.0f}" height="{tall}" rx="6" '
        f'style="fill:{colour(gate)}"/>'
    )
    by_wire = term.op == "recur" and inputs(term)  # which is a dot in the formula
    shown = Term("recur", (term.args[0], Term("name", ("•",)))) if by_wire else term
    formula = subscripts(write(shown, LATEX, {}, kind.letters, biased))
    if term.op == "name":
        return f'{frame}<text class="sign" x="{x:.0f}" y="{y - 2:.0f}">{formula}</text>' + number(
            order, value, x, y + 14
        )
    weight = layer.weights[0 if term.op == "x" else 1]
    return (
        f'{frame}<text class="sign{dark}" x="{x:.0f}" y="{y - 3:.0f}">{formula}</text>'
        f'<text class="slice{dark}" x="{x - width / 2 + 7:.0f}" y="{y + 14:.0f}">{slice_text(weight, term.args[0])}</text>'
        + number(order, value, x + width / 2 - 7, y + 14).replace('class="value"', f'class="value end{dark}"')
    )


def subscripts(text: str) -> str:
    """`x_t W_{i}` as SVG sets it."""
    plain = text.replace(r"\;", "").replace(r"\odot", "⊙")
    return re.sub(
        r"_\{?([^ {}]+)\}?", r'<tspan dy="3" font-size="72%">\1</tspan><tspan dy="-3">&#8203;</tspan>', plain
    )


def named(result: str, kind: Cell) -> str:
    """`f_t forget gate`."""
    letter = f"{kind.letters.get(result, result)}_t"
    words = GATE_MEANING[result].split(":")[0] if result in kind.gates else ""
    return f"{subscripts(letter)} {words}".strip()


# ---------------------------------------------------------------- the equations


def sub(letter: str, below: str, attributes: str = "") -> str:
    """A letter with something below it; with attributes, a part that can be pointed at."""
    return f"<msub{attributes}><mi>{letter}</mi>{below}</msub>"


def block(letter: str, role: str) -> str:
    """`W_f`; the gate is filled in by the notation, its letter afterwards."""
    return sub(letter, "<mi>@{0}@</mi>", f' class="part" data-gate="{{0}}" data-role="{role}"')


def mathml_name(name: str) -> str:
    """`h[t-1]`, or the left side of an equation: a gate's or a state's."""
    what, when = name[:-1].split("[")
    below = "<mi>t</mi>" if when == "t" else "<mrow><mi>t</mi><mo>-</mo><mn>1</mn></mrow>"
    attributes = part(what) if what in GATE_MEANING else part(state=what)
    return sub(f"@{what}@", below, f' class="part"{attributes}')


X = sub("x", "<mi>t</mi>")
PLUS, TIMES = "<mo>+</mo>", "<mo>⊙</mo>"
MATHML = Notation(
    {
        "+": f"{{}}{PLUS}{{}}",
        "*": f"{{}}{TIMES}{{}}",
        "-": "<mo>(</mo><mn>{}</mn><mo>-</mo>{}<mo>)</mo>",
        "sigmoid": '<mi>σ</mi><mo stretchy="false">(</mo>{}<mo stretchy="false">)</mo>',
        "tanh": '<mi>tanh</mi><mo stretchy="false">(</mo>{}<mo stretchy="false">)</mo>',
        "x": f"{X}{block('W', 'kernel')}{PLUS}{block('b', 'bias')}",
        "recur": f"{{1}}{block('U', 'recurrent_kernel')}",
        "recur+": f"{{1}}{block('U', 'recurrent_kernel')}{PLUS}{block('v', 'recurrent_bias')}",
        "group": '<mo stretchy="false">(</mo>{}<mo stretchy="false">)</mo>',
    },
    mathml_name,
)


def equations_html(kind: Cell, options: Mapping[str, Any]) -> str:
    """A line each, from the cell's own step function."""
    lines = equations(kind._replace(letters={}), MATHML, **options)
    drawn = "".join(f'<p><math display="inline">{left}<mo>=</mo>{right}</math></p>' for left, right in lines)
    return re.sub(r"@(\w+)@", lambda name: kind.letters.get(name[1], name[1]), drawn)


# ---------------------------------------------------------------- the arrays


def pieces(weight: Weight) -> Iterator[tuple[str, str, int, int]]:
    """(role, gate, row, rows): the rows of an array that have a role of their own; all of them, nearly always."""
    roles = weight.parts or (weight.role,)
    tall = 1 if len(weight.shape) == 1 or weight.parts else weight.shape[0]
    for row, role in enumerate(roles):
        for gate in weight.gates or {"": []}:
            yield role, gate, row * tall, tall


def code_of(weight: Weight, role: str, gate: str) -> str:
    """What one types to get at a gate's block: `get_weights()[1][:, 20:40]`."""
    cut = slice_text(weight, gate)
    if weight.parts:
        cut = cut.replace(":", str(weight.parts.index(role)), 1)
    return f"get_weights()[{weight.index}]{cut}"


def array_svg(weight: Weight, scale: float) -> str:
    """One array to scale, gate by gate, with a line at the first unit's column."""
    wide = weight.shape[-1] * scale
    tall = max(16, scale) if len(weight.shape) == 1 or weight.parts else max(16, weight.shape[0] * scale)
    step = tall / (weight.shape[0] if len(weight.shape) == 2 and not weight.parts else 1)
    high = tall * max(1, len(weight.parts))
    drawn = []
    for role, gate, row, rows in pieces(weight):
        start, stop = weight.gates[gate][0] if gate else (0, weight.shape[-1])
        x, y, w, h = start * scale, row * step, (stop - start) * scale, rows * step
        words = f"{role} of the {gate}" if gate else role
        label = (
            f'<text class="dark" x="{x + w / 2:.1f}" y="{y + h / 2 + 4:.1f}">{gate}</text>' if h >= 16 else ""
        )
        drawn.append(
            f'<g class="part block"{part(gate, (role,))} data-says="{words}">'
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" style="fill:{colour(gate)}"/>'
            f'<path class="unit" d="M{x + scale / 2:.1f} {y:.1f}v{h:.1f}"/>{label}</g>'
        )
    cuts = ", ".join(f"{gate} {slice_text(weight, gate)}" for gate in weight.gates)
    title = f"{weight.role}, {' by '.join(map(str, weight.shape))}: {cuts}"
    return (
        f"<figure><figcaption><code>get_weights()[{weight.index}]</code> {escape(weight.role)} "
        f"<code>{shape_text(weight.shape)}</code></figcaption>"
        f'<svg class="linked-array" role="img" width="{wide + 2:.0f}" height="{high + 2:.0f}" '
        f'viewBox="-1 -1 {wide + 2:.0f} {high + 2:.0f}" data-scale="{scale:.3f}"><title>{escape(title)}</title>'
        f"{''.join(drawn)}</svg></figure>"
    )


def arrays_html(layer: Layer) -> str:
    """All arrays of a layer, to one scale."""
    scale = 230 / max(size for weight in layer.weights for size in weight.shape)
    return "".join(array_svg(weight, scale) for weight in layer.weights)
