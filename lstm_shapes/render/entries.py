"""The tables of the frameworks as blocks: all of them in a list, or one entry with all that is known of it."""

from __future__ import annotations

from lstm_shapes.cells import CELLS
from lstm_shapes.layouts import NAMES, Layout, table
from lstm_shapes.render.outline import Para, Table, Title

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_shapes.render.outline import Block


def listing() -> Iterator[Block]:
    """Every framework with its cells."""
    rows = tuple((f"`{framework}`", name, ", ".join(table(framework))) for framework, name in NAMES.items())
    yield Title(f"{len(rows)} frameworks")
    yield Table(("name", "framework", "cells"), rows, label="Frameworks and their cells", wraps=("cells",))


def of_framework(framework: str) -> Iterator[Block]:
    """Every entry of one framework."""
    for key, layout in table(framework).items():
        yield from of_entry(key, layout)


def of_entry(key: str, layout: Layout) -> Iterator[Block]:
    """All that is known of one entry, in the order in which whoever reads such arrays needs it."""
    yield Title(f"{NAMES[layout.framework]}, {key}: {layout.object}")
    yield _arrays(layout)
    if layout.gates:
        words = zip(layout.gates, layout.gate_names, strict=True)
        yield Para(f"Gates in the order: {', '.join(f'{gate} ({word})' for gate, word in words)}.")
    for what, said in _facts(layout).items():
        if said:
            yield Para(f"{what}: {said.rstrip('.')}.")


def _arrays(layout: Layout) -> Table:
    rows = [
        (
            f"`{array.name}`",
            f"`{array.role}`",
            f"`{array.pattern}`",
            ", ".join(array.gates or ()),
            _when(array.when),
        )
        for array in layout.arrays
    ]
    head = ("array", "role", "axes", "gates", "if")
    kept = [i for i, name in enumerate(head) if i < 3 or any(row[i] for row in rows)]
    return Table(
        tuple(head[i] for i in kept),
        tuple(tuple(row[i] for i in kept) for row in rows),
        label=f"Arrays of {layout.object}, in the order in which they are stored",
    )


def _when(options: object) -> str:
    return ", ".join(f"{name}={value}" for name, value in dict(options).items())  # type: ignore[call-overload]


def _facts(layout: Layout) -> dict[str, str]:
    return {
        "Options": _when(layout.options),
        f"Unlike the usual {CELLS[layout.cell].name}": _when(layout.equations),
        "Biases": layout.bias_convention,
        "Forget bias of 1": layout.forget_bias_from,
        "Beside Keras": layout.vs_keras,
        "Second direction": layout.directions,
        "Next layer": layout.stacking,
        "Mind": "; ".join(layout.pitfalls),
        "Verified": layout.verified
        + (f", largest error {layout.max_abs_error:.1e}" if layout.max_abs_error else ""),
        "Source": layout.source,
    }
