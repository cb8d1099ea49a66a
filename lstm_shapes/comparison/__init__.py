"""Two frameworks' layouts of one cell, side by side: what differs, and why the numbers of parameters differ."""

from __future__ import annotations

from dataclasses import dataclass

from lstm_shapes import layouts
from lstm_shapes.cells import CELLS
from lstm_shapes.comparison.differences import Difference, Side, advice, differences
from lstm_shapes.comparison.pieces import Piece, pieces_of, said, total_of
from lstm_shapes.compute import from_numbers
from lstm_shapes.layer import UsageError, plain
from lstm_shapes.pattern import Word
from lstm_shapes.render import draw_blocks
from lstm_shapes.render.outline import Formula, Para, Table, Title, arithmetic, number

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

ROLES = (
    "kernel", "recurrent_kernel", "bias", "recurrent_bias", "peephole", "projection", "projection_bias", "fixed",
)  # fmt: skip
OPTIONS = ("use_bias", "reset_after", "projection", "peephole")
SHORT = 30  # letters: what is longer is a sentence, not a cell of a table


@dataclass(frozen=True)
class Comparison:
    """Two layouts of one cell.  Printing it, showing it in a notebook and `to_dict()` say the same."""

    left: Side
    right: Side
    differences: tuple[Difference, ...]
    to_convert: tuple[str, ...]  # what has to be done, and whether the output is the same then

    @property
    def names(self) -> tuple[str, str]:
        """`Keras` and `PyTorch`; with the cell where both are of one framework."""
        sides = (self.left, self.right)
        left, right = (layouts.NAMES[side.layout.framework] for side in sides)
        if left == right:
            left, right = (f"{left}'s {side.layer.cell}" for side in sides)
        if left == right:
            left, right = (f"{left} ({place})" for place in ("first", "second"))
        return left, right

    @property
    def arrays(self) -> Iterator[tuple[str, tuple[Piece, ...], tuple[Piece, ...]]]:
        """`(role, arrays left, arrays right)`."""
        left, right = self.left.pieces, self.right.pieces
        for role in ROLES:
            if role in left or role in right:
                yield role, tuple(left.get(role, ())), tuple(right.get(role, ()))

    def blocks(self) -> Iterator[Any]:
        """What a renderer draws."""
        left, right = self.names
        yield Title(f"{CELLS[self.left.layout.cell].name} of {left} and of {right}")
        yield Para(_sentence("; ".join(self.to_convert)))
        rows = tuple((f"`{role}`", *(_code(said(one)) for one in both)) for role, *both in self.arrays)
        yield Table(
            ("role", left, right),
            rows,
            label=f"Arrays of {left} and of {right}, by what they do",
            wraps=(left, right),
        )
        yield from self._differences()
        yield from self._counts()
        for side in (self.left, self.right):
            for pitfall in side.layout.pitfalls:
                yield Para(f"{layouts.NAMES[side.layout.framework]}: {pitfall}.")

    def _differences(self) -> Iterator[Any]:
        left, right = self.names
        two = len(self.left.layer.directions) == 2
        told = [one for one in self.differences if two or one.what != "second direction"]
        short = [one for one in told if max(map(len, one[1:])) <= SHORT]
        if short:
            yield Table(
                ("what differs", left, right),
                tuple(map(tuple, short)),
                label=f"What differs: {left}, {right}",
                wraps=("what differs", left, right),
            )
        for one in told:
            if one not in short:
                yield Para(_sentence(f"{one.what}: {left}: {one.left}; {right}: {one.right}"))

    def _counts(self) -> Iterator[Any]:
        sides = dict(zip(self.names, (self.left, self.right), strict=True))
        rows = [(f"`{role}`", *(number(total_of(one)) for one in both)) for role, *both in self.arrays]
        rows.append(("all", *(number(side.layer.parameters) for side in sides.values())))
        yield Table(
            ("parameters", *sides), tuple(rows), tuple(sides), "Parameters, role by role", tuple(sides)
        )
        for name, side in sides.items():
            for block in arithmetic(side.layer):
                yield Formula(f"Parameters of {name}", block.lines) if isinstance(block, Formula) else block
        yield Para(self.why_counts_differ())

    def why_counts_differ(self) -> str:
        """One sentence: which roles make the difference, and why there are two biases."""
        apart = [(role, total_of(a), total_of(b)) for role, a, b in self.arrays if total_of(a) != total_of(b)]
        if not apart:
            return "The numbers of parameters are the same, role by role."
        left, right = self.names
        words = [f"`{role}` has {number(a)} in {left} and {number(b)} in {right}" for role, a, b in apart]
        two = any(role == "recurrent_bias" for role, *_ in apart)
        because = ": a second bias, on the state's side, is cuDNN's way; only inside a GRU's reset product is it more than a sum"
        return f"The numbers of parameters differ: {', and '.join(words)}{because if two else ''}."

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "schema": 1,
            "left": _side(self.left),
            "right": _side(self.right),
            "arrays": [
                {
                    "role": role,
                    "left": [plain(one._asdict()) for one in a],
                    "right": [plain(one._asdict()) for one in b],
                }
                for role, a, b in self.arrays
            ],
            "differences": [one._asdict() for one in self.differences],
            "to_convert": list(self.to_convert),
            "why_counts_differ": self.why_counts_differ().replace("`", ""),
        }

    def __str__(self) -> str:
        return draw_blocks(self.blocks(), "text")

    def _repr_html_(self) -> str:
        return draw_blocks(self.blocks(), "html")

    def _repr_markdown_(self) -> str:
        return draw_blocks(self.blocks(), "markdown")


def compare(
    left: str,
    right: str,
    *,
    cell: str | None = None,
    input_dim: Any = None,
    units: Any = None,
    bidirectional: bool = False,
    **options: Any,
) -> Comparison:
    """Put two frameworks' layouts of one cell side by side.

    >>> found = compare("keras", "pytorch", cell="gru", input_dim=100, units=20)
    >>> found.differences[0]
    Difference(what='gates in the order', left='update, reset, candidate', right='reset, update, candidate')
    >>> found.to_convert
    ('take the gates of Keras in the order [1, 0, 2]', 'transpose the kernels', 'the output is the same')
    >>> compare("keras", "pytorch", input_dim=100, units=20).why_counts_differ().partition(": a")[0]
    'The numbers of parameters differ: `recurrent_bias` has 0 in Keras and 80 in PyTorch'

    Parameters
    ----------
    left, right : str
        A framework of `lstm_shapes.layouts.FRAMEWORKS`, with another cell after a slash: `"chainer/n_step_lstm"`.
    cell : str, optional
        Of each side that does not say its own; left out, of the same kind as the other's, or an LSTM.
    input_dim, units : int, optional
        Left out, they stay symbols.
    bidirectional : bool
    **options
        use_bias, reset_after, projection, peephole: for each side that has such an option; by default as the framework has it.

    Returns
    -------
    Comparison

    Raises
    ------
    UsageError
        If there is no such entry, or the two are different cells.
    """
    asked = {name: value for name, value in options.items() if value is not None}
    unknown = [name for name in asked if name not in OPTIONS]
    if unknown:
        raise UsageError(f"unknown option {unknown[0]!r}: one of {', '.join(OPTIONS)} was expected")
    inputs = Word("input_dim") if input_dim is None else input_dim
    width = Word("units") if units is None else units
    usual = cell or _kind(left) or _kind(right) or "lstm"
    a, b = (_taken(word, usual, (inputs, width), bidirectional, asked) for word in (left, right))
    if a.layout.cell != b.layout.cell:
        raise UsageError(
            f"{a.layer.cell} and {b.layer.cell} are different cells: two layouts of one cell were expected"
        )
    strange = [name for name in asked if not any(name in side.layout.options for side in (a, b))]
    if strange:
        raise UsageError(f"{strange[0]} is an option of neither side: leave it out")
    return Comparison(a, b, tuple(differences(a, b)), tuple(advice(a, b)))


def _kind(word: str) -> str | None:
    """`gru` for `"haiku/gru"`, `lstm` for `"chainer/n_step_lstm"`; nothing for `"haiku"`."""
    framework, _, own = word.partition("/")
    known = layouts.table(framework) if framework in layouts.FRAMEWORKS else {}
    return known[own].cell if own in known else None


def _taken(word: str, cell: str, sizes: tuple[Any, Any], two: bool, asked: Mapping[str, Any]) -> Side:
    framework, _, own = word.partition("/")
    key = own or cell
    has = layouts.table(framework).get(key) if framework in layouts.FRAMEWORKS else None
    mine = {name: value for name, value in asked.items() if has and name in has.options}
    layer = from_numbers(*sizes, framework=framework, cell=key, bidirectional=two, **mine).layers[0]
    return Side(layouts.find(framework, key), layer, pieces_of(layer))


def _side(side: Side) -> dict[str, Any]:
    names = ("object", "version", "verified", "source", "vs_keras", "bias_convention", "pitfalls")
    about = {name: plain(getattr(side.layout, name)) for name in names}
    return {**about, "gates": list(side.layout.gates), "layer": side.layer.to_dict()}


def _code(text: str) -> str:
    return text if text == "none" else f"`{text}`"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "."
