"""Which of sonnet.GRU's gates keeps the old state: z, which its documentation calls the reset gate?"""

import numpy as np
import sonnet as snt
import tensorflow as tf

DISTRIBUTIONS = ("dm-sonnet", "tensorflow", "numpy")

gru = snt.GRU(2)
x, h = tf.ones((1, 3)), tf.fill((1, 2), 0.5)
gru(x, h)
print({variable.name: tuple(variable.shape) for variable in gru.trainable_variables})
for block, name in enumerate(("z", "r")):
    for value in (-20, 20):
        bias = np.zeros(6, "float32")
        bias[2 * block : 2 * block + 2] = value
        gru.b.assign(bias)
        after = gru(x, h)[0].numpy()
        print(
            f"{name} shut:" if value < 0 else f"{name} open:",
            "the state stays" if np.allclose(after, h) else "the state changes",
        )
