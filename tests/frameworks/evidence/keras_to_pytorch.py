"""Keras layers as PyTorch modules: the same numbers come out."""

import keras
import numpy as np
import torch

import lstm_shapes

DISTRIBUTIONS = ("keras", "torch", "numpy")


def to_pytorch(layers, module):
    """Load one Keras layer, or several that stand on each other, into a module with as many layers."""
    arrays = [array for layer in layers for array in layer.get_weights()]
    made = lstm_shapes.convert(arrays, "keras", "pytorch")
    module.load_state_dict({name: torch.from_numpy(array) for name, array in made.named.items()})


def twice(cell):
    """Two directions, side by side."""
    return keras.layers.Bidirectional(cell)


every = {"return_sequences": True}
CASES = {
    "LSTM": ([keras.layers.LSTM(20, **every)], torch.nn.LSTM(100, 20, batch_first=True)),
    "Bidirectional LSTM, twice": (
        [twice(keras.layers.LSTM(20, **every)), twice(keras.layers.LSTM(20, **every))],
        torch.nn.LSTM(100, 20, num_layers=2, bidirectional=True, batch_first=True),
    ),
    "GRU": ([keras.layers.GRU(20, **every)], torch.nn.GRU(100, 20, batch_first=True)),
    "SimpleRNN": ([keras.layers.SimpleRNN(20, **every)], torch.nn.RNN(100, 20, batch_first=True)),
}
rng = np.random.default_rng(0)
x = rng.normal(size=(3, 45, 100)).astype("float32")
for name, (layers, module) in CASES.items():
    model = keras.Sequential([keras.Input((45, 100)), *layers])
    model.set_weights([rng.normal(size=array.shape, scale=0.1) for array in model.get_weights()])
    to_pytorch(layers, module)
    with torch.no_grad():
        y = module(torch.from_numpy(x))[0].numpy()
    print(f"{name:26} largest difference {abs(y - np.asarray(model(x))).max():.0e}")
