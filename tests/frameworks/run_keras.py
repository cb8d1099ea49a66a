"""Keras 3 or tf_keras: `python run_keras.py cases.npz outputs.npz [tf_keras]`."""

from __future__ import annotations

import importlib
import sys
from functools import partial
from typing import Any

import numpy as np
from protocol import Array, Case, serve

CLASSES = {"lstm": "LSTM", "gru": "GRU", "simple_rnn": "SimpleRNN"}
ORDER = ("kernel", "recurrent_kernel", "bias")


def run(keras: Any, case: Case) -> Array:
    """The layers a user would write, one after another, and set_weights."""
    x = case.x
    for arrays in case.layers:
        words = case.words
        options = {"reset_after": words["reset_after"]} if words["cell"] == "gru" else {}
        if words["cell"] != "simple_rnn":
            options["recurrent_activation"] = squash(keras, words["recurrent_activation"])
        layer = getattr(keras.layers, CLASSES[words["cell"]])(
            words["units"],
            return_sequences=True,
            use_bias=words["use_bias"],
            activation=words["activation"],
            **options,
        )
        layer = keras.layers.Bidirectional(layer) if case.two else layer
        layer.build(x.shape)
        layer.set_weights([one[name] for one in arrays.values() for name in ORDER if name in one])
        x = layer(x)
    return np.asarray(x)


def squash(keras: Any, name: str) -> Any:
    """What Keras 2 calls hard_sigmoid is another function in Keras 3."""
    if name != "hard_sigmoid_0.2":
        return name
    if not keras.__version__.startswith("3"):
        return "hard_sigmoid"

    def clipped(a: Any) -> Any:
        return keras.ops.clip(0.2 * a + 0.5, 0, 1)

    return keras.saving.register_keras_serializable()(
        clipped
    )  # Bidirectional makes the layer anew from its config


if __name__ == "__main__":
    chosen = importlib.import_module(sys.argv[3] if len(sys.argv) > 3 else "keras")
    serve(partial(run, chosen), chosen.__version__)
