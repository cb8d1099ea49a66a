"""What a layer costs: bytes of memory, multiplications a step.

The matrices are read from the arrays, the rest from the cell's own step function, which is run once with values
that only count.
"""

from __future__ import annotations

from lstm_shapes.cells import CELLS, cell_of
from lstm_shapes.layer import UsageError

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any

    from lstm_shapes.layer import Explanation, Layer
    from lstm_shapes.pattern import Size

BYTES = {"float64": 8, "float32": 4, "bfloat16": 2, "float16": 2, "int8": 1}
MULTIPLY = (
    "kernel",
    "recurrent_kernel",
    "joint_kernel",
    "projection",
    "peephole",
)  # the rest is added, or a state


def memory(explanation: Explanation, dtype: str = "float32") -> Size:
    """Bytes that the weights take: the number of parameters times the size of one number.

    >>> from lstm_shapes.compute import from_numbers
    >>> memory(from_numbers(100, 20)), memory(from_numbers(100, 20), "float16")
    (38720, 19360)

    Raises
    ------
    UsageError
        If `dtype` is none of `BYTES`.
    """
    if dtype not in BYTES:
        raise UsageError(f"unknown dtype {dtype!r}: one of {', '.join(BYTES)} was expected")
    return BYTES[dtype] * explanation.parameters


def multiplications(explanation: Explanation) -> Size:
    """Multiplications for one time step of one sequence, all layers and directions together.

    Each number of a matrix is used once; what the gates do to the states comes on top.

    >>> from lstm_shapes.compute import from_numbers
    >>> multiplications(from_numbers(100, 20)) == 100 * 80 + 20 * 80 + 3 * 20
    True

    Raises
    ------
    UsageError
        If a layer is a ConvLSTM, whose work depends on the size of the picture.

    Source: counted in the graphs of LSTMCell, GRUCell and SimpleRNNCell, Keras 3.15.1 (tests/test_costs.py).
    """
    return sum(_of_layer(layer) for layer in explanation.layers)


def _of_layer(layer: Layer) -> Size:
    names = {word for weight in layer.weights for word in weight.axes[0].split("*")}
    if names & {"width", "height", "depth"}:
        raise UsageError(
            f"{layer.path} is a {layer.cell}: its window is moved over a picture whose size is not in the weights"
        )
    matrices = sum(weight.parameters for weight in layer.weights if weight.role in MULTIPLY)
    units: Any = layer.units
    return matrices + len(layer.directions) * elementwise(layer) * units


def elementwise(layer: Layer) -> int:
    """Multiplications of a step that no matrix makes, for each unit.

    >>> from lstm_shapes.compute import from_numbers
    >>> [elementwise(from_numbers(4, 3, cell=cell).layers[0]) for cell in ("lstm", "gru", "simple_rnn")]
    [3, 3, 0]
    """
    cell = CELLS[cell_of(layer.cell) or ""]
    tally = _Tally()
    options = {name: layer.options.get(name, default) for name, default in cell.options.items()}
    inputs = dict.fromkeys(cell.letters, tally)
    cell.step(inputs, (tally,) * len(cell.states), lambda gate, h: tally, _same, _same, **options)
    return tally.products


def _same(value: Any) -> Any:
    return value


class _Tally:
    """Every number of a step at once: it remembers how often it was multiplied."""

    products = 0

    def __mul__(self, other: Any) -> _Tally:
        self.products += 1
        return self

    def __add__(self, other: Any) -> _Tally:
        return self

    __rsub__ = __add__
