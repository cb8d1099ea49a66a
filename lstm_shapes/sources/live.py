"""A live layer or model -> Listing.  Its framework is found by looking at the object; none is imported here."""

from __future__ import annotations

from lstm_shapes.sources.listing import Listing, SourceError, Stored

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

PARTS = ("forward_layer", "backward_layer", "cell", "layer")  # attributes that hold one other layer
DEEPEST = 60


def listing(x: Any) -> Listing:
    """The arrays of a live Keras 3, tf_keras or PyTorch object, in its own order.

    The key of an array is its place in `x.weights`.  `config["tree"]` says which layer owns which of them.

    Raises
    ------
    SourceError
        If `x` is nothing that has weights as layers have.
    """
    if _is_torch(x):
        return Listing(type(x).__name__, "torch-live", tuple(_tensors(x)))
    if not (hasattr(type(x), "weights") and hasattr(x, "_flatten_layers")):
        raise SourceError(
            f"{type(x).__name__} cannot be explained: a Keras layer or model, a PyTorch module or a file's path was expected"
        )
    weights = _made(x)
    arrays = tuple(
        Stored(str(i), tuple(map(int, w.shape)), str(getattr(w.dtype, "name", w.dtype)))
        for i, w in enumerate(weights)
    )
    places = {id(weight): str(i) for i, weight in enumerate(weights)}
    config = {"tree": _tree(x, places, "", set(), 0), "model_config": _model_config(x)}
    return Listing(str(getattr(x, "name", type(x).__name__)), "keras-live", arrays, config)


def _made(x: Any) -> list[Any]:
    """The variables; none where the layers are not built yet, which a model of tf_keras says by raising."""
    try:
        return list(x.weights)
    except ValueError:
        return []


def _is_torch(x: Any) -> bool:
    return any(base.__module__.startswith("torch.nn") for base in type(x).__mro__)


def _tensors(module: Any) -> Iterator[Stored]:
    for name, tensor in module.state_dict().items():
        yield Stored(name, tuple(tensor.shape), str(tensor.dtype).rpartition(".")[2])


def _tree(layer: Any, places: dict[int, str], attr: str, seen: set[int], depth: int) -> dict[str, Any]:
    """A layer as plain data: its classes, the nearest first, its options, its own arrays, its parts."""
    seen.add(id(layer))
    own = [places[id(w)] for w in _own(layer) if id(w) in places]
    parts = [one for one in layer._flatten_layers(include_self=False, recursive=False) if id(one) not in seen]
    below = [_tree(one, places, _attr(layer, one), seen, depth + 1) for one in parts if depth < DEEPEST]
    classes = [[base.__name__, base.__module__] for base in type(layer).__mro__]
    return {
        "name": layer.name,
        "classes": classes,
        "attr": attr,
        "config": _config(layer),
        "own": own,
        "below": below,
    }


def _own(layer: Any) -> list[Any]:
    """The layer's own variables: Keras 3 and tf_keras have two names for the two lists."""
    found: list[Any] = []
    for name in (
        "_trainable_variables",
        "_non_trainable_variables",
        "_trainable_weights",
        "_non_trainable_weights",
    ):
        found += [one for one in getattr(layer, name, ()) if all(one is not other for other in found)]
    return found


def _attr(layer: Any, part: Any) -> str:
    return next((name for name in PARTS if getattr(layer, name, None) is part), "")


def _config(layer: Any) -> dict[str, Any]:
    try:
        config = layer.get_config()
    except Exception:  # a stranger's class may raise anything; then its options are not known
        return {}
    return config if isinstance(config, dict) else {}


def _model_config(x: Any) -> dict[str, Any] | None:
    """The config of a model, for what feeds what; a layer has none."""
    names = [base.__name__ for base in type(x).__mro__]
    kind = next((name for name in ("Sequential", "Functional") if name in names), None)
    return {"class_name": kind, "config": _config(x)} if kind else None


def numbers(x: Any) -> dict[str, Any]:
    """The arrays themselves, as NumPy's, by the same keys: the framework's own memory where it lets us, else copies.

    Source: TensorFlow's eager tensors offer their memory, read-only, through Python's buffer protocol; an assignment to
    the variable makes new memory while somebody holds the old (tests/test_labels.py).
    """
    if _is_torch(x):
        return {name: tensor.detach().cpu().numpy() for name, tensor in x.state_dict().items()}
    return {str(i): _array(weight) for i, weight in enumerate(x.weights)}


def _array(variable: Any) -> Any:
    import numpy

    held = getattr(
        variable, "value", variable
    )  # Keras 3 wraps TensorFlow's variable, whose `value` is a method
    held = held() if callable(held) else getattr(held, "value", lambda: held)()
    try:
        return numpy.asarray(memoryview(held))
    except (
        TypeError,
        ValueError,
        BufferError,
    ):  # another backend, or numbers that no buffer describes (bfloat16)
        return numpy.asarray(variable.numpy())
