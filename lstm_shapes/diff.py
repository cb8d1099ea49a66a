"""What changed between two models: arrays added, gone, reshaped, and what that means."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass

from lstm_shapes.render.outline import Para, Table, Title, number, shape_text

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from lstm_shapes.layer import Explanation, Layer, Weight

Line = namedtuple("Line", "layer text")
# What of a layer is compared first, and how a change of it is said.
ABOUT = {
    "cell": "cell {} -> {}",
    "framework": "framework {} -> {}",
    "input_dim": "input_dim {} -> {}",
    "units": "units {} -> {}",
    "directions": "directions {} -> {}",
    "merge_mode": "merge_mode {} -> {}",
}


@dataclass(frozen=True)
class Difference:
    """Two explanations and every line that tells them apart."""

    before: str
    after: str
    lines: tuple[Line, ...]

    def __bool__(self) -> bool:
        return bool(self.lines)

    def __str__(self) -> str:
        if not self.lines:
            return f"{self.before} and {self.after}: the same arrays, in the same layers."
        said, last = [f"{self.before} -> {self.after}"], ""
        for layer, text in self.lines:
            said += [layer] * (layer != last) + [f"  {text}"]
            last = layer
        return "\n".join(said)

    def blocks(self) -> list[Any]:
        """What a renderer draws: a heading and a table."""
        rows = tuple((line.layer, line.text) for line in self.lines)
        table = Table(("layer", "change"), rows, label="Changes, layer by layer")
        return [
            Title(f"{self.before} -> {self.after}"),
            table if rows else Para("The same arrays, in the same layers."),
        ]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        lines = [{"layer": layer, "text": text} for layer, text in self.lines]
        return {
            "schema": 1,
            "before": self.before,
            "after": self.after,
            "same": not self.lines,
            "lines": lines,
        }


def diff(
    a: Explanation, b: Explanation, values: Callable[[Weight, Weight], Mapping[str, str]] | None = None
) -> Difference:
    """Compare two explanations, layer by layer.

    Parameters
    ----------
    a, b : Explanation
    values : callable, optional
        Given an array before and after, of one shape, what changed in each gate's numbers: `{gate: words}`.

    Returns
    -------
    Difference

    Examples
    --------
    >>> import lstm_shapes
    >>> before = lstm_shapes.explain(input_dim=100, units=20)
    >>> after = lstm_shapes.explain(input_dim=100, units=32, use_bias=False)
    >>> print(diff(before, after))
    before -> after
    lstm
      units 20 -> 32
      lost its bias
      kernel (100, 80) -> (100, 128)
      recurrent_kernel (20, 80) -> (32, 128)
      gone: bias (80,)
    """
    lines: list[Line] = []
    for before, after in _pairs(a.layers, b.layers):
        name = (after or before).path  # type: ignore[union-attr]
        if before is None or after is None:
            one = before or after
            assert one is not None
            lines.append(Line(name, f"{'new' if before is None else 'gone'}: {_said(one)}"))
            continue
        lines += [Line(name, text) for text in _changes(before, after, values)]
    lines += [Line("other arrays", text) for text in _others(a, b)]
    return Difference(a.source or "before", b.source or "after", tuple(lines))


def _pairs(a: tuple[Layer, ...], b: tuple[Layer, ...]) -> Iterator[tuple[Layer | None, Layer | None]]:
    """Layers of the same path; where no path is the same, by their places."""
    if not {layer.path for layer in a} & {layer.path for layer in b} and len(a) == len(b):
        yield from zip(a, b, strict=True)
        return
    there = {layer.path: layer for layer in b}
    for layer in a:
        yield layer, there.pop(layer.path, None)
    for layer in there.values():
        yield None, layer


def _said(layer: Layer) -> str:
    two = "bidirectional " if len(layer.directions) == 2 else ""
    return f"{two}{layer.cell}, {layer.units} units, {number(layer.parameters)} parameters"


def _changes(
    a: Layer, b: Layer, values: Callable[[Weight, Weight], Mapping[str, str]] | None
) -> Iterator[str]:
    if a.path != b.path:
        yield f"path {a.path} -> {b.path}"
    for name, words in ABOUT.items():
        old, new = getattr(a, name), getattr(b, name)
        if old != new:
            yield words.format(*(_plain(one) for one in (old, new)))
    if a.use_bias != b.use_bias and None not in (a.use_bias, b.use_bias):
        yield "lost its bias" if a.use_bias else "has a bias now"
    for key in sorted({*a.options, *b.options} - {"use_bias", "sizes"}):
        old, new = a.options.get(key), b.options.get(key)
        if old != new and None not in (old, new):
            yield f"{key} {old} -> {new}"
    yield from _arrays(a, b, values)


def _plain(value: Any) -> str:
    return " and ".join(value) if isinstance(value, tuple) else str(value)


def _arrays(
    a: Layer, b: Layer, values: Callable[[Weight, Weight], Mapping[str, str]] | None
) -> Iterator[str]:
    before, after = ({_name(w): w for w in layer.weights} for layer in (a, b))
    for name, weight in before.items():
        other = after.get(name)
        if other is None:
            yield f"gone: {name} {shape_text(weight.shape)}"
        elif weight.shape != other.shape:
            yield f"{name} {shape_text(weight.shape)} -> {shape_text(other.shape)}"
        elif weight.dtype != other.dtype and None not in (weight.dtype, other.dtype):
            yield f"{name}: dtype {weight.dtype} -> {other.dtype}"
        elif values is not None:
            for gate, words in values(weight, other).items():
                yield f"{name}, {gate}: {words}"
    for name in after.keys() - before.keys():
        yield f"new: {name} {shape_text(after[name].shape)}"


def _name(weight: Weight) -> str:
    words = [weight.direction or "", weight.role]
    if len(weight.gates) == 1:  # Keras 1 keeps an array a gate
        words.append(f"of {next(iter(weight.gates))}")
    return " ".join(filter(None, words))


def _others(a: Explanation, b: Explanation) -> Iterator[str]:
    before, after = ({one.path: one.shape for one in x.other_weights} for x in (a, b))
    for path, shape in before.items():
        if path not in after:
            yield f"gone: {path} {shape_text(shape)}"
        elif after[path] != shape:
            yield f"{path} {shape_text(shape)} -> {shape_text(after[path])}"
    for path in after.keys() - before.keys():
        yield f"new: {path} {shape_text(after[path])}"
