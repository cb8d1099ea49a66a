"""Which block of haiku.LSTM's only matrix is which gate, and when is the 1 added?"""

import haiku as hk
import jax
import numpy as np

DISTRIBUTIONS = ("dm-haiku", "jax", "numpy")

step = hk.without_apply_rng(hk.transform(lambda x, state: hk.LSTM(2)(x, state)))
x, state = np.ones((1, 3), "float32"), hk.LSTMState(np.zeros((1, 2), "float32"), np.ones((1, 2), "float32"))
params = step.init(jax.random.key(0), x, state)["lstm/linear"]
print(
    "as made:",
    {name: array.shape for name, array in params.items()},
    "biases",
    set(np.asarray(params["b"]).tolist()),
)

zero = {name: np.zeros(array.shape, "float32") for name, array in params.items()}
_, plain = step.apply({"lstm/linear": zero}, x, state)
print(
    "all weights 0, cell 1 -> cell",
    float(plain.cell[0, 0]),
    "= sigmoid(1):",
    np.float32(1 / (1 + np.exp(-1))),
)

for block in range(4):
    bias = zero["b"].copy()
    bias[2 * block : 2 * block + 2] = 20  # a gate wide open, or a candidate of 1
    h, after = step.apply({"lstm/linear": {**zero, "b": bias}}, x, state)
    print(
        "block", block, "at 20: cell", round(float(after.cell[0, 0]), 3), "output", round(float(h[0, 0]), 3)
    )
