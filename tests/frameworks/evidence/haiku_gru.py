"""Which of haiku.GRU's gates keeps the old state: z, which its documentation calls the reset gate?"""

import haiku as hk
import jax
import numpy as np

DISTRIBUTIONS = ("dm-haiku", "jax", "numpy")

step = hk.without_apply_rng(hk.transform(lambda x, h: hk.GRU(2)(x, h)[0]))
x, h = np.ones((1, 3), "float32"), np.full((1, 2), 0.5, "float32")
params = step.init(jax.random.key(0), x, h)["gru"]
print({name: array.shape for name, array in params.items()})
for block, name in enumerate(("z", "r")):
    for value in (-20, 20):
        bias = np.zeros(6, "float32")
        bias[2 * block : 2 * block + 2] = value
        after = np.asarray(step.apply({"gru": {**params, "b": bias}}, x, h))
        print(
            f"{name} shut:" if value < 0 else f"{name} open:",
            "the state stays" if np.allclose(after, h) else "the state changes",
        )
