"""A cell's step, written down instead of computed: plain text, LaTeX, and the nodes and wires of a diagram.

`Term`s go through the step function of `cells.py` and remember what was done to them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lstm_shapes.cells import CELLS, Cell

__all__ = ["CELLS", "LATEX", "PLAIN", "Notation", "Term", "equations", "plain", "trace", "write"]


@dataclass(frozen=True)
class Term:
    """A value that remembers what was done to it.

    >>> a, b = Term("name", ("a",)), Term("name", ("b",))
    >>> plain(a * b + sigmoid_of(a))
    'a * b + sigmoid(a)'
    """

    op: str
    args: tuple[Any, ...]

    def __add__(self, other: Any) -> Term:
        return Term("+", (self, other))

    def __mul__(self, other: Any) -> Term:
        return Term("*", (self, other))

    def __rsub__(self, other: Any) -> Term:
        return Term("-", (other, self))


def sigmoid_of(term: Any) -> Term:
    """The sigmoid of a term, not computed but written down."""
    return Term("sigmoid", (term,))


def tanh_of(term: Any) -> Term:
    """The hyperbolic tangent of a term, written down."""
    return Term("tanh", (term,))


def trace(cell: Cell, **options: Any) -> dict[str, Term]:
    """The step of `cell`, written down: result name -> Term.

    >>> list(trace(CELLS["gru"]))
    ['update', 'reset', 'candidate', 'h']
    """
    x = {gate: Term("x", (gate,)) for gate in cell.gates or ("unit",)}
    states = tuple(Term("name", (f"{state}[t-1]",)) for state in cell.states)
    step: dict[str, Term] = cell.step(
        x, states, lambda gate, h: Term("recur", (gate, h)), sigmoid_of, tanh_of, **options
    )
    return step


@dataclass(frozen=True)
class Notation:
    """How a term is written: one template an operation.  Plain text and LaTeX are two of these."""

    templates: Mapping[str, str]
    name: Callable[[str], str] = str


PLAIN = Notation(
    {
        "+": "{} + {}",
        "*": "{} * {}",
        "-": "({} - {})",
        "sigmoid": "sigmoid({})",
        "tanh": "tanh({})",
        "x": "x[t] @ W_{0} + b_{0}",
        "recur": "{1} @ U_{0}",
        "recur+": "{1} @ U_{0} + v_{0}",
        "group": "({})",
    }
)


def _latex_name(name: str) -> str:
    return name.replace("[t-1]", "_{t-1}").replace("[t]", "_t")


LATEX = Notation(
    {
        "+": "{} + {}",
        "*": r"{} \odot {}",
        "-": r"({} - {})",
        "sigmoid": r"\sigma({})",
        "tanh": r"\tanh({})",
        "x": r"x_t W_{{{0}}} + b_{{{0}}}",
        "recur": r"{1} U_{{{0}}}",
        "recur+": r"{1} U_{{{0}}} + v_{{{0}}}",
        "group": r"({})",
    },
    _latex_name,
)


def plain(term: Any) -> str:
    """A term as plain text, NumPy's way: `*` goes element by element, `@` is the matrix product."""
    return write(term, PLAIN, {}, {}, False)


def write(
    term: Any, how: Notation, known: Mapping[Term, str], letters: Mapping[str, str], biased: bool
) -> str:
    """`term` in the notation `how`; terms in `known` are written by their names.

    `biased`: the recurrent product has a bias of its own (`reset_after`).
    """

    def inner(part: Any) -> str:
        return write(part, how, known, letters, biased)

    def factor(part: Any) -> str:
        is_sum = isinstance(part, Term) and (part.op == "+" or (part.op == "recur" and biased))
        return how.templates["group"].format(inner(part)) if is_sum and part not in known else inner(part)

    if not isinstance(term, Term):
        return str(term)
    if term in known:
        return known[term]
    if term.op == "name":
        return how.name(term.args[0])
    if term.op in ("x", "recur"):
        gate, *rest = term.args
        template = how.templates["recur+" if term.op == "recur" and biased else term.op]
        letter = letters.get(gate, gate)
        return template.format(
            letter, *(how.templates["group"].format(inner(r)) if r.op == "*" else inner(r) for r in rest)
        )
    parts = factor if term.op == "*" else inner
    return how.templates[term.op].format(*map(parts, term.args))


def equations(cell: Cell, how: Notation = PLAIN, **options: Any) -> list[tuple[str, str]]:
    """The step as lines `(left side, right side)`, in the order in which it is computed.

    >>> for left, right in equations(CELLS["lstm"]):
    ...     print(left, "=", right)
    i[t] = sigmoid(x[t] @ W_i + b_i + h[t-1] @ U_i)
    f[t] = sigmoid(x[t] @ W_f + b_f + h[t-1] @ U_f)
    g[t] = tanh(x[t] @ W_g + b_g + h[t-1] @ U_g)
    o[t] = sigmoid(x[t] @ W_o + b_o + h[t-1] @ U_o)
    c[t] = f[t] * c[t-1] + i[t] * g[t]
    h[t] = o[t] * tanh(c[t])
    """
    options = {**cell.options, **options}
    known: dict[Term, str] = {}
    lines = []
    for result, term in trace(cell, **options).items():
        left = how.name(f"{cell.letters.get(result, result)}[t]")
        lines.append((left, write(term, how, known, cell.letters, bool(options.get("reset_after")))))
        known[term] = left
    return lines
