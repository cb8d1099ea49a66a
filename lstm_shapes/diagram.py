"""Nodes and wires of one step, from the cell's own step function; where they stand on a sheet.

No picture yet: `plot.py` draws it, and whoever wants another drawing has the same nodes and wires.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, pairwise
from typing import Any

from lstm_shapes.cells import Cell
from lstm_shapes.equations import Term, trace

APART = 1.0  # rows between two nodes of one column


@dataclass(frozen=True)
class Node:
    """A term of the step and its place: columns count from the left, rows from the top."""

    term: Term
    result: str | None  # the name of the result that this term is
    column: int
    row: float


@dataclass(frozen=True)
class Diagram:
    """All nodes by their term, what they read before them, and the wires between them."""

    nodes: dict[Term, Node]
    wires: tuple[tuple[Term, Term], ...]


def diagram(cell: Cell, **options: Any) -> Diagram:
    """The diagram of a cell's step.

    >>> from lstm_shapes.cells import CELLS
    >>> found = diagram(CELLS["lstm"])
    >>> [node.result for node in found.nodes.values() if node.result]
    ['output', 'forget', 'input', 'cell', 'c', 'h']
    >>> [(start.op, end.op) for start, end in found.wires][-2:]     # h is the output gate times tanh(c)
    [('sigmoid', '*'), ('tanh', '*')]
    """
    results = trace(cell, **{**cell.options, **options})
    names = {term: name for name, term in results.items()}
    terms = list(dict.fromkeys(_below(results[cell.states[0]])))
    columns, rows = _columns(terms), _rows(terms)
    _spread(rows, columns)
    nodes = {term: Node(term, names.get(term), columns[term], rows[term]) for term in terms}
    return Diagram(nodes, tuple((one, term) for term in terms for one in inputs(term)))


def inputs(term: Term) -> tuple[Term, ...]:
    """The terms whose wires run into `term`, states first.

    A state that meets a matrix is written in the matrix's box; any other reader has a copy of its own.

    >>> h, z = Term("name", ("h[t-1]",)), Term("x", ("update",))
    >>> inputs(Term("recur", ("update", h)))
    ()
    >>> [one.args[0] for one in inputs(z * h)]
    ['h[t-1]', 'update']
    """
    terms = [one for one in term.args if isinstance(one, Term)]
    if term.op == "recur" and terms[0].op == "name":
        return ()
    if term.op == "name":
        return ()
    own = [Term("name", (one.args[0], term)) for one in terms if one.op == "name"]
    return (*own, *(one for one in terms if one.op != "name"))


def column_middles(drawn: Diagram, width: Callable[[Term], float], gap: float) -> list[float]:
    """The middle of each column, which is as wide as its widest node, with `gap` between two.

    >>> from lstm_shapes.cells import CELLS
    >>> column_middles(diagram(CELLS["simple_rnn"]), lambda term: 2, 1)
    [1.0, 4.0, 7.0]
    """
    columns: dict[int, float] = {}
    for node in drawn.nodes.values():
        columns[node.column] = max(columns.get(node.column, 0), width(node.term))
    widths = [columns[i] for i in sorted(columns)]
    return [sum(widths[:i]) + i * gap + wide / 2 for i, wide in enumerate(widths)]


def _below(term: Term) -> Iterator[Term]:
    """All terms that `term` is made of, and `term` itself at the end."""
    for one in inputs(term):
        yield from _below(one)
    yield term


def _columns(terms: list[Term]) -> dict[Term, int]:
    """One more than the deepest input; a state stands just before its reader."""
    columns: dict[Term, int] = {}
    for term in terms:
        columns[term] = 1 + max((columns[one] for one in inputs(term)), default=-1)
    for state in (term for term in terms if term.op == "name"):
        columns[state] = columns[state.args[1]] - 1
    return columns


def _rows(terms: list[Term]) -> dict[Term, float]:
    """Each leaf has a row of its own; every other node stands in the middle of what it reads."""
    rows: dict[Term, float] = {}
    free = count()
    for term in terms:
        places = [rows[one] for one in inputs(term)]
        rows[term] = sum(places) / len(places) if places else next(free)
    return rows


def _spread(rows: dict[Term, float], columns: dict[Term, int]) -> None:
    """Push nodes of one column down until none touches another."""
    for column in set(columns.values()):
        here = sorted((term for term in rows if columns[term] == column), key=rows.__getitem__)
        for upper, lower in pairwise(here):
            rows[lower] = max(rows[lower], rows[upper] + APART)
