r"""
The forget gate at work: add two numbers, far apart
===================================================

The task with which Hochreiter and Schmidhuber introduced the LSTM: read a row of numbers, of which two are marked, and
give their sum at the end. To do it, a cell must hold a number over many steps in which nothing important comes.
Keras starts the forget gate's bias at 1. What if it starts at 0?
**With 1 the network learns the task, with 0 it learns nothing: same rows, same weights but for that bias.**
"""

# %%
# The task
# --------
#
# Experiment 4 of *Long Short-Term Memory* (Neural Computation 9(8), 1997), with rows of 28 pairs instead of 100 and
# more, so that this page builds in seconds. Each step has a value between -1 and 1, and a mark: -1 at the first and
# last step, 1 at two others, else 0. The target is 0.5 + (X1 + X2) / 4; right is an error under 0.04.

import keras
import numpy as np
from matplotlib import pyplot as plt

STEPS, UNITS = 28, 16


def adding(count, rng):
    """Rows (count, time, 2) and their targets (count,)."""
    values, marks = rng.uniform(-1, 1, (count, STEPS)), np.zeros((count, STEPS))
    first = rng.integers(0, 10, count)  # one of the first ten
    second = rng.integers(0, STEPS // 2 - 1, count)  # one of the first half that is not marked yet
    second += second >= first
    marks[:, [0, -1]] = -1
    row = np.arange(count)
    for marked in (first, second):
        marks[row, marked] = 1
        values[row[marked == 0], 0] = 0  # the paper: where the first step is marked, it counts as 0
    x = np.stack([values, marks], axis=-1).astype("float32")
    return x, 0.5 + (values * (marks == 1)).sum(axis=1) / 4


# %%
# The networks
# ------------
#
# One LSTM of 16 units on these rows, and its twin: all weights the same, but the forget gate's piece of the bias is 0.
# Two such pairs, with two draws of the weights; all four are trained side by side on the same rows.

import lstm_shapes

SEED = 1997
keras.utils.set_random_seed(SEED)
layers, inputs = keras.layers, keras.Input((STEPS, 2))
runs = {(pair, bias): layers.LSTM(UNITS, name=f"pair{pair}_bias{bias}") for pair in (1, 2) for bias in (1, 0)}
model = keras.Model(inputs, [layers.Dense(1)(memory(inputs)) for memory in runs.values()])

bias_array = lstm_shapes.explain(input_dim=2, units=UNITS).layers[0].weights[2]
((start, stop),) = bias_array.gates["forget"]
for pair in (1, 2):
    kernel, recurrent_kernel, bias = runs[pair, 1].get_weights()
    assert (bias[start:stop] == 1).all()
    bias[start:stop] = 0
    runs[pair, 0].set_weights([kernel, recurrent_kernel, bias])

rng = np.random.default_rng(SEED)
(x, y), (x_new, y_new) = adding(3000, rng), adding(1000, rng)
model.compile(keras.optimizers.Adam(0.01), loss=["mse"] * len(runs), jit_compile=False)
model.fit(x, [y] * len(runs), epochs=5, batch_size=32, verbose=0)
guesses = dict(zip(runs, model.predict(x_new, verbose=0), strict=True))

# %%
# Who has learnt it?

guess_mean = float((np.abs(y.mean() - y_new) < 0.04).mean())
for (pair, bias), guess in guesses.items():
    right = float((np.abs(guess[:, 0] - y_new) < 0.04).mean())
    error = float(np.square(guess[:, 0] - y_new).mean() / y_new.var())
    print(
        f"pair {pair}, forget bias started at {bias}: {right:4.0%} right, squared error {error:.2f} of the variance"
    )
    assert error < 0.2 if bias else error > 0.9
print(f"always to say the mean: {guess_mean:.0%} right, squared error 1")

# %%
# The memory, made visible
# ------------------------
#
# :py:func:`lstm_shapes.trace` gives every gate and state at every step. Do the cells know the sum so far? Ask a linear
# read-out, step by step: R² is 1 where the cells tell it entirely and 0 where they tell nothing.

from sklearn.linear_model import LinearRegression

traces = {run: lstm_shapes.trace(memory, x_new).isel(direction=0) for run, memory in runs.items()}
marked = x_new[..., 1] == 1
so_far = np.cumsum(x_new[..., 0] * marked, axis=1)
learn, test = slice(0, 500), slice(500, None)


def known(cells):
    """R² of the sum so far at each step from the second on, read from the cells (batch, time, unit)."""
    return [
        LinearRegression().fit(cells[learn, t], so_far[learn, t]).score(cells[test, t], so_far[test, t])
        for t in range(1, STEPS)
    ]


memory = {run: np.array(known(trace.c.values)) for run, trace in traces.items()}

# %%
COLOUR = {1: "#0072b2", 0: "#d55e00"}
figure, ax = plt.subplots(figsize=(9, 3.6), layout="constrained")
for (pair, bias), line in memory.items():
    label = f"forget bias started at {bias}" if pair == 1 else None
    ax.plot(range(1, STEPS), line, color=COLOUR[bias], marker="os"[bias], markersize=4, label=label)
ax.axvspan(0, STEPS // 2 - 0.5, color="#eeeeee", zorder=0)
ax.text(0.2, 0.04, "the marks are here", color="#555555")
ax.set(
    title="Do the cells know the sum so far?",
    xlabel="time",
    ylabel="R² of a linear read-out",
    ylim=(-0.1, 1.05),
)
ax.set_xlim(0, STEPS - 0.5)
ax.legend(loc="center right", frameon=False)

# %%
# *One line a network, two of each. In the grey half marks may come; after it only noise. Where the bias started at 1,
# the sum so far stays in the cells to the end. Where it started at 0, it is fading while it is still being read, and
# at the end nothing is left.*

for (_, bias), line in memory.items():
    assert line[-1] > 0.9 if bias else line[-1] < 0.3
    assert bias or line[:9].max() > line[-1] + 0.2  # it was there, and is gone

# %%
# One row, gate by gate
# ---------------------

from lstm_shapes import plot

row = int(np.argmax((marked[:, 2:4].any(axis=1)) & marked[:, 8:10].any(axis=1)))  # marks that are well apart
trace = traces[1, 1]
plot.gates_over_time(lstm_shapes.trace(runs[1, 1], x_new), input=x_new, batch=row)

# %%
# *On top the row itself: the first line is the values, the second the marks (red 1, blue -1). Below the gates, then
# the cells and what they show. When a red mark comes, the cells jump. Between and after the marks they stay as they are,
# though values come at every step.*

jump = np.abs(np.diff(trace.c, axis=1))
quiet = ~marked[:, 1:]
quiet[:, -1] = False  # the last step has its own mark
at_mark, elsewhere = jump[marked[:, 1:]].mean(), jump[quiet].mean()
print(f"a cell moves by {at_mark:.2f} at a mark, by {elsewhere:.2f} at other steps")
assert at_mark > 1.7 * elsewhere

# %%
# Why 1
# -----
#
# A cell keeps the share *f* of itself at each step. Before any training, f is about sigmoid(bias), at every step. So
# much is left of a number after 20 steps, and so much of the error comes back to where the number was read:


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


for bias in (1, 0):
    print(f"bias {bias}: f = {sigmoid(bias):.2f}, after 20 steps {sigmoid(bias) ** 20:.1e}")
assert sigmoid(1) ** 20 > 1000 * sigmoid(0) ** 20

# %%
# Both are small, but one is two thousand times the other, and that is enough to start with. After training the gates
# are about where they began:

for (pair, bias), one in traces.items():
    forget = one.activation.sel(gate="forget").values[:, 1:][quiet].mean()
    print(f"pair {pair}, bias started at {bias}: mean forget gate at unmarked steps {forget:.2f}")
    assert abs(forget - sigmoid(bias)) < 0.1

# %%
# So how does the sum last, if the forget gates alone would let it fade? The cells' output comes back as *h* through the
# recurrent kernel, and the candidate puts in again what the gate let go. Cut that way, and only that: zeros in the
# candidate's columns of the recurrent kernel.

for pair in (1, 2):
    kernel, recurrent_kernel, bias = runs[pair, 1].get_weights()
    ((start, stop),) = lstm_shapes.explain(input_dim=2, units=UNITS).layers[0].weights[1].gates["cell"]
    recurrent_kernel[:, start:stop] = 0
    cut = layers.LSTM(UNITS)
    cut.build((None, STEPS, 2))
    cut.set_weights([kernel, recurrent_kernel, bias])
    left = known(lstm_shapes.trace(cut, x_new).c.isel(direction=0).values)[-1]
    print(f"pair {pair}: R² at the end {memory[pair, 1][-1]:.2f}, with the way back cut {left:.2f}")
    assert left < 0.75 < 0.9 < memory[pair, 1][-1]

# %%
# A large part of the sum is gone. The forget gate's start at 1 is what lets the network find this;
# what holds the number in the end is the gate and the way back together.
