"""Keras's `.keras` archives: `config.json` beside `model.weights.h5`, which is opened in place.

Source: keras/src/saving/saving_lib.py, 3.15.1; tf_keras/src/saving/saving_lib.py, 2.21.
"""

from __future__ import annotations

from functools import lru_cache

from lstm_shapes.sources import again, keras_h5, zips
from lstm_shapes.sources.bounds import MAX_JSON, json_object
from lstm_shapes.sources.listing import Listing, SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lstm_shapes.sources.zips import Archive

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"


def read(zipped: Archive, source: str) -> Listing:
    """A `.keras` file.  An array's path is its path inside `model.weights.h5`."""
    config: dict[str, Any] = {}
    notes: tuple[str, ...] = ()
    if METADATA in zipped.entries:
        metadata = json_object(zips.content(zipped, METADATA, MAX_JSON), METADATA)
        if isinstance(metadata.get("keras_version"), str):
            config["keras_version"] = metadata["keras_version"]
    if CONFIG in zipped.entries:
        config["model_config"] = _config(zips.content(zipped, CONFIG, MAX_JSON))
    else:
        notes += (f"has no {CONFIG}: layers are known by their places only",)
    if WEIGHTS not in zipped.entries:
        if "model_config" not in config:
            raise SourceError(f"is a zip without {CONFIG} and {WEIGHTS}: a .keras file was expected")
        return Listing(source, "keras-zip", (), config, (*notes, f"has no {WEIGHTS}: no arrays are listed"))
    try:
        inner = again.read(zips.entry(zipped, WEIGHTS), source, keras_h5.weights)
    except SourceError as error:
        raise SourceError(f"{WEIGHTS} inside it {error}") from None
    config.update(inner.config or {})
    return Listing(source, "keras-zip", inner.arrays, config, notes + inner.notes)


def _config(raw: bytes) -> dict[str, Any]:
    return _small(raw) if len(raw) <= again.MAX_KEPT else json_object(raw, CONFIG)


@lru_cache(maxsize=again.KEPT)
def _small(raw: bytes) -> dict[str, Any]:
    return json_object(raw, CONFIG)
