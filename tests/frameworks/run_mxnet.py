"""mxnet.gluon.rnn.LSTM, GRU and RNN."""

from __future__ import annotations

import numpy as np

np.bool = np.bool_  # MXNet still says so

import mxnet as mx  # noqa: E402
from mxnet.gluon import rnn  # noqa: E402
from protocol import Array, Case, serve  # noqa: E402

CLASSES = {"lstm": rnn.LSTM, "gru": rnn.GRU, "simple_rnn": rnn.RNN}


def run(case: Case) -> Array:
    """The layer that a user would write; its parameters by name, without the layer's prefix."""
    options = {"activation": "tanh"} if case.words["cell"] == "simple_rnn" else {}
    layer = CLASSES[case.words["cell"]](
        case.words["units"], len(case.layers), layout="NTC", bidirectional=case.two,
        input_size=case.x.shape[-1], prefix="", **options,
    )  # fmt: skip
    layer.initialize()
    arrays = {own: a for one in case.layers for two in one.values() for own, a in two.items()}
    params = dict(layer.collect_params().items())
    assert set(params) == set(arrays), (sorted(params), sorted(arrays))
    for name, parameter in params.items():
        parameter.set_data(mx.nd.array(arrays[name]))
    return layer(mx.nd.array(case.x)).asnumpy()


if __name__ == "__main__":
    serve(run, mx.__version__)
