r"""
The encoder's weights before and after training
===============================================

Kernel, recurrent kernel and bias as heat maps, split by gate and direction: first as Keras initialises them, then
after training on a text. And a finding that the ranking of tokens in the question did not see: **a token that never
occurs keeps its random weights, and is ranked all the same.**
"""

# %%
# The data: the Zen of Python, which every Python carries, as one-hot characters. Python's ``string.printable`` has
# 100 characters, so the model can be the asker's, with the asker's numbers: 45 steps, 100 inputs, 20 units.

import codecs
import contextlib
import io
import string

import keras
import numpy as np

with contextlib.redirect_stdout(io.StringIO()):
    import this  # prints its text when it is imported first; keeps it in a simple cipher

text, alphabet = codecs.decode(this.s, "rot13") + "\n", string.printable
codes = np.array([alphabet.index(letter) for letter in text])
x = np.eye(len(alphabet), dtype="float32")[np.lib.stride_tricks.sliding_window_view(codes, 45)[::3]]
occurs = x.any(axis=(0, 1))
print(f"{x.shape = }; {occurs.sum()} of the {len(occurs)} characters occur")

keras.utils.set_random_seed(1997)
layers = keras.layers
model = keras.Sequential(
    [
        keras.Input((45, 100), name="input"),
        layers.Bidirectional(layers.LSTM(20), merge_mode="sum", name="encoder_lstm"),
        layers.RepeatVector(45, name="repeater"),
        layers.Bidirectional(layers.LSTM(100, return_sequences=True), merge_mode="sum", name="decoder_lstm"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(0.03), loss="mse")
encoder = model.get_layer("encoder_lstm")

before = encoder.get_weights()
loss = model.fit(x, x, epochs=10, batch_size=32, verbose=0).history["loss"]
after = encoder.get_weights()
print(f"loss {loss[0]:.5f} -> {loss[-1]:.5f}")
assert loss[-1] < loss[0]

# %%
# Before
# ------

import lstm_shapes
from lstm_shapes import plot

layer = lstm_shapes.explain(input_dim=100, units=20, bidirectional=True, merge_mode="sum").layers[0]
plot.weights(layer, before, limit=0.6, title="Before training")

# %%
# *Left the forward direction, right the backward one; all six arrays to one scale, with the same colours.
# Kernels are noise. Only the forget gate's bias stands out: Keras starts it at 1 and all others at 0, so that a new
# LSTM remembers.*

for weight, array in zip(layer.weights, before, strict=True):
    if weight.role == "bias":
        ((start, stop),) = weight.gates["forget"]
        assert (array[start:stop] == 1).all()
        assert not np.delete(array, np.s_[start:stop]).any()

# %%
# After
# -----

plot.weights(layer, after, limit=0.6, title="After training")

# %%
# *The same scale as above. There are bands now: rows of letters that occur, and in the columns of the three gates they
# have turned negative. Other rows look as they did before.*

for weight, array in zip(layer.weights, after, strict=True):
    if weight.role == "kernel":
        for gate in ("input", "forget", "output"):
            ((start, stop),) = weight.gates[gate]
            assert array[occurs, start:stop].mean() < array[~occurs, start:stop].mean()

# %%
# Which rows moved
# ----------------
#
# How far did each row move? A row belongs to one character.

from matplotlib import pyplot as plt

kernels = [weight for weight in layer.weights if weight.role == "kernel"]
moved = {kernel.direction: np.abs(after[kernel.index] - before[kernel.index]) for kernel in kernels}

figure, axes = plt.subplots(2, 1, figsize=(9, 4.6), sharex=True, sharey=True, layout="constrained")
for (direction, change), ax in zip(moved.items(), axes, strict=True):
    ax.bar(range(100), change.mean(axis=1), color="#222222", width=0.9)
    ax.set(title=f"{direction} kernel", ylabel="mean change of a row", xlim=(-1, 100))
labels = [letter if letter.isprintable() and letter != " " else "" for letter in alphabet]
ax.set_xticks(range(100), labels, fontsize=7.5, family="monospace")
ax.tick_params(axis="x", length=0)
ax.set_xlabel("character: a row of the kernel, in the order of string.printable")

# %%
# *Rows of characters that occur have moved. The others have not moved at all, not by one bit: their input was always
# 0, so no gradient ever reached them.*

for change in moved.values():
    assert (change[~occurs] == 0).all()
    assert (change[occurs].max(axis=1) > 0).all()
print(f"{(~occurs).sum()} rows of each kernel are what they were before training, bit for bit")

# %%
# So what does the ranking say?
# -----------------------------
#
# ``np.argsort(weights[:, idx])[::-1]`` ranks all 100 tokens. How many of its first ten has the network never seen?

weights = after[0]
strangers = [int((~occurs[np.argsort(weights[:, idx])[::-1][:10]]).sum()) for idx in range(20)]
print("never seen, among the first ten of each unit:", strangers)
assert sum(strangers) > len(strangers) * 10 / 2

# %%
# More than half of what the ranking calls important is noise from before the training: the rows that were trained
# went down, the others stayed and came out on top. Before you rank
# tokens by a weight, leave out those that never occur. And remember what is ranked here: the input gate's
# columns of the forward kernel, an eighth of the encoder's kernels.
