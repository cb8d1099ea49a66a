"""The commands besides `explain` from numbers and files: `identify`, `diff`, `explain --error`."""

from __future__ import annotations

import re
import sys

from lstm_shapes.layer import UsageError
from lstm_shapes.layouts import NAMES, table
from lstm_shapes.render import FORMATS, draw_blocks

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    import argparse
    from typing import Any

    from lstm_shapes.diff import Difference
    from lstm_shapes.identify import Candidate, Count, Identified
    from lstm_shapes.layer import Weight

MOST_SHOWN = 12  # candidates printed; --format json has all


def declare_identify(command: argparse.ArgumentParser) -> None:
    """The options of `identify`."""
    add = command.add_argument
    add("shapes", nargs="*", metavar="SHAPE", help="a shape such as 100x80 or 80, in the order of the arrays")
    add("--parameters", metavar="N", type=int, help="instead of shapes: how many parameters the layer has")
    add("--input", dest="input_dim", metavar="N", type=int, help="with --parameters: only this input_dim")
    add("--units", metavar="N", type=int, help="with --parameters: only so many units")
    add(
        "--framework",
        metavar="NAME",
        default="keras",
        help="with --parameters: whose layers (default: keras)",
    )
    add("--format", choices=("text", "json"), default="text", help="default: text")


def run_identify(args: argparse.Namespace) -> tuple[str, int]:
    """`identify`: exit code 1 where nothing fits."""
    from lstm_shapes.identify import from_parameters, identify

    if bool(args.shapes) == (args.parameters is not None):
        raise UsageError("give shapes, as in identify 100x80 20x80 80, or --parameters 19360: one of the two")
    if args.shapes and (args.input_dim is not None or args.units is not None or args.framework != "keras"):
        raise UsageError("--input, --units and --framework go with --parameters: shapes tell them already")
    try:
        if args.shapes:
            found = identify([shape(text) for text in args.shapes])
            return (_json(found.to_dict()) if args.format == "json" else _said(found)), 0 if found else 1
        counts = from_parameters(
            args.parameters, input_dim=args.input_dim, units=args.units, frameworks=(args.framework,)
        )
    except ValueError as error:
        raise UsageError(str(error)) from None
    if args.format == "json":
        return _json({"schema": 1, "candidates": [one._asdict() for one in counts]}), 0 if counts else 1
    return _counts(args.parameters, args.framework, counts), 0 if counts else 1


def shape(text: str) -> tuple[int, ...]:
    """A shape as it is typed.

    >>> shape("100x80"), shape("(20, 80)"), shape("80")
    ((100, 80), (20, 80), (80,))
    """
    if not re.fullmatch(r"[\[(]?\s*\d{1,9}(\s*[x,×*]\s*\d{1,9}){0,5}\s*,?\s*[\])]?", text):
        raise UsageError(f"{text[:40]!r} is no shape: numbers joined by x were expected, as in 100x80")
    return tuple(map(int, re.findall(r"\d+", text)))


def _said(found: Identified) -> str:
    if not found:
        return f"No recurrent layer has these arrays: {found.closest}."
    if found.parts:
        lines = [f"[{first}] {_one(candidate)}" for first, candidate in found.parts]
        return "\n".join(["Recurrent layers among these arrays, each with the index of its first:", *lines])
    shown = [line for one in found.candidates[:MOST_SHOWN] for line in _candidate(one)]
    more = len(found.candidates) - MOST_SHOWN
    return "\n".join([*shown, *([f"... and {more} more: --format json has all"] if more > 0 else [])])


def _candidate(one: Candidate) -> list[str]:
    missing = [f"not given: {', '.join(one.missing)}"] if one.missing else []
    return [_one(one), *(f"  {line}" for line in (*one.reasons, *missing, *one.notes, *_also(one)))]


def _also(one: Candidate) -> list[str]:
    """Who else stores such arrays; other gates in the same places are said."""
    names = {other: NAMES[other.framework] for other in one.also if other.framework != one.layer.framework}
    names |= {other: f"{NAMES[other.framework]}'s {other.cell}" for other in one.also if other not in names}
    alike = [name for other, name in names.items() if other.same_order]
    apart = [f"{name} ({', '.join(other.gates)})" for other, name in names.items() if not other.same_order]
    said = {"the same shapes": alike, "the same shapes, gates in another order": apart}
    return [f"{what}: {', '.join(dict.fromkeys(who))}" for what, who in said.items() if who]


def _one(candidate: Candidate) -> str:
    from lstm_shapes.render.outline import headline

    said = headline(candidate.layer).partition(": ")[2]
    return said.replace(", merge_mode None", "")  # which no shape tells


def _counts(total: int, framework: str, counts: list[Count]) -> str:
    if not counts:
        return f"No LSTM, GRU or SimpleRNN of {NAMES[framework]} has {total:,} parameters under these conditions."
    rows = [f"{'cell':10}  input_dim  units  directions  options"]
    for one in counts:
        options = ", ".join(f"{key}={value}" for key, value in one.options.items())
        rows.append(f"{one.cell:10}  {one.input_dim:9}  {one.units:5}  {one.directions:10}  {options}")
    return "\n".join(rows)


def declare_diff(command: argparse.ArgumentParser) -> None:
    """The options of `diff`."""
    command.add_argument("before", metavar="BEFORE", help="a checkpoint")
    command.add_argument("after", metavar="AFTER", help="another")
    command.add_argument(
        "--values", action="store_true", help="compare the numbers of each gate too (Keras's files)"
    )
    command.add_argument("--format", choices=FORMATS, default="text", help="default: text")


def run_diff(args: argparse.Namespace) -> tuple[str, int]:
    """`diff`: exit code 1 where the two differ."""
    from lstm_shapes.diff import diff
    from lstm_shapes.front import explain

    before, after = explain(args.before), explain(args.after)
    found = _with_values(args.before, args.after) if args.values else diff(before, after)
    if args.format in ("text", "json"):
        return (_json(found.to_dict()) if args.format == "json" else str(found)), 1 if found else 0
    return draw_blocks(found.blocks(), args.format), 1 if found else 0


def _with_values(before: str, after: str) -> Difference:
    """The difference with what changed in each gate's numbers; both files stay open meanwhile."""
    import numpy as np

    from lstm_shapes.checkpoints import Store
    from lstm_shapes.diff import diff
    from lstm_shapes.reference import by_gate

    with Store().opened(before) as (a, read_a), Store().opened(after) as (b, read_b):
        strange = {layer.framework for one in (a, b) for layer in one.layers} - {"keras", "keras2"}
        if strange:
            raise UsageError(
                f"--values reads Keras's files, and one of these is of {strange.pop()}: leave --values out"
            )

        def changes(weight: Weight, other: Weight) -> dict[str, str]:
            old, new = (
                by_gate(weight, np.asarray(read_a(weight), "float64")),
                by_gate(other, np.asarray(read_b(other), "float64")),
            )
            moved = {gate: np.abs(new[gate] - old[gate]) for gate in old}
            return {
                gate: f"changed by {m.mean():.3g} on average, {m.max():.3g} at most"
                for gate, m in moved.items()
                if m.any()
            }

        return diff(a, b, changes)


def run_error(text: str, format_: str) -> tuple[str, int]:
    """`explain --error`: the advice; `-` reads standard input."""
    from lstm_shapes.messages import explain_error

    if text == "-":
        text = sys.stdin.read(200_000)
    if format_ not in ("text", "json"):
        raise UsageError(f"--error with --format {format_}: text or json were expected")
    try:
        advice = explain_error(text)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return (_json(advice.to_dict()) if format_ == "json" else str(advice)), 0


def declare_compare(command: argparse.ArgumentParser) -> None:
    """The options of `compare`."""
    add = command.add_argument
    add("left", metavar="LEFT", help="a framework, or one of its cells as in chainer/n_step_lstm")
    add("right", metavar="RIGHT", help="another")
    add("--cell", metavar="CELL", help="of each side that does not say its own (default: lstm)")
    add("--input", dest="input_dim", metavar="N", type=int, help="numbers instead of formulas: input_dim")
    add("--units", metavar="N", type=int, help="and units")
    add("--bidirectional", action="store_true", help="two directions")
    for name, what in (("reset-after", "GRU: the reset gate acts after the matrix product"),
                       ("bias", "use_bias"), ("peephole", "gates see the cell state")):  # fmt: skip
        add(f"--{name}", action=argparse_flag(), default=None, help=f"{what}, where a side can choose")
    add("--projection", metavar="N", type=int, help="features of a projected state, where a side has one")
    add("--format", choices=FORMATS, default="text", help="default: text")


def argparse_flag() -> Any:
    """`--name` and `--no-name`."""
    from argparse import BooleanOptionalAction

    return BooleanOptionalAction


def run_compare(args: argparse.Namespace) -> tuple[str, int]:
    """`compare`: two layouts side by side."""
    from lstm_shapes.comparison import compare

    found = compare(
        args.left,
        args.right,
        cell=args.cell,
        input_dim=args.input_dim,
        units=args.units,
        bidirectional=args.bidirectional,
        reset_after=args.reset_after,
        use_bias=args.bias,
        peephole=args.peephole,
        projection=args.projection,
    )
    return (_json(found.to_dict()) if args.format == "json" else draw_blocks(found.blocks(), args.format)), 0


def declare_frameworks(command: argparse.ArgumentParser) -> None:
    """The options of `frameworks`."""
    command.add_argument("name", nargs="?", metavar="NAME", help="all that is known of this one")
    command.add_argument("--format", choices=FORMATS, default="text", help="default: text")


def run_frameworks(args: argparse.Namespace) -> tuple[str, int]:
    """`frameworks`: the list, or the entries of one."""
    from dataclasses import asdict

    from lstm_shapes.compute import did_you_mean
    from lstm_shapes.render import entries

    if args.name is not None and args.name not in NAMES:
        raise UsageError(f"unknown framework {args.name!r}{did_you_mean(args.name, NAMES)}")
    names = NAMES if args.name is None else (args.name,)
    if args.format == "json":
        told = {name: {key: asdict(one) for key, one in table(name).items()} for name in names}
        return _json({"schema": 1, "frameworks": told}), 0
    blocks = entries.listing() if args.name is None else entries.of_framework(args.name)
    return draw_blocks(blocks, args.format), 0


def _json(data: dict[str, Any]) -> str:
    import json

    return json.dumps(data, ensure_ascii=False, indent=1)
