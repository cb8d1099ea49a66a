"""mindspore.nn.LSTM and GRU, on the CPU."""

from __future__ import annotations

import mindspore as ms
import numpy as np
from protocol import Array, Case, serve

CLASSES = {"lstm": ms.nn.LSTM, "gru": ms.nn.GRU}


def run(case: Case) -> Array:
    """The layer that a user would write; its parameters by name."""
    words = case.words
    layer = CLASSES[words["cell"]](
        case.x.shape[-1], words["units"], len(case.layers), has_bias=words["use_bias"], batch_first=True,
        bidirectional=case.two,
    )  # fmt: skip
    arrays = {own: a for one in case.layers for two in one.values() for own, a in two.items()}
    params = {parameter.name: parameter for parameter in layer.get_parameters()}
    assert set(params) == set(arrays), (sorted(params), sorted(arrays))
    for name, parameter in params.items():
        parameter.set_data(ms.Tensor(arrays[name]))
    shape = (len(case.layers) * (2 if case.two else 1), len(case.x), words["units"])
    state = ms.Tensor(np.zeros(shape, "float32"))
    return layer(ms.Tensor(case.x), (state, state) if words["cell"] == "lstm" else state)[0].asnumpy()


if __name__ == "__main__":
    ms.set_context(mode=ms.PYNATIVE_MODE)
    ms.set_device("CPU")
    serve(run, ms.__version__)
