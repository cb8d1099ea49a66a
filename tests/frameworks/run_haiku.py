"""Haiku's cores, step by step."""

from __future__ import annotations

from typing import Any

import haiku as hk
import jax
import numpy as np
from protocol import Array, Arrays, each, serve


def one(words: dict[str, Any], arrays: Arrays, x: Array) -> Array:
    """`hk.static_unroll` over the core; names within it, as in `linear/w`."""
    name = words["object"].rpartition(".")[2]

    def unrolled(x: Any) -> Any:
        core = getattr(hk, name)(words["units"], name="core")
        return hk.static_unroll(core, x, core.initial_state(x.shape[1]))[0]

    params: dict[str, Arrays] = {}
    for path, array in arrays.items():
        module, _, own = f"core/{path}".rpartition("/")
        params.setdefault(module, {})[own] = array
    transformed = hk.without_apply_rng(hk.transform(unrolled))
    x = x.swapaxes(0, 1)
    own = transformed.init(jax.random.key(0), x)
    assert jax.tree.map(np.shape, dict(own)) == jax.tree.map(np.shape, params)
    return np.asarray(transformed.apply(params, x)).swapaxes(0, 1)


if __name__ == "__main__":
    serve(each(one), hk.__version__)
