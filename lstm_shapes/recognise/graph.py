"""What feeds what: a Keras model's config -> connections between layers, and how long the sequences are."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from lstm_shapes.layer import Connection
from lstm_shapes.recognise.cells import complete

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from lstm_shapes.layer import Explanation

DEEPEST, MOST_LAYERS, MOST_STEPS = 40, 5_000, 100_000  # no model that anybody built comes near
# Classes that hand on as many time steps as they read.
SAME_TIME = (
    "Activation", "AlphaDropout", "BatchNormalization", "Dense", "Dropout", "Embedding", "GaussianDropout",
    "GaussianNoise", "LayerNormalization", "LeakyReLU", "Masking", "ReLU", "SpatialDropout1D", "TimeDistributed",
)  # fmt: skip
RECURRENT = ("LSTM", "GRU", "SimpleRNN", "Bidirectional", "CuDNNLSTM", "CuDNNGRU", "RNN")


@dataclass(frozen=True)
class Entry:
    """One layer of a config: its class, its options, and the layers that its first argument comes from."""

    kind: str
    config: dict[str, Any] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    more: tuple[str, ...] = ()  # what else its calls are handed: "initial_state", "mask"


def connected(explanation: Explanation, model_config: Any) -> Explanation:
    """The explanation with its connections, and with output shapes as far as the config tells them."""
    graph = dict(entries(model_config))
    if not graph or len(graph) > MOST_LAYERS:
        return explanation
    kernels = {layer.path: next((w.index for w in layer.weights), None) for layer in explanation.layers}
    weighted = {*kernels, *(other.path.rpartition("/")[0] for other in explanation.other_weights)}
    weighted |= {path.rpartition("/")[0] for path in weighted}
    walk = Walk(graph, weighted)
    joined = [
        Connection(source, path, through, index)
        for path, index in kernels.items()
        if path in graph
        for source, through in walk.back(path)
    ]
    layers = tuple(
        replace(complete(layer, walk.time(path)), notes=layer.notes)
        if (path := layer.path) in graph and graph[path].kind in RECURRENT
        else layer
        for layer in explanation.layers
    )
    return replace(explanation, layers=layers, connections=tuple(dict.fromkeys(joined)))


def entries(model: Any, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Entry]]:
    """The layers of a model's config by their paths, those of models inside it too."""
    config = model.get("config") if isinstance(model, dict) else None
    layers = (
        config if isinstance(config, list) else config.get("layers") if isinstance(config, dict) else None
    )
    if not isinstance(layers, list) or depth > DEEPEST or len(layers) > MOST_LAYERS:
        return
    before = ""
    for one in layers:
        own = one.get("config") if isinstance(one, dict) else None
        name = own.get("name") if isinstance(own, dict) else None
        if not isinstance(own, dict) or not isinstance(name, str):
            continue
        path = f"{prefix}{name}"
        told = _sources(one.get("inbound_nodes"), prefix)
        chained = (before,) if before and model.get("class_name") == "Sequential" else ()
        yield path, Entry(str(one.get("class_name")), own, told or chained, _more(one.get("inbound_nodes")))
        yield from entries(one, f"{path}/", depth + 1)
        before = path


def _sources(nodes: Any, prefix: str) -> tuple[str, ...]:
    """The layers that the first argument of each call comes from.  Later arguments are initial states and masks."""
    found = []
    for node in nodes if isinstance(nodes, list) else []:
        if isinstance(node, dict):  # Keras 3
            arguments = node.get("args")
            first = arguments[0] if isinstance(arguments, list | tuple) and arguments else None
            found += [_history(one) for one in (first if isinstance(first, list | tuple) else [first])]
        elif (
            isinstance(node, list) and node and isinstance(node[0], list)
        ):  # Keras 2: [[name, node, tensor, {}], ...]
            merges = len({str(one[0]) for one in node if isinstance(one, list) and one}) > 1
            found += [one[0] for one in (node if merges else node[:1]) if isinstance(one, list) and one]
    return tuple(f"{prefix}{name}" for name in dict.fromkeys(found) if isinstance(name, str))


def _more(nodes: Any) -> tuple[str, ...]:
    """Which other tensors a layer's calls are handed."""
    found: list[str] = []
    for node in nodes if isinstance(nodes, list) else []:
        if isinstance(node, dict):  # Keras 3
            arguments, given = node.get("args"), node.get("kwargs")
            found += ["initial_state"] * (isinstance(arguments, list | tuple) and len(arguments) > 1)
        else:  # Keras 2
            given = (
                node[0][3]
                if isinstance(node, list) and node and isinstance(node[0], list) and len(node[0]) > 3
                else None
            )
            found += ["initial_state"] * (isinstance(node, list) and len(node) > 1)
        found += [
            name
            for name in ("initial_state", "mask")
            if isinstance(given, dict) and given.get(name) is not None
        ]
    return tuple(dict.fromkeys(found))


def _history(tensor: Any) -> Any:
    config = tensor.get("config") if isinstance(tensor, dict) else None
    history = config.get("keras_history") if isinstance(config, dict) else None
    return history[0] if isinstance(history, list | tuple) and history else None


@dataclass
class Walk:
    """Walks along the connections of a graph; a cycle or a very long way ends it."""

    graph: dict[str, Entry]
    weighted: set[str]
    steps: int = 0

    def sources(self, path: str) -> tuple[str, ...]:
        """Where a layer's input comes from.  Of a recurrent layer the first is it: the others are initial states."""
        entry = self.graph.get(path, Entry(""))
        return (
            entry.sources[:1]
            if entry.kind in RECURRENT and len(entry.sources) > 1 and self._states(entry)
            else entry.sources
        )

    def _states(self, entry: Entry) -> bool:
        return any(self.graph.get(one, Entry("")).config.get("return_state") for one in entry.sources[1:])

    def back(self, path: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each layer with weights that feeds this one, and the layers without weights between them."""
        waiting: list[tuple[str, tuple[str, ...]]] = [(source, ()) for source in self.sources(path)]
        seen = {path}
        while waiting and self.steps < MOST_STEPS:
            here, through = waiting.pop()
            self.steps += 1
            entry = self.graph.get(here)
            if entry is None or here in seen or entry.kind == "InputLayer":
                continue
            seen.add(here)
            if here in self.weighted:
                yield here, through
            else:
                waiting += [(source, (here, *through)) for source in self.sources(here)]

    def time(self, path: str) -> int | None:
        """How many time steps a layer reads; None where the config does not tell."""
        seen: set[str] = set()
        while (sources := self.sources(path)) and path not in seen:
            seen.add(path)
            path = sources[0]
            entry = self.graph.get(path, Entry(""))
            if entry.kind == "RepeatVector":
                return _whole(entry.config.get("n"))
            if entry.kind == "InputLayer":
                return _steps(entry.config)
            if entry.kind not in (*SAME_TIME, *RECURRENT):
                return None
        return _steps(self.graph.get(path, Entry("")).config) if path not in seen else None


def _steps(config: dict[str, Any]) -> int | None:
    shape = config.get("batch_shape") or config.get("batch_input_shape")
    return _whole(shape[1]) if isinstance(shape, list | tuple) and len(shape) > 1 else None


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**9 else None
