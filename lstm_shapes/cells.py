"""What a cell computes: one step function each, read three ways.

Arrays in: the step is computed (`reference.py`).  SymPy symbols in: it is the equation.  `Term`s in, which
remember what was done to them: it is the LaTeX, the plain text and the diagram's nodes and wires.
So the numbers, the formula and the picture cannot disagree.

A step takes `x[gate]`, the input's share of each gate (`x @ kernel + bias`), the states, and
`recur(gate, h)`, the state's share (`h @ recurrent_kernel`, plus the recurrent bias where there is one).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Step = Callable[..., dict[str, Any]]


def lstm(
    x: Mapping[str, Any], states: tuple[Any, Any], recur: Any, sigmoid: Any, tanh: Any
) -> dict[str, Any]:
    """One step of an LSTM.  Source: Hochreiter & Schmidhuber 1997; Gers et al. 2000 (the forget gate);
    keras/src/layers/rnn/lstm.py, LSTMCell.call, Keras 3.15.1."""
    h, c = states
    i = sigmoid(x["input"] + recur("input", h))
    f = sigmoid(x["forget"] + recur("forget", h))
    g = tanh(x["cell"] + recur("cell", h))
    o = sigmoid(x["output"] + recur("output", h))
    c = f * c + i * g
    h = o * tanh(c)
    return {"input": i, "forget": f, "cell": g, "output": o, "c": c, "h": h}


def gru(
    x: Mapping[str, Any], states: tuple[Any], recur: Any, sigmoid: Any, tanh: Any, reset_after: bool = True
) -> dict[str, Any]:
    """One step of a GRU.  `reset_after` applies the reset gate after the matrix product, as cuDNN does.
    Source: Cho et al. 2014, arXiv 1406.1078v3 (before) and v1 (after); keras/src/layers/rnn/gru.py, GRUCell.call,
    Keras 3.15.1."""
    (h,) = states
    z = sigmoid(x["update"] + recur("update", h))
    r = sigmoid(x["reset"] + recur("reset", h))
    g = tanh(x["candidate"] + (r * recur("candidate", h) if reset_after else recur("candidate", r * h)))
    h = z * h + (1 - z) * g
    return {"update": z, "reset": r, "candidate": g, "h": h}


def simple_rnn(
    x: Mapping[str, Any], states: tuple[Any], recur: Any, sigmoid: Any, tanh: Any
) -> dict[str, Any]:
    """One step of Elman's network.  Source: Elman 1990; keras/src/layers/rnn/simple_rnn.py, Keras 3.15.1."""
    (h,) = states
    h = tanh(x["unit"] + recur("unit", h))
    return {"h": h}


@dataclass(frozen=True)
class Cell:
    """What the equations need to know of a cell, whoever stores it."""

    name: str  # as frameworks write it: "LSTM"
    gates: tuple[str, ...]  # the canonical order of the names; each layout has an order of its own
    states: tuple[str, ...]
    step: Step
    letters: Mapping[str, str]  # gate -> the letter in the equations
    squash: Mapping[str, str]  # gate -> the activation it goes through
    options: Mapping[str, Any] = field(default_factory=dict)  # of the step, with their defaults


CELLS = {
    "lstm": Cell(
        "LSTM",
        ("input", "forget", "cell", "output"),
        ("h", "c"),
        lstm,
        {"input": "i", "forget": "f", "cell": "g", "output": "o"},
        {"input": "sigmoid", "forget": "sigmoid", "cell": "tanh", "output": "sigmoid"},
    ),
    "gru": Cell(
        "GRU",
        ("update", "reset", "candidate"),
        ("h",),
        gru,
        {"update": "z", "reset": "r", "candidate": "g"},
        {"update": "sigmoid", "reset": "sigmoid", "candidate": "tanh"},
        {"reset_after": True},
    ),
    "simple_rnn": Cell("SimpleRNN", (), ("h",), simple_rnn, {"unit": "h"}, {"unit": "tanh"}),
}

GATE_MEANING = {
    "input": "input gate: how much of the candidate is written",
    "forget": "forget gate: how much of the old cell state is kept",
    "cell": "cell candidate: what may be written (tanh, not a gate in the strict sense)",
    "output": "output gate: how much of the cell state is shown",
    "update": "update gate: how much of the old state is kept",
    "reset": "reset gate: how much of the old state the candidate sees",
    "candidate": "candidate: the new state proposed (tanh, not a gate in the strict sense)",
}


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
    return cell.step(x, states, lambda gate, h: Term("recur", (gate, h)), sigmoid_of, tanh_of, **options)


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
