"""Explanation -> text, Markdown, HTML, LaTeX, JSON: one table of formats."""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any

FORMATS = ("text", "json", "markdown", "html", "latex")


def draw(explanation: Any, format_: str = "text", **options: Any) -> str:
    """The explanation in one of `FORMATS`.

    >>> import lstm_shapes
    >>> print(draw(lstm_shapes.explain(input_dim=100, units=20), "text").splitlines()[0])
    lstm: LSTM of Keras, 100 inputs, 20 units
    """
    if format_ == "json":
        import json

        return json.dumps(explanation.to_dict(), ensure_ascii=False, **{"indent": 1, **options})
    from lstm_shapes.render.outline import outline

    return draw_blocks(outline(explanation), format_, **options)


def draw_blocks(blocks: Any, format_: str, **options: Any) -> str:
    """Blocks of `outline.py` in one of `FORMATS`, JSON aside."""
    return import_module(f"{__name__}.{format_}").render(blocks, **options)  # type: ignore[no-any-return]
