"""Keras's activations in NumPy, by Keras's names; each is held against Keras in tests/test_traces.py.

Source: keras/src/activations/activations.py, Keras 3.15.1; tf_keras/src/activations.py, 2.21.0, for Keras 2.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from lstm_shapes.compute import did_you_mean
from lstm_shapes.layer import UsageError

Array = np.ndarray[Any, np.dtype[Any]]
Activation = Callable[[Array], Array]

SELU = 1.0507009873554805, 1.6732632423543772  # scale, alpha


def sigmoid(a: Array) -> Array:
    """The logistic function, without overflow."""
    found: Array = 0.5 * (1 + np.tanh(0.5 * a))
    return found


def softplus(a: Array) -> Array:
    """`log(1 + exp(a))`, without overflow."""
    found: Array = np.logaddexp(a, a.dtype.type(0))
    return found


def elu(a: Array) -> Array:
    """`a` above 0, `exp(a) - 1` below."""
    return np.where(a > 0, a, np.expm1(np.minimum(a, 0)))


def softmax(a: Array) -> Array:
    """Over the units of a layer, which sum to 1."""
    powers = np.exp(a - a.max(axis=-1, keepdims=True))
    found: Array = powers / powers.sum(axis=-1, keepdims=True)
    return found


def log_softmax(a: Array) -> Array:
    """Its logarithm, without underflow."""
    low = a - a.max(axis=-1, keepdims=True)
    found: Array = low - np.log(np.exp(low).sum(axis=-1, keepdims=True))
    return found


def gelu(a: Array) -> Array:
    """`a` times the probability that a normal number is below it."""
    erf = np.vectorize(math.erf, otypes=[a.dtype])
    found: Array = 0.5 * a * (1 + erf(a / math.sqrt(2)))
    return found


def _shrink(a: Array) -> Array:
    return np.sign(a) * np.maximum(np.abs(a) - 0.5, 0)


def _sparse_plus(a: Array) -> Array:
    return np.where(a <= -1, 0, np.where(a < 1, 0.25 * (a + 1) ** 2, a))


ACTIVATIONS: dict[str, Activation] = {
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "linear": lambda a: a,
    "relu": lambda a: np.maximum(a, 0),
    "relu6": lambda a: np.clip(a, 0, 6),
    "leaky_relu": lambda a: np.where(a > 0, a, 0.2 * a),
    "elu": elu,
    "celu": elu,
    "selu": lambda a: SELU[0] * np.where(a > 0, a, SELU[1] * np.expm1(np.minimum(a, 0))),
    "gelu": gelu,
    "silu": lambda a: a * sigmoid(a),
    "swish": lambda a: a * sigmoid(a),
    "mish": lambda a: a * np.tanh(softplus(a)),
    "exponential": np.exp,
    "softplus": softplus,
    "softsign": lambda a: a / (1 + np.abs(a)),
    "softmax": softmax,
    "log_softmax": log_softmax,
    "log_sigmoid": lambda a: -softplus(-a),
    "squareplus": lambda a: 0.5 * (a + np.sqrt(a * a + 4)),
    "hard_sigmoid": lambda a: np.clip(a / 6 + 0.5, 0, 1),
    "hard_silu": lambda a: a * np.clip(a / 6 + 0.5, 0, 1),
    "hard_swish": lambda a: a * np.clip(a / 6 + 0.5, 0, 1),
    "hard_tanh": lambda a: np.clip(a, -1, 1),
    "hard_shrink": lambda a: np.where(np.abs(a) > 0.5, a, 0),
    "soft_shrink": _shrink,
    "tanh_shrink": lambda a: a - np.tanh(a),
    "sparse_plus": _sparse_plus,
    "sparse_sigmoid": lambda a: np.clip(0.5 * (a + 1), 0, 1),
}
OLD: dict[str, Activation] = {
    "hard_sigmoid": lambda a: np.clip(0.2 * a + 0.5, 0, 1)
}  # Keras 1 and 2: another slope


def activation(name: Any, what: str = "activation", keras: int = 3) -> Activation:
    """The function of that name.

    >>> activation("hard_sigmoid")(np.array([1.0])), activation("hard_sigmoid", keras=2)(np.array([1.0]))
    (array([0.66666667]), array([0.7]))

    Parameters
    ----------
    name : str or callable
        As in a layer's configuration; a function is returned as it is.
    what : str
        The option's name, for the message.
    keras : int
        The version whose function is meant.

    Raises
    ------
    UsageError
        If there is no such function here.
    """
    if callable(name):
        found: Activation = name
        return found
    table = {**ACTIVATIONS, **OLD} if keras < 3 else ACTIVATIONS
    if name not in table:
        hint = "" if name == "custom" else did_you_mean(name, table)
        raise UsageError(
            f"{what} {name!r} is none that is known here{hint}; pass the function itself, {what}=function of an array"
        )
    return table[name]
