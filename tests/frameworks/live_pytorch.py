"""lstm_shapes in PyTorch's own environment: `python live_pytorch.py OUT` looks at live modules with it.

Writes what `explain` says of each module (JSON), its state dict's names and shapes, and, for what `convert` makes of it
for Keras, the arrays beside the module's own output.  Needs no library but PyTorch and what lstm_shapes needs.
"""

from __future__ import annotations

import json
import sys

import numpy as np
import torch

import lstm_shapes

INPUT, UNITS, TIME, BATCH = 5, 4, 6, 3
MODULES = {
    "lstm": lambda: torch.nn.LSTM(INPUT, UNITS, batch_first=True),
    "lstm-deep": lambda: torch.nn.LSTM(INPUT, UNITS, 2, bidirectional=True, batch_first=True),
    "gru-plain": lambda: torch.nn.GRU(INPUT, UNITS, 2, bias=False, batch_first=True),
    "gru-deep": lambda: torch.nn.GRU(INPUT, UNITS, 3, bidirectional=True, batch_first=True),
    "rnn": lambda: torch.nn.RNN(INPUT, UNITS, bidirectional=True, batch_first=True),
}


class Tagger(torch.nn.Module):
    """A model of one's own, two recurrent layers within it."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = torch.nn.Embedding(7, INPUT)
        self.reader = torch.nn.LSTM(INPUT, UNITS, batch_first=True, bidirectional=True)
        self.cell = torch.nn.GRUCell(2 * UNITS, UNITS)
        self.head = torch.nn.Linear(UNITS, 2)


def main() -> None:
    """All modules into one file."""
    torch.manual_seed(0)
    kept, said = {}, {}
    for name, make in {**MODULES, "tagger": Tagger}.items():
        module = make()
        said[name] = {
            "explained": lstm_shapes.explain(module).to_dict(),
            "state": [[path, list(tensor.shape)] for path, tensor in module.state_dict().items()],
        }
        if name in MODULES:
            x = torch.randn(BATCH, TIME, INPUT)
            made = lstm_shapes.convert(module, to="keras")
            kept |= {f"{name}/{i}": array for i, array in enumerate(made.arrays)}
            kept |= {f"{name}/x": x.numpy(), f"{name}/y": module(x)[0].detach().numpy()}
    said["loaded"] = sorted(
        {name.partition(".")[0] for name in sys.modules} & {"keras", "tensorflow", "xarray", "jax"}
    )
    np.savez(sys.argv[1], said=np.array(json.dumps(said)), **kept)


if __name__ == "__main__":
    main()
