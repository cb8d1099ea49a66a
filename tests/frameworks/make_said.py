"""What PyTorch says and returns: shapes of outputs and states, and the words of its errors; the pages quote this.

    pip install torch==2.13.0 && python tests/frameworks/make_said.py

PyTorch is not needed to run the tests.
"""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

HERE = pathlib.Path(__file__).parent
zeros = torch.zeros
BATCH, TIME, INPUT, UNITS = 60, 8, 10, 20
OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"batch_first": True},
    {"bidirectional": True},
    {"num_layers": 2},
    {"num_layers": 2, "bidirectional": True},
    {"proj_size": 4},
)


def shapes() -> dict[str, dict[str, str]]:
    """`LSTM(10, 20, ...)` -> the shapes of output, h_n and c_n."""
    found = {}
    for cell, options in ((cell, options) for cell in (nn.LSTM, nn.GRU) for options in OPTIONS):
        if cell is nn.GRU and "proj_size" in options:
            continue
        x = zeros(BATCH, TIME, INPUT) if "batch_first" in options else zeros(TIME, BATCH, INPUT)
        output, states = cell(INPUT, UNITS, **options)(x)
        states = states if isinstance(states, tuple) else (states,)
        words = ", ".join([f"{INPUT}, {UNITS}", *(f"{name}={value}" for name, value in options.items())])
        found[f"{cell.__name__}({words})"] = {
            name: str(tuple(one.shape))
            for name, one in zip(("output", "h_n", "c_n"), (output, *states), strict=False)
        }
    return found


def state_dicts() -> dict[str, dict[str, str]]:
    """The arrays of a few layers, in order."""
    layers = {"LSTM(2, 9)": nn.LSTM(2, 9), "GRU(2, 9)": nn.GRU(2, 9), "RNN(2, 9)": nn.RNN(2, 9)}
    layers["LSTM(3, 4, 2, bidirectional=True)"] = nn.LSTM(3, 4, 2, bidirectional=True)
    return {
        name: {key: str(tuple(value.shape)) for key, value in layer.state_dict().items()}
        for name, layer in layers.items()
    }


def load(into: nn.Module, arrays: nn.Module) -> Any:
    """Load one layer's arrays into another."""
    return into.load_state_dict(arrays.state_dict())


def within(layer: nn.Module, name: str = "rnn") -> nn.Module:
    """A model that calls its layer `rnn`, or otherwise."""
    model = nn.Module()
    model.add_module(name, layer)
    return model


HIDDEN = (zeros(2, 128, 512), zeros(2, 128, 512))
WRONG: dict[str, Callable[[], Any]] = {
    "LSTM(10, 512, 2)(x of (1, 1, 10), states of (2, 128, 512))": lambda: nn.LSTM(10, 512, 2)(zeros(1, 1, 10), HIDDEN),
    "LSTM(10, 512, 2)(x of (128, 1, 10), states of (2, 128, 512))": lambda: nn.LSTM(10, 512, 2)(zeros(128, 1, 10), HIDDEN),
    "LSTM(256, 512, batch_first=True)(x of (60, 8, 256), states of (60, 1, 512))": lambda: nn.LSTM(
        256, 512, batch_first=True
    )(zeros(60, 8, 256), (zeros(60, 1, 512), zeros(60, 1, 512))),
    "GRU(10, 512, 2)(x of (1, 1, 10), state of (2, 128, 512))": lambda: nn.GRU(10, 512, 2)(zeros(1, 1, 10), HIDDEN[0]),
    "GRU(10, 512, 2, bidirectional=True)(x of (1, 128, 10), state of (2, 128, 512))": lambda: nn.GRU(
        10, 512, 2, bidirectional=True
    )(zeros(1, 128, 10), HIDDEN[0]),
    "GRU(10, 512, 2)(x of (1, 128, 10), state of (128, 512))": lambda: nn.GRU(10, 512, 2)(
        zeros(1, 128, 10), zeros(128, 512)
    ),
    "LSTM(10, 512, 2)(x of (1, 128, 10), h alone)": lambda: nn.LSTM(10, 512, 2)(zeros(1, 128, 10), HIDDEN[0]),
    "GRU(10, 512, 2)(x of (1, 128, 10), (h, c))": lambda: nn.GRU(10, 512, 2)(zeros(1, 128, 10), HIDDEN),
    "LSTM(10, 512)(x of (1, 128, 11))": lambda: nn.LSTM(10, 512)(zeros(1, 128, 11)),
    "LSTM(10, 512)(x of (1, 128, 10, 3))": lambda: nn.LSTM(10, 512)(zeros(1, 128, 10, 3)),
    "LSTMCell(10, 512)(x of (128, 11))": lambda: nn.LSTMCell(10, 512)(zeros(128, 11)),
    "LSTM(10, 5) loads LSTM(10, 5, 2)": lambda: load(nn.LSTM(10, 5), nn.LSTM(10, 5, 2)),
    "LSTM(10, 5, bidirectional=True) loads LSTM(10, 5)": lambda: load(nn.LSTM(10, 5, bidirectional=True), nn.LSTM(10, 5)),
    "a model's LSTM(100, 32) loads LSTM(100, 20)": lambda: load(within(nn.LSTM(100, 32)), within(nn.LSTM(100, 20))),
    "a model's LSTM(100, 20, bidirectional=True) loads LSTM(100, 20)": lambda: load(
        within(nn.LSTM(100, 20, bidirectional=True)), within(nn.LSTM(100, 20))
    ),
    "a model loads the same model in DataParallel": lambda: load(within(nn.LSTM(10, 5)), nn.DataParallel(within(nn.LSTM(10, 5)))),
    "a model in DataParallel loads the same model": lambda: load(nn.DataParallel(within(nn.LSTM(10, 5))), within(nn.LSTM(10, 5))),
    "a model with `rnn` loads one with `lstm`": lambda: load(within(nn.LSTM(10, 5)), within(nn.LSTM(10, 5), "lstm")),
    "LSTM(10, 5, bias=False) loads LSTM(10, 5)": lambda: load(nn.LSTM(10, 5, bias=False), nn.LSTM(10, 5)),
    "LSTM(10, 5) loads LSTM(10, 5, proj_size=2)": lambda: load(nn.LSTM(10, 5), nn.LSTM(10, 5, proj_size=2)),
    "LSTMCell(10, 5) loads LSTM(10, 5)": lambda: load(nn.LSTMCell(10, 5), nn.LSTM(10, 5)),
    "GRU(10, 5) loads LSTM(10, 5)": lambda: load(nn.GRU(10, 5), nn.LSTM(10, 5)),
    "packing lengths 3, 6": lambda: pack_padded_sequence(zeros(2, 6, 2), [3, 6], batch_first=True),
    "packing lengths 0, 6": lambda: pack_padded_sequence(zeros(2, 6, 2), [0, 6], batch_first=True, enforce_sorted=False),
    "LSTM(10, 6) loads LSTM(10, 5)": lambda: load(nn.LSTM(10, 6), nn.LSTM(10, 5)),
}  # fmt: skip


def errors() -> dict[str, str]:
    """What was tried -> the message."""
    said = {}
    for tried, call in WRONG.items():
        try:
            call()
        except Exception as error:  # whatever PyTorch raises is what we want to know
            said[tried] = f"{type(error).__name__}: {error}"
    assert said.keys() == WRONG.keys(), "every one of these is an error"
    return said


if __name__ == "__main__":
    version = torch.__version__.partition("+")[0]
    kept = {"torch": version, "shapes": shapes(), "state_dicts": state_dicts(), "errors": errors()}
    path = HERE / f"pytorch-{version}-said.json"
    path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
