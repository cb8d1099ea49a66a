"""How frameworks store what a cell computes: one file a framework, one entry a cell, no code.

>>> find("keras", "lstm").arrays[0].pattern
'input (gate unit)'
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

NAMES = {
    "keras": "Keras",
    "keras2": "Keras 2",
    "pytorch": "PyTorch",
    "onnx": "ONNX",
    "tensorflow1": "TensorFlow 1",
    "tflite": "TensorFlow Lite",
    "tfjs": "TensorFlow.js",
    "flax": "Flax linen",
    "nnx": "Flax nnx",
    "haiku": "Haiku",
    "equinox": "Equinox",
    "sonnet": "Sonnet 2",
    "mlx": "MLX",
    "paddle": "PaddlePaddle",
    "mindspore": "MindSpore",
    "jittor": "Jittor",
    "oneflow": "OneFlow",
    "megengine": "MegEngine",
    "tinygrad": "tinygrad",
    "candle": "candle",
    "burn": "burn",
    "flux": "Flux.jl",
    "mxnet": "MXNet Gluon",
    "chainer": "Chainer",
    "lasagne": "Lasagne",
    "cntk": "CNTK",
    "nnabla": "NNabla",
    "caffe": "Caffe",
    "dl4j": "Deeplearning4j",
    "matlab": "MATLAB",
    "cudnn": "cuDNN",
    "onednn": "oneDNN",
    "openvino": "OpenVINO",
    "coreml": "Core ML",
    "webnn": "WebNN",
    "ncnn": "ncnn",
    "haste": "Haste",
    "kaldi": "Kaldi",
    "rnnoise": "RNNoise",
}
FRAMEWORKS = tuple(NAMES)
MAIN = FRAMEWORKS[:4]  # whose files are read; the others' names and shapes only

MULTIPLIES = {
    "kernel": "multiplies the input x[t]",
    "recurrent_kernel": "multiplies the previous hidden state h[t-1]",
    "joint_kernel": "multiplies the input x[t] and the previous hidden state h[t-1], one after the other",
    "bias": "is added",
    "recurrent_bias": "is added on the state's side",
    "projection": "makes the hidden state smaller before it is handed on",
    "projection_bias": "is added to the smaller hidden state",
    "peephole": "lets the gates see the cell state c",
    "fixed": "is the state before the first step, kept as a parameter",
}


# What an entry means where its `equations` say nothing else: as the steps of cells.py have it.
EQUATIONS: dict[str, Any] = {
    "activation": "tanh",
    "recurrent_activation": "sigmoid",
    "reset_after": True,
    "output_peephole": "new",
    "update": "keep",
    "forget_add": 0.0,
}


@dataclass(frozen=True)
class Array:
    """One stored array of one direction."""

    name: str  # the framework's own word for it
    role: str  # ours, a key of MULTIPLIES
    pattern: str
    parts: tuple[str, ...] = ()  # roles along the axis `part`
    when: Mapping[str, bool] = field(default_factory=dict)  # the options under which it exists
    gates: tuple[str, ...] | None = None  # where they are not all of the layout's, or in another order
    block_memory: str = ""  # each gate's block, read row by row, is a matrix with these axes instead


@dataclass(frozen=True, eq=False)  # an entry is itself and no other; comparing 28 fields costs `explain` 1 ms
class Layout:
    """How one framework stores one cell."""

    framework: str
    cell: str  # key of cells.CELLS
    gates: tuple[str, ...]  # in the order in which they are stored
    arrays: tuple[Array, ...]  # in the order in which they are stored
    verified: str  # "run: what" (its output was computed from this entry alone) or "read: what"
    source: str
    options: Mapping[str, Any] = field(default_factory=dict)  # with the framework's defaults
    layer: str = ""  # the framework's default name of such a layer; the cell's, where it has none
    path: str = "{array}"  # where an array lies in a layer of one direction
    path_two: str = ""  # and in a layer of two; nothing where there is no such layer
    wrapper: str = ""  # default name of the layer that holds two directions, if it is another
    suffix: Mapping[str, str] = field(default_factory=dict)  # direction -> the word for it in its names
    forget_bias: float = 0.0  # initial value of the forget gate's bias
    title: str = ""  # the cell's name, where the framework has another than cells.CELLS
    note: str = ""  # what a reader has to know who meets such arrays
    object: str = ""  # the framework's class or operator
    version: str = ""  # that was run, or read
    max_abs_error: float | None = None  # of the run: against what the entry says
    equations: Mapping[str, Any] = field(default_factory=dict)  # where they differ from cells.py's defaults
    # A word of the equations that is the layer's own argument: its name there, and how each value is written.
    settable: Mapping[str, tuple[str, Mapping[Any, str]]] = field(default_factory=dict)
    gate_names: tuple[str, ...] = ()  # the framework's own words for `gates`
    bias_convention: str = ""
    forget_bias_from: str = ""  # where a forget bias of 1 comes from
    vs_keras: str = ""  # what differs from Keras 3
    directions: str = ""  # where the second direction is
    stacking: str = ""  # where the next layer is
    pitfalls: tuple[str, ...] = ()


def find(framework: str, cell: str) -> Layout:
    """The layout of `cell` in `framework`.

    Raises
    ------
    KeyError
        If there is no such framework or no such cell.
    """
    return table(framework)[cell]


def table(framework: str) -> dict[str, Layout]:
    """All entries of one framework."""
    entries: dict[str, Layout] = import_module(f"{__name__}.{framework}").LAYOUTS
    return entries


def frameworks() -> dict[str, dict[str, Layout]]:
    """All tables: framework -> cell -> its layout.

    >>> sum(len(table) for table in frameworks().values()) > 100
    True
    >>> frameworks()["chainer"]["lstm"].arrays[0].pattern
    '(unit gate) input'
    """
    return {framework: table(framework) for framework in FRAMEWORKS}


def gates_of(layout: Layout, array: Array) -> tuple[str, ...]:
    """The gates that an array holds, in the order in which they are stored.

    >>> lstm = find("tensorflow1", "block_lstm")
    >>> [gates_of(lstm, array) for array in lstm.arrays[:2]]
    [('input', 'cell', 'forget', 'output'), ('input',)]
    """
    return layout.gates if array.gates is None else array.gates


def exists(array: Array, options: Mapping[str, Any]) -> bool:
    """Whether a layer with these options has this array."""
    return all(bool(options.get(key)) == value for key, value in array.when.items())
