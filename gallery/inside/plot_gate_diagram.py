r"""
One LSTM step, and the columns it reads
=======================================

The diagram and the coloured matrix are drawn from the same table: the cell's step function gives the boxes and
wires, the layout gives the columns. A gate has one colour in both.
"""

from matplotlib import pyplot as plt

import lstm_shapes
from lstm_shapes import plot
from lstm_shapes.equations import CELLS, equations

layer = lstm_shapes.explain(input_dim=100, units=20).layers[0]
plot.cell_diagram("lstm", layer=layer)
words = plt.title("One step of an LSTM: its gates and its candidate")  # for who cannot see it

# %%
# *One step of an LSTM with 20 units on 100 inputs, from left to right. W are blocks of the kernel, U blocks of the
# recurrent kernel, b pieces of the bias; every block belongs to one gate. A dot in a circle multiplies number by
# number. c and h go on to the next step.*
#
# And here those blocks lie in the arrays of ``get_weights()``, both to one scale:

figure, axes = plt.subplots(1, 2, figsize=(9, 6), layout="constrained")
for weight, ax in zip(layer.weights, axes, strict=False):
    plot.matrix_map(weight, ax)

# %%
# *The kernel multiplies x[t], the recurrent kernel multiplies h[t-1]; both are cut at the same columns.*
#
# The same step as equations. They are not typed here: they are what the step function does, written down.

for left, right in equations(CELLS["lstm"]):
    print(left, "=", right)

# %%
# Is the picture true?
# --------------------
#
# Ask Keras. Give a real layer random weights, compute its output from the coloured columns alone, and compare.
# Then exchange two colours and compare again.

from dataclasses import replace

import keras
import numpy as np

from lstm_shapes import reference

rng = np.random.default_rng(1997)
real, x = keras.layers.LSTM(20), rng.normal(size=(2, 9, 100)).astype("float32")
real.build(x.shape)
real.set_weights([rng.normal(scale=0.3, size=array.shape) for array in real.get_weights()])

same = np.abs(reference.output(layer, real.get_weights(), x) - np.asarray(real(x))).max()


def exchanged(gates):
    """The input gate's columns called forget gate, and the other way round."""
    return {**gates, "input": gates["forget"], "forget": gates["input"]}


wrong = replace(
    layer, weights=tuple(replace(weight, gates=exchanged(weight.gates)) for weight in layer.weights)
)
other = np.abs(reference.output(wrong, real.get_weights(), x) - np.asarray(real(x))).max()
print(f"largest difference from Keras: {same:.1e} as drawn, {other:.2f} with two gates exchanged")
assert same < 1e-5 < 1e-2 < other

# %%
# The GRU's step, drawn by the same lines of code from its own step function:

plot.cell_diagram("gru")
words = plt.title("One step of a GRU: two gates and a candidate")

# %%
# *One GRU step as Keras computes it by default (reset_after=True): the reset gate acts on what the recurrent kernel
# made of h[t-1].*
