"""Equinox's cells, step by step."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import numpy as np
from protocol import Array, Arrays, each, serve

CLASSES = {"lstm": eqx.nn.LSTMCell, "gru": eqx.nn.GRUCell}


def one(words: dict[str, Any], arrays: Arrays, x: Array) -> Array:
    """The cell with its fields replaced: every array it has must be given."""
    cell = CLASSES[words["cell"]](
        x.shape[-1], words["units"], use_bias=words["use_bias"], key=jax.random.key(0)
    )
    fields = {name: value for name, value in vars(cell).items() if eqx.is_array(value)}
    assert {name: value.shape for name, value in fields.items()} == {n: a.shape for n, a in arrays.items()}
    for name, array in arrays.items():
        cell = eqx.tree_at(lambda c, name=name: getattr(c, name), cell, jax.numpy.asarray(array))
    state = np.zeros((len(x), words["units"]), "float32")
    carry = (state, state) if words["cell"] == "lstm" else state
    made = []
    for t in range(x.shape[1]):
        carry = jax.vmap(cell)(x[:, t], carry)
        made.append(np.asarray(carry[0] if words["cell"] == "lstm" else carry))
    return np.stack(made, axis=1)


if __name__ == "__main__":
    serve(each(one), eqx.__version__)
