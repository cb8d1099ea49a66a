"""Keras's HDF5 files: whole models and weights of Keras 1 to 3 (`.h5`, `.hdf5`), and Keras 3's `.weights.h5`.

Source: keras/src/legacy/saving/legacy_h5_format.py and keras/src/saving/saving_lib.py, 3.15.1;
tf_keras/src/saving/legacy/hdf5_format.py, 2.21.
"""

from __future__ import annotations

from lstm_shapes.sources import hdf5
from lstm_shapes.sources.bounds import MAX_ARRAYS, MAX_DEPTH, MAX_NAME, MAX_NOTES, json_object
from lstm_shapes.sources.hdf5_values import attributes, dataset, texts
from lstm_shapes.sources.listing import Listing, SourceError, Stored, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lstm_shapes.sources.hdf5 import H5
    from lstm_shapes.sources.window import Window

NOT_WEIGHTS = ("optimizer", "metrics", "_metrics", "optimizer_weights")  # groups of the root
OWN = "top_level_model_weights"  # tf_keras: the weights that a subclassed model holds itself
ABOUT = ("keras_version", "backend")


def read(window: Window, source: str) -> Listing:
    """An HDF5 file: which of Keras's three kinds it is, and what it lists."""
    file = hdf5.open_file(window)
    root = attributes_of(file, file.root)
    inside = hdf5.children(file, file.root)
    if "model_config" in root or "model_weights" in inside:
        return _model(file, source, root)
    if "layer_names" in root or "layer_names0" in root:
        arrays, names, notes = _layers(file, file.root, "", root)
        about = _about(root)
        return Listing(source, "keras-h5-weights", arrays, {**about, "layer_names": names}, notes)
    found = weights(window, source, "keras3-weights-h5", file)
    if not found.arrays and not (found.config or {}).get("names"):
        raise SourceError(
            "is an HDF5 file without Keras's layer_names, model_config or vars: a Keras checkpoint was expected"
        )
    return found


def attributes_of(file: H5, address: int) -> dict[str, list[bytes] | None]:
    """The texts among an object's attributes; None for an attribute of another kind."""
    return {name: texts(file, message) for name, message in attributes(file, address)}


def _text(found: list[bytes] | None) -> str | None:
    return found[0].decode("utf-8", "backslashreplace") if found and len(found) == 1 else None


def _about(found: dict[str, list[bytes] | None]) -> dict[str, Any]:
    return {name: text for name in ABOUT if (text := _text(found.get(name))) is not None}


def _model(file: H5, source: str, root: dict[str, list[bytes] | None]) -> Listing:
    config: dict[str, Any] = {}
    notes: tuple[str, ...] = ()
    raw = root.get("model_config")
    if raw:
        config["model_config"] = json_object(b"".join(raw), "model_config")
    elif "model_config" in root:
        notes = ("the attribute model_config is no text: layers are known by their names only",)
    arrays: tuple[Stored, ...] = ()
    if "model_weights" in hdf5.children(file, file.root):
        group = hdf5.target(file, file.root, "model_weights")
        about = attributes_of(file, group)
        arrays, config["layer_names"], more = _layers(file, group, "model_weights/", about)
        config, notes = _about(about) | config, notes + more
    return Listing(source, "keras-h5-model", arrays, _about(root) | config, notes)


def _layers(
    file: H5, group: int, prefix: str, about: dict[str, list[bytes] | None]
) -> tuple[tuple[Stored, ...], list[list[Any]], tuple[str, ...]]:
    """The arrays in the order of `layer_names` and `weight_names`, the names themselves, notes."""
    layers = _names(about, "layer_names")
    if OWN in hdf5.children(file, group) and OWN not in layers:
        layers.append(OWN)
    arrays: list[Stored] = []
    names: list[list[Any]] = []
    notes: list[str] = []
    for layer in layers:
        at = hdf5.target(file, group, _relative(layer))
        weight_names = _names(attributes_of(file, at), "weight_names")
        names.append([layer, weight_names])
        for name in weight_names:
            _add(file, hdf5.target(file, at, _relative(name)), f"{prefix}{layer}/{name}", arrays, notes)
    if layers and names[-1] == [OWN, []]:
        names.pop()
    return tuple(arrays), names, tuple(notes[:MAX_NOTES])


def _relative(path: str) -> str:
    if path.startswith("/") or ".." in path.split("/"):
        raise SourceError(f"lists {shown(path)}: a name inside its layer was expected")
    return path


def _names(found: dict[str, list[bytes] | None], what: str) -> list[str]:
    """The list `layer_names` or `weight_names`; Keras cuts long ones into `layer_names0`, `layer_names1`, ..."""
    pieces = [found[what]] if what in found else []
    while what not in found and f"{what}{len(pieces)}" in found:
        pieces.append(found[f"{what}{len(pieces)}"])
    names: list[str] = []
    for piece in pieces:
        if piece is None:
            raise SourceError(f"has an attribute {what} that is no list of names")
        names += [raw.decode("utf-8", "backslashreplace") for raw in piece]
    if not pieces and what == "layer_names":
        raise SourceError("has weights without the attribute layer_names, which gives their order")
    if len(set(names)) < len(names):
        raise SourceError(f"lists a name twice in {what}: which array counts cannot be told")
    if max(map(len, names), default=0) > MAX_NAME:
        raise SourceError(f"has a name of more than {MAX_NAME:,} characters in {what}")
    return names


def _add(file: H5, address: int, path: str, arrays: list[Stored], notes: list[str]) -> None:
    found = dataset(file, address, path)
    if found is None:
        raise SourceError(f"has no array at {shown(path)}, where its own list says so")
    if len(arrays) >= MAX_ARRAYS:
        raise SourceError(f"has more than {MAX_ARRAYS:,} arrays")
    if found.outside:
        notes.append(f"{shown(path)} has its numbers in another file ({found.outside}): not opened")
    dtype = found.dtype
    if dtype is None:
        dtype = _text(attributes_of(file, address).get("dtype"))  # Keras 3: "bfloat16"
    if found.shape is None:
        notes.append(f"{shown(path)} holds nothing")
    else:
        arrays.append(Stored(path, found.shape, dtype))


def weights(window: Window, source: str, format_: str, file: H5 | None = None) -> Listing:
    """Keras 3's weights: every array below the root, the optimizer's and the metrics' left out."""
    file = file or hdf5.open_file(window)
    arrays: list[Stored] = []
    names: dict[str, str] = {}
    notes: list[str] = []
    seen = {file.root}
    pending = [("", file.root, 0)]
    while pending:
        path, address, depth = pending.pop()
        if path and not hdf5.is_group(file, address):
            if dataset(file, address, path):
                _add(file, address, path, arrays, notes)
            continue
        if depth > MAX_DEPTH:
            raise SourceError(f"has groups more than {MAX_DEPTH} deep: a model has some ten")
        name = _text(attributes_of(file, address).get("name"))
        if name is not None:
            names[path] = name
        pending += reversed(_below(file, path, address, depth, seen, notes))
    return Listing(source, format_, tuple(arrays), {"names": names}, tuple(notes[:MAX_NOTES]))


def _below(
    file: H5, path: str, address: int, depth: int, seen: set[int], notes: list[str]
) -> list[tuple[str, int, int]]:
    """What a group holds that is to be looked at, each object once."""
    found = []
    for name, link in hdf5.children(file, address).items():
        inside = f"{path}/{name}" if path else name
        if link.kind != hdf5.HARD:
            notes.append(f"{shown(inside)} is a {link.kind} link: not followed")
        elif link.address not in seen and not (not path and name in NOT_WEIGHTS):
            seen.add(link.address)
            found.append((inside, link.address, depth + 1))
    return found
