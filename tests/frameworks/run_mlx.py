"""mlx.nn.LSTM, GRU and RNN."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import mlx.core as mx
import mlx.nn as nn
import numpy as np
from protocol import Array, Arrays, each, serve

CLASSES = {"lstm": nn.LSTM, "gru": nn.GRU, "simple_rnn": nn.RNN}


def one(words: dict[str, Any], arrays: Arrays, x: Array) -> Array:
    """One layer; `strict` wants every array, and no other."""
    layer = CLASSES[words["cell"]](x.shape[-1], words["units"], bias=words["use_bias"])
    layer.load_weights([(name, mx.array(array)) for name, array in arrays.items()], strict=True)
    y = layer(mx.array(x))
    return np.array(y[0] if isinstance(y, tuple) else y)


if __name__ == "__main__":
    mx.set_default_device(mx.cpu)
    serve(each(one), version("mlx"))
