"""What a cell computes: one step function each, read three ways.

Arrays in: the step is computed (`reference.py`).  SymPy symbols in: it is the equation.  `Term`s in, which
remember what was done to them: it is the LaTeX, the plain text and the diagram's nodes and wires (`equations.py`).
So the numbers, the formula and the picture cannot disagree.

A step takes `x[gate]`, the input's share of each gate (`x @ kernel + bias`), the states, and
`recur(gate, h)`, the state's share (`h @ recurrent_kernel`, plus the recurrent bias where there is one).
"""

from __future__ import annotations

from collections import namedtuple

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    Step = Callable[..., dict[str, Any]]


def lstm(
    x: Mapping[str, Any], states: tuple[Any, Any], recur: Any, sigmoid: Any, tanh: Any
) -> dict[str, Any]:
    """One step of an LSTM.  Source: Hochreiter & Schmidhuber 1997; Gers et al. 2000 (the forget gate);
    keras/src/layers/rnn/lstm.py, LSTMCell.call, Keras 3.15.1.
    """
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
    Keras 3.15.1.
    """
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


# What the equations need to know of a cell, whoever stores it.
Cell = namedtuple(
    "Cell",
    "name "  # as frameworks write it: "LSTM"
    "gates "  # the canonical order of the names; each layout has an order of its own
    "states "
    "step "
    "letters "  # gate -> the letter in the equations
    "squash "  # gate -> the activation it goes through
    "options",  # of the step, with their defaults
    defaults=({},),
)

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
