"""paddle.nn.LSTM, GRU and SimpleRNN; LSTMCell within paddle.nn.RNN."""

from __future__ import annotations

import paddle
from protocol import Array, Arrays, Case, each, serve

CLASSES = {"lstm": paddle.nn.LSTM, "gru": paddle.nn.GRU, "simple_rnn": paddle.nn.SimpleRNN}


def run(case: Case) -> Array:
    """The layer that a user would write, its state dict set: every name has to be there."""
    if "LSTMCell" in case.words["object"]:
        return each(cell)(case)
    layer = CLASSES[case.words["cell"]](
        case.x.shape[-1], case.words["units"], len(case.layers), "bidirect" if case.two else "forward"
    )
    load(layer, {own: a for one in case.layers for two in one.values() for own, a in two.items()})
    return layer(paddle.to_tensor(case.x))[0].numpy()


def cell(words: dict[str, object], arrays: Arrays, x: Array) -> Array:
    """One direction of one layer."""
    one = paddle.nn.LSTMCell(x.shape[-1], words["units"])
    load(one, arrays)
    return paddle.nn.RNN(one)(paddle.to_tensor(x))[0].numpy()


def load(layer: object, arrays: Arrays) -> None:
    """Every array of the layer and no other; a stack lists each twice, by its cells too."""
    missing, unexpected = layer.set_state_dict(arrays)
    assert not unexpected, unexpected
    assert all("." in name for name in missing), missing


if __name__ == "__main__":
    paddle.set_device("cpu")
    with paddle.no_grad():
        serve(run, paddle.__version__)
