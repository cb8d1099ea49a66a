"""Keras 3's sharded weights: a JSON file beside `NAME_00000.weights.h5`, `NAME_00001.weights.h5`, ...

Source: keras/src/saving/saving_lib.py, ShardedH5IOStore, 3.15.1.
"""

from __future__ import annotations

import os
import re

from lstm_shapes.sources import files, keras_h5
from lstm_shapes.sources.bounds import MAX_JSON, json_object
from lstm_shapes.sources.listing import Listing, SourceError, Stored, shown
from lstm_shapes.sources.window import Window, over

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_SHARDS = 1000
SHARD = re.compile(r"[^/\\:\0]{1,200}_\d{5}\.weights\.h5")


def read(window: Window, source: str) -> Listing:
    """The JSON file and the shards beside it; an array's path is `shard:path`."""
    if window.size > MAX_JSON:
        raise SourceError(f"is a text of {window.size:,} bytes: a checkpoint was expected")
    found = json_object(window.read(0, window.size), "the file")
    mapping = found.get("weight_map")
    if not isinstance(mapping, dict):
        raise SourceError("is a JSON file: a checkpoint was expected; give the file with the weights")
    arrays: list[Stored] = []
    names: dict[str, str] = {}
    notes: list[str] = []
    for shard in _shards(mapping):
        inner = _shard(os.path.join(os.path.dirname(source), shard))
        arrays += [Stored(f"{shard}:{one.path}", one.shape, one.dtype) for one in inner.arrays]
        names |= (inner.config or {}).get("names", {})
        notes += inner.notes
    return Listing(source, "keras3-sharded", tuple(arrays), {"names": names}, tuple(notes))


def _shards(mapping: dict[str, Any]) -> list[str]:
    """The file names that the map leads to, in order; only such as Keras writes, in the same folder."""
    listed = [name for value in mapping.values() for name in (value if isinstance(value, list) else [value])]
    for name in listed:
        if not isinstance(name, str) or not SHARD.fullmatch(name):
            raise SourceError(
                f"has its weights in {shown(name)}: a NAME_00000.weights.h5 beside it was expected; that file is "
                "not opened"
            )
    shards = sorted(set(listed))
    if len(shards) > MAX_SHARDS:
        raise SourceError(f"has {len(shards):,} shards: at most {MAX_SHARDS:,} were expected")
    return shards


def _shard(path: str) -> Listing:
    with files.opened(path, follow=False) as file:
        return keras_h5.weights(over(file), path)
