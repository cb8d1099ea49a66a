"""What was found by running or reading the frameworks: `layouts.json`, one row a layer class.

Names and axes are as the frameworks have them, shapes are given for two sets of sizes.  Axes are in the words of the
findings: `gate.unit` is both in one axis, the gate outermost; `in+hid` one after the other.
"""

from __future__ import annotations

import json
import pathlib

from lstm_shapes import layouts
from lstm_shapes.compute import from_numbers

FACTS = json.loads((pathlib.Path(__file__).parent / "layouts.json").read_text(encoding="utf-8"))
SIZES, ROWS = FACTS["sizes"], FACTS["rows"]
GATES = {
    "lstm": {"i": "input", "f": "forget", "c": "cell", "o": "output"},
    "gru": {"z": "update", "r": "reset", "h": "candidate", "rec_h": "recurrent_candidate"},
}
AXES = {
    "in": "I",
    "unit": "H",
    "unit2": "H",
    "dir": "D",
    "proj": "P",
    "one": 1,
    "k0": "K0",
    "k1": "K1",
    "k2": "K2",
}
# Where the findings say it otherwise in words than in their shapes.
COLUMN = {"matlab-lstm": "Bias", "matlab-gru": "Bias"}  # "a (4*H, 1) column": MATLAB has no vectors


def explained(row: dict, sizes: dict, **more):
    """The row's layer; two directions where one array holds both."""
    layout = layouts.find(row["framework"], row["cell"])
    joined = "direction" in str(layout.arrays) and sizes["D"] == 2
    options = dict(row["options"])
    if options.get("projection"):
        options["projection"] = sizes["P"]
    rank = sum(name in str(layout.arrays) for name in ("depth", "height", "width"))
    if rank:
        options["kernel_size"] = [sizes[f"K{i}"] for i in range(rank)]
    found = from_numbers(
        sizes["I"],
        sizes["H"],
        framework=row["framework"],
        cell=row["cell"],
        bidirectional=joined,
        **options,
        **more,
    )
    return found.layers[0]


def shape_of(row: dict, array: dict, number: int) -> tuple[int, ...]:
    shape = tuple(array["shapes"][number])
    return (*shape, 1) if COLUMN.get(row["id"]) == array["name"] else shape


def lengths(row: dict, array: dict, sizes: dict) -> list[int]:
    """Of each axis that a row names, `gate.unit` being two."""
    gates, parts = (len(array.get(name, "").split()) for name in ("gates", "parts"))
    fed_back = sizes["P" if row["options"].get("projection") else "H"]
    known = {"gate": gates, "part": parts, "hid": fed_back, "in+hid": sizes["I"] + fed_back}
    return [known.get(name) or sizes.get(AXES[name], 1) for name in flat(array)]


def flat(array: dict) -> list[str]:
    """The names of all axes, one after another."""
    return array["axes"].replace(".", " ").split()
