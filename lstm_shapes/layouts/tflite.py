"""TensorFlow Lite (LiteRT): the fused LSTM operator; its inputs are numbered."""

from __future__ import annotations

from lstm_shapes.layouts import Array, Layout

LSTM = Layout(
    framework="tflite",
    cell="lstm",
    object="UNIDIRECTIONAL_SEQUENCE_LSTM (24 inputs)",
    gates=("input", "forget", "cell", "output"),
    gate_names=("input", "forget", "cell", "output"),
    arrays=(
        Array("1: input_to_input_weights", "kernel", "(gate unit) input", gates=("input",)),
        Array("2: input_to_forget_weights", "kernel", "(gate unit) input", gates=("forget",)),
        Array("3: input_to_cell_weights", "kernel", "(gate unit) input", gates=("cell",)),
        Array("4: input_to_output_weights", "kernel", "(gate unit) input", gates=("output",)),
        Array("5: recurrent_to_input_weights", "recurrent_kernel", "(gate unit) hidden", gates=("input",)),
        Array("6: recurrent_to_forget_weights", "recurrent_kernel", "(gate unit) hidden", gates=("forget",)),
        Array("7: recurrent_to_cell_weights", "recurrent_kernel", "(gate unit) hidden", gates=("cell",)),
        Array("8: recurrent_to_output_weights", "recurrent_kernel", "(gate unit) hidden", gates=("output",)),
        Array("12: input_gate_bias", "bias", "(gate unit)", gates=("input",)),
        Array("13: forget_gate_bias", "bias", "(gate unit)", gates=("forget",)),
        Array("14: cell_gate_bias", "bias", "(gate unit)", gates=("cell",)),
        Array("15: output_gate_bias", "bias", "(gate unit)", gates=("output",)),
    ),
    layer="lstm",
    bias_convention="one per gate",
    forget_bias_from="none: folded into the bias",
    vs_keras="12 arrays, each transposed",
    directions="BIDIRECTIONAL_SEQUENCE_LSTM: 48 inputs, forward 17 weights first, then backward",
    stacking="one op per level",
    pitfalls=(
        (
            "input 0 is the data, 9-11 peepholes (cell_to_input, cell_to_forget, cell_to_output), 16 "
            "and 17 projection weights and bias, 18 and 19 the variable states h and c, 20-23 "
            "layer-norm coefficients; -1 marks an absent one"
        ),
        "without input 1 the cell is coupled: i = 1 - f",
        "GRU has no fused op: a converted GRU is a while loop and keeps Keras's arrays",
    ),
    version="2.3.0",
    verified="run: TensorFlow Lite 2.3.0",
    max_abs_error=7.7e-08,
    source=(
        "tensorflow/lite/kernels/unidirectional_sequence_lstm.cc; "
        "tensorflow/lite/kernels/lstm_shared.h, 2.3.0"
    ),
)

LAYOUTS = {"lstm": LSTM}
