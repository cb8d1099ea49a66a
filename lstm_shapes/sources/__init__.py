"""Files from strangers: what a checkpoint says about its arrays, without loading, running or believing it.

A file is read by its content, never by its name.  Nothing in it is executed or unpickled, no path in it is followed,
no array's numbers are read, and everything it claims is bounded before it is used (`bounds`).
"""

from __future__ import annotations

import contextlib
import os
import struct

from lstm_shapes.sources import files
from lstm_shapes.sources.listing import Listing, SourceError, Stored, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

__all__ = ["Listing", "SourceError", "Stored", "read"]

INDEX = os.path.join("variables", "variables.index")  # in the folder of a SavedModel


def read(path: str | os.PathLike[str]) -> Listing:
    """List the arrays of a checkpoint file.

    >>> import numpy, tempfile, os
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     numpy.savez(os.path.join(folder, "w.npz"), kernel=numpy.zeros((100, 80), "float32"))
    ...     read(os.path.join(folder, "w.npz")).arrays
    (Stored(path='kernel', shape=(100, 80), dtype='float32'),)

    Parameters
    ----------
    path : str or os.PathLike
        A `.keras`, `.h5`, `.hdf5`, `.weights.h5`, `.pt`, `.pth`, `.ckpt`, `.safetensors`, `.onnx`, `.npz`, `.npy`,
        `.index` or `.weights.json` file, or the folder of a SavedModel; the content decides, not the name.

    Returns
    -------
    Listing

    Raises
    ------
    SourceError
        If the file cannot be explained, in one line: what it is, what was expected, what to do.
    """
    name = os.fspath(path)
    if isinstance(name, bytes):
        name = os.fsdecode(name)
    with in_one_line(name):
        if "\0" in name:
            raise SourceError("is no path: it has a zero byte in it")
        if os.path.isdir(name):
            return _folder(name)
        if not os.path.lexists(name) and os.path.isfile(name + ".index"):
            name += ".index"  # a TensorFlow checkpoint is called by its prefix
        with files.opened(name) as file:
            return listed(file, name)


def listed(file: BinaryIO, name: str) -> Listing:
    """As `read`, of a file that is open already."""
    from lstm_shapes.sources import again, sniff, window

    whole = window.over(file)
    reader = sniff.reader(whole)
    return again.read(whole, name, reader) if reader.__module__ in again.ALONE else reader(whole, name)


@contextlib.contextmanager
def in_one_line(name: str) -> Iterator[None]:
    """Whatever goes wrong with a file is said in one line that begins with its name."""
    try:
        yield
    except SourceError as error:
        raise SourceError(f"{shown(name, 200)} {error}") from None
    except (ValueError, LookupError, struct.error, OverflowError, RecursionError, MemoryError) as error:
        raise SourceError(f"{shown(name, 200)} is damaged: it breaks off ({type(error).__name__})") from None
    except OSError as error:
        raise SourceError(f"{shown(name, 200)} {files.reason(error)}") from None


def _folder(name: str) -> Listing:
    """The folder of a SavedModel, or of a checkpoint laid out alike."""
    from lstm_shapes.sources import tf_bundle, window

    index = os.path.join(name, INDEX)
    if not os.path.isfile(index):
        raise SourceError("is a folder: a checkpoint file, or the folder of a SavedModel, was expected")
    with files.opened(index, follow=False) as file:
        found = tf_bundle.read(window.over(file), name)
    metadata = os.path.join(name, "keras_metadata.pb")
    if not os.path.isfile(os.path.join(name, "saved_model.pb")):
        return found
    config = {}
    if os.path.isfile(metadata):
        with files.opened(metadata, follow=False) as file:
            config = tf_bundle.keras_metadata(window.over(file))
    return Listing(name, "saved-model", found.arrays, config, found.notes)
