"""Deeplearning4j (Java): the candidate's block comes first, the input gate's last."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

LSTM = Layout(
    framework="dl4j",
    cell="lstm",
    object="LSTM",
    gates=("cell", "forget", "output", "input"),
    gate_names=("input", "forget", "output", "input modulation"),
    arrays=(
        Array("W", "kernel", "input (gate unit)"),
        Array("RW", "recurrent_kernel", "hidden (gate unit)"),
        Array("b", "bias", "one (gate unit)"),
    ),
    layer="lstm",
    path_two="{suffix}{array}",
    suffix={"forward": "f", "backward": "b"},
    forget_bias=1.0,
    bias_convention="one",
    forget_bias_from="initial value only: forgetGateBiasInit, 1.0 by default, in block 1",
    vs_keras="Keras's axes, order c, f, o, i",
    directions="Bidirectional wrapper, forward first",
    stacking="one layer per level",
    pitfalls=(
        (
            "comments call the order IFOG: their 'input' block takes the tanh and their 'input "
            "modulation' block the sigmoid, so in everyone else's words it is c, f, o, i; the library's"
            " own Keras importer writes W_c, W_f, W_o, W_i"
        ),
    ),
    version="not pinned",
    verified="read: Deeplearning4j, version not pinned",
    source=(
        "org.deeplearning4j.nn.params.LSTMParamInitializer; "
        "org.deeplearning4j.nn.modelimport.keras: KerasLSTM.setWeights; community.konduit.ai thread"
        " 124"
    ),
)

LAYOUTS = {"lstm": LSTM}
