r"""
The encoder's weights before and after training
===============================================

Three arrays a direction, four gates an array: here they are as heat maps, split where the gates are, first as Keras
initialises them, then after training on a text.
"""

# %%
# The data: the Zen of Python, which every Python carries, as one-hot characters. The model: the seed's autoencoder,
# with its 20 units, on windows of 45 characters.

import codecs
import contextlib
import io

import keras
import numpy as np

import lstm_shapes
from lstm_shapes import plot

with contextlib.redirect_stdout(io.StringIO()):
    import this
text = codecs.decode(this.s, "rot13")
alphabet = sorted(set(text))
codes = np.array([alphabet.index(letter) for letter in text])
windows = np.lib.stride_tricks.sliding_window_view(codes, 45)[::3]
x = np.eye(len(alphabet), dtype="float32")[windows]
print(f"{len(x)} windows of 45 characters, {len(alphabet)} different characters")

keras.utils.set_random_seed(1)
layers = keras.layers
model = keras.Sequential(
    [
        keras.Input((45, len(alphabet))),
        layers.Bidirectional(layers.LSTM(20), merge_mode="sum", name="encoder_lstm"),
        layers.RepeatVector(45, name="repeater"),
        layers.Bidirectional(
            layers.LSTM(len(alphabet), return_sequences=True), merge_mode="sum", name="decoder_lstm"
        ),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
encoder = model.get_layer("encoder_lstm")
before = [array.copy() for array in encoder.get_weights()]
loss = model.fit(x, x, epochs=12, batch_size=32, verbose=0).history["loss"]
after = encoder.get_weights()
print(f"loss {loss[0]:.4f} -> {loss[-1]:.4f}")

# %%
# Before
# ------

layer = lstm_shapes.explain(input_dim=len(alphabet), units=20, bidirectional=True, merge_mode="sum").layers[0]
plot.weights(layer, before, "forward", "encoder, forward direction, before training")

# %%
# *Kernel and recurrent kernel look like noise. The bias does not: Keras starts the forget gate's bias at 1, all
# others at 0, so that a new LSTM remembers.*

((start, stop),) = layer.weights[2].gates["forget"]
assert (before[2][start:stop] == 1).all()
assert not np.delete(before[2], np.s_[start:stop]).any()

# %%
# After
# -----

plot.weights(layer, after, "forward", "encoder, forward direction, after training")

# %%
# *After training some rows of the kernel stand out: characters that matter to many units. The scale is wider than
# before.*
#
# The backward direction has arrays of its own, and they went their own way:

plot.weights(layer, after, "backward", "encoder, backward direction, after training")

# %%
# The finding, in numbers: how far each gate's columns moved, for each direction.

moved = {}
for weight, old, new in zip(layer.weights, before, after, strict=True):
    for gate, ((start, stop),) in weight.gates.items():
        change = np.abs(new - old)[..., start:stop].mean()
        moved[weight.direction, weight.role, gate] = change
        print(f"[{weight.index}] {weight.direction:8} {weight.role:16} {gate:6} mean change {change:.3f}")

assert loss[-1] < loss[0]
assert all(change > 0.01 for change in moved.values())  # every gate of every array was trained
assert np.abs(after[0]).max() > np.abs(before[0]).max()  # the scale did become wider
assert not np.allclose(after[0], after[3], atol=0.1)  # the two directions did not become alike
