"""The front door: one function for everything that can be explained."""

from __future__ import annotations

import operator
import os
from collections import deque
from dataclasses import replace

from lstm_shapes.compute import from_numbers
from lstm_shapes.layer import Explanation, UsageError
from lstm_shapes.pattern import Word

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any

    from lstm_shapes.sources.listing import Listing


def explain(x: Any = None, *, input_dim: Any = None, units: Any = None, **options: Any) -> Explanation:
    """Explain the arrays of a recurrent layer, a model or a checkpoint file.

    >>> explanation = explain(input_dim=100, units=20, bidirectional=True)
    >>> explanation.weights[1].shape, explanation.weights[1].role, explanation.weights[1].direction
    ((20, 80), 'recurrent_kernel', 'forward')

    A number that is not given is a symbol:

    >>> [weight.shape for weight in explain(cell="gru").weights]
    [('input_dim', '3*units'), ('units', '3*units'), (2, '3*units')]

    Parameters
    ----------
    x : path, layer or model, optional
        A checkpoint file (read without its framework), or a live Keras or PyTorch layer or model.
        Left out, `input_dim` and `units` describe the layer.
    input_dim : int, optional
        Features at each time step.
    units : int, optional
        Length of the hidden state, for each direction.
    **options
        As in `lstm_shapes.compute.from_numbers`: cell, bidirectional, merge_mode, layers, ...

    Returns
    -------
    Explanation

    Raises
    ------
    UsageError
        If a number or an option cannot be, or `x` cannot be explained.
    """
    if x is not None:
        given = [name for name, value in (("input_dim", input_dim), ("units", units)) if value is not None]
        if given or options:
            names = ", ".join([*given, *options])
            raise UsageError(
                f"{names} and {type(x).__name__}: the arrays of what is given have their sizes already"
            )
        return _explain_given(x)
    return from_numbers(_given(input_dim, "input_dim"), _given(units, "units"), **options)


def _explain_given(x: Any) -> Explanation:
    from lstm_shapes.sources.listing import SourceError

    try:
        if isinstance(x, str | bytes) or hasattr(x, "__fspath__"):
            from lstm_shapes.sources import read

            return _of_file(read(x), os.path.basename(os.fsdecode(x).rstrip("/")))
        from lstm_shapes.recognise import recognise
        from lstm_shapes.sources.live import listing

        return recognise(listing(x))
    except SourceError as error:
        raise UsageError(str(error)) from None


_last: deque[tuple[Listing, Explanation]] = deque(maxlen=4)  # see sources/again.py


def _of_file(listing: Listing, name: str) -> Explanation:
    """What is in a file; worked out once for the files of one training, which have one list of arrays."""
    from lstm_shapes.recognise import recognise

    for known, explanation in tuple(_last):
        if known.arrays is listing.arrays and known.of(listing.source) == listing:
            return replace(explanation, source=name)
    explanation = recognise(listing)
    _last.appendleft((listing, explanation))
    return replace(explanation, source=name)


def _given(size: Any, name: str) -> Any:
    if size is None:
        return Word(name)
    try:
        return size if isinstance(size, bool) else operator.index(size)  # a NumPy integer counts too
    except TypeError:
        return size
