"""Hold what we compute against the real Keras layer, and say each difference in words."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from lstm_shapes import layouts
from lstm_shapes.cells import CELLS
from lstm_shapes.compute import from_numbers
from lstm_shapes.layer import Explanation, UsageError, plain
from lstm_shapes.render.outline import shape_text

CLASSES = {"lstm": "LSTM", "gru": "GRU", "simple_rnn": "SimpleRNN"}
LARGEST_BUILT = 50_000_000  # parameters: a check needs the real arrays in memory


@dataclass(frozen=True)
class Check:
    """The outcome: what was compared, with what, and every difference."""

    explanation: Explanation
    against: str
    compared: int
    differences: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether there is no difference."""
        return not self.differences

    def __str__(self) -> str:
        if self.differences:
            return "\n".join([f"{len(self.differences)} differences from {self.against}:", *self.differences])
        return (
            f"{self.against} agrees: {len(self.explanation.weights)} arrays, {self.explanation.parameters} parameters; "
            f"names, order, shapes, counts, output shape and initial forget bias ({self.compared} comparisons)."
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "schema": 1,
            "agrees": self.agrees,
            "against": self.against,
            "differences": list(self.differences),
        }


def check(*, input_dim: int, units: int, **options: Any) -> Check:
    """Build the real layers in Keras and compare them with what `explain` computes.

    Compared are the names and the order of `layer.weights`, every shape, the number of parameters, the output
    shape that Keras computes, the output's real shape on a small batch, and where the forget gate's bias starts.

    Parameters
    ----------
    input_dim, units : int
    **options
        As in `lstm_shapes.compute.from_numbers`.

    Returns
    -------
    Check

    Raises
    ------
    UsageError
        If Keras is not installed, or the layer would be too large to build.

    Examples
    --------
    >>> print(check(input_dim=3, units=2, bidirectional=True))  # doctest: +ELLIPSIS
    Keras 3... agrees: 6 arrays, 96 parameters; names, order, shapes, counts, output shape and ...
    """
    if options.get("framework", "keras") != "keras":
        raise UsageError("the check builds real Keras layers: leave --framework out, or take keras")
    explanation = from_numbers(input_dim, units, **options)
    if explanation.parameters > LARGEST_BUILT:
        raise UsageError(
            f"these layers have {explanation.parameters:,} parameters: too many to build for a check; "
            f"take smaller numbers (at most {LARGEST_BUILT:,}), the rules are the same"
        )
    keras = load_keras()
    found = list(compare(explanation, build(keras, explanation, options)))
    return Check(explanation, f"Keras {keras.__version__}", len(found), tuple(filter(None, found)))


def load_keras() -> Any:
    """Keras 3, quietly.

    Raises
    ------
    UsageError
        If it is not installed.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with quiet():
            import keras
    except ImportError as error:
        raise UsageError(
            f"the check builds real layers, and Keras cannot be imported ({error}): pip install 'lstm-shapes[keras]'"
        ) from error
    return keras


@contextmanager
def quiet() -> Iterator[None]:
    """TensorFlow's C++ side writes to file descriptor 2 while it is imported, whatever its settings say."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def build(keras: Any, explanation: Explanation, options: dict[str, Any]) -> list[Any]:
    """The real layers, built on `(2, timesteps or 3, input_dim)`, with the names that a new session would give."""
    x = keras.ops.zeros((2, options.get("timesteps") or 3, explanation.layers[0].input_dim))
    built = []
    for layer in explanation.layers:
        real = make(keras, layer)
        x = real(x)
        built.append((real, x))
    return built


def make(keras: Any, layer: Any) -> Any:
    """The Keras layer that `layer` describes, not yet built."""
    key = next(key for key, cell in CELLS.items() if cell.name == layer.cell)
    name = layer.weights[0].path.split("/")[-3].removeprefix("forward_")
    options = {"use_bias": layer.use_bias, **layer.options}
    inner = getattr(keras.layers, CLASSES[key])(layer.units, name=name, **options)
    if len(layer.directions) == 1:
        return inner
    return keras.layers.Bidirectional(inner, merge_mode=layer.merge_mode, name=layer.path)


def compare(explanation: Explanation, built: list[Any]) -> Iterator[str]:
    """One text a comparison: empty where both agree."""
    for layer, (real, result) in zip(explanation.layers, built, strict=True):
        theirs = [(w.path, tuple(w.shape)) for w in real.weights]
        yield _differ(f"{layer.path}: number of arrays", len(layer.weights), len(theirs))
        for weight, (path, shape) in zip(layer.weights, theirs, strict=False):
            yield _differ(f"{layer.path} [{weight.index}]: name", weight.path, path)
            yield _differ(f"{weight.path}: shape", weight.shape, shape)
        yield _differ(f"{layer.path}: parameters", layer.parameters, real.count_params())
        tensors = result if isinstance(result, list | tuple) else [result]
        ours = layer.output_shape if isinstance(layer.output_shape, list) else [layer.output_shape]
        yield _differ(f"{layer.path}: tensors in the output", len(ours), len(tensors))
        for shape, tensor in zip(ours, tensors, strict=False):
            yield _differ(
                f"{layer.path}: output shape", _filled(shape, tuple(tensor.shape)), tuple(tensor.shape)
            )
        yield from _forget_bias(layer, real)


def _filled(shape: Any, real: tuple[int, ...]) -> tuple[int, ...]:
    """Our shape with the axes that we do not know (batch, time) taken from the real one."""
    if len(shape) != len(real):
        return tuple(plain(shape))
    return tuple(theirs if ours is None else ours for ours, theirs in zip(shape, real, strict=True))


def _forget_bias(layer: Any, real: Any) -> Iterator[str]:
    arrays = real.get_weights()
    start = layouts.find(layer.framework, "lstm").forget_bias
    for weight, array in zip(layer.weights, arrays, strict=False):
        if weight.role == "bias" and "forget" in weight.gates and array.shape == weight.shape:
            ((first, last),) = weight.gates["forget"]
            whole = [start if first <= i < last else 0.0 for i in range(array.shape[-1])]
            yield _differ(f"{weight.path}: initial bias (1 for the forget gate)", whole, array.tolist())


def _differ(what: str, ours: Any, theirs: Any) -> str:
    if ours == theirs:
        return ""
    written = (shape_text(v) if isinstance(v, tuple) else str(v) for v in (ours, theirs))
    return "{}: we say {}, Keras says {}".format(what, *written)
