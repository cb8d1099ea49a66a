"""What the calculator knows: every layer of the tables, explained once with symbols instead of numbers.

The page holds no formula and no layout of its own.  `export()` asks the package for each layer with
`input_dim` and `units` left open; the script in the page puts the reader's numbers into the answers.
So whatever the package can explain, the page can, and neither can say what the other does not.
"""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

from calculator_code import CODE, COMMAND

from lstm_shapes import layouts
from lstm_shapes.cells import CELLS
from lstm_shapes.compute import LARGEST, MERGE_MODES, from_numbers
from lstm_shapes.layer import Explanation, Layer, UsageError, Weight
from lstm_shapes.pattern import Word

# The number of a layer high up in a stack: its paths, with the 12 left open, are those of all layers.
HIGH = 12
# The frameworks whose code the page writes too (calculator_code.py).
OFFERED = (*layouts.MAIN, "flax", "nnx", "haiku", "equinox")
OPEN = {"input_dim": Word("input_dim"), "units": Word("units")}
NUMBERS = ("input_dim", "units", "layers", "timesteps")
SWITCHES = ("use_bias", "reset_after")  # what the form asks for; everything else is as the framework has it


class Pool(list[Any]):
    """Values that are kept once and called by their place."""

    def place(self, value: Any) -> int:
        """Where `value` stands; put there if it was not yet."""
        if value not in self:
            self.append(value)
        return self.index(value)


def export() -> dict[str, Any]:
    """Everything, as plain data for JSON."""
    pools: dict[str, Pool] = {name: Pool() for name in ("weights", "paths", "gates", "outputs", "formulas")}
    return {
        "frameworks": {name: _framework(name, pools) for name in OFFERED},
        "kinds": {key: layout.cell for name in OFFERED for key, layout in layouts.table(name).items()},
        "multiplies": layouts.MULTIPLIES,
        "largest": {name: LARGEST[name] for name in NUMBERS},
        "messages": messages(),
        "command": COMMAND,
        **pools,
    }


def _framework(name: str, pools: dict[str, Pool]) -> dict[str, Any]:
    cells = {key: _cell(key, layout, pools) for key, layout in layouts.table(name).items()}
    known = {key: cell for key, cell in cells.items() if cell["variants"]}
    for key, cell in known.items():  # two of one name are told apart
        alike = [one["title"] for one in known.values()].count(cell["title"]) > 1 or cell["note"]
        cell["label"] = f"{cell['title']} ({key})" if alike else cell["title"]
    return {"name": layouts.NAMES[name], "cells": known, "code": CODE.get(name)}


def toggles(layout: layouts.Layout) -> dict[str, bool]:
    """The options that a layer of this kind can have or not have, and the framework's choice."""
    return {name: layout.options[name] for name in SWITCHES if name in layout.options}


def _cell(key: str, layout: layouts.Layout, pools: dict[str, Pool]) -> dict[str, Any]:
    variants: dict[str, Any] = {}
    names = list(toggles(layout))
    for values in itertools.product((True, False), repeat=len(names)):
        for two in (False, True):
            options = dict(zip(names, values, strict=True))
            found = _variant(
                {"cell": key, "framework": layout.framework, "bidirectional": two, **options}, pools
            )
            if found is not None:
                variants["".join(str(int(one)) for one in (two, *values))] = found
    return {
        "title": layout.title or CELLS[layout.cell].name,
        "cell": layout.cell,
        "options": toggles(layout),
        "note": layout.note,
        "variants": variants,
    }


def _variant(options: dict[str, Any], pools: dict[str, Pool]) -> dict[str, Any] | None:
    """One layer with its options; None where the framework has no such layer."""
    merge = {"merge_mode": "sum"} if options["bidirectional"] else {}
    try:
        stack = from_numbers(**OPEN, **options, **merge, layers=HIGH + 1)
    except UsageError:
        return None
    first = stack.layers[0]
    return {
        "directions": list(first.directions),
        "path": pools["paths"].place([first.path, _opened(stack, lambda layer: layer.path)]),
        "weights": [
            [
                pools["weights"].place(_weight(weight, pools)),
                pools["paths"].place([weight.path, _opened(stack, lambda layer, i=i: layer.weights[i].path)]),
                weight.direction,
            ]
            for i, weight in enumerate(first.weights)
        ],
        "formula": pools["formulas"].place(_arithmetic(options, first)),
        "outputs": pools["outputs"].place(_outputs(options)),
    }


def _arithmetic(options: dict[str, Any], layer: Layer) -> list[str]:
    """How the parameters are counted: in symbols, and in numbers, each of which is left open as `[units]`.

    Where the numbers stand is seen from a layer whose sizes are large primes: they and their sum are met by no chance.
    """
    input_dim, units = 1_000_003, 10_007
    words = {input_dim: "input_dim", units: "units", input_dim + units: "input_dim + units"}
    counted = from_numbers(**{**options, "input_dim": input_dim, "units": units}).layers[0].arithmetic
    assert counted is not None
    assert layer.arithmetic is not None
    factored = re.sub(r"\d{5,}", lambda number: f"[{words[int(number[0])]}]", counted.factored)
    return [layer.arithmetic.symbols, factored]


def _opened(stack: Explanation, path_of: Any) -> str:
    """The path of a layer high in the stack with its number left open; proved on the second and third."""
    found = path_of(stack.layers[HIGH]).replace(str(HIGH), "{n}")
    for number in (1, 2):
        assert found.replace("{n}", str(number)) == path_of(stack.layers[number]), found
    return str(found)


def _weight(weight: Weight, pools: dict[str, Pool]) -> list[Any]:
    """In the order in which the script takes them apart."""
    gates = {gate: [list(map(_size, one)) for one in ranges] for gate, ranges in weight.gates.items()}
    return [
        weight.role,
        list(weight.formula),
        list(weight.axes),
        weight.gate_axis,
        pools["gates"].place(gates),
        list(weight.parts),
    ]


def _size(size: Any) -> int | str:
    return size if isinstance(size, int) else str(size)


def _outputs(options: dict[str, Any]) -> dict[str, Any]:
    """Merge mode -> what the layer hands on, its states, and its output shape for each way of returning it."""
    found = {}
    for mode in MERGE_MODES if options["bidirectional"] else ("",):
        merge = {} if mode == "" else {"merge_mode": mode}
        found[str(mode).lower()] = {
            "next": None if mode is None else _size(_explained(options, merge, layers=2)[1].input_dim),
            "states": [state.to_dict() for state in _explained(options, merge)[0].states],
            "shapes": {
                f"{s:d}{t:d}": _shape(options, merge, s, t) for s, t in itertools.product((0, 1), (0, 1))
            },
        }
    return found


def _shape(options: dict[str, Any], merge: dict[str, Any], sequences: int, state: int) -> Any:
    returns = {"return_sequences": bool(sequences), "return_state": bool(state)}
    return _explained(options, merge, timesteps=Word("timesteps"), **returns)[0].to_dict()["output_shape"]


def _explained(options: dict[str, Any], merge: dict[str, Any], **more: Any) -> tuple[Layer, ...]:
    return from_numbers(**OPEN, **options, **merge, **more).layers


# ---------------------------------------------------------------- what cannot be, in the package's own words


def messages() -> dict[str, str]:
    """What the package says to a wrong number, with the name, the number and the limit left open.

    >>> messages()["small"]
    '{name} is {given}: it counts something, so it must be at least 1'
    """
    most = LARGEST["units"]
    return {
        "small": _refused(units=0).replace("units", "{name}", 1).replace("0", "{given}", 1),
        "large": _refused(units=most + 1)
        .replace("units", "{name}", 1)
        .replace(f"{most + 1:,}", "{given}")
        .replace(f"{most:,}", "{most}"),
        "whole": _refused(units="many").replace("units", "{name}", 1).replace("many", "{given}"),
        "missing": "{name} is missing: a whole number was expected, such as 20",
        "stack": _refused(bidirectional=True, merge_mode=None, layers=2),
    }


def _refused(**numbers: Any) -> str:
    try:
        from_numbers(**{**OPEN, **numbers})
    except UsageError as error:
        return str(error)
    raise AssertionError(f"{numbers} was to be refused")


if __name__ == "__main__":
    print(len(json.dumps(export(), separators=(",", ":"))), "bytes")
