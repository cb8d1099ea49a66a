"""The command line: `python -m lstm_shapes explain --input 100 --units 20 --bidirectional`."""

from __future__ import annotations

import argparse
import os
import re
import sys

from lstm_shapes.cells import CELLS
from lstm_shapes.compute import MERGE_MODES, did_you_mean
from lstm_shapes.layer import UsageError
from lstm_shapes.render import FORMATS, draw

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn

PROG = "python -m lstm_shapes"
EXPLAIN = """examples:
  python -m lstm_shapes explain --input 100 --units 20 --bidirectional
  python -m lstm_shapes explain --symbolic --cell gru
  python -m lstm_shapes explain --framework pytorch --input 100 --units 20 --bidirectional
  python -m lstm_shapes explain --input 100 --units 20 --layers 2 --format json
  python -m lstm_shapes explain --error "Shapes are [400] and [800]"
"""
CHECK = """examples:
  python -m lstm_shapes check --cell lstm --input 100 --units 20
  python -m lstm_shapes check --cell gru --no-reset-after --input 8 --units 4 --bidirectional --merge-mode sum
"""


IDENTIFY = """examples:
  python -m lstm_shapes identify 100x80 20x80 80
  python -m lstm_shapes identify 100x80
  python -m lstm_shapes identify --parameters 19360 --input 100
"""
COMPARE = """examples:
  python -m lstm_shapes compare keras pytorch --cell gru
  python -m lstm_shapes compare keras pytorch --input 100 --units 20 --bidirectional
  python -m lstm_shapes compare keras chainer/n_step_lstm
"""
FRAMEWORKS = """examples:
  python -m lstm_shapes frameworks
  python -m lstm_shapes frameworks chainer
  python -m lstm_shapes frameworks --format json
"""
DIFF = """examples:
  python -m lstm_shapes diff before.keras after.keras
  python -m lstm_shapes diff a.h5 b.safetensors --format json
"""


PLOT = """examples:
  python -m lstm_shapes plot model.keras -o weights.svg
  python -m lstm_shapes plot 1.hdf5 -o forget.png --layer encoder_lstm --what histograms
"""


CONVERT = """examples:
  python -m lstm_shapes convert model.keras model.safetensors --to pytorch
  python -m lstm_shapes convert 1.hdf5 encoder.npz --to flax --layer encoder_lstm
  python -m lstm_shapes convert model.onnx model.npz --to keras --json
"""


COMPLETION = """examples:
  lstm-shapes completion bash > ~/.local/share/bash-completion/completions/lstm-shapes
  lstm-shapes completion zsh > "${fpath[1]}/_lstm-shapes"
  lstm-shapes completion fish > ~/.config/fish/completions/lstm-shapes.fish
"""


def formatter(prog: str) -> argparse.HelpFormatter:
    """Help 80 columns wide.  Left to ask for the terminal's width, argparse imports shutil for every option."""
    return argparse.RawDescriptionHelpFormatter(prog, width=80)


class Parser(argparse.ArgumentParser):
    """An argument parser that says one line: what was wrong, and what to do."""

    def error(self, message: str) -> NoReturn:
        """Argparse's way of saying that something is wrong."""
        raise UsageError(helpful(message))

    def unknown(self, words: Sequence[str]) -> NoReturn:
        """Raise for words that no option takes."""
        word = words[0].split("=")[0]
        if not word.startswith("-"):
            raise UsageError(f"unexpected {word!r}: one file at a time, and options begin with --")
        known = [option for action in self._actions for option in action.option_strings]
        raise UsageError(f"unknown option {word!r}{did_you_mean(word, known)}")


def helpful(message: str) -> str:
    """Argparse's message, with the word that was probably meant.

    >>> helpful("argument command: invalid choice: 'explian' (choose from 'explain', 'check')")
    "unknown command 'explian': did you mean 'explain'?"
    """
    found = re.fullmatch(r"argument (\S+): invalid choice: '(.*)' \(choose from (.*)\)", message, re.DOTALL)
    if not found:
        return message
    what, given, allowed = found.groups()
    return f"unknown {what} {given!r}{did_you_mean(given, [word.strip(chr(39)) for word in allowed.split(', ')])}"


def parser(argv: Sequence[str] | None = None) -> Parser:
    """All commands and their options; the CLI page of the site is made from it.

    With `argv`, only the options of the command that it names: an option costs 0.2 ms to declare.
    """
    top = Parser(
        prog=PROG,
        description="What are the arrays in get_weights() of a recurrent layer?",
        allow_abbrev=False,
        formatter_class=formatter,
    )
    top.add_argument("--version", action="store_true", help="print the version and stop")
    commands = top.add_subparsers(dest="command", metavar="command", parser_class=Parser)
    for name, (what, examples, declare, run) in COMMANDS.items():
        command: Parser = commands.add_parser(
            name,
            help=what,
            description=f"{what[0].upper()}{what[1:]}.",
            epilog=examples,
            allow_abbrev=False,
            formatter_class=formatter,
        )
        if argv is None or name in argv:
            declare(command)
        command.set_defaults(run=run, parser=command)
    top.set_defaults(parser=top)
    return top


def declare_explain(command: Parser) -> None:
    """The options of `explain`."""
    add = command.add_argument
    add("file", nargs="?", metavar="FILE", help="a checkpoint: .keras .h5 .pt .safetensors .onnx .npz ...")
    _layer_options(command)
    add("--symbolic", action="store_true", help="formulas in input_dim and units instead of numbers")
    add(
        "--error", metavar="TEXT", help="explain a pasted shape error instead; - reads it from standard input"
    )
    add("--format", choices=FORMATS, default="text", help="default: text")
    add("--color", choices=("auto", "always", "never"), default="auto", help="default: auto")


def declare_check(command: Parser) -> None:
    """The options of `check`."""
    _layer_options(command)
    command.add_argument("--format", choices=("text", "json"), default="text", help="default: text")


def _layer_options(command: Parser) -> None:
    add = command.add_argument
    add("--input", dest="input_dim", type=_whole, metavar="N", help="input_dim: features at each time step")
    add("--units", type=_whole, metavar="N", help="length of the hidden state, for each direction")
    add(
        "--cell",
        default="lstm",
        metavar="CELL",
        help=f"{', '.join(CELLS)}, or another of the framework's (default: lstm)",
    )
    add("--bidirectional", action="store_true", help="two directions")
    add(
        "--merge-mode",
        metavar="MODE",
        help=f"one of {', '.join(map(_mode_word, MERGE_MODES))} (default: concat)",
    )
    add("--layers", type=_whole, default=1, metavar="N", help="how many on top of each other (default: 1)")
    add("--timesteps", type=_whole, metavar="N", help="length of the sequence; no weight depends on it")
    add("--return-sequences", action="store_true", help="the output at every time step")
    add("--return-state", action="store_true", help="the last states too")
    add("--no-bias", dest="use_bias", action="store_false", help="use_bias=False")
    add(
        "--reset-after",
        action=argparse.BooleanOptionalAction,
        help="GRU: the reset gate acts after the matrix product",
    )
    add(
        "--framework",
        default="keras",
        metavar="NAME",
        help="whose layer: keras, pytorch, onnx, ...; the command frameworks lists all (default: keras)",
    )
    add("--projection", type=_whole, metavar="N", help="features of a projected state, where there is one")
    add("--peephole", action=argparse.BooleanOptionalAction, help="gates see the cell state, where they can")
    add("--kernel-size", type=_size, metavar="N", help="ConvLSTM: the window, such as 3 or 3x5")


def _mode_word(mode: str | None) -> str:
    return mode or "none"


def _whole(text: str) -> int:
    if len(text) > 20:
        raise argparse.ArgumentTypeError(
            f"a number of {len(text)} digits: a whole number was expected, such as 20"
        )
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number, such as 20") from None


def _size(text: str) -> int | tuple[int, ...]:
    sizes = tuple(map(_whole, text.split("x")))
    return sizes[0] if len(sizes) == 1 else sizes


def options_of(args: argparse.Namespace) -> dict[str, Any]:
    """The keywords of `from_numbers` that the command line gave."""
    merge = (
        {}
        if args.merge_mode is None
        else {"merge_mode": None if args.merge_mode == "none" else args.merge_mode}
    )
    if merge and not args.bidirectional:
        raise UsageError("--merge-mode needs two directions: add --bidirectional, or leave --merge-mode out")
    names = (
        "cell",
        "framework",
        "bidirectional",
        "layers",
        "timesteps",
        "return_sequences",
        "return_state",
        "use_bias",
        "reset_after",
        "projection",
        "peephole",
        "kernel_size",
    )
    return {**{name: getattr(args, name) for name in names}, **merge}


def run_explain(args: argparse.Namespace) -> tuple[str, int]:
    """`explain`: the text to print, and the exit code."""
    from lstm_shapes.front import explain

    if args.error is not None:
        from lstm_shapes.commands import run_error

        return run_error(args.error, args.format)
    extra = {"colour": wants_colour(args.color)} if args.format == "text" else {}
    if args.file is not None:
        _nothing_but_the_file(args)
        return draw(explain(args.file), args.format, **extra), 0
    numbers = {name: getattr(args, name) for name in ("input_dim", "units")}
    missing = [
        "--input" if name == "input_dim" else "--units" for name, value in numbers.items() if value is None
    ]
    if missing and not args.symbolic:
        raise UsageError(
            f"{' and '.join(missing)} missing: give both, as in --input 100 --units 20, or --symbolic for formulas"
        )
    return draw(explain(**numbers, **options_of(args)), args.format, **extra), 0


def _nothing_but_the_file(args: argparse.Namespace) -> None:
    """Raise where an option describes a layer that the file describes already."""
    about_output = ("command", "run", "parser", "version", "file", "format", "color")
    actions = {action.dest: action for action in args.parser._actions}
    given = [
        actions[name].option_strings[0]
        for name, value in vars(args).items()
        if name not in about_output and name in actions and value != actions[name].default
    ]
    if given:
        raise UsageError(
            f"{' and '.join(given)} with a file: the file has its own layers; leave the option out, or the file"
        )


def run_check(args: argparse.Namespace) -> tuple[str, int]:
    """`check`: exit code 1 where Keras disagrees."""
    from lstm_shapes.checks import check

    if args.input_dim is None or args.units is None:
        raise UsageError(
            "--input and --units are needed: a real layer has numbers, such as --input 100 --units 20"
        )
    found = check(input_dim=args.input_dim, units=args.units, **options_of(args))
    if args.format == "json":
        import json

        return json.dumps(found.to_dict(), indent=1), 0 if found.agrees else 1
    return str(found), 0 if found.agrees else 1


def _later(name: str, module: str = "commands") -> Any:
    """A function of a module that is imported only when one of its commands is asked for."""

    def call(*args: Any) -> Any:
        from importlib import import_module

        return getattr(import_module(f"lstm_shapes.{module}"), name)(*args)

    return call


# name: (what it does, examples, its options, its work)
COMMANDS = {
    "explain": ("name every array, its gates, its parameters", EXPLAIN, declare_explain, run_explain),
    "identify": (
        "find the layers that have arrays of these shapes",
        IDENTIFY,
        _later("declare_identify"),
        _later("run_identify"),
    ),
    "compare": (
        "two frameworks' layouts of a cell, side by side",
        COMPARE,
        _later("declare_compare"),
        _later("run_compare"),
    ),
    "frameworks": (
        "list the frameworks and cells that are known",
        FRAMEWORKS,
        _later("declare_frameworks"),
        _later("run_frameworks"),
    ),
    "diff": ("say what changed between two checkpoints", DIFF, _later("declare_diff"), _later("run_diff")),
    "plot": (
        "draw a layer of a checkpoint (needs Matplotlib)",
        PLOT,
        _later("declare_plot", "drawing"),
        _later("run_plot", "drawing"),
    ),
    "convert": (
        "write a checkpoint's layers as another framework's arrays",
        CONVERT,
        _later("declare_convert", "exporting"),
        _later("run_convert", "exporting"),
    ),
    "check": ("compare with the real Keras layer (needs Keras)", CHECK, declare_check, run_check),
    "completion": (
        "print what makes a shell complete lstm-shapes (needs shtab)",
        COMPLETION,
        _later("declare_completion", "completion"),
        _later("run_completion", "completion"),
    ),
}


def wants_colour(choice: str) -> bool:
    """Colour for a person at a terminal who did not say no (https://no-color.org)."""
    if choice != "auto":
        return choice == "always"
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; 0 done, 1 Keras disagrees, 2 the question cannot be answered as asked."""
    argv = sys.argv[1:] if argv is None else argv
    commands = parser(argv)
    try:
        args, unknown = commands.parse_known_args(argv)
        if unknown:
            args.parser.unknown(unknown)
        if args.version:
            from lstm_shapes import __version__

            print(__version__)
            return 0
        if args.command is None:
            commands.print_help()
            return 0
        text, code = args.run(args)
        _print(text)
        return int(code)
    except UsageError as error:
        print(f"lstm_shapes: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # `| head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _print(text: str) -> None:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(
        text.encode(encoding, "replace").decode(encoding), flush=True
    )  # a terminal that has no `·` shows `?`
