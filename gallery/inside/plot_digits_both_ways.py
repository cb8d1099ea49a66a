r"""
Handwritten digits, read from both ends
=======================================

A bidirectional GRU reads each picture row by row: one direction from the top, one from the bottom. What does each
know, and when? We stop after every row and let a linear read-out guess the digit from the state alone.
**After the last time step the forward half has seen everything, and the backward half one row.**
Whoever takes ``output[:, -1]`` of a bidirectional layer takes those two.
"""

# %%
# scikit-learn ships 1797 digits of 8 × 8 pixels: eight time steps of eight numbers.

import keras
import numpy as np
from matplotlib import pyplot as plt
from sklearn.datasets import load_digits

SEED = 1997
digits = load_digits()
x, y = (digits.images / 16).astype("float32"), digits.target
order = np.random.default_rng(SEED).permutation(len(x))
train, test = order[:1000], order[1000:]

figure, axes = plt.subplots(1, 10, figsize=(9, 1.6), layout="constrained")
figure.suptitle("The ten digits, each of eight rows", fontsize=9)
for digit, ax in enumerate(axes):
    ax.imshow(x[y == digit][0], cmap="gray_r")
    ax.set(xticks=[], yticks=[0, 7] if digit == 0 else [], xlabel=digit)
    ax.tick_params(length=0, labelsize=8)
axes[0].set_yticks([0, 7], ["row 1", "row 8"])

# %%
# *One of each. The forward direction meets row 1 first, the backward direction row 8.*

keras.utils.set_random_seed(SEED)
layers = keras.layers
inputs = keras.Input((8, 8), name="rows")
read = layers.Bidirectional(layers.GRU(24), name="both_ways")(inputs)
model = keras.Model(inputs, layers.Dense(10, activation="softmax")(read))
model.compile(keras.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x[train], y[train], epochs=15, batch_size=32, verbose=0)
_, accuracy = model.evaluate(x[test], y[test], verbose=0)
print(f"the whole model: {accuracy:.3f} of the digits it has not seen")
assert accuracy > 0.93

# %%
# The state after every row
# -------------------------
#
# The same weights in a layer that returns its whole sequence. Keras joins the directions side by side, and it turns the
# backward sequence round, so that index *t* of both halves means the same row.

import lstm_shapes

layer = lstm_shapes.explain(model).layers[0]
print(layer.path, layer.cell, layer.directions, layer.merge_mode, layer.output_shape)

weights = model.get_layer("both_ways").get_weights()
sequence = layers.Bidirectional(layers.GRU(layer.units, return_sequences=True))
sequence.build(x.shape)
sequence.set_weights(weights)
states = np.asarray(sequence(x))
forward, backward = states[..., : layer.units], states[..., layer.units :]
print(f"{states.shape = }")

# %%
# Where is what the model itself used? At the *end* of the forward half and at the *start* of the backward one:

used = np.concatenate([forward[:, -1], backward[:, 0]], axis=1)
last = np.concatenate([forward[:, -1], backward[:, -1]], axis=1)
output = np.asarray(model.get_layer("both_ways")(x))
print(f"{np.abs(used - output).max():.0e} from forward[:, -1] and backward[:, 0]")
print(f"{np.abs(last - output).max():.1f}   from output[:, -1]")
assert np.abs(used - output).max() < 1e-5 < 0.1 < np.abs(last - output).max()

# %%
# What each direction knows
# -------------------------

from sklearn.linear_model import RidgeClassifier


def guess(state):
    """The digits of the test pictures, guessed from `state` by a linear read-out."""
    return RidgeClassifier().fit(state[train], y[train]).predict(state[test])


halves = {"forward": forward, "backward": backward, "both, side by side": states}
known = {
    name: np.array([(guess(half[:, row]) == y[test]).mean() for row in range(8)])
    for name, half in halves.items()
}
for name, right in known.items():
    print(f"{name:20}", right.round(2))

# %%
style = {
    "forward": ("#0072b2", "o", "forward:\nhas read rows 1 to t"),
    "backward": ("#d55e00", "s", "backward:\nhas read rows t to 8"),
    "both, side by side": ("#222222", "D", "both"),
}
rows = np.arange(1, 9)
figure, ax = plt.subplots(figsize=(9, 4), layout="constrained")
for name, (colour, marker, label) in style.items():
    ax.plot(rows, known[name], color=colour, marker=marker, label=label)
ax.axhline(0.1, color="#8a8a8a", linewidth=1, linestyle=":")
ax.text(1, 0.12, "chance", color="#555555")
ax.set(
    title="What a linear read-out knows from the state at row t", xlabel="row t of the picture (time step)"
)
ax.set(ylabel="digits guessed right", ylim=(0, 1), xticks=rows)
ax.legend(loc="lower center", ncols=3, frameon=False)

# %%
# *The forward state learns from the top down, the backward state from the bottom up: its best is at row 1, where it has
# read the whole picture. Each knows little at the row where it starts. Together they know nearly the same everywhere.*

assert known["forward"][-1] > 0.85 > 0.5 > known["forward"][0]
assert known["backward"][0] > 0.8 > 0.6 > known["backward"][-1]
assert np.ptp(known["both, side by side"]) < 0.15
assert known["both, side by side"].min() > 0.8
steps = known["forward"] - known["backward"]
assert steps[0] < 0 < steps[-1]

# %%
# So the trap has a size. With ``return_sequences=True``, the backward half of ``output[:, -1]`` has read one row:

print(
    f"backward half of output[:, -1]: {known['backward'][-1]:.2f}; of output[:, 0]: {known['backward'][0]:.2f}"
)

# %%
# Half of the picture
# -------------------
#
# Stop both where they have read four rows. Which digits does each take for which?

from sklearn.metrics import confusion_matrix

halfway = {"forward: rows 1 to 4 read": forward[:, 3], "backward: rows 8 to 5 read": backward[:, 4]}
taken = {name: confusion_matrix(y[test], guess(state), normalize="true") for name, state in halfway.items()}
figure, axes = plt.subplots(1, 2, figsize=(9, 4.3), sharey=True, layout="constrained")
for ax, (name, table) in zip(axes, taken.items(), strict=True):
    image = ax.imshow(table, cmap="Blues", vmin=0, vmax=1)
    for true, guessed in np.argwhere(table > 0.095):
        dark = table[true, guessed] > 0.5
        ax.text(
            guessed,
            true,
            f"{table[true, guessed]:.0%}",
            ha="center",
            va="center",
            fontsize=8,
            color="w" if dark else "k",
        )
    ax.set(title=name, xlabel="guessed", xticks=range(10), yticks=range(10))
axes[0].set_ylabel("the digit")
figure.colorbar(image, ax=axes, shrink=0.8, label="share of the digit's pictures")

# %%
# *Each row is a digit, each column what it is taken for; shares of a tenth and more are written. From above a 5 is
# plain, from below it may be a 9. From below a 2 is plain, from above it may be a 3.*

top, bottom = taken.values()
print(f"5: {top[5, 5]:.0%} from above, {bottom[5, 5]:.0%} from below; 2: {top[2, 2]:.0%}, {bottom[2, 2]:.0%}")
assert top[5, 5] > bottom[5, 5] + 0.1
assert bottom[2, 2] > top[2, 2]
assert bottom[5, 9] > top[5, 9]
assert top[2, 3] > bottom[2, 3]

# %%
# That is why one takes two directions: each is blind where the other sees.
# And it is why you should know where in the output each of them ends: ``output[:, -1, :units]`` and
# ``output[:, 0, units:]``, or ``return_sequences=False``, which takes exactly these.
