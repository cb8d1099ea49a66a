"""An open update gate: does it keep the old state, or take the new one?  Three GRUs of one library."""

import numpy as np
from chainer import Variable, functions, links

DISTRIBUTIONS = ("chainer", "numpy")

x, h = np.ones((1, 3), "float32"), np.full((1, 2), 0.5, "float32")


def open_update(link):
    """z as good as 1, whatever the input."""
    link.W_z.b.array[:] = 20
    return link


def said(after):
    return "keeps the state" if np.allclose(after.array, h) else "takes the new one"


print("StatelessGRU:", said(open_update(links.StatelessGRU(3, 2))(h, x)))
stateful = open_update(links.StatefulGRU(3, 2))
stateful.set_state(Variable(h))
print("StatefulGRU: ", said(stateful(x)))

rng = np.random.RandomState(0)
ws = [[rng.normal(size=(2, 3 if j < 3 else 2)).astype("float32") for j in range(6)]]
bs = [[np.full(2, 20.0 if j == 1 else 0.0, "float32") for j in range(6)]]  # b1: z, by the docstring
after, _ = functions.n_step_gru(1, 0.0, h[None], ws, bs, [x])
print("n_step_gru:  ", said(after[0]))
