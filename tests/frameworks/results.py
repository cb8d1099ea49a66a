"""What `make rosetta` found, as the small file that the site shows: docs/lookup/rosetta.json."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import rosetta
from cases import ENTRIES, KINDS, by_reference, computed, in_keras, inputs, own

PLACE = rosetta.HERE.parent.parent / "docs" / "lookup" / "rosetta.json"


def write(frameworks: Sequence[str]) -> None:
    """Run them; what was known of the others stays."""
    known = json.loads(PLACE.read_text(encoding="utf-8")) if PLACE.exists() else {}
    failed = []
    for name in frameworks:
        if name == "keras":
            continue
        print(f"==> {name}", file=sys.stderr, flush=True)
        try:
            known[name] = {"date": datetime.date.today().isoformat(), **found(name)}
        except (AssertionError, RuntimeError) as error:
            failed.append(name)
            print(f"{name}: {error}", file=sys.stderr, flush=True)
            continue
        kept = {one: known[one] for one in rosetta.FRAMEWORKS if one in known}
        PLACE.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    if failed:
        sys.exit(f"not as the table says, or not run: {', '.join(failed)}")


def found(framework: str) -> dict[str, Any]:
    """The version, and for each entry how many layers were run, refused, and the largest error.

    Raises
    ------
    AssertionError
        If one computes something else.
    """
    y, refused, version = computed(framework)
    limit = rosetta.FRAMEWORKS[framework].close
    entries: dict[str, Any] = {}
    for entry in [one for one in ENTRIES if one.startswith(f"{framework}/")]:
        from_keras = {name: y[f"{entry}-{name}"] for name in KINDS if f"{entry}-{name}" in y}
        errors = [close(mine, in_keras()[name][1], limit) for name, mine in from_keras.items()]
        own_ones = [one for one in own(framework) if one[0].startswith(f"{entry}-")]
        errors += [
            close(y[name], by_reference(layers, arrays, inputs(0)), limit)
            for name, _, layers, arrays in own_ones
        ]
        entries[entry.partition("/")[2]] = {
            "from_keras": len(from_keras),
            "refused": sum(name.startswith(f"{entry}-") for name in refused),
            "own": len(own_ones),
            "largest_error": float(f"{max(errors):.1e}"),
        }
    return {"version": version, "entries": entries}


def close(mine: Any, expected: Any, limit: float) -> float:
    """The largest difference, which must be one of float32."""
    np.testing.assert_allclose(mine, expected, rtol=limit, atol=limit)
    return float(np.abs(mine - expected).max())
