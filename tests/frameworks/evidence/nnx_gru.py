"""Has nnx.GRUCell the bias b_hn of its own documentation?"""

import jax
import numpy as np
from flax import linen, nnx

DISTRIBUTIONS = ("flax", "jax", "numpy")

cell = nnx.GRUCell(3, 2, rngs=nnx.Rngs(0))
found = nnx.to_pure_dict(nnx.state(cell, nnx.Param))
print("b_hn in the docstring:", "b_{hn}" in nnx.GRUCell.__doc__)
print(
    "nnx  ",
    {f"{part}.{name}": array.shape for part, arrays in found.items() for name, array in arrays.items()},
)

other = linen.GRUCell(2)
x, h = np.ones((1, 3), "float32"), np.full((1, 2), 0.5, "float32")
params = other.init(jax.random.key(0), h, x)["params"]
print(
    "linen",
    {f"{part}/{name}": array.shape for part, arrays in params.items() for name, array in arrays.items()},
)

# The same numbers in both; then b_hn = 1 in the one that has it.
stack = lambda *parts: np.concatenate([params[part]["kernel"] for part in parts], axis=1)  # noqa: E731
cell.dense_i.kernel[...] = stack("ir", "iz", "in")
cell.dense_h.kernel[...] = stack("hr", "hz", "hn")
for b_hn in (0.0, 1.0):
    params["hn"]["bias"] = np.full(2, b_hn, "float32")
    one, two = other.apply({"params": params}, h, x)[0], cell(h, x)[0]
    print("b_hn", b_hn, "-> the two differ by", round(float(np.abs(one - two).max()), 3))
