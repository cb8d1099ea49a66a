"""Weights over training: what each checkpoint's gates look like, epoch by epoch.

A task is a run of checkpoints that follow one another.  Whoever works on it holds the recurrent arrays of one
checkpoint and one array of the next, whatever their number; what comes back is a few numbers a gate.
"""

from __future__ import annotations

import math
import os
import sys
import warnings
from collections import namedtuple
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from lstm_shapes import checkpoints
from lstm_shapes.blocks import BIASES, QUANTILES, Array, Block, blocks, levels_of, statistics
from lstm_shapes.checkpoints import Checkpoint, Store
from lstm_shapes.layer import UsageError

Row = tuple[int, Block, Array]  # epoch; where; its size, each of NUMBERS, its quantiles
# What a task gives back: a row a gate and checkpoint, what was wrong with the others, how many there were.
Followed = namedtuple("Followed", "rows unread count")

DIMS = ("layer", "direction", "role", "gate")
NUMBERS = ("mean", "std", "norm", "min", "max", "change")
LONGEST_RUN = 16  # checkpoints a task: each run reads the one before it too, so 1/16 is read twice
PATIENCE = 2  # seconds before a progress bar appears


def history(
    paths: str | os.PathLike[str] | Sequence[Any] | Mapping[int, Any],
    *,
    quantiles: Sequence[float] = QUANTILES,
    errors: str = "raise",
    progress: bool | None = None,
    storage_options: Mapping[str, Any] | None = None,
) -> Any:
    """Follow the weights of every recurrent layer through a directory of checkpoints.

    >>> import h5py, os, tempfile
    >>> def save(path, bias):  # as `model.save_weights` of Keras 3 writes one LSTM(1) on 2 inputs
    ...     with h5py.File(path, "w") as file:
    ...         for i, array in enumerate([np.zeros((2, 4)), np.zeros((1, 4)), np.array([0.0, bias, 0.0, 0.0])]):
    ...             file[f"layers/lstm/cell/vars/{i}"] = array
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for epoch in (1, 2, 10):
    ...         save(os.path.join(folder, f"{epoch}.weights.h5"), 1 + epoch / 10)
    ...     ds = history(os.path.join(folder, "*.weights.h5"))
    >>> ds.epoch.values.tolist()
    [1, 2, 10]
    >>> ds["mean"].sel(role="bias", gate="forget").values.ravel().tolist()
    [1.1, 1.2, 2.0]

    Parameters
    ----------
    paths : str, sequence of paths or mapping
        A pattern such as `"checkpoint/*.hdf5"`, a URL of fsspec such as `"s3://bucket/run/*.keras"`, a list of
        paths, or `{epoch: path}`.  The epoch is the number after the word `epoch` or `step`, otherwise the first
        number that is not the same in all names; 10 comes after 9.
    quantiles : sequence of float
        Between 0 and 1.
    errors : {'raise', 'skip'}
        What a file that cannot be read does: `skip` warns, names it, and goes on.
    progress : bool, optional
        A progress bar; default: at a terminal, after two seconds.
    storage_options : mapping, optional
        For fsspec: credentials, cache settings.

    Returns
    -------
    xarray.Dataset
        `mean`, `std`, `norm`, `min`, `max`, `change` (the largest absolute one since the checkpoint before) with the
        dimensions (epoch, layer, direction, role, gate); `quantiles` with one more; `size`, 0 where a layer has no
        such gate (there the numbers are NaN); `forget_bias_drift` (epoch, layer, direction), the mean forget bias
        less that of the first checkpoint.

    Raises
    ------
    UsageError
        If no file matches, an epoch cannot be told, a file cannot be read, or a layer changes its shape.

    Notes
    -----
    The work is done by Dask: on the cluster of the active `dask.distributed` client, if there is one, otherwise on
    local threads.
    """
    if errors not in ("raise", "skip"):
        raise UsageError(f"errors={errors!r}: 'raise' or 'skip' was expected")
    store, found = checkpoints.find(paths, storage_options or {})
    levels = levels_of(quantiles)
    results = _compute(
        [
            (store, found[max(0, start - LONGEST_RUN) : start], found[start:stop], levels, errors)
            for start, stop in runs(len(found))
        ],
        progress,
    )
    rows = [row for result in results for row in result.rows]
    skipped = [message for result in results for message in result.unread]
    for message in skipped:
        warnings.warn(f"left out: {message}", stacklevel=2)
    if not rows:
        raise UsageError(f"none of {len(found)} checkpoints can be read: {skipped[0]}")
    return _dataset(rows, {one.epoch: one.path for one in found}, levels)


def runs(count: int) -> list[tuple[int, int]]:
    """Checkpoints that follow one another, a task each: enough tasks to share, few enough to read little twice.

    >>> runs(5)
    [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)]
    >>> runs(20)[:3], len(runs(200))
    ([(0, 3), (3, 6), (6, 9)], 13)
    """
    length = min(LONGEST_RUN, max(1, math.ceil(count / 8)))
    return [(start, min(start + length, count)) for start in range(0, count, length)]


# ---------------------------------------------------------------- one task


def follow(
    store: Store,
    before: Sequence[Checkpoint],
    run: Sequence[Checkpoint],
    levels: Sequence[float],
    errors: str,
) -> Followed:
    """The rows of the checkpoints in `run`, and what was wrong with those that cannot be read."""
    rows: list[Row] = []
    unread: list[str] = []
    last = _last_readable(store, before, errors)
    for i, one in enumerate(run):
        try:
            rows += _rows(store, one, last, levels)
        except UsageError as error:
            if errors == "raise":
                raise
            unread.append(str(error))
            last = _last_readable(store, [*before, *run[:i]], errors)
    return Followed(rows, unread, len(run))


def _last_readable(store: Store, before: Sequence[Checkpoint], errors: str) -> dict[Block, Array]:
    """The numbers of the checkpoint before, or, where that one cannot be read, of the one before it."""
    for one in reversed(before):
        try:
            return dict(_numbers(store, one))
        except UsageError:
            if errors == "raise":
                raise
    return {}


def _rows(store: Store, one: Checkpoint, last: dict[Block, Array], levels: Sequence[float]) -> list[Row]:
    """A row a gate.  Its numbers then take the place of the ones before: one checkpoint is held, not two."""
    rows: list[Row] = []
    for block, array in _numbers(store, one):
        before = last.get(block)
        if before is not None and before.shape != array.shape:
            raise UsageError(
                f"{one.path!r} has another shape than the checkpoint before: {' '.join(block)} is {array.shape}, "
                f"was {before.shape}; files of one training were expected, narrow the pattern"
            )
        found = statistics(array, before, levels)
        numbers = [found["size"], *(found[name] for name in NUMBERS), *found["quantiles"]]
        rows.append((one.epoch, block, np.array(numbers)))
        last[block] = array
    return rows


def _numbers(store: Store, one: Checkpoint) -> Iterator[tuple[Block, Array]]:
    with store.opened(one.path) as (explanation, read):
        for layer in explanation.layers:
            for weight in layer.weights:
                yield from blocks(layer, weight, read(weight))


# ---------------------------------------------------------------- all tasks


def _compute(work: list[tuple[Any, ...]], progress: bool | None) -> list[Followed]:
    """Each task's result, in order: on the active cluster, or on threads here."""
    try:
        import dask
        import tqdm
    except ImportError as error:
        raise UsageError(
            f"history needs Dask and tqdm ({error}): pip install 'lstm-shapes[history]'"
        ) from error
    tasks = [dask.delayed(follow, pure=False)(*arguments) for arguments in work]
    with tqdm.tqdm(
        total=sum(len(run) for _, _, run, *_ in work), unit="checkpoint", desc="history", delay=PATIENCE,
        disable=None if progress is None else not progress,
    ) as bar:  # fmt: skip
        client = _client()
        return _on_threads(tasks, bar) if client is None else _on_cluster(client, tasks, bar)


def _client() -> Any:
    """The active client of `dask.distributed`; nobody has one who did not import it."""
    distributed = sys.modules.get("distributed")
    try:
        return None if distributed is None else distributed.Client.current()
    except ValueError:
        return None


def _on_threads(tasks: list[Any], bar: Any) -> list[Followed]:
    import dask
    from dask.callbacks import Callback

    def count(_: Any, result: Any, *__: Any) -> None:
        bar.update(result.count if isinstance(result, Followed) else 0)

    with Callback(posttask=count):
        return list(dask.compute(*tasks, scheduler="threads"))


def _on_cluster(client: Any, tasks: list[Any], bar: Any) -> list[Followed]:
    from distributed import as_completed

    futures = client.compute(tasks)
    try:
        for _, result in as_completed(futures, with_results=True):
            bar.update(result.count)
        return list(client.gather(futures))
    finally:
        client.cancel(futures)


# ---------------------------------------------------------------- the table


def _dataset(rows: list[Row], paths: Mapping[int, str], levels: Sequence[float]) -> Any:
    import xarray

    names = {dim: list(dict.fromkeys(block[i] for _, block, _ in rows)) for i, dim in enumerate(DIMS)}
    epochs = list(dict.fromkeys(epoch for epoch, _, _ in rows))
    places = [{name: i for i, name in enumerate(found)} for found in names.values()]
    when = {epoch: i for i, epoch in enumerate(epochs)}
    shape = tuple(map(len, names.values()))
    table = np.full((len(epochs), *shape, 1 + len(NUMBERS) + len(levels)), np.nan)
    for epoch, block, numbers in rows:
        table[(when[epoch], *(place[name] for place, name in zip(places, block, strict=True)))] = numbers
    dims = ("epoch", *DIMS)
    size = np.nan_to_num(table[..., 0]).max(axis=0).astype("int64")
    ds = xarray.Dataset(
        {name: (dims, table[..., i]) for i, name in enumerate(NUMBERS, 1)},
        {
            "epoch": epochs,
            **names,
            "quantile": list(levels),
            "path": ("epoch", [paths[one] for one in epochs]),
        },
    )
    return ds.assign(
        quantiles=((*dims, "quantile"), table[..., 1 + len(NUMBERS) :]),
        size=(DIMS, size),
        forget_bias_drift=_drift(ds["mean"]),
    )


def _drift(mean: Any) -> Any:
    """The mean forget bias less that of the first checkpoint; NaN where there is none."""
    biases = [role for role in mean.role.values if role in BIASES]
    if "forget" not in mean.gate.values or not biases:
        return mean.isel(role=0, gate=0, drop=True) * np.nan
    bias = mean.sel(gate="forget", role=biases, drop=True).sum("role", min_count=1)
    return bias - bias.isel(epoch=0)
