"""PyTorch modules as Keras layers: the same numbers come out."""

import keras
import numpy as np
import torch

import lstm_shapes

DISTRIBUTIONS = ("torch", "keras", "numpy")
LAYERS = {"LSTM": keras.layers.LSTM, "GRU": keras.layers.GRU, "RNN": keras.layers.SimpleRNN}


def to_keras(module):
    """A Keras model of the module: one layer for each of its layers, all steps given."""
    arrays = {name: array.numpy() for name, array in module.state_dict().items()}
    model = keras.Sequential([keras.Input((None, module.input_size))])
    for _ in range(module.num_layers):
        layer = LAYERS[type(module).__name__](module.hidden_size, return_sequences=True, use_bias=module.bias)
        model.add(keras.layers.Bidirectional(layer) if module.bidirectional else layer)
    model.set_weights(lstm_shapes.convert(arrays, "pytorch", "keras").arrays)
    return model


torch.manual_seed(0)
MODULES = [
    torch.nn.LSTM(512, 64, batch_first=True),
    torch.nn.LSTM(512, 64, num_layers=2, bidirectional=True, batch_first=True),
    torch.nn.GRU(512, 64, bidirectional=True, batch_first=True),
    torch.nn.GRU(512, 64, bias=False, batch_first=True),
    torch.nn.RNN(512, 64, batch_first=True),
]
x = torch.randn(3, 45, 512)
for module in MODULES:
    with torch.no_grad():
        y = module(x)[0].numpy()
    print(f"{abs(y - np.asarray(to_keras(module)(x.numpy()))).max():.0e}  {module}")
