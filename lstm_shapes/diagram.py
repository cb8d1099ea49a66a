"""Nodes and wires of one step, from the cell's own step function; where they stand on a sheet.

No picture yet: `plot.py` draws it, and whoever wants another drawing has the same nodes and wires.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from lstm_shapes.cells import CELLS, Cell
from lstm_shapes.equations import Term, trace


@dataclass(frozen=True)
class Node:
    """A gate, an operation or a value, and its place: `x` by depth, `y` upwards."""

    key: str
    text: str
    gate: str | None = None
    op: bool = False
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True)
class Diagram:
    """All nodes by key, and the wires between them."""

    nodes: dict[str, Node]
    wires: tuple[tuple[str, str], ...]


def diagram(cell: str, **options: Any) -> Diagram:
    """The diagram of a cell's step.

    >>> found = diagram("lstm")
    >>> [node.text for node in found.nodes.values() if node.gate]
    ['sigmoid', 'sigmoid', 'tanh', 'sigmoid']
    >>> ("forget", "c: *") in found.wires          # the forget gate multiplies the old cell state
    True
    """
    nodes, wires = _graph(CELLS[cell], options)
    return Diagram(_placed(nodes, wires, CELLS[cell]), tuple(wires))


def _graph(cell: Cell, options: dict[str, Any]) -> tuple[dict[str, Node], list[tuple[str, str]]]:
    """Gates stay whole; what happens to a state after them is taken apart."""
    nodes = {"x[t]": Node("x[t]", "x[t]")}
    nodes |= {f"{state}[t-1]": Node(f"{state}[t-1]", f"{state}[t-1]") for state in cell.states}
    wires: list[tuple[str, str]] = []
    known: dict[Term, str] = {}
    gates = cell.gates or ("h",)
    for result, term in trace(cell, **{**cell.options, **options}).items():
        if result in gates:
            nodes[result] = Node(result, term.op, gate=result)
            wires += [(leaf, result) for leaf in _leaves(term, known)]
            known[term] = result
        else:
            top = _operation(term, result, nodes, wires, known)
            known[term] = top
        if result in cell.states:
            nodes[f"{result}[t]"] = Node(f"{result}[t]", f"{result}[t]")
            wires.append((known[term], f"{result}[t]"))
    return nodes, list(dict.fromkeys(wires))


def _leaves(term: Any, known: dict[Term, str]) -> list[str]:
    """What a gate reads: values by name, each once."""
    if not isinstance(term, Term):
        return []
    if term in known:
        return [known[term]]
    if term.op == "name":
        return [term.args[0]]
    found = ["x[t]"] if term.op == "x" else []
    for part in term.args:
        found += _leaves(part, known)
    return list(dict.fromkeys(found))


def _operation(
    term: Any, result: str, nodes: dict[str, Node], wires: list[tuple[str, str]], known: dict[Term, str]
) -> str:
    """The node of an operation and, first, those of its parts; returns its key."""
    if term in known:
        return known[term]
    if term.op == "name":
        return str(term.args[0])
    parts = [_operation(part, result, nodes, wires, known) for part in term.args if isinstance(part, Term)]
    key = f"{result}: {term.op}"
    while key in nodes:
        key += "'"
    nodes[key] = Node(key, term.op, op=True)
    wires += [(part, key) for part in parts]
    return key


def _placed(nodes: dict[str, Node], wires: list[tuple[str, str]], cell: Cell) -> dict[str, Node]:
    """Columns by the longest way from the inputs; gates one under another; the rest between what it reads."""
    sources = {key: [a for a, b in wires if b == key] for key in nodes}
    depth: dict[str, int] = {}
    height: dict[str, float] = {}
    gates = [key for key, node in nodes.items() if node.gate]
    for key, node in nodes.items():  # the order of the computation: sources come first
        before = [depth[one] for one in sources[key]]
        depth[key] = max(before) + 1 if before else 0
        if node.gate:
            height[key] = float(len(gates) - 1 - gates.index(key))
    starts = [key for key in nodes if not sources[key]]
    for place, key in enumerate(starts):
        height[key] = place * (len(gates) + 0.3) / max(len(starts) - 1, 1) - 0.25
    for key in nodes:
        if key not in height:
            mean = sum(height[one] for one in sources[key]) / len(sources[key])
            taken = [height[one] for one in height if depth[one] == depth[key]]
            while any(abs(mean - other) < 0.55 for other in taken):
                mean += 0.6
            height[key] = mean
    last = max(depth.values())
    column = {key: last if key.endswith("[t]") and sources[key] else depth[key] for key in nodes}
    return {key: replace(node, x=1.25 * column[key], y=0.8 * height[key]) for key, node in nodes.items()}
