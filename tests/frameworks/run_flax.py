"""Flax's cells, linen and nnx, step by step."""

from __future__ import annotations

from typing import Any

import flax
import flax.linen as nn
import flax.traverse_util
import jax
import numpy as np
from flax import nnx
from protocol import Array, Arrays, each, serve


def one(words: dict[str, Any], arrays: Arrays, x: Array) -> Array:
    """The cell's own class, its parameters replaced by the arrays of the same names."""
    _, house, name = words["object"].split(".")  # flax.linen.LSTMCell
    return {"linen": linen, "nnx": new}[house](name, words, arrays, x)


def linen(name: str, words: dict[str, Any], arrays: Arrays, x: Array) -> Array:
    """Parameters by path, as in `hf/kernel`."""
    cell = getattr(nn, name)(words["units"])
    carry = cell.initialize_carry(jax.random.key(0), x[:, 0].shape)
    own = cell.init(jax.random.key(0), carry, x[:, 0])["params"]
    params = flax.traverse_util.unflatten_dict(arrays, sep="/")
    assert jax.tree.map(np.shape, own) == jax.tree.map(np.shape, params)
    return over_time(lambda carry, step: cell.apply({"params": params}, carry, step), carry, x)


def new(name: str, words: dict[str, Any], arrays: Arrays, x: Array) -> Array:
    """Attributes by path, as in `dense_h.kernel`."""
    cell = getattr(nnx, name)(x.shape[-1], words["units"], rngs=nnx.Rngs(0))
    state = nnx.state(cell, nnx.Param)
    flat = {".".join(path): parameter for path, parameter in state.flat_state()}
    assert {path: one.value.shape for path, one in flat.items()} == {
        path: a.shape for path, a in arrays.items()
    }
    for path, parameter in flat.items():
        parameter.value = arrays[path]
    nnx.update(cell, state)
    return over_time(cell, cell.initialize_carry(x[:, 0].shape, nnx.Rngs(0)), x)


def over_time(step: Any, carry: Any, x: Array) -> Array:
    """The outputs at every step."""
    made = []
    for t in range(x.shape[1]):
        carry, y = step(carry, x[:, t])
        made.append(np.asarray(y))
    return np.stack(made, axis=1)


if __name__ == "__main__":
    serve(each(one), flax.__version__)
