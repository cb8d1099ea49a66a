"""tinygrad.nn.LSTMCell, step by step."""

from __future__ import annotations

import os
from importlib.metadata import version
from typing import Any

os.environ["DEV"] = "PYTHON"  # its CPU device wants clang

import numpy as np
from protocol import Array, Arrays, each, serve
from tinygrad import Tensor
from tinygrad.nn import LSTMCell
from tinygrad.nn.state import load_state_dict


def one(words: dict[str, Any], arrays: Arrays, x: Array) -> Array:
    """One cell, its state dict loaded."""
    cell = LSTMCell(x.shape[-1], words["units"], bias=words["use_bias"])
    load_state_dict(cell, {name: Tensor(array) for name, array in arrays.items()}, strict=True, verbose=False)
    state, made = None, []
    for t in range(x.shape[1]):
        state = cell(Tensor(np.ascontiguousarray(x[:, t])), state)
        made.append(state[0].numpy())
        state = tuple(Tensor(one.numpy()) for one in state)
    return np.stack(made, axis=1)


if __name__ == "__main__":
    serve(each(one), version("tinygrad"))
