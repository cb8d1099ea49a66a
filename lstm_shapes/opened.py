"""A file or a live object: what is in it, how its arrays are had, and which of its layers is meant."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lstm_shapes.compute import did_you_mean
from lstm_shapes.layer import Explanation, Layer, UsageError
from lstm_shapes.recognise import recognise
from lstm_shapes.sources import read
from lstm_shapes.sources.listing import Listing, SourceError
from lstm_shapes.sources.live import listing as live_listing
from lstm_shapes.sources.live import numbers


def opened(thing: Any) -> tuple[Explanation, Callable[[Sequence[str]], Mapping[str, Any]], Any]:
    """What is in a file or a live object, how its arrays are had (NumPy's, or a file's `Place`s), and its config."""
    try:
        if isinstance(thing, str | os.PathLike):
            from lstm_shapes.sources.values import places

            name = os.fspath(thing)
            listing = read(name)
            found = replace(told(listing), source=os.path.basename(name.rstrip("/")))
            return found, lambda keys: places(name, keys), (listing.config or {}).get("model_config")
        listing = live_listing(thing)
        held = numbers(thing)
        return (
            told(listing),
            lambda keys: {key: held[key] for key in keys},
            (listing.config or {}).get("model_config"),
        )
    except SourceError as error:
        raise UsageError(str(error)) from None


def told(listing: Listing) -> Explanation:
    """The explanation, each layer with the version of Keras that its options are of."""
    config = listing.config or {}
    modules = [module for _, module in (config.get("tree") or {}).get("classes", ())]
    old = str(config.get("keras_version") or "3")[0] in "12" or any(m.startswith("tf_keras") for m in modules)
    found = recognise(listing)
    layers = [replace(one, options={**one.options, "keras": 2 if old else 3}) for one in found.layers]
    return replace(found, layers=tuple(layers))


def choose(found: Explanation, name: str) -> Layer:
    """The layer of that path, or of that last name where only one has it."""
    same = [one for one in found.layers if one.path == name]
    same = same or [one for one in found.layers if one.path.rpartition("/")[2] == name]
    if len(same) != 1:
        paths = [one.path for one in found.layers]
        raise UsageError(f"{found.source} has no recurrent layer {name!r}{did_you_mean(name, paths)}")
    return same[0]
