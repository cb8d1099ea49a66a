"""What each recurrent layer of a model reads: the model's input, or the output of the layer before.

Only what hands numbers on without weights of its own is computed on the way; everything else is said, not guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lstm_shapes.compute import did_you_mean
from lstm_shapes.layer import UsageError
from lstm_shapes.recognise.graph import Entry, entries

Array = np.ndarray[Any, np.dtype[Any]]
Fed = tuple[Any, Any]  # what is read, and its mask
Trace = Callable[[Any, Any, Any, Any], Any]  # (labelled layer, x, initial_state, mask) -> its Dataset


def _repeated(x: Any, _: Any, config: Mapping[str, Any]) -> Fed:
    return np.repeat(np.asarray(x)[:, None], config["n"], axis=1), None


def _masked(x: Any, _: Any, config: Mapping[str, Any]) -> Fed:
    """Source: keras/src/layers/core/masking.py, Masking.call, Keras 3.15.1."""
    here = np.any(np.asarray(x) != config.get("mask_value", 0.0), axis=-1)
    return x * here[..., None], here


# Layers on the way that have no weights; those that work while training only hand on what they read.
ON_THE_WAY: dict[str, Callable[[Any, Any, Mapping[str, Any]], Fed]] = {
    "RepeatVector": _repeated,
    "Masking": _masked,
    **dict.fromkeys(
        ("InputLayer", "Dropout", "SpatialDropout1D", "GaussianDropout", "GaussianNoise", "AlphaDropout"),
        lambda x, mask, config: (x, mask),
    ),
}


@dataclass
class Feeder:
    """The walk from the layers that are wanted back to the model's input; each layer is traced once."""

    layers: Mapping[str, Any]  # labelled
    graph: Mapping[str, Entry]
    chained: bool  # a Sequential: its first layer reads the model's input
    given: Fed
    states: Mapping[str, Any]
    trace: Trace
    done: dict[str, Any]

    def traced(self, path: str) -> Any:
        """The trace of one layer."""
        if path not in self.done:
            if "/" in path or path not in self.graph:
                raise UsageError(_refusal(path, "it stands inside another layer"))
            x, mask = self.into(path, path)
            if "mask" in self.graph[path].more and mask is None:
                raise UsageError(_refusal(path, "it is handed a mask"))
            if "initial_state" in self.graph[path].more and path not in self.states:
                raise UsageError(_refusal(path, "it is handed an initial state"))
            self.done[path] = self.trace(self.layers[path], x, self.states.get(path), mask)
        return self.done[path]

    def into(self, path: str, reader: str) -> Fed:
        """What reaches a layer or one on its way."""
        entry = self.graph[path]
        sources = entry.sources[:1] if "initial_state" in entry.more else entry.sources
        if entry.kind == "InputLayer" or (self.chained and not sources):
            return self.given
        if len(sources) != 1 or sources[0] not in self.graph:
            raise UsageError(_refusal(reader, f"{path} reads {len(sources)} layers"))
        return self.out_of(sources[0], reader)

    def out_of(self, path: str, reader: str) -> Fed:
        """What a layer hands on, and the mask that it hands on."""
        if path in self.layers:
            output = self.traced(path).output
            mask = self.into(path, reader)[1] if "step" in output.dims else None
            return output.values, mask
        entry = self.graph[path]
        if entry.kind not in ON_THE_WAY:
            raise UsageError(_refusal(reader, f"{path} is on the way, a {entry.kind}"))
        return ON_THE_WAY[entry.kind](*self.into(path, reader), entry.config)


def _refusal(path: str, why: str) -> str:
    return f"what {path} reads is not computed here: {why}; give it yourself, as in trace(label(model, {path!r}), what it reads)"


def feed(
    layers: Mapping[str, Any],
    config: Any,
    given: Fed,
    initial_state: Any,
    layer: str | None,
    trace: Trace,
    chunked: bool,
) -> Any:
    """Trace one layer of a model, or all of them, each reading what the layer before hands on.

    Parameters
    ----------
    layers : mapping of str to xarray.Dataset
        The model's recurrent layers by their paths, labelled.
    config : dict or None
        The model's; without one there must be one layer, which reads what is given.
    given : (array, mask or None)
    initial_state : as of `trace`
    layer : str or None
    trace : callable
    chunked : bool
        Whether `trace` gives an iterator, whose output nothing can read.
    """
    wanted = list(layers) if layer is None else [layer]
    if layer is not None and layer not in layers:
        raise UsageError(f"there is no recurrent layer {layer!r}{did_you_mean(layer, layers)}")
    if initial_state is not None and len(wanted) > 1:
        raise UsageError(f"initial_state of which layer? Say layer=..., one of {', '.join(layers)}")
    graph = dict(entries(config)) if config else {}
    if not graph:
        if len(wanted) > 1:
            raise UsageError(
                f"there are {len(wanted)} recurrent layers, and the file does not say what feeds what: trace them one by "
                f"one, as in trace(label(file, {wanted[0]!r}), what it reads)"
            )
        return trace(layers[wanted[0]], given[0], initial_state, given[1])
    chained = config.get("class_name") == "Sequential"
    states = {} if initial_state is None else {wanted[0]: initial_state}
    feeder = Feeder(layers, graph, chained, given, states, trace, {})
    if chunked and any(path not in feeder.graph or _behind(feeder, path) for path in wanted):
        raise UsageError(
            "chunk works for a layer that reads the model's input: trace others with trace(label(model, path), x, chunk=...)"
        )
    found = {path: feeder.traced(path) for path in wanted}
    return found if len(found) > 1 else found[wanted[0]]


def _behind(feeder: Feeder, path: str) -> bool:
    """Whether another recurrent layer stands between a layer and the input."""
    seen = set()
    while (sources := feeder.graph[path].sources) and path not in seen:
        seen.add(path)
        path = sources[0]
        if path in feeder.layers or path not in feeder.graph:
            return True
    return False
