"""Kaldi: the matrices stand in the affine component before the LSTM's own."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

LSTM = Layout(
    framework="kaldi",
    cell="lstm",
    object="nnet3 LstmNonlinearityComponent",
    gates=("input", "forget", "cell", "output"),
    gate_names=("i_part", "f_part", "c_part", "o_part"),
    arrays=(
        Array("affine before it, input columns", "kernel", "(gate unit) input"),
        Array("affine before it, recurrent columns", "recurrent_kernel", "(gate unit) hidden"),
        Array("affine before it, bias", "bias", "(gate unit)"),
        Array("params", "peephole", "gate unit", gates=("input", "forget", "output")),
    ),
    layer="lstm",
    bias_convention="one",
    vs_keras="transposed, Keras's order, peepholes",
    directions="label-delay and a second layer",
    stacking="one component per level",
    pitfalls=(
        (
            "the component holds only the three peephole rows; the matrices belong to an affine "
            "component before it, whose name and column order were not read"
        ),
        "the o_part line of the header's comment says W_{cx} where W_{ox} is meant",
    ),
    version="commit f400766",
    verified="read: Kaldi commit f400766",
    source="src/nnet3/nnet-combined-component.h: LstmNonlinearityComponent, commit f400766",
)

LAYOUTS = {"lstm": LSTM}
