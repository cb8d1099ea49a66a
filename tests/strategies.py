"""What Hypothesis draws from: options of `from_numbers` that make sense together."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from lstm_shapes.cells import CELLS

SIZES = st.integers(1, 12)


@st.composite
def configurations(draw: st.DrawFn, symbolic: bool = False) -> dict[str, Any]:
    """Keywords of `from_numbers`; small numbers, every option."""
    found: dict[str, Any] = {
        "input_dim": draw(SIZES),
        "units": draw(SIZES),
        "cell": draw(st.sampled_from(sorted(CELLS))),
        "layers": draw(st.integers(1, 3)),
        "timesteps": draw(st.none() | st.integers(1, 5)),
        "return_sequences": draw(st.booleans()),
        "return_state": draw(st.booleans()),
        "use_bias": draw(st.booleans()),
        "bidirectional": draw(st.booleans()),
    }
    if found["bidirectional"]:
        modes = ["concat", "sum", "mul", "ave"] + [None] * (found["layers"] == 1)
        found["merge_mode"] = draw(st.sampled_from(modes))
    if found["cell"] == "gru":
        found["reset_after"] = draw(st.none() | st.booleans())
    return found
