"""The code that makes a layer, one entry a framework.

A template is text with `{units}` for a value and `<<two: ...>>` for what stands there only if `two` holds
(`<<!use_bias: ...>>`: if it does not).  `call` makes one layer; in `program`, `{last}` is that call, `{below}` the call
of a layer below the last, which always hands on all time steps, and `{above}` that of a layer which reads another's
output.  What each program makes is proved by tests/frameworks/run_calculator.py.
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
FLAX_NAMES = {
    "lstm": "LSTMCell",
    "optimized_lstm": "OptimizedLSTMCell",
    "gru": "GRUCell",
    "simple_rnn": "SimpleCell",
}
FLAX_CELL = "nn.RNN(nn.{title}({units}))"
NNX_CELL = "nnx.RNN(nnx.{title}({input_dim}, {units}, rngs=rngs), rngs=rngs)"
ONNX_NODE = (
    'helper.make_node("{title}", ["X", "W", "R"<<use_bias:, "B">>], ["Y"], hidden_size={units}'
    '<<two:, direction="bidirectional">><<linear:, linear_before_reset=1>>)'
)
FLAX_MERGE = (
    "Bidirectional puts the two directions side by side; merge_fn= takes a function that does otherwise."
)

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
    "onnx": {
        "only": ("lstm", "gru", "simple_rnn"),
        "names": {"simple_rnn": "RNN"},
        "call": ONNX_NODE,
        "program": "from onnx import helper\n\nnode = {last}<<stacked:  # one of {layers}, each on the other>>",
        "no_merge": "ONNX keeps the two directions apart, on an axis of their own: adding them takes a node more.",
    },
    "flax": {
        "only": tuple(FLAX_NAMES),
        "names": FLAX_NAMES,
        "call": f"<<two:nn.Bidirectional(>>{FLAX_CELL}<<two:, {FLAX_CELL})>>",
        "program": """\
import flax.linen as nn
import jax
from jax import numpy as jnp

layer = <<stacked:nn.Sequential([>>{last}<<stacked:, *({below} for _ in range({layers} - 1))])>>
made = layer.init(jax.random.key(0), jnp.ones((1, <<timed:{timesteps}>><<!timed:1>>, {input_dim})))
[a.shape for a in jax.tree.leaves(made)]""",
        "no_merge": FLAX_MERGE,
    },
    "nnx": {
        "only": tuple(FLAX_NAMES),
        "names": FLAX_NAMES,
        "call": f"<<two:nnx.Bidirectional(>>{NNX_CELL}<<two:, {NNX_CELL}, rngs=rngs)>>",
        "program": """\
import jax
from flax import nnx

rngs = nnx.Rngs(0)
layers = [{last}]<<stacked: + [{above} for _ in range({layers} - 1)]>>
[a.shape for layer in layers for a in jax.tree.leaves(nnx.state(layer, nnx.Param))]""",
        "no_merge": FLAX_MERGE,
    },
    "haiku": {
        "only": ("lstm", "gru", "simple_rnn"),
        "names": {"simple_rnn": "VanillaRNN"},
        "call": "hk.{title}({units})",
        "program": """\
import haiku as hk
import jax
from jax import numpy as jnp

def layer(x):
    core = <<stacked:hk.DeepRNN([>>{last}<<stacked:, *({below} for _ in range({layers} - 1))])>>
    return hk.dynamic_unroll(core, x, core.initial_state(1))

made = hk.transform(layer).init(jax.random.key(0), jnp.ones((<<timed:{timesteps}>><<!timed:1>>, 1, {input_dim})))
[a.shape for a in jax.tree.leaves(made)]""",
    },
    "equinox": {
        "only": ("lstm", "gru"),
        "call": "eqx.nn.{title}Cell({input_dim}, {units}<<!use_bias:, use_bias=False>>, key=key)",
        "program": """\
import equinox as eqx
import jax

key = jax.random.key(0)
cells = [{last}]<<stacked: + [{above} for _ in range({layers} - 1)]>>
[a.shape for a in jax.tree.leaves(cells)]""",
    },
}

COMMAND = (
    "python -m lstm_shapes explain --input {input_dim} --units {units}<<celled: --cell {cell}>>"
    "<<framed: --framework {framework}>><<two: --bidirectional>><<merged: --merge-mode {mode}>>"
    "<<stacked: --layers {layers}>><<timed: --timesteps {timesteps}>><<return_sequences: --return-sequences>>"
    "<<return_state: --return-state>><<!use_bias: --no-bias>><<!reset_after: --no-reset-after>>"
)
