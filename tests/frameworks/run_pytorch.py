"""torch.nn.LSTM, GRU and RNN."""

from __future__ import annotations

import torch
from protocol import Array, Case, serve

CLASSES = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "simple_rnn": torch.nn.RNN}


def run(case: Case) -> Array:
    """The module that a user would write, its state dict loaded: every name has to be there."""
    words = case.words
    options = {"proj_size": words["projection"]} if words.get("projection") else {}
    module = CLASSES[words["cell"]](
        case.x.shape[-1], words["units"], len(case.layers), bias=words["use_bias"], batch_first=True,
        bidirectional=case.two, **options,
    )  # fmt: skip
    arrays = {
        own: torch.from_numpy(a) for layer in case.layers for two in layer.values() for own, a in two.items()
    }
    module.load_state_dict(arrays)
    with torch.no_grad():
        return module(torch.from_numpy(case.x))[0].numpy()


if __name__ == "__main__":
    torch.set_num_threads(1)
    serve(run, torch.__version__.partition("+")[0])
