"""Real numbers for the linked picture: a seeded Keras layer, its trace, and every node of the diagram at every step.

Gates and states are `lstm_shapes.trace`'s.  What stands between them (the two products, their sum) is the same step,
evaluated node by node; where the two meet they must agree, or the page is not built.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lstm_shapes import UsageError, trace
from lstm_shapes.cells import CELLS
from lstm_shapes.checks import make
from lstm_shapes.diagram import Diagram
from lstm_shapes.equations import Term
from lstm_shapes.layer import Layer
from lstm_shapes.reference import biases, by_gate, sigmoid

Array = np.ndarray[Any, np.dtype[Any]]
SEED, STEPS, CLOSE = 1997, 6, 1e-5


@dataclass(frozen=True)
class Numbers:
    """Node -> (step, unit), for one example of a seeded layer."""

    nodes: dict[Term, Array]
    trace: Any  # what lstm_shapes.trace gave, of one direction and one example


def numbers(layer: Layer, drawn: Diagram, cell: str) -> Numbers:
    """Run a real layer of these sizes and evaluate its diagram."""
    weights, x, found = traced(layer)
    kept = found.isel(direction=0, batch=0)
    x_share, u_share = shares(layer, weights)
    states = {name: np.vstack([np.zeros(layer.units), kept[name].values[:-1]]) for name in CELLS[cell].states}

    def of(term: Any) -> Any:
        if not isinstance(term, Term):
            return term
        if term.op == "x":
            return x_share(term.args[0], x)
        if term.op == "recur":
            return u_share(term.args[0], of(term.args[1]))
        if term.op == "name":
            return states[term.args[0].removesuffix("[t-1]")]
        return DO[term.op](*map(of, term.args))

    nodes = {term: of(term) for term in drawn.nodes}
    for term, node in drawn.nodes.items():
        agree(node.result, nodes[term], kept)
    return Numbers(nodes, kept)


DO = {
    "+": lambda a, b: a + b,
    "*": lambda a, b: a * b,
    "-": lambda a, b: a - b,
    "sigmoid": sigmoid,
    "tanh": np.tanh,
}


def agree(result: str | None, computed: Array, kept: Any) -> None:
    """Raise where a node that the trace knows has another number there."""
    if result is None:
        return
    known = kept[result] if result in ("h", "c") else kept.activation.sel(gate=result)
    if not np.allclose(computed, known.values, atol=CLOSE):
        raise UsageError(f"the diagram computes another {result} than the trace does")


def traced(layer: Layer) -> tuple[list[Array], Array, Any]:
    """A seeded Keras layer's arrays, what it reads, and its trace."""
    import keras

    keras.utils.set_random_seed(SEED)
    real = make(keras, layer)
    x = np.random.default_rng(SEED).normal(size=(1, STEPS, layer.input_dim)).astype("float32")
    real(x)
    return real.get_weights(), x[0], trace(real, x)


def shares(layer: Layer, weights: list[Array]) -> tuple[Any, Any]:
    """The input's share of a gate, and the state's: a block of each array, cut as the explanation says."""
    kernel, recurrent, *rest = zip(layer.weights, weights, strict=True)
    by_kernel, by_recurrent = by_gate(*kernel), by_gate(*recurrent)
    bias, recurrent_bias = biases(rest[0] if rest else None, by_kernel)

    def x_share(gate: str, x: Array) -> Array:
        return x @ by_kernel[gate] + bias[gate]

    def u_share(gate: str, h: Array) -> Array:
        return h @ by_recurrent[gate] + recurrent_bias[gate]

    return x_share, u_share
