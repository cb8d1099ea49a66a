r"""
Weights over epochs, from a directory of checkpoints
====================================================

The program in the question saves a checkpoint after every epoch and then looks at them one by one, at one eighth of one
layer's kernels. Here is the whole directory in one call, every gate of every array.
**What moves most is not what the loop looked at; and the forget gate first closes, then opens again.**
"""

# %%
# The loop
# --------
#
# The asker's model on the Zen of Python, as in :ref:`sphx_glr_gallery_training_plot_weights_before_after.py`, and the
# asker's ``ModelCheckpoint``. One more file, ``0.keras``, keeps what there was before the training.

import codecs
import contextlib
import io
import string
import tempfile

import keras
import numpy as np

with contextlib.redirect_stdout(io.StringIO()):
    import this  # prints its text when it is imported first; keeps it in a simple cipher

text, alphabet = codecs.decode(this.s, "rot13") + "\n", string.printable
codes = np.array([alphabet.index(letter) for letter in text])
x = np.eye(len(alphabet), dtype="float32")[np.lib.stride_tricks.sliding_window_view(codes, 45)[::3]]

SEED = 1997
NUM_EPOCHS = 15
keras.utils.set_random_seed(SEED)
layers = keras.layers
autoencoder = keras.Sequential(
    [
        keras.Input((45, 100), name="input"),
        layers.Bidirectional(layers.LSTM(20), merge_mode="sum", name="encoder_lstm"),
        layers.RepeatVector(45, name="repeater"),
        layers.Bidirectional(layers.LSTM(100, return_sequences=True), merge_mode="sum", name="decoder_lstm"),
    ]
)
autoencoder.compile(optimizer=keras.optimizers.Adam(0.03), loss="mse")

folder = tempfile.TemporaryDirectory()  # on your disk: "checkpoint"
autoencoder.save(f"{folder.name}/0.keras")
checkpoint = keras.callbacks.ModelCheckpoint(filepath=folder.name + "/{epoch}.keras")
fitted = autoencoder.fit(x, x, epochs=NUM_EPOCHS, batch_size=32, callbacks=[checkpoint], verbose=0)
loss = fitted.history["loss"]

# %%
# One call
# --------
#
# Epoch 10 comes after epoch 9, although its name does not. The files are read one at a time, and without Keras.

import lstm_shapes

history = lstm_shapes.history(f"{folder.name}/*.keras")
folder.cleanup()
print(dict(history.sizes))
print("numbers:", *history.data_vars)
assert history.epoch.values.tolist() == list(range(NUM_EPOCHS + 1))

# %%
# What a gate's numbers were after some epoch is now a matter of naming it. The last one is still in memory, so we can
# see that it is true:

norm = history["norm"].sel(layer="encoder_lstm", direction="forward", role="kernel", gate="input")
live = autoencoder.get_layer("encoder_lstm").get_weights()[0][:, :20]  # what the asker's loop looked at
print(norm.sel(epoch=[0, 1, NUM_EPOCHS]).values.round(3), np.linalg.norm(live).round(3))
assert np.isclose(norm[-1], np.linalg.norm(live))

# %%
# Which gate moves
# ----------------

from lstm_shapes import plot

plot.history(history, "norm", layer="encoder_lstm")

# %%
# *The size (norm) of every gate's block in the encoder, epoch by epoch. In the kernels all gates grow a little. In the
# recurrent kernels the candidate ("cell") runs ahead, and the forget gate follows late. The biases: see below.*

grown = (history["norm"].isel(epoch=-1) / history["norm"].isel(epoch=0)).mean("direction")
grown = grown.sel(role=["kernel", "recurrent_kernel"])  # biases start at zero
for name in history.layer.values:
    for role in grown.role.values:
        one = grown.sel(layer=name, role=role)
        print(
            f"{name:13}{role:17}", *(f"{gate} x {one.sel(gate=gate).item():.2f} " for gate in one.gate.values)
        )

for name in history.layer.values:
    most = grown.sel(layer=name).stack(block=("role", "gate")).idxmax("block").item()
    print(f"grows most in {name}: {most}")
    assert most == ("recurrent_kernel", "cell")
    # what the loop looked at
    assert grown.sel(layer=name, role="kernel", gate="input") < grown.sel(layer=name).max() / 1.2

# %%
# The input gate's block of the kernel, which the loop read, grows much less. What the training writes goes for the
# most part into how the candidate reads the network's own state.
#
# The forget gate closes, then opens
# ----------------------------------

from matplotlib import pyplot as plt

forget = history["mean"].sel(role="bias", gate="forget").mean("direction")
figure, (above, below) = plt.subplots(2, 1, figsize=(9, 5), sharex=True, layout="constrained")
for name, colour, marker in (("encoder_lstm", "#0072b2", "o"), ("decoder_lstm", "#d55e00", "s")):
    above.plot(history.epoch, forget.sel(layer=name), color=colour, marker=marker, label=name)
above.set(title="Forget gate's bias, mean over units and directions", ylabel="bias")
above.legend(frameon=False)
below.plot(range(1, NUM_EPOCHS + 1), loss, color="#222222", marker="D", markersize=4)
below.set(title="Loss", xlabel="epoch", ylabel="mean squared error", xticks=history.epoch.values)

# %%
# *Keras starts it at 1. In the first epochs both layers' forget gates close; the decoder's stay so. The encoder's turn
# and open again, when the loss falls only slowly.*
#
# In the first epochs not the forget gate alone closes: the bias of every sigmoid gate goes down, in both layers and
# directions. One way to read it: most of the targets are zeros, and to say less is the quickest way to a smaller error.
# Only then does the encoder begin to keep something of the text.

encoder, decoder = (forget.sel(layer=name).values for name in ("encoder_lstm", "decoder_lstm"))
lowest = int(encoder.argmin())
print(f"encoder: 1 at the start, {encoder[lowest]:.2f} in epoch {lowest}, {encoder[-1]:.2f} at the end")
print(f"decoder: 1 at the start, {decoder[-1]:.2f} at the end")
assert 2 <= lowest < NUM_EPOCHS - 3
assert encoder[lowest] < 0.85
assert encoder[-1] > encoder[lowest] + 0.05
assert decoder[-1] < decoder.min() + 0.03 < 0.8

first = history["mean"].sel(role="bias").isel(epoch=2) - history["mean"].sel(role="bias").isel(epoch=0)
assert (first.sel(gate=["input", "forget", "output"]) < 0).all()
assert loss[0] - loss[lowest] > 5 * (loss[lowest] - loss[-1])

# %%
# The two ends of the training do not show the turn: at the end the bias is on its way back to where it started. That is
# what the checkpoints in between are for. The drift from the start, forward and backward, in the epochs 0, lowest, last:

print(
    history.forget_bias_drift.sel(layer="encoder_lstm", epoch=[0, lowest, NUM_EPOCHS])
    .values.round(2)
    .tolist()
)
