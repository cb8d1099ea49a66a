"""The command `plot`: a checkpoint's layer as a picture."""

from __future__ import annotations

import os

from lstm_shapes.layer import UsageError

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    import argparse
    from typing import Any

    from lstm_shapes.layer import Explanation, Layer

WHAT = ("weights", "histograms", "map", "diagram")
NUMBERS = ("weights", "histograms")  # what needs the file's numbers, not only its shapes


def declare_plot(command: argparse.ArgumentParser) -> None:
    """The options of `plot`."""
    add = command.add_argument
    add("file", metavar="FILE", help="a checkpoint: .keras .h5 .pt .safetensors .npz ...")
    add("-o", "--output", required=True, metavar="OUT", help="the picture: .svg, .png or .pdf")
    add("--layer", metavar="PATH", help="which layer (default: the first)")
    add("--what", choices=WHAT, default="weights", help="default: weights, a heat map an array")


def run_plot(args: argparse.Namespace) -> tuple[str, int]:
    """`plot`: writes the picture and says what it shows."""
    try:
        import matplotlib as mpl
    except ImportError as error:
        raise UsageError(f"plot needs Matplotlib ({error}): pip install 'lstm-shapes[plot]'") from error
    mpl.use("agg")
    explanation, layer, arrays = _opened(args.file, args.layer, args.what in NUMBERS)
    with mpl.rc_context({"svg.hashsalt": "lstm_shapes"}):  # the same picture is the same file
        _save(_figure(args.what, layer, arrays), args.output)
    others = [one.path for one in explanation.layers if one is not layer]
    more = f"; --layer draws {', '.join(others)}" if others and args.layer is None else ""
    return f"{args.output}: {args.what} of {layer.path}{more}", 0


def _opened(file: str, name: str | None, numbers: bool) -> tuple[Explanation, Layer, list[Any]]:
    from lstm_shapes.checkpoints import Store
    from lstm_shapes.front import explain

    if not numbers:
        explanation = explain(file)
        return explanation, _chosen(explanation, name), []
    with Store().opened(file) as (explanation, read):
        layer = _chosen(explanation, name)
        return explanation, layer, [read(weight) for weight in layer.weights]


def _chosen(explanation: Explanation, name: str | None) -> Layer:
    from lstm_shapes.compute import did_you_mean

    known = {layer.path: layer for layer in explanation.layers}
    if not known:
        raise UsageError(f"{explanation.source} has no recurrent layer: there is nothing to draw")
    if name is not None and name not in known:
        raise UsageError(f"no recurrent layer {name!r} in the file{did_you_mean(name, list(known))}")
    return known[name] if name is not None else explanation.layers[0]


def _figure(what: str, layer: Layer, arrays: list[Any]) -> Any:
    from lstm_shapes import plot

    if what in NUMBERS:
        return getattr(plot, what)(layer, arrays, title=layer.path)
    return plot.matrix_maps(layer) if what == "map" else _diagram(layer)


def _diagram(layer: Layer) -> Any:
    from lstm_shapes import plot
    from lstm_shapes.cells import CELLS

    key = next((key for key, cell in CELLS.items() if layer.cell in (cell.name, f"CuDNN{cell.name}")), None)
    if key is None:
        names = ", ".join(cell.name for cell in CELLS.values())
        raise UsageError(f"there is no diagram of {layer.cell}: one of {names} was expected; take --what map")
    options = {option: layer.options.get(option, default) for option, default in CELLS[key].options.items()}
    return plot.cell_diagram(key, layer=layer, **options).figure


def _save(figure: Any, path: str) -> None:
    kind = os.path.splitext(path)[1].lstrip(".").lower()
    known = figure.canvas.get_supported_filetypes()
    if kind not in known:
        raise UsageError(f"{path!r}: a name that ends in .svg, .png or .pdf was expected")
    dates = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
    try:
        figure.savefig(path, metadata=dates.get(kind))
    except OSError as error:
        raise UsageError(f"{path!r} cannot be written: {error.strerror}") from None
