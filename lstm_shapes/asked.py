"""What was asked for, checked against the tables: an entry and its options, or a message that helps."""

from __future__ import annotations

from lstm_shapes import layouts, pattern
from lstm_shapes.layer import UsageError
from lstm_shapes.pattern import Word

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from lstm_shapes.pattern import Size

MERGE_MODES = ("concat", "sum", "mul", "ave", None)
LARGEST = {
    "input_dim": 10**8,
    "units": 10**6,
    "layers": 1000,
    "projection": 10**6,
    "kernel_size": 10**4,
    "timesteps": 10**9,
}  # past that it is a slip of the keys


def did_you_mean(word: object, known: Iterable[object]) -> str:
    """`: did you mean 'lstm'?`, or the list of what is allowed."""
    import difflib  # only for an error: it costs as much as argparse

    names = [str(one) for one in known]
    near = difflib.get_close_matches(str(word).lower(), names, 1, 0.5)
    return f": did you mean {near[0]!r}?" if near else f": one of {', '.join(names)} was expected"


def layout_of(
    cell: str, framework: str, bidirectional: bool, merge_mode: str | None, **sizes: Size
) -> layouts.Layout:
    """The entry of the tables.

    Raises
    ------
    UsageError
        If there is none, or a number or a merge mode cannot be.
    """
    if framework not in layouts.FRAMEWORKS:
        raise UsageError(f"unknown framework {framework!r}{did_you_mean(framework, layouts.FRAMEWORKS)}")
    layout = layouts.table(framework).get(cell)
    if layout is None:
        raise UsageError(_no_such_cell(cell, framework))
    if merge_mode not in MERGE_MODES:
        raise UsageError(
            f"unknown merge_mode {merge_mode!r}{did_you_mean(merge_mode, map(str, MERGE_MODES))}"
        )
    if merge_mode != "concat" and not bidirectional:
        raise UsageError(
            f"merge_mode={merge_mode!r} needs two directions: add bidirectional=True, or leave it out"
        )
    if bidirectional and not layout.path_two:
        raise UsageError(
            f"{layout.object} of {layouts.NAMES[framework]} has one direction ({layout.directions}): "
            "leave bidirectional out"
        )
    for name, size in sizes.items():
        check_size(name, size)
    if merge_mode is None and sizes["layers"] > 1:
        raise UsageError(
            "merge_mode=None gives two outputs, and the next layer reads one: "
            "take 'concat', 'sum', 'mul' or 'ave' for a stack"
        )
    return layout


def _no_such_cell(cell: str, framework: str) -> str:
    table = layouts.table(framework)
    if framework == "keras":
        plain = [key for key, layout in table.items() if not spatial(layout)]
        return f"unknown cell {cell!r}{did_you_mean(cell, plain)}"
    hint = did_you_mean(cell, table)
    has = f" It has {', '.join(table)}." if "did you mean" in hint else ""
    return f"{layouts.NAMES[framework]} has no cell {cell!r}{hint}{has}"


def options_of(layout: layouts.Layout, cell: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The options of an entry as they were asked for, or else as the framework has them."""
    chosen = dict(layout.options)
    for name, value in asked.items():
        if name in chosen:
            chosen[name] = chosen[name] if value is None else value
        elif value not in (None, {"use_bias": True, "peephole": False}.get(name)):
            raise UsageError(_no_such_option(layout, cell, name))
    return chosen


def _no_such_option(layout: layouts.Layout, cell: str, name: str) -> str:
    whose = f"{layouts.NAMES[layout.framework]}'s {cell}"
    if name == "reset_after" and layout.cell == "gru":
        when = "before" if layout.equations.get("reset_after") is False else "after"
        return f"{whose} always resets {when} the matrix product: leave reset_after out"
    if name == "reset_after":
        return f"reset_after is an option of the GRU, not of {cell!r}: leave it out, or take cell='gru'"
    if name == "use_bias":
        return f"{whose} has its biases always, as far as the table knows: leave use_bias out"
    others = [key for key, one in layouts.table(layout.framework).items() if name in one.options]
    return f"{whose} has no {name}: leave it out{f', or take cell={others[0]!r}' if others else ''}"


def window_of(layout: layouts.Layout, cell: str, size: int | Sequence[int] | None) -> dict[str, Any]:
    """The sizes of a convolution's window, by axis."""
    stored = {name for array in layout.arrays for name in pattern.names(array.pattern)}
    names = [name for name in ("depth", "height", "width") if name in stored]
    if not names:
        if size is not None:
            raise UsageError(f"kernel_size is an option of a ConvLSTM, not of {cell!r}: leave it out")
        return {}
    if size is None:
        raise UsageError(f"{cell} needs kernel_size, the size of its window: {' x '.join(names)}, such as 3")
    sizes = (size,) * len(names) if isinstance(size, int) else tuple(size)
    if len(sizes) != len(names):
        raise UsageError(
            f"kernel_size has {len(sizes)} numbers: {len(names)} were expected ({' x '.join(names)})"
        )
    for one in sizes:
        check_size("kernel_size", one)
    return {"sizes": dict(zip(names, sizes, strict=True))}


def spatial(layout: layouts.Layout) -> bool:
    """Whether its kernels are convolved: they have a window."""
    return any("width" in axis for array in layout.arrays for axis in pattern.axes(array.pattern))


def check_size(name: str, size: Size) -> None:
    """Raise for what counts nothing, or absurdly much."""
    if isinstance(size, bool | float) or (isinstance(size, str) and not isinstance(size, Word)):
        raise UsageError(f"{name} is {size!r}: a whole number was expected, such as 20")
    if not isinstance(size, int):  # a symbol, a sweep, or not given
        return
    if size < 1:
        raise UsageError(f"{name} is {size}: it counts something, so it must be at least 1")
    if size > LARGEST[name]:
        raise UsageError(
            f"{name} is {size:,}: more than the {LARGEST[name]:,} that can be meant; check the digits"
        )
