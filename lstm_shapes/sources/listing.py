"""The value that every file is turned into: names, shapes, dtypes and the file's own configuration."""

from __future__ import annotations

from dataclasses import dataclass

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any


class SourceError(ValueError):
    """The file cannot be explained: the message says what it is, what was expected and what to do."""


@dataclass(frozen=True)
class Stored:
    """One array as the file describes it; its numbers are never read."""

    path: str  # the array's own key in the file
    shape: tuple[int, ...]
    dtype: str | None  # None where the file does not say


@dataclass(frozen=True)
class Listing:
    """What a file says about itself.

    `config` is plain JSON data; its keys, where the file has them:

    - `model_config`, `keras_version`, `backend`: Keras's own;
    - `layer_names`: `[[layer, [weight name, ...]], ...]`, legacy HDF5, layers without weights too;
    - `names`: `{group path: the name that the layer had}`, Keras 3's weights;
    - `modules`: `{module path: {"class": ..., option: value}}` or the bare paths, PyTorch;
    - `nodes`, `opset`, `inputs`: ONNX;
    - `metadata`: safetensors.
    """

    source: str
    format: str
    arrays: tuple[Stored, ...]
    config: dict[str, Any] | None = None
    notes: tuple[str, ...] = ()

    def of(self, source: str) -> Listing:
        """The same, said of another file."""
        return Listing(source, self.format, self.arrays, self.config, self.notes)


def shown(text: object, limit: int = 60) -> str:
    r"""A stranger's word as it may stand in one line of a message: quoted, escaped and cut.

    >>> shown("a\nb" + chr(27) + "[2J")
    "'a\\nb\\x1b[2J'"
    >>> shown("a" * 100, limit=10)
    "'aaaaaaaaaa...'"
    """
    word = str(text)
    return ascii(word if len(word) <= limit else word[:limit] + "...")
