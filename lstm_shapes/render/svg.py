"""The to-scale picture of one array: its gate blocks, their slices, its axes."""

from __future__ import annotations

from html import escape

from lstm_shapes.render.outline import Bar, range_text

WIDTH, LONGEST, SHORTEST = 640, 160, 26  # pixels: the gate axis, and the least and most of the other one


def matrix(bar: Bar) -> str:
    """An SVG whose gate axis runs across the page; the other axis is to the same scale, within limits."""
    height = _height(bar)
    blocks = "".join(_block(i, len(bar.segments), segment, height) for i, segment in enumerate(bar.segments))
    names = ", ".join(f"{segment.gate} gate {range_text(segment.ranges)}" for segment in bar.segments)
    title = escape(f"{bar.label.replace('`', '')}. Gate by gate: {names}.")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="matrix" role="img" viewBox="0 0 {WIDTH} {height + 22}" '
        f'width="{WIDTH}" height="{height + 22}" style="max-width:100%;height:auto"><title>{title}</title>{blocks}</svg>'
    )


def _height(bar: Bar) -> int:
    across, *rest = (bar.shape[bar.gate_axis], *(s for i, s in enumerate(bar.shape) if i != bar.gate_axis))
    if not all(isinstance(one, int) for one in (across, *rest)) or not rest:
        return 40
    return int(max(SHORTEST, min(LONGEST, WIDTH * rest[-1] // across)))


# Fallbacks for a notebook; on the site the variables are set by custom.css.
FILL = {
    "input": "#e69f00", "forget": "#56b4e9", "cell": "#2bb594", "output": "#e78ac3",
    "update": "#e69f00", "reset": "#56b4e9", "candidate": "#2bb594",
}  # fmt: skip


def _block(place: int, count: int, segment: object, height: int) -> str:
    gate, ranges = segment.gate, segment.ranges  # type: ignore[attr-defined]
    left, width = place * WIDTH / count, WIDTH / count
    name = escape(gate)
    fill = f"var(--gate-{name},{FILL.get(gate, '#bbb')})"
    return (
        f'<g class="gate-{name}"><rect x="{left:g}" y="0" width="{width:g}" height="{height}" style="fill:{fill}" '
        f'stroke="#fff"/><text x="{left + width / 2:g}" y="{height / 2 + 5:g}" text-anchor="middle" '
        f'fill="#111" font-size="15">{name}</text><text class="slice" x="{left + width / 2:g}" y="{height + 16}" '
        f'text-anchor="middle" fill="currentColor" font-size="13">{escape(range_text(ranges))}</text></g>'
    )
