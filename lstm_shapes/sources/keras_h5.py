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
    about, inside = attributes(file, file.root), hdf5.children(file, file.root) or {}
    if "model_config" in about or "model_weights" in inside:
        return _model(file, source)
    if "layer_names" in about or "layer_names0" in about:
        arrays, names, notes = _layers(file, file.root, "")
        return Listing(
            source, "keras-h5-weights", arrays, {**_about(file, file.root), "layer_names": names}, notes
        )
    found = weights(window, source, file)
    if not found.arrays and not (found.config or {}).get("names"):
        raise SourceError(
            "is an HDF5 file without Keras's layer_names, model_config or vars: a Keras checkpoint was expected"
        )
    return found


def text(file: H5, address: int, name: str) -> str | None:
    """An attribute that is one text; None where there is none, or something else."""
    message = attributes(file, address).get(name)
    found = texts(file, message) if message else None
    return found[0].decode("utf-8", "backslashreplace") if found and len(found) == 1 else None


def _about(file: H5, address: int) -> dict[str, Any]:
    return {name: found for name in ABOUT if (found := text(file, address, name)) is not None}


def _model(file: H5, source: str) -> Listing:
    config: dict[str, Any] = {}
    notes: tuple[str, ...] = ()
    given = attributes(file, file.root).get("model_config")
    if given and (raw := texts(file, given)):
        config["model_config"] = json_object(raw[0], "model_config")
    elif given:
        notes = ("the attribute model_config is no text: layers are known by their names only",)
    arrays: tuple[Stored, ...] = ()
    if "model_weights" in (hdf5.children(file, file.root) or {}):
        group = hdf5.target(file, file.root, "model_weights")
        arrays, config["layer_names"], more = _layers(file, group, "model_weights/")
        config, notes = _about(file, group) | config, notes + more
    return Listing(source, "keras-h5-model", arrays, _about(file, file.root) | config, notes)


def _layers(file: H5, group: int, prefix: str) -> tuple[tuple[Stored, ...], list[list[Any]], tuple[str, ...]]:
    """The arrays in the order of `layer_names` and `weight_names`, the names themselves, notes."""
    layers = _names(file, group, "layer_names")
    if OWN in (hdf5.children(file, group) or {}) and OWN not in layers:
        layers.append(OWN)
    arrays: list[Stored] = []
    names: list[list[Any]] = []
    notes: list[str] = []
    for layer in layers:
        at = hdf5.target(file, group, _relative(layer))
        weight_names = _names(file, at, "weight_names")
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


def _names(file: H5, address: int, what: str) -> list[str]:
    """The list `layer_names` or `weight_names`; Keras cuts long ones into `layer_names0`, `layer_names1`, ..."""
    found = attributes(file, address)
    pieces = [what] if what in found else []
    while what not in found and f"{what}{len(pieces)}" in found:
        pieces.append(f"{what}{len(pieces)}")
    if not pieces and what == "layer_names":
        raise SourceError("has weights without the attribute layer_names, which gives their order")
    names: list[str] = []
    for piece in pieces:
        raw = texts(file, found[piece])
        if raw is None:
            raise SourceError(f"has an attribute {what} that is no list of names")
        names += [name.decode("utf-8", "backslashreplace") for name in raw]
    if len(set(names)) < len(names):
        raise SourceError(f"lists a name twice in {what}: which array counts cannot be told")
    if max(map(len, names), default=0) > MAX_NAME or len(names) > MAX_ARRAYS:
        raise SourceError(
            f"has more than {MAX_ARRAYS:,} names, or one of over {MAX_NAME:,} characters, in {what}"
        )
    return names


def _add(file: H5, address: int, path: str, arrays: list[Stored], notes: list[str]) -> None:
    found = dataset(file, address)
    if found is None:
        raise SourceError(f"has no array at {shown(path)}, where its own list says so")
    if len(arrays) >= MAX_ARRAYS or len(path) > 2 * MAX_NAME:
        raise SourceError(
            f"has more than {MAX_ARRAYS:,} arrays, or one with a name of over {2 * MAX_NAME:,} characters"
        )
    if found.outside:
        notes.append(f"{shown(path)} has its numbers in another file ({found.outside}): not opened")
    dtype = found.dtype or text(file, address, "dtype")  # Keras 3: "bfloat16", which h5py stores as two bytes
    if found.shape is None:
        notes.append(f"{shown(path)} holds nothing")
    else:
        arrays.append(Stored(path, found.shape, dtype))


def weights(window: Window, source: str, file: H5 | None = None) -> Listing:
    """Keras 3's weights: every array below the root, the optimizer's and the metrics' left out."""
    file = file or hdf5.open_file(window)
    arrays: list[Stored] = []
    names: dict[str, str] = {}
    notes: list[str] = []
    seen = {file.root}
    pending = [("", file.root, 0)]
    while pending:
        path, address, depth = pending.pop()
        inside = hdf5.children(file, address)
        if inside is None:
            if dataset(file, address):
                _add(file, address, path, arrays, notes)
            continue
        if depth > MAX_DEPTH or len(path) > MAX_NAME:
            raise SourceError(
                f"has groups more than {MAX_DEPTH} deep, or names of over {MAX_NAME:,} characters"
            )
        name = text(file, address, "name")
        if name is not None:
            names[path] = name[:MAX_NAME]
        pending += reversed(_below(inside, path, depth, seen, notes))
    return Listing(source, "keras3-weights-h5", tuple(arrays), {"names": names}, tuple(notes[:MAX_NOTES]))


def _below(
    links: dict[str, hdf5.Link], path: str, depth: int, seen: set[int], notes: list[str]
) -> list[tuple[str, int, int]]:
    """What a group holds that is to be looked at, each object once."""
    found = []
    for name, link in links.items():
        inside = f"{path}/{name}" if path else name
        if link.kind != hdf5.HARD:
            notes.append(f"{shown(inside)} is a link ({link.kind}): not followed")
        elif link.address not in seen and not (not path and name in NOT_WEIGHTS):
            seen.add(link.address)
            found.append((inside, link.address, depth + 1))
    return found
