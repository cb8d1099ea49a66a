r"""
Merge modes side by side: what is lost
======================================

The encoder in the question has ``merge_mode="sum"``: two directions of 20 units, and still an output of 20.
What do ``sum``, ``concat``, ``ave``, ``mul`` and ``None`` give, and what do they lose?
**Only** ``concat`` **and** ``None`` **keep both halves.** ``sum`` and ``ave`` lose the same: a large part of what a
linear layer could read in either half. ``mul`` loses more still.
"""

# %%
# One layer five times, with the same six arrays, so that nothing but the merge differs. The input is a text, the Zen
# of Python, in windows of 45 one-hot characters.

import codecs
import contextlib
import io
import string

import keras
import numpy as np

with contextlib.redirect_stdout(io.StringIO()):
    import this  # prints its text when it is imported first; keeps it in a simple cipher

text, alphabet = codecs.decode(this.s, "rot13") + "\n", string.printable


def one_hot(text):
    """(time, 100)."""
    return np.eye(len(alphabet), dtype="float32")[[alphabet.index(letter) for letter in text]]


x = np.moveaxis(np.lib.stride_tricks.sliding_window_view(one_hot(text), 45, axis=0), 2, 1)

SEED = 1997
keras.utils.set_random_seed(SEED)
layers = keras.layers
MODES = ("sum", "ave", "mul", "concat", None)
read = {mode: layers.Bidirectional(layers.LSTM(20), merge_mode=mode) for mode in MODES}
for layer in read.values():
    layer.build(x.shape)
    layer.set_weights(read["sum"].get_weights())
output = {mode: layer(x) for mode, layer in read.items()}
forward, backward = np.split(np.asarray(output["concat"]), 2, axis=1)

# %%
# Shapes
# ------
#
# The arrays of the layer do not change with the mode: a merge has no weights. The output changes, and with it
# the kernel of the layer that comes next.

import lstm_shapes

for mode, layer in read.items():
    told = lstm_shapes.explain(input_dim=100, units=20, bidirectional=True, merge_mode=mode).layers[0]
    assert told.parameters == layer.count_params()
    print(f"{mode!s:7} {told.parameters} parameters, output {told.output_shape}", end="; ")
    if mode is None:
        assert [(None, *half.shape[1:]) for half in output[mode]] == told.output_shape
        print("two tensors: merge them yourself, or use one")
    else:
        follower = layers.Dense(10)
        follower(output[mode])
        assert (None, *output[mode].shape[1:]) == told.output_shape
        print(f"a Dense(10) after it has the kernel {follower.kernel.shape}")

# %%
# One text, each output
# ---------------------

from matplotlib import pyplot as plt

strips = {
    "forward\n(None gives both)": forward[0],
    "backward\n(None gives both)": backward[0],
    "sum": np.asarray(output["sum"][0]),
    "ave": np.asarray(output["ave"][0]),
    "mul": np.asarray(output["mul"][0]),
    "concat": np.asarray(output["concat"][0]),
}
limit = np.abs(strips["sum"]).max()
figure, axes = plt.subplots(len(strips), 1, figsize=(9, 4.6), layout="constrained", sharex=True)
for (name, strip), ax in zip(strips.items(), axes, strict=True):
    image = ax.imshow(
        strip[None], cmap="RdBu_r", vmin=-limit, vmax=limit, aspect="auto", extent=(0, len(strip), 0, 1)
    )
    ax.set(xlim=(0, 40), yticks=[])
    ax.set_ylabel(name, rotation=0, ha="right", va="center")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
ax.set(xticks=[0, 20, 40], xlabel="place in the output")
ax.axvline(20, color="#222222", linewidth=1)
axes[0].set_title(f"The output for {text[:45]!r}")
figure.colorbar(image, ax=axes, label="value", shrink=0.7)

# %%
# *One window of the text through the same weights; one colour scale, white is zero. ave is sum at half strength. mul is
# nearly white: two numbers below one make a smaller one. concat is the two halves, one after the other.*

assert np.allclose(output["sum"], forward + backward, atol=1e-6)
assert np.allclose(output["ave"], (forward + backward) / 2, atol=1e-6)
assert np.allclose(output["mul"], forward * backward, atol=1e-6)
assert all(np.allclose(half, ours) for half, ours in zip(output[None], (forward, backward), strict=True))
assert np.abs(output["mul"]).mean() < np.abs(output["sum"]).mean() / 4

# %%
# Two texts, one output
# ---------------------
#
# Which direction said it? After ``sum`` nobody knows. To see it plainly, let both directions have the same weights, and
# read a word and its mirror image:

twin = read["sum"].get_weights()[:3] * 2
for mode, layer in read.items():
    layer.set_weights(twin)
    live, evil = (np.asarray(layer(one_hot(word)[None])) for word in ("live", "evil"))
    print(f"{mode!s:7} largest difference between 'live' and 'evil': {np.abs(live - evil).max():.3f}")
    same = np.allclose(live, evil, atol=1e-6)
    assert same == (mode in ("sum", "ave", "mul"))

# %%
# With ``sum``, ``ave`` and ``mul`` the two words are one. ``concat`` and ``None`` tell them apart.
#
# What can be read back
# ---------------------
#
# Weights are seldom the same in both directions, and then ``sum`` loses only a part. How large a part? Let a linear
# layer guess both halves from the merged output. It learns on the first two thirds of the text and is tested on the
# rest. The measure is R²: 1 is "read back entirely", 0 is "no better than the mean".

from sklearn.linear_model import LinearRegression

cut = len(x) * 2 // 3
train, test = slice(cut), slice(cut + 45, None)  # no window of the one overlaps one of the other


def read_back(merged, half):
    """R² of the best linear guess of `half` from `merged`, mean over the units."""
    return LinearRegression().fit(merged[train], half[train]).score(merged[test], half[test])


found = {
    mode: [read_back(np.asarray(output[mode]), half) for half in (forward, backward)]
    for mode in MODES
    if mode is not None  # both halves are there as they are
}
for mode, (first, second) in found.items():
    print(f"{mode:7} forward {first:.2f}, backward {second:.2f}")

# %%
figure, ax = plt.subplots(figsize=(9, 3.2), layout="constrained")
for place, (name, colour, hatch) in enumerate((("forward", "#0072b2", ""), ("backward", "#d55e00", "//"))):
    bars = ax.bar(
        np.arange(4) + place * 0.38, [pair[place] for pair in found.values()], 0.36, label=name, color=colour,
        hatch=hatch, edgecolor="white",
    )  # fmt: skip
    ax.bar_label(bars, fmt="%.2f", padding=1)
ax.axhline(0, color="#222222", linewidth=0.8)
ax.set_xticks(np.arange(4) + 0.19, [f'merge_mode="{mode}"' for mode in found])
ax.set(
    title="How much of each direction can be read from the output",
    ylabel="R² on unseen text",
    ylim=(-0.12, 1.2),
)
ax.legend(loc="upper left", frameon=False, ncols=2, title="which half is read back")

# %%
# *From concat both halves come back whole. sum and ave are the same to a linear layer, and leave out a part of either
# half. mul leaves out most.*

assert min(found["concat"]) > 0.999
assert np.allclose(found["sum"], found["ave"], atol=1e-3)
assert all(0.3 < read < 0.8 for read in found["sum"])
assert all(product < added - 0.1 for product, added in zip(found["mul"], found["sum"], strict=True))

# %%
# So which one?
# -------------
#
# ``concat`` is the default, and loses nothing; it costs twice the rows in the next kernel. ``sum`` keeps the output
# as narrow as one direction, and a training *with* it can learn to share the units out. But when you come to
# read such an output, unit 7 is two units, and none of the arrays says how much of it came from which direction:
# ask the layer again with ``merge_mode=None``, as here.
