"""Keras 3 or tf_keras: `python run_keras.py cases.npz outputs.npz [tf_keras]`."""

from __future__ import annotations

import importlib
import sys

from protocol import Array, Case, serve

keras = importlib.import_module(sys.argv[3] if len(sys.argv) > 3 else "keras")
CLASSES = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU, "simple_rnn": keras.layers.SimpleRNN}
ORDER = ("kernel", "recurrent_kernel", "bias")


def run(case: Case) -> Array:
    """The layers a user would write, one after another, and set_weights."""
    x = case.x
    for arrays in case.layers:
        words = case.words
        options = {"reset_after": words["reset_after"]} if words["cell"] == "gru" else {}
        layer = CLASSES[words["cell"]](
            words["units"], return_sequences=True, use_bias=words["use_bias"], **options
        )
        layer = keras.layers.Bidirectional(layer) if case.two else layer
        layer.build(x.shape)
        layer.set_weights([one[name] for one in arrays.values() for name in ORDER if name in one])
        x = layer(x)
    return x.numpy()


if __name__ == "__main__":
    serve(run, keras.__version__)
