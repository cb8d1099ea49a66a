"""The code that makes a layer, one entry a framework.

A template is text with `{units}` for a value and `<<two: ...>>` for what stands there only if `two` holds
(`<<!use_bias: ...>>`: if it does not).  `call` makes one layer; in `program`, `{below}` is the call of the layers
below the last, which always hand on all time steps, and `{last}` the call of the last one.
"""

from __future__ import annotations

from typing import Any

KERAS_CALL = (
    "<<two:keras.layers.Bidirectional(>>keras.layers.{title}({units}"
    "<<return_sequences:, return_sequences=True>><<return_state:, return_state=True>>"
    "<<!use_bias:, use_bias=False>><<!reset_after:, reset_after=False>>)"
    "<<merged:, merge_mode={merge_mode}>><<two:)>>"
)
PROGRAM = """\
x = y = keras.Input(({timesteps}, {input_dim}))
<<stacked:for _ in range({layers} - 1):
    y = {below}(y)
>>y = {last}(y)
model = keras.Model(x, y)
[w.shape for w in model.get_weights()]"""
ONE_CALL = """\
{last}
[tuple(p.shape) for p in layer.parameters()]"""

CODE: dict[str, Any] = {
    "keras": {
        "only": ("lstm", "gru", "simple_rnn"),
        "call": KERAS_CALL,
        "program": f"import keras\n\n{PROGRAM}",
    },
    "pytorch": {
        "only": ("lstm", "gru", "simple_rnn"),
        "names": {"simple_rnn": "RNN"},
        "call": "layer = nn.{title}({input_dim}, {units}<<stacked:, num_layers={layers}>><<two:, bidirectional=True>>"
        "<<!use_bias:, bias=False>>, batch_first=True)",
        "program": f"from torch import nn\n\n{ONE_CALL}",
        "no_merge": "PyTorch puts the two directions side by side (concat): it has no other merge mode.",
    },
}

COMMAND = (
    "python -m lstm_shapes explain --input {input_dim} --units {units}<<celled: --cell {cell}>>"
    "<<framed: --framework {framework}>><<two: --bidirectional>><<merged: --merge-mode {mode}>>"
    "<<stacked: --layers {layers}>><<timed: --timesteps {timesteps}>><<return_sequences: --return-sequences>>"
    "<<return_state: --return-state>><<!use_bias: --no-bias>><<!reset_after: --no-reset-after>>"
)
