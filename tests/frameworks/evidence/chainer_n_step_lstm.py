"""Which of n_step_lstm's w2 and w3 is the output gate?"""

import numpy as np
from chainer import functions

DISTRIBUTIONS = ("chainer", "numpy")

h0, c0 = np.zeros((1, 1, 2), "float32"), np.ones((1, 1, 2), "float32")
x = [np.ones((1, 3), "float32")]
ws = [[np.zeros((2, 3 if j < 4 else 2), "float32") for j in range(8)]]
for j in range(4):
    bs = [[np.full(2, 20.0 if j == k else 0.0, "float32") for k in range(8)]]
    h, c, _ = functions.n_step_lstm(1, 0.0, h0, c0, ws, bs, x)
    print(f"b{j} at 20: cell", round(float(c.array[0, 0, 0]), 3), "output", round(float(h.array[0, 0, 0]), 3))
