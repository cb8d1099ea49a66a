"""TensorFlow 1's cells, which tf_keras still has, and TensorFlow's fused operators."""

from __future__ import annotations

import os
from typing import Any

os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow as tf
from protocol import Array, Arrays, each, serve


def one(words: dict[str, Any], arrays: Arrays, x: Array) -> Array:
    """An operator over all steps, or a cell step by step."""
    house, _, name = words["object"].rpartition(".")
    if not house.endswith("raw_ops"):
        return cell(name, words, arrays, x)
    zeros = np.zeros((len(x), words["units"]), "float32")
    return block_gru(arrays, x, zeros) if name == "GRUBlockCell" else block_lstm(name, arrays, x, zeros)


def cell(name: str, words: dict[str, Any], arrays: Arrays, x: Array) -> Array:
    """The cell of that name; its variables by name, as in `gates/kernel`."""
    options = {"use_peepholes": True} if "w_i_diag" in arrays else {}
    own = getattr(tf.compat.v1.nn.rnn_cell, name)(words["units"], **options)
    own.build(tf.TensorShape((len(x), x.shape[-1])))
    variables = {
        one.name.partition("/")[2].removesuffix(":0"): one for one in own.variables
    }  # without the scope
    assert set(variables) == set(arrays)
    for path, variable in variables.items():
        variable.assign(arrays[path])
    state = own.zero_state(len(x), tf.float32)
    made = []
    for t in range(x.shape[1]):
        y, state = own(tf.constant(x[:, t]), state)
        made.append(y.numpy())
    return np.stack(made, axis=1)


def block_lstm(name: str, arrays: Arrays, x: Array, zeros: Array) -> Array:
    """All steps at once; its clipping of the cell state is turned off."""
    made = getattr(tf.raw_ops, name)(
        seq_len_max=np.int64(x.shape[1]), x=x.swapaxes(0, 1), cs_prev=zeros, h_prev=zeros, cell_clip=-1.0,
        use_peephole=True, **arrays,
    )  # fmt: skip
    return made.h.numpy().swapaxes(0, 1)


def block_gru(arrays: Arrays, x: Array, h: Array) -> Array:
    """Step by step."""
    made = []
    for t in range(x.shape[1]):
        h = tf.raw_ops.GRUBlockCell(x=x[:, t], h_prev=h, **arrays).h
        made.append(h.numpy())
    return np.stack(made, axis=1)


if __name__ == "__main__":
    serve(each(one), tf.__version__)
