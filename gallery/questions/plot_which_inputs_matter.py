r"""
Which inputs matter to which latent unit?
=========================================

This is what the loop in the question was for: rank the tokens for each latent unit, by ``weights[:, idx]``.
Does the ranking tell which tokens matter? We take tokens out of a text, see how far each unit moves, and compare.
**The ranking does not tell. Neither does any other block of the kernels, nor all of them together.
Gradient times input does.**
"""

# %%
# The model is the asker's, the text is the Zen of Python in one-hot characters; see
# :ref:`sphx_glr_gallery_training_plot_weights_before_after.py` for what its training does to the weights.

import codecs
import contextlib
import io
import string

import keras
import numpy as np
import tensorflow as tf

with contextlib.redirect_stdout(io.StringIO()):
    import this  # prints its text when it is imported first; keeps it in a simple cipher

text, alphabet = codecs.decode(this.s, "rot13") + "\n", string.printable
codes = np.array([alphabet.index(letter) for letter in text])
x = np.eye(len(alphabet), dtype="float32")[np.lib.stride_tricks.sliding_window_view(codes, 45)[::3]]

SEED = 1997
keras.utils.set_random_seed(SEED)
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
loss = model.fit(x, x, epochs=20, batch_size=32, verbose=0).history["loss"]
encoder = tf.function(model.get_layer("encoder_lstm"))
print(f"{len(x)} windows of the text; loss {loss[0]:.5f} -> {loss[-1]:.5f}")
assert loss[-1] < loss[0]

# %%
# What really happens without a token
# -----------------------------------
#
# Put zeros where the token was, run the encoder again, and measure how far each latent unit moves.
# We keep only tokens that occur: to remove another one does nothing.
#
# There are two questions in one, and they have different answers.
#
# - *In the whole text*: the mean over all windows. A token that is everywhere can do more.
# - *Where it occurs*: the mean over the windows that have it. How strong is it when it is there?

there = x.any(axis=1)  # (window, token)
occurs = np.flatnonzero(there.any(axis=0))
share = there.mean(axis=0)[occurs]  # of the windows have it
latent = encoder(x).numpy()


def moved(token):
    """Mean absolute change of each unit when `token` is taken out."""
    without = x.copy()
    without[..., token] = 0
    return np.abs(encoder(without).numpy() - latent).mean(axis=0)


effect = np.array([moved(token) for token in occurs])  # (token, unit)
truth = {"in the whole text": effect, "where it occurs": effect / share[:, None]}
print(f"{len(occurs)} tokens x {latent.shape[1]} units")
print("most effect on unit 0:", [alphabet[occurs[i]] for i in np.argsort(effect[:, 0])[::-1][:6]])

# %%
# The candidates
# --------------
#
# First those that read weights. The asker's ``weights[:, idx]`` is the forward input gate, with its sign.
# Then the same block and the seven others by their size; the length of all eight together;
# and, with no network at all, how often the token occurs.

import lstm_shapes

layer = lstm_shapes.explain(input_dim=100, units=20, bidirectional=True, merge_mode="sum").layers[0]
arrays = model.get_layer("encoder_lstm").get_weights()
slices = {
    f"{weight.direction} {gate}": arrays[weight.index][occurs, start:stop]
    for weight in layer.weights
    if weight.role == "kernel"
    for gate, ((start, stop),) in weight.gates.items()
}
assert np.array_equal(slices["forward input"], arrays[0][occurs, :20])  # what the loop reads

scores = {"weights[:, idx]": slices["forward input"]}
scores |= {f"|{name}|": np.abs(block) for name, block in slices.items()}
scores["all gates, norm"] = np.linalg.norm(list(slices.values()), axis=0)
scores["how often it occurs"] = np.repeat(x.sum(axis=(0, 1))[occurs, None], 20, axis=1)

# %%
# Then one that asks the network: **gradient × input**. The gradient of a latent unit with respect to the input, times
# the input, is what the unit would lose by the token if everything were linear.


@tf.function
def gradient_times_input(x, unit):
    """(window, token), summed over time."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        out = tf.gather(model.get_layer("encoder_lstm")(x), unit, axis=1)
    return tf.reduce_sum(tape.gradient(out, x) * x, axis=1)


units = [gradient_times_input(tf.constant(x), tf.constant(unit)).numpy() for unit in range(20)]
attribution = np.abs(units).mean(axis=1).T[occurs]  # (token, unit)
scores["gradient × input"] = attribution

# %%
# Who is right?
# -------------
#
# Spearman's correlation between the order of the tokens that a candidate gives and the true one, unit by unit:
# 1 is the same order, 0 is chance, below 0 is worse than chance.

from scipy.stats import spearmanr


def agreement(score, effect):
    """One correlation a unit."""
    return np.array([spearmanr(score[:, unit], effect[:, unit]).statistic for unit in range(20)])


rank = {
    question: {name: agreement(score, true) for name, score in scores.items()}
    for question, true in truth.items()
}
rank["where it occurs"]["gradient × input"] = agreement(
    attribution / share[:, None], truth["where it occurs"]
)

print(f"{'':22}" + "".join(f"{question:>20}" for question in rank))
for name in scores:
    print(f"{name:22}" + "".join(f"{found[name].mean():20.2f}" for found in rank.values()))

# %%
from matplotlib import pyplot as plt

INK, GREY, BEST = "#222222", "#8a8a8a", "#0072b2"
colour = {"weights[:, idx]": "#d55e00", "gradient × input": BEST}
figure, axes = plt.subplots(1, 2, figsize=(9, 4.8), sharey=True, layout="constrained")
for ax, (question, found) in zip(axes, rank.items(), strict=True):
    for y, name in enumerate(scores):
        ax.plot(found[name], np.full(20, y), ".", color=colour.get(name, GREY), markersize=4, alpha=0.6)
        ax.plot(found[name].mean(), y, "D", color=colour.get(name, INK), markersize=7)
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.set(title=f"Effect {question}", xlabel="Spearman correlation with the true effect", xlim=(-1, 1.05))
    ax.grid(axis="x", alpha=0.3)
ax.set_yticks(range(len(scores)), scores)
ax.invert_yaxis()

# %%
# *Each diamond is the mean over the 20 units, each dot one unit. In the whole text (left) counting the token is already
# good, and no block of weights comes near it. Where the token occurs (right) counting is worthless, and the
# best block is poor. Gradient × input (the last row) is close to 1 in both.*

mean = {question: {name: found.mean() for name, found in ranked.items()} for question, ranked in rank.items()}
blocks = [name for name in scores if name not in ("gradient × input", "how often it occurs")]
whole, local = mean.values()
assert min(whole["gradient × input"], local["gradient × input"]) > 0.9
assert max(whole[name] for name in blocks) < 0.7 < whole["how often it occurs"]
assert max(local[name] for name in blocks) < 0.6
assert whole["weights[:, idx]"] < 0.2
assert abs(local["how often it occurs"]) < 0.4

# %%
# One unit, token by token
# ------------------------
#
# The unit for which the asker's ranking is as good as for half of the others:

question = "in the whole text"
unit = int(np.argsort(rank[question]["weights[:, idx]"])[10])
labels = [{" ": "␣", "\n": "⏎"}.get(letter, letter) for letter in alphabet]
figure, axes = plt.subplots(1, 2, figsize=(9, 4), sharey=True, layout="constrained")
for ax, name in zip(axes, ("weights[:, idx]", "gradient × input"), strict=True):
    ax.set(title=f"unit {unit}: correlation {rank[question][name][unit]:.2f}", xlabel=name, yscale="log")
    ax.plot(scores[name][:, unit], effect[:, unit], ".", color="none")
    for token, score, change in zip(occurs, scores[name][:, unit], effect[:, unit], strict=True):
        ax.text(
            score,
            change,
            labels[token],
            color=colour[name],
            ha="center",
            va="center",
            family="DejaVu Sans Mono",
        )
axes[0].set_ylabel("mean change of the unit without the token")
axes[1].set_xscale("log")

# %%
# *Each character stands at its score and at what its removal really does. Left the score is the forward input gate's
# weight, right gradient × input, on which the characters lie in one line. (␣ is the blank, ⏎ the end of a line.)*

assert rank[question]["gradient × input"].min() > 0.9

# %%
# Why
# ---
#
# A weight is one factor of many. What a token does to a unit depends on the other gates, on the other direction, on
# the state it meets and on the steps that follow; and a weight does not know how often its token comes.
# The gradient goes through all of that.
#
# And its limits: it is a first-order estimate. It is this good because the units here work in the middle of their
# range, where everything is nearly linear (the largest value is printed below). For a network in saturation, measure
# the effect itself: it took one run of the encoder a token.
#
# What to do with your own model: replace ``np.argsort(weights[:, idx])`` by ``np.argsort(attribution[:, idx])``.

print(f"largest |latent value|: {np.abs(latent).max():.2f} of at most 2 (two directions, summed)")
assert np.abs(latent).max() < 1
