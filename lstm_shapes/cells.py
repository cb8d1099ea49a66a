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
    x: Mapping[str, Any],
    states: tuple[Any, Any],
    recur: Any,
    sigmoid: Any,
    tanh: Any,
    *,
    forget_add: float = 0,
    peep: Any = None,
    output_peephole: str = "new",
    project: Any = None,
) -> dict[str, Any]:
    """One step of an LSTM.  Source: Hochreiter & Schmidhuber 1997; Gers et al. 2000 (the forget gate), 2002 (peepholes);
    Sak et al. 2014 (projection); keras/src/layers/rnn/lstm.py, LSTMCell.call, Keras 3.15.1.

    `forget_add` is added to the forget gate on every step and stored nowhere (TensorFlow 1, Haiku).  `peep(gate, c)`:
    the cell state's share of a gate; the output gate sees the new state, or has it `added_after_activation` (Lasagne).
    `project(h)`: the hidden state made smaller before it is handed on.
    """
    h, c = states
    i, f = x["input"] + recur("input", h), x["forget"] + recur("forget", h)
    o = x["output"] + recur("output", h)
    if peep:
        i, f = i + peep("input", c), f + peep("forget", c)
    i, f = sigmoid(i), sigmoid(f + forget_add if forget_add else f)
    g = tanh(x["cell"] + recur("cell", h))
    c = f * c + i * g
    if peep and output_peephole == "new":
        o = o + peep("output", c)
    o = sigmoid(o)
    if peep and output_peephole == "added_after_activation":
        o = o + peep("output", c)
    h = o * tanh(c)
    h = project(h) if project else h
    return {"input": i, "forget": f, "cell": g, "output": o, "c": c, "h": h}


def gru(
    x: Mapping[str, Any],
    states: tuple[Any],
    recur: Any,
    sigmoid: Any,
    tanh: Any,
    reset_after: bool = True,
    update: str = "keep",
) -> dict[str, Any]:
    """One step of a GRU.  Source: Cho et al. 2014, arXiv 1406.1078v3 (before) and v1 (after); keras/src/layers/rnn/gru.py,
    GRUCell.call, Keras 3.15.1.

    `reset_after` applies the reset gate after the matrix product, as cuDNN does.  `update`: how much of the old state the
    update gate lets the cell `keep`, or of the candidate `take` (Haiku, Sonnet, Chainer).
    """
    (h,) = states
    z = sigmoid(x["update"] + recur("update", h))
    r = sigmoid(x["reset"] + recur("reset", h))
    g = tanh(x["candidate"] + (r * recur("candidate", h) if reset_after else recur("candidate", r * h)))
    h = z * h + (1 - z) * g if update == "keep" else (1 - z) * h + z * g
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


def cell_of(title: str) -> str | None:
    """The key of the cell that a framework's word for it names.

    >>> cell_of("CuDNNLSTM"), cell_of("StatefulGRU"), cell_of("VanillaRNN"), cell_of("Dense")
    ('lstm', 'gru', 'simple_rnn', None)
    """
    return next((key for key, cell in CELLS.items() if cell.name.removeprefix("Simple") in title), None)


GATE_MEANING = {
    "input": "input gate: how much of the candidate is written",
    "forget": "forget gate: how much of the old cell state is kept",
    "cell": "cell candidate: what may be written (tanh, not a gate in the strict sense)",
    "output": "output gate: how much of the cell state is shown",
    "update": "update gate: how much of the old state is kept",
    "reset": "reset gate: how much of the old state the candidate sees",
    "candidate": "candidate: the new state proposed (tanh, not a gate in the strict sense)",
    "recurrent_candidate": "no gate: the candidate's bias on the state's side, inside the reset product",
}
