"""The command `convert`: the recurrent layers of a file as another framework's arrays, in a new file."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from lstm_shapes.layer import UsageError

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping
    from typing import Any


def _npz(path: str, arrays: Mapping[str, Any], _words: Mapping[str, str]) -> None:
    import numpy as np

    with open(path, "wb") as file:
        np.savez(file, **arrays)


def _safetensors(path: str, arrays: Mapping[str, Any], words: Mapping[str, str]) -> None:
    try:
        from safetensors.numpy import save_file
    except ImportError as error:
        raise UsageError(
            f".safetensors needs the library safetensors ({error}): pip install 'lstm-shapes[convert]', or write .npz"
        ) from None
    save_file(dict(arrays), path, dict(words))


WRITERS: dict[str, Callable[[str, Mapping[str, Any], Mapping[str, str]], None]] = {
    ".safetensors": _safetensors,
    ".npz": _npz,
}


def declare_convert(command: argparse.ArgumentParser) -> None:
    """The options of `convert`."""
    import argparse

    add = command.add_argument
    add("file", metavar="IN", help="a checkpoint: .keras .h5 .pt .safetensors .onnx .npz ...")
    add("output", metavar="OUT", help=f"the new file: {' or '.join(WRITERS)}")
    add(
        "--to",
        required=True,
        metavar="NAME",
        help="whose arrays: pytorch, keras, onnx, flax, nnx/optimized_lstm ...",
    )
    add("--layer", metavar="PATH", help="only this layer (default: every recurrent layer)")
    add(
        "--reset-after",
        action=argparse.BooleanOptionalAction,
        help="GRU: where the file does not tell whether the reset gate acts after the matrix product",
    )
    add("--force", action="store_true", help="write over OUT if it is there")
    add("--json", action="store_true", help="what was written, as JSON")


def run_convert(args: argparse.Namespace) -> tuple[str, int]:
    """`convert`: writes the file and says what was done."""
    from lstm_shapes.conversion import convert

    ending = Path(args.output).suffix
    if ending not in WRITERS:
        raise UsageError(
            f"{args.output!r} ends in {ending or 'nothing'}: {' or '.join(WRITERS)} was expected"
        )
    if os.path.lexists(args.output) and not args.force:
        raise UsageError(f"{args.output} is there already: give another name, or --force to write over it")
    made = convert(args.file, to=args.to, layer=args.layer, reset_after=args.reset_after)
    words = {"framework": args.to, "notes": "; ".join(made.notes)}
    _written(args.output, ending, made.named, words)
    shapes = [
        {"name": name, "shape": list(array.shape), "dtype": str(array.dtype)}
        for name, array in made.named.items()
    ]
    if args.json:
        import json

        said = {"schema": 1, "output": args.output, **words, "notes": list(made.notes), "arrays": shapes}
        return json.dumps(said, indent=1), 0
    lines = [f"  {one['name']} {tuple(one['shape'])}" for one in shapes]
    notes = [f"note: {note}" for note in made.notes]
    return "\n".join([f"{args.output}: {len(shapes)} arrays, as {args.to} has them", *lines, *notes]), 0


def _written(output: str, ending: str, arrays: Mapping[str, Any], words: Mapping[str, str]) -> None:
    """All of the file or none of it: it takes its name when it is complete."""
    folder = os.path.dirname(os.path.abspath(output))
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".lstm_shapes-") as place:
            made = os.path.join(place, f"made{ending}")
            WRITERS[ending](made, arrays, words)
            os.replace(made, output)
    except OSError as error:
        raise UsageError(
            f"{output} cannot be written ({error.strerror}): a name in a folder of yours was expected"
        ) from None
