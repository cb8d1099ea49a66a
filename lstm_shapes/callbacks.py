"""The same statistics as `history`, and a histogram a gate, to TensorBoard while a model trains."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np

from lstm_shapes.blocks import QUANTILES, Array, Block, blocks, forget_bias, levels_of, statistics
from lstm_shapes.front import explain
from lstm_shapes.layer import UsageError

NUMBERS = ("mean", "std", "norm", "min", "max", "change")


def tensorboard_callback(
    model: Any, log_dir: Any, *, every: int = 1, quantiles: Sequence[float] = QUANTILES
) -> Any:
    """Make a callback for `model.fit` that writes what each gate's weights look like after an epoch.

    >>> import keras, numpy as np, os, tempfile
    >>> model = keras.Sequential([keras.Input((5, 3)), keras.layers.LSTM(2)])
    >>> model.compile("sgd", "mse")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     callback = tensorboard_callback(model, folder)
    ...     _ = model.fit(np.ones((4, 5, 3)), np.ones((4, 2)), epochs=1, verbose=0, callbacks=[callback])
    ...     [name.split(".")[0] for name in os.listdir(folder)]
    ['events']

    Parameters
    ----------
    model : keras.Model or tf_keras.Model
        With at least one recurrent layer by the time it trains.
    log_dir : path
        The folder that `tensorboard --logdir` is given.
    every : int
        Epochs between two entries; the first epoch is always written.
    quantiles : sequence of float
        Between 0 and 1.

    Returns
    -------
    callback
        The model's own framework's `LambdaCallback`.  Histograms are called `layer/direction/role/gate`, scalars the
        same with `/mean`, `/std`, `/norm`, `/min`, `/max`, `/q0.5`, `/change` (the largest since the entry before)
        behind it; `layer/direction/forget_bias_drift` counts from the first entry.  Steps count epochs from 1, as
        the names of checkpoints do.

    Raises
    ------
    UsageError
        If the model is of another framework or has no recurrent layer, or TensorBoard is not installed.
    """
    if every < 1:
        raise UsageError(f"every={every}: at least 1 epoch between two entries was expected")
    framework, levels, writer = _framework(model), levels_of(quantiles), _writer(os.fspath(log_dir))
    last: dict[Block, Array] = {}
    start: dict[tuple[str, str], float] = {}

    def write(epoch: int, logs: Any = None) -> None:  # noqa: ARG001 - both frameworks pass the losses
        if epoch % every:
            return
        found = {
            block: (array, statistics(array, last.get(block), levels)) for block, array in _numbers(model)
        }
        biases = forget_bias({block: one["mean"] for block, (_, one) in found.items()})
        if not start:
            start.update(biases)
        for block, (array, one) in found.items():
            _entry(writer, "/".join(block), array, one, levels, epoch + 1)
            last[block] = array
        for (layer, direction), bias in biases.items():
            _scalar(
                writer, f"{layer}/{direction}/forget_bias_drift", bias - start[layer, direction], epoch + 1
            )
        writer.flush()

    return import_module(framework).callbacks.LambdaCallback(on_epoch_end=write)


def _framework(model: Any) -> str:
    """`keras` or `tf_keras`, whichever the model's classes come from."""
    roots = {base.__module__.partition(".")[0] for base in type(model).__mro__}
    for name in ("tf_keras", "keras"):
        if name in roots and hasattr(model, "fit"):
            return name
    raise UsageError(
        f"{type(model).__name__} is no Keras model: a keras.Model or tf_keras.Model was expected"
    )


def _numbers(model: Any) -> list[tuple[Block, Array]]:
    arrays, explanation = model.get_weights(), explain(model)
    if not explanation.layers:
        raise UsageError(f"{model.name} has no recurrent layer: there is nothing to follow")
    return [
        found
        for layer in explanation.layers
        for weight in layer.weights
        if weight.index is not None
        for found in blocks(layer, weight, arrays[weight.index])
    ]


# ---------------------------------------------------------------- TensorBoard's own writer


def _writer(folder: str) -> Any:
    try:
        from tensorboard.summary.writer.event_file_writer import EventFileWriter
    except ImportError as error:
        raise UsageError(
            f"TensorBoard cannot be imported ({error}): pip install 'lstm-shapes[tensorboard]'"
        ) from error
    return EventFileWriter(folder)


def _entry(
    writer: Any, name: str, array: Array, found: dict[str, Any], levels: Sequence[float], step: int
) -> None:
    from tensorboard.plugins.histogram.summary_v2 import histogram_pb

    _add(writer, histogram_pb(name, array[np.isfinite(array)]), step)  # nan has no bucket; the scalars say it
    for number in NUMBERS:
        _scalar(writer, f"{name}/{number}", found[number], step)
    for level, value in zip(levels, found["quantiles"], strict=True):
        _scalar(writer, f"{name}/q{level:g}", value, step)


def _scalar(writer: Any, name: str, value: float, step: int) -> None:
    from tensorboard.plugins.scalar.summary_v2 import scalar_pb

    _add(writer, scalar_pb(name, value), step)


def _add(writer: Any, summary: Any, step: int) -> None:
    import time

    from tensorboard.compat.proto.event_pb2 import Event

    writer.add_event(Event(summary=summary, step=step, wall_time=time.time()))
