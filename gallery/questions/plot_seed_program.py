r"""
The program that started this, running today
============================================

Somebody trained an autoencoder, looked at ``encoder.get_weights()[0]``, saw ``(100, 80)`` and asked what the 80 is.
Here is that program: first as it was written, then as you would write it for Keras 3.
Each array is printed with its label.
"""

# %%
# As it was
# ---------
#
# The numbers, the layers, the ``.hdf5`` checkpoints and the loop over the epochs are the asker's.
# One word differs: the Keras that it was written for, Keras 2, is called ``tf_keras`` today.
# (The arrays ``x`` and ``y`` are random, as they were: the question is about shapes.)

import tempfile
import warnings

import numpy as np
import tf_keras as keras
from tf_keras.callbacks import ModelCheckpoint
from tf_keras.models import Model, load_model

warnings.filterwarnings("ignore", message="You are saving your model as an HDF5 file")  # as the asker did
folder = tempfile.mkdtemp() + "/"  # the checkpoints go where nobody minds

SEQUENCE_LEN = 45
LATENT_SIZE = 20
VOCAB_SIZE = 100

inputs = keras.layers.Input(shape=(SEQUENCE_LEN, VOCAB_SIZE), name="input")
encoded = keras.layers.Bidirectional(keras.layers.LSTM(LATENT_SIZE), merge_mode="sum", name="encoder_lstm")(
    inputs
)
decoded = keras.layers.RepeatVector(SEQUENCE_LEN, name="repeater")(encoded)
decoded = keras.layers.Bidirectional(
    keras.layers.LSTM(VOCAB_SIZE, return_sequences=True), merge_mode="sum", name="decoder_lstm"
)(decoded)
autoencoder = keras.models.Model(inputs, decoded)
autoencoder.compile(optimizer="sgd", loss="mse")

x = np.random.randint(0, 90, size=(10, SEQUENCE_LEN, VOCAB_SIZE))
y = np.random.normal(size=(10, SEQUENCE_LEN, VOCAB_SIZE))
NUM_EPOCHS = 1
checkpoint = ModelCheckpoint(filepath=folder + "checkpoint/{epoch}.hdf5")
history = autoencoder.fit(x, y, epochs=NUM_EPOCHS, callbacks=[checkpoint], verbose=0)

for epoch in range(1, NUM_EPOCHS + 1):
    file_name = folder + "checkpoint/" + str(epoch) + ".hdf5"
    lstm_autoencoder = load_model(file_name)
    encoder = Model(lstm_autoencoder.input, lstm_autoencoder.get_layer("encoder_lstm").output)
    print(encoder.output_shape[1])
    weights = encoder.get_weights()[0]
    print(weights.shape)
    for idx in range(encoder.output_shape[1]):
        token_idx = np.argsort(weights[:, idx])[::-1]

# %%
# What the six arrays are
# -----------------------
#
# Ask the checkpoint itself. The package reads the file's own description, without Keras; the loop below holds what it
# says against the arrays that Keras loaded.

import lstm_shapes

explained = lstm_shapes.explain(file_name).layers[0]
print(explained.path, explained.cell, explained.directions, explained.merge_mode)
for weight, array, variable in zip(explained.weights, encoder.get_weights(), encoder.weights, strict=True):
    assert weight.shape == array.shape
    assert f"{weight.direction}_lstm" in variable.name
    assert variable.name.endswith(f"/{weight.role}:0")
    print(f"[{weight.index}] {weight.direction:8} {weight.role:16} {weight.shape!s:9} {variable.name}")

# %%
# What the loop reads
# -------------------
#
# ``idx`` runs from 0 to 19, and so ``weights[:, idx]`` reads the columns 0 to 19 of the forward kernel.
# Those are its **input gate**, and nothing else: not the forget gate, not the candidate, not the output gate,
# and nothing of the backward direction.

gates = explained.weights[0].gates
read = set(range(encoder.output_shape[1]))
for gate, ((start, stop),) in gates.items():
    print(
        f"columns {start:2}:{stop} {gate:7}",
        "read by the loop" if read & set(range(start, stop)) else "never read",
    )

((start, stop),) = gates["input"]
assert read == set(range(start, stop))

# %%
from matplotlib import pyplot as plt
from matplotlib.patches import Rectangle

from lstm_shapes import plot

figure, (forward, backward) = plt.subplots(1, 2, figsize=(9, 5), layout="constrained")
plot.matrix_map(explained.weights[0], forward).set_title("forward kernel, get_weights()[0]")
plot.matrix_map(explained.weights[3], backward).set_title("backward kernel, get_weights()[3]")
forward.add_patch(
    Rectangle((start, 0), stop - start, VOCAB_SIZE, fill=False, edgecolor="black", linewidth=3, clip_on=False)
)
forward.text(start + (stop - start) / 2, 8, "read by\nthe loop", ha="center", va="top", fontweight="bold")

# %%
# *Both kernels of the encoder, to scale. The loop reads the framed block: an eighth of the picture.*
#
# To rank the tokens by their weight into the forget gate of the backward unit 7 instead, name what you mean:

kernel = explained.weights[3]
((first, last),) = kernel.gates["forget"]
column = encoder.get_weights()[kernel.index][:, first:last][:, 7]
print(kernel.role, kernel.direction, np.argsort(column)[::-1][:5])

# %%
# Why the original stops on Keras 3
# ---------------------------------
#
# Two things changed. The callback no longer takes ``.hdf5``, and its message names ``.keras`` as the only choice.
# (``.h5`` passes too.)

import keras as keras3

try:
    keras3.callbacks.ModelCheckpoint(filepath="checkpoint/{epoch}.hdf5")
    raise AssertionError("Keras takes .hdf5 again: change this page")
except ValueError as error:
    print(f"Keras {keras3.__version__}:", error)
    assert ".keras" in str(error)
    assert ".h5" not in str(error)

keras3.callbacks.ModelCheckpoint(filepath="checkpoint/{epoch}.h5")  # no error

# %%
# And Keras 3 does not load the old file: the LSTM in it has an option that Keras 3 no longer knows.

try:
    keras3.models.load_model(folder + "checkpoint/1.hdf5")
    raise AssertionError("Keras loads it again: change this page")
except ValueError as error:
    print(f"Keras {keras3.__version__}:", error)
    assert "time_major" in str(error)

# %%
# The port to Keras 3
# -------------------
#
# ``.keras`` instead of ``.hdf5``, and ``compile=False`` where the model is loaded only to be looked at. All else stays:
# same layers, same loop, same twelve arrays in the same order.

layers = keras3.layers
inputs = layers.Input(shape=(SEQUENCE_LEN, VOCAB_SIZE), name="input")
encoded = layers.Bidirectional(layers.LSTM(LATENT_SIZE), merge_mode="sum", name="encoder_lstm")(inputs)
decoded = layers.RepeatVector(SEQUENCE_LEN, name="repeater")(encoded)
decoded = layers.Bidirectional(
    layers.LSTM(VOCAB_SIZE, return_sequences=True), merge_mode="sum", name="decoder_lstm"
)(decoded)
ported = keras3.models.Model(inputs, decoded)
ported.compile(optimizer="sgd", loss="mse")
checkpoint = keras3.callbacks.ModelCheckpoint(filepath=folder + "checkpoint/{epoch}.keras")
ported.fit(x, y, epochs=NUM_EPOCHS, callbacks=[checkpoint], verbose=0)

for epoch in range(1, NUM_EPOCHS + 1):
    loaded = keras3.models.load_model(folder + "checkpoint/" + str(epoch) + ".keras", compile=False)
    encoder = keras3.models.Model(loaded.input, loaded.get_layer("encoder_lstm").output)
    print(encoder.output_shape, [array.shape for array in encoder.get_weights()])
    assert all(
        np.array_equal(ours, theirs)
        for ours, theirs in zip(ported.get_weights(), loaded.get_weights(), strict=True)
    )

whole = lstm_shapes.explain(folder + "checkpoint/1.keras")
labels = [(layer.path, weight) for layer in whole.layers for weight in layer.weights]
for (name, weight), variable in zip(labels, loaded.weights, strict=True):
    assert variable.path.endswith(f"/{weight.role}")
    assert weight.direction in variable.path
    assert weight.shape == variable.shape
    print(
        f"[{weight.index:2}] {name} {weight.direction:8} {weight.role:16} {weight.shape!s:10} {variable.path}"
    )

# %%
# Twelve arrays: six of the encoder, six of the decoder. The decoder's kernels, ``(20, 400)``, are what reads the
# encoder's output; there is no array *between* the two layers. (A model that Keras 3 has loaded from a file leaves
# the layer's name out of its variables' paths, as you see: count, or ask this package.)

shapes = [weight.shape for weight in whole.weights]
assert shapes == [array.shape for array in autoencoder.get_weights()]
assert whole.parameters == loaded.count_params() == autoencoder.count_params()
print(whole.layers[1].weights[0].shape, whole.parameters)

# %%
# If you take .h5 instead
# -----------------------
#
# With ``.h5`` Keras 3 writes the checkpoint, and then cannot read it back: the file says ``"mse"``, and that name is
# no longer found. ``compile=False`` skips the loss, and the weights are all there.

ported.save(folder + "1.h5")
try:
    keras3.models.load_model(folder + "1.h5")
    raise AssertionError("Keras reads it now: change this page")
except ValueError as error:
    print(f"Keras {keras3.__version__}:", error)
    assert "mse" in str(error)

loaded = keras3.models.load_model(folder + "1.h5", compile=False)
assert shapes == [variable.shape for variable in loaded.weights]
