"""Which files a pattern means, in the order of their epochs, and each opened in its turn."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from lstm_shapes.front import explain
from lstm_shapes.layer import Explanation, UsageError, Weight
from lstm_shapes.sources.listing import SourceError, shown

ENDING = re.compile(r"(\.weights)?\.[A-Za-z]+\d?$")  # its digits are no epoch: .hdf5, .h5
NAMED = re.compile(r"(?:epoch|step)[-_= ]?(\d+)", re.IGNORECASE)
LONGEST = 18  # digits: what fits 64 bits; a time stamp has 14

Read = Callable[[Weight], np.ndarray[Any, np.dtype[Any]]]


@dataclass(frozen=True)
class Checkpoint:
    """One file of a training."""

    epoch: int
    path: str


@dataclass(frozen=True)
class Store:
    """Where the files are: `files` is a file system of fsspec, or None for this machine's own."""

    files: Any = None

    @contextmanager
    def opened(self, path: str) -> Iterator[tuple[Explanation, Read]]:
        """What is in a file, and a function that reads one array of it.

        Raises
        ------
        UsageError
            If the file cannot be read; it is named.
        """
        with self._here(path) as here:
            try:
                explanation = explain(here)
                if not explanation.layers:
                    raise UsageError(f"{shown(here, 200)} has no recurrent layer: there is nothing to follow")
                yield explanation, _reader(here, explanation)
            except UsageError as error:
                raise UsageError(str(error).replace(shown(here, 200), shown(path, 200))) from None

    @contextmanager
    def _here(self, path: str) -> Iterator[str]:
        """A file on this machine: itself, or a copy for as long as it is needed."""
        if self.files is None:
            yield path
            return
        with TemporaryDirectory() as folder:
            here = os.path.join(folder, os.path.basename(path))
            try:
                self.files.get_file(path, here)
            except (OSError, ValueError) as error:
                raise UsageError(f"{shown(path, 200)} cannot be fetched: {error}") from None
            yield here


def _reader(path: str, explanation: Explanation) -> Read:
    """Reads one array at a time; where each lies is looked up once."""
    from lstm_shapes.sources.values import places

    try:
        found = places(path, [weight.key for weight in explanation.weights if weight.key is not None])
    except SourceError as error:
        raise UsageError(str(error)) from None

    def read(weight: Weight) -> np.ndarray[Any, np.dtype[Any]]:
        try:
            return found[str(weight.key)][...]
        except SourceError as error:
            raise UsageError(str(error)) from None

    return read


# ---------------------------------------------------------------- which files, in which order


def find(paths: Any, options: Mapping[str, Any]) -> tuple[Store, list[Checkpoint]]:
    """The checkpoints that `history` was given, in the order of their epochs.

    Parameters
    ----------
    paths : str, path, sequence of paths or mapping
        As in `lstm_shapes.histories.history`.
    options : mapping
        For fsspec.
    """
    if isinstance(paths, Mapping):
        epochs = {int(epoch): os.fspath(path) for epoch, path in paths.items()}
        store, names = _listed(list(epochs.values()), options)
        return store, sorted(
            (Checkpoint(e, n) for e, n in zip(epochs, names, strict=True)), key=lambda one: one.epoch
        )
    single = isinstance(paths, str | os.PathLike)
    store, names = _matching(os.fspath(paths), options) if single else _listed(map(os.fspath, paths), options)
    if not names:
        raise UsageError(
            f"no file matches {shown(paths, 200)}: a pattern such as 'checkpoint/*.hdf5' was expected"
        )
    return store, in_order(names)


def _matching(text: str, options: Mapping[str, Any]) -> tuple[Store, list[str]]:
    if "://" not in text:
        return Store(), [text] if os.path.exists(text) else glob.glob(text, recursive=True)
    files, path = _url(text, options)
    return Store(files), list(files.glob(path))


def _listed(paths: Iterable[str], options: Mapping[str, Any]) -> tuple[Store, list[str]]:
    paths = list(paths)
    if not any("://" in path for path in paths):
        return Store(), paths
    both = [_url(path, options) for path in paths]
    if any(files != both[0][0] for files, _ in both):
        raise UsageError(
            "the checkpoints lie on several file systems: one was expected; copy them to one place"
        )
    return Store(both[0][0]), [path for _, path in both]


def _url(text: str, options: Mapping[str, Any]) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs

        found: tuple[Any, str] = url_to_fs(text, **options)
    except (ImportError, ValueError) as error:
        raise UsageError(f"{shown(text, 200)} cannot be opened: {error}") from None
    return found


def in_order(names: Sequence[str]) -> list[Checkpoint]:
    """Checkpoints sorted by the epoch in their names.

    >>> [one.epoch for one in in_order(["run2/10.hdf5", "run2/9.hdf5"])]
    [9, 10]
    >>> [one.path for one in in_order(["w.02-loss0.25.h5", "w.01-loss0.31.h5"])]
    ['w.01-loss0.31.h5', 'w.02-loss0.25.h5']
    """
    found: dict[int, str] = {}
    for name, epoch in zip(names, epochs(names), strict=True):
        if epoch in found:
            raise UsageError(
                f"{shown(found[epoch], 200)} and {shown(name, 200)} are both of epoch {epoch}: "
                "narrow the pattern, or pass {epoch: path}"
            )
        found[epoch] = name
    return [Checkpoint(epoch, found[epoch]) for epoch in sorted(found)]


def epochs(names: Sequence[str]) -> list[int]:
    """The epoch in each name: after `epoch` or `step`, otherwise the first number that differs between the names.

    >>> epochs(["lstm2-8.h5", "lstm2-16.h5"]), epochs(["loss0.3-epoch=4.keras", "loss0.2-epoch=5.keras"])
    ([8, 16], [4, 5])
    """
    stems = [ENDING.sub("", name) for name in names]
    named = [NAMED.findall(stem) for stem in stems]
    if all(named):
        return [int(numbers[-1][:LONGEST]) for numbers in named]
    pieces = [re.split(r"(\d+)", stem) for stem in stems]  # text, number, text, number, ..., text
    for at in range(1, min(map(len, pieces)), 2):
        if len({piece[at - 1] for piece in pieces}) > 1:
            break
        if len(names) == 1 or len({int(piece[at][:LONGEST]) for piece in pieces}) > 1:
            return [int(piece[at][:LONGEST]) for piece in pieces]
    raise UsageError(_no_epoch(names, pieces))


def _no_epoch(names: Sequence[str], pieces: Sequence[Sequence[str]]) -> str:
    odd = next((name for name, piece in zip(names, pieces, strict=True) if len(piece) == 1), names[0])
    return (
        f"the epoch of {shown(odd, 200)} cannot be told from its name: a number was expected where the others have "
        "theirs, as in 'checkpoint/9.hdf5'; narrow the pattern, or pass {epoch: path}"
    )
