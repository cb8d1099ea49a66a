"""The calculator's programs, run: `python run_calculator.py FILE`, in an environment with their framework.

FILE holds programs as the page shows them (tests/test_calculator.py writes it: CALCULATOR_PROGRAMS=FILE); the shapes of
what they make are written beside them.  What cannot be imported here is left as it was.
"""

from __future__ import annotations

import ast
import json
import pathlib
import sys
from typing import Any


def shapes(program: str, wanted: list[list[int]]) -> list[list[int]]:
    """Run a program; its last line says the shapes, or makes an ONNX node, which is then run with arrays of them."""
    *lines, last = ast.parse(program).body
    names: dict[str, Any] = {}
    exec(compile(ast.Module(lines, []), "program", "exec"), names)
    if not isinstance(last, ast.Expr):
        exec(compile(ast.Module([last], []), "program", "exec"), names)
        return run_node(names["node"], wanted)
    return [list(shape) for shape in eval(compile(ast.Expression(last.value), "program", "eval"), names)]


def run_node(node: Any, wanted: list[list[int]]) -> list[list[int]]:
    """ONNX: a node has no arrays of its own; onnxruntime takes these, and none that are one larger."""
    assert takes(node, wanted)
    assert not takes(node, [wanted[0], [*wanted[1][:-1], wanted[1][-1] + 1], *wanted[2:]])
    return wanted


def takes(node: Any, wanted: list[list[int]]) -> bool:
    """Whether onnxruntime runs the node with arrays of these shapes."""
    import numpy as np
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    arrays = [np.zeros(shape, np.float32) for shape in wanted]
    held = [numpy_helper.from_array(a, name) for a, name in zip(arrays, node.input[1:], strict=True)]
    x = helper.make_tensor_value_info("X", TensorProto.FLOAT, [2, 1, wanted[0][-1]])
    y = helper.make_tensor_value_info("Y", TensorProto.FLOAT, ["time", "direction", "batch", "unit"])
    graph = helper.make_graph([node], "one", [x], [y], held)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    try:
        session.run(None, {"X": np.zeros((2, 1, wanted[0][-1]), np.float32)})
    except onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument:
        return False
    return True


def main(path: pathlib.Path) -> None:
    """Fill in what this environment can run."""
    entries = json.loads(path.read_text(encoding="utf-8"))
    for entry in entries:
        try:
            entry["made"] = sorted(shapes(entry["program"], entry["shapes"]))
        except ImportError:
            continue
    lines = ",\n".join(json.dumps(entry) for entry in entries)
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(f"{sum('made' in one for one in entries)} of {len(entries)} were run")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
