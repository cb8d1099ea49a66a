"""Chainer's links: LSTM, StatefulPeepholeLSTM and StatelessGRU step by step, NStepLSTM and NStepGRU whole."""

from __future__ import annotations

import chainer
import numpy as np
from chainer import links
from protocol import Array, Arrays, Case, each, serve


def run(case: Case) -> Array:
    """By the name of the link."""
    name = case.words["object"].partition(",")[0].rpartition(".")[2]
    return steps(name, case) if name.startswith("NStep") else each(lambda *one: link(name, *one))(case)


def steps(name: str, case: Case) -> Array:
    """A stack of cuDNN's kind; child links 0, 1, ... in order of layer, then direction."""
    own = getattr(links, name.replace("NStep", "NStepBi") if case.two else name)
    stack = own(len(case.layers), case.x.shape[-1], case.words["units"], 0.0)
    fill(stack, {path: a for one in case.layers for two in one.values() for path, a in two.items()})
    states = (None, None) if "LSTM" in name else (None,)
    return np.stack([one.array for one in stack(*states, [chainer.Variable(x) for x in case.x])[-1]])


def link(name: str, words: dict[str, object], arrays: Arrays, x: Array) -> Array:
    """One direction of one layer."""
    own = getattr(links, name)(x.shape[-1], words["units"])
    fill(own, arrays)
    h, made = chainer.Variable(np.zeros((len(x), words["units"]), "float32")), []
    for t in range(x.shape[1]):
        h = own(h, x[:, t]) if name == "StatelessGRU" else own(x[:, t])
        made.append(h.array)
    return np.stack(made, axis=1)


def fill(own: chainer.Link, arrays: Arrays) -> None:
    """Every parameter by its path."""
    params = {path.strip("/"): param for path, param in own.namedparams()}
    assert set(params) == set(arrays), (sorted(params), sorted(arrays))
    for path, param in params.items():
        assert param.array is None or param.shape == arrays[path].shape
        param.initialize(arrays[path].shape) if param.array is None else None
        param.array[...] = arrays[path]


if __name__ == "__main__":
    with chainer.no_backprop_mode(), chainer.using_config("train", False):
        serve(run, chainer.__version__)
