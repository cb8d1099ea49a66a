"""Listing + layouts -> Explanation: the one place where names meet knowledge."""

from __future__ import annotations

from dataclasses import replace

from lstm_shapes.layer import Explanation, Other
from lstm_shapes.recognise import cells, flat, groups, live, onnx, state_dict, unbuilt
from lstm_shapes.recognise.config import no_model, spec
from lstm_shapes.recognise.graph import connected
from lstm_shapes.recognise.tree import in_order, unsure
from lstm_shapes.sources.listing import SourceError

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any

    from lstm_shapes.recognise.tree import Node
    from lstm_shapes.sources.listing import Listing

KERAS = ("keras", "saved-model", "tf-")  # what the names of such formats begin with


def recognise(listing: Listing) -> Explanation:
    """Explain what a file or a live object holds."""
    config = listing.config or {}
    if "nodes" in config:
        return onnx.recognise(listing)
    if "tree" in config:
        return explained(listing, live.tree(listing), None) if listing.arrays else unbuilt.unbuilt(listing)
    rule = rule_of(config)
    if not listing.format.startswith(KERAS):
        return state_dict.recognise(listing)
    if not listing.format.startswith("keras"):
        raise SourceError(
            f"{listing.source} is a TensorFlow checkpoint ({len(listing.arrays)} arrays): it does not say which layers they "
            "belong to in a way that is read here; load it with tf_keras and save it as .keras or .weights.h5"
        )
    if wrong := no_model(config.get("model_config")):
        raise SourceError(f"{listing.source}: {wrong}")
    if listing.format.startswith("keras-h5"):
        tree = flat.place(listing, rule)
    else:
        found = groups.groups(listing.arrays, config.get("names") or {})
        tree = groups.place(spec(config.get("model_config")), found)
    return explained(listing, tree, rule)


def rule_of(config: dict[str, Any]) -> str:
    """Which order the framework that wrote the file gives its weights: see `tree.in_order`."""
    version = str(config.get("keras_version") or "3")
    major, _, rest = version.partition(".")
    if major not in ("1", "2"):
        return "own first"
    old = major == "1" or rest.partition(".")[0] in ("0", "1", "2", "3")
    return "trainable first" if old and "tf" not in version else "models in order"


def explained(listing: Listing, tree: Node, rule: str | None) -> Explanation:
    """The tree's recurrent layers, the other arrays, and every array's place; a live object knows the order itself."""
    order, lost = in_order(tree, rule or "own first"), unsure(tree)
    if rule is None:
        order.sort(key=lambda held: int(held.stored.path))
    place: dict[str, int | None] = {}
    for held in order:
        place.setdefault(held.stored.path, len(place))
    place.update(dict.fromkeys(lost))
    layers = [
        replace(layer, weights=tuple(replace(w, index=place.get(w.key or "")) for w in layer.weights))
        for unit in cells.units(tree)
        for layer in unit.parts
    ]
    used = {weight.key for layer in layers for weight in layer.weights}
    others = [
        Other(
            place.get(held.stored.path), held.name or held.stored.path, held.stored.shape, held.stored.dtype
        )
        for held in order
        if held.stored.path not in used
    ]
    bare = Explanation(listing.source, tuple(layers), tuple(others), notes=listing.notes)
    return connected(bare, (listing.config or {}).get("model_config"))
