"""Lasagne (Theano): one array a gate; the initial state is a parameter too."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


COMMON: dict[str, Any] = {
    "framework": "lasagne",
    "bias_convention": "one per gate",
    "directions": "backwards=True on a second layer",
    "stacking": "one layer object per level",
    "version": "0.1",
    "verified": "run: Lasagne 0.1",
}

LSTM = Layout(
    cell="lstm",
    object="lasagne.layers.LSTMLayer",
    gates=("input", "forget", "cell", "output"),
    gate_names=("ingate", "forgetgate", "cell", "outgate"),
    arrays=(
        Array("W_in_to_ingate", "kernel", "input (gate unit)", gates=("input",)),
        Array("W_hid_to_ingate", "recurrent_kernel", "hidden (gate unit)", gates=("input",)),
        Array("b_ingate", "bias", "(gate unit)", gates=("input",)),
        Array("W_in_to_forgetgate", "kernel", "input (gate unit)", gates=("forget",)),
        Array("W_hid_to_forgetgate", "recurrent_kernel", "hidden (gate unit)", gates=("forget",)),
        Array("b_forgetgate", "bias", "(gate unit)", gates=("forget",)),
        Array("W_in_to_cell", "kernel", "input (gate unit)", gates=("cell",)),
        Array("W_hid_to_cell", "recurrent_kernel", "hidden (gate unit)", gates=("cell",)),
        Array("b_cell", "bias", "(gate unit)", gates=("cell",)),
        Array("W_in_to_outgate", "kernel", "input (gate unit)", gates=("output",)),
        Array("W_hid_to_outgate", "recurrent_kernel", "hidden (gate unit)", gates=("output",)),
        Array("b_outgate", "bias", "(gate unit)", gates=("output",)),
        Array("W_cell_to_ingate", "peephole", "(gate unit)", gates=("input",), when={"peephole": True}),
        Array("W_cell_to_forgetgate", "peephole", "(gate unit)", gates=("forget",), when={"peephole": True}),
        Array("W_cell_to_outgate", "peephole", "(gate unit)", gates=("output",), when={"peephole": True}),
        Array("cell_init", "fixed", "one unit"),
        Array("hid_init", "fixed", "one unit"),
    ),
    options={"peephole": True},
    layer="lstm",
    equations={"output_peephole": "added_after_activation"},
    vs_keras="per-gate arrays, not transposed, peepholes on by default",
    pitfalls=(
        (
            "peepholes=True is the default, and in release 0.1 the output peephole is added after the "
            "sigmoid: o = sigmoid(...) + c*w, so |h| can exceed 1; the other frameworks add it inside"
        ),
        "the initial states hid_init and cell_init are parameters too, and counted",
    ),
    max_abs_error=3.8e-07,
    source="lasagne/layers/recurrent.py: LSTMLayer, 0.1",
    **COMMON,
)
GRU = Layout(
    cell="gru",
    object="lasagne.layers.GRULayer",
    gates=("update", "reset", "candidate"),
    gate_names=("updategate", "resetgate", "hidden_update"),
    arrays=(
        Array("W_in_to_updategate", "kernel", "input (gate unit)", gates=("update",)),
        Array("W_hid_to_updategate", "recurrent_kernel", "hidden (gate unit)", gates=("update",)),
        Array("b_updategate", "bias", "(gate unit)", gates=("update",)),
        Array("W_in_to_resetgate", "kernel", "input (gate unit)", gates=("reset",)),
        Array("W_hid_to_resetgate", "recurrent_kernel", "hidden (gate unit)", gates=("reset",)),
        Array("b_resetgate", "bias", "(gate unit)", gates=("reset",)),
        Array("W_in_to_hidden_update", "kernel", "input (gate unit)", gates=("candidate",)),
        Array("W_hid_to_hidden_update", "recurrent_kernel", "hidden (gate unit)", gates=("candidate",)),
        Array("b_hidden_update", "bias", "(gate unit)", gates=("candidate",)),
        Array("hid_init", "fixed", "one unit"),
    ),
    layer="gru",
    equations={"update": "take"},
    vs_keras="per-gate arrays; reset after, with no recurrent bias; the update gate means the opposite",
    pitfalls=("h' = (1 - u)*h + u*candidate",),
    max_abs_error=6.8e-08,
    source="lasagne/layers/recurrent.py: GRULayer, 0.1",
    **COMMON,
)

LAYOUTS = {"lstm": LSTM, "gru": GRU}
