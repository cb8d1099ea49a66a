"""flax.linen.ConvLSTMCell: the order of its gates, and when the 1 is added."""

import jax
import numpy as np
from flax import linen

DISTRIBUTIONS = ("flax", "jax", "numpy")

cell = linen.ConvLSTMCell(features=2, kernel_size=(1,))
x, state = np.ones((1, 1, 3), "float32"), (np.ones((1, 1, 2), "float32"), np.zeros((1, 1, 2), "float32"))
params = jax.tree.map(np.zeros_like, cell.init(jax.random.key(0), state, x)["params"])
(plain, _), _ = cell.apply({"params": params}, state, x)
print(
    "all weights 0, cell 1 -> cell",
    float(plain.ravel()[0]),
    "= sigmoid(1):",
    np.float32(1 / (1 + np.exp(-1))),
)
for block in range(4):
    bias = np.zeros(8, "float32")
    bias[2 * block : 2 * block + 2] = 20
    changed = {**params, "ih": {**params["ih"], "bias": bias}}
    (c, h), _ = cell.apply({"params": changed}, state, x)
    print(
        "block", block, "at 20: cell", round(float(c.ravel()[0]), 3), "output", round(float(h.ravel()[0]), 3)
    )
