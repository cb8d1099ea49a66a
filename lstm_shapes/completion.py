"""`python -m lstm_shapes completion bash`: what makes a shell complete the command `lstm-shapes`."""

from __future__ import annotations

from lstm_shapes.compute import MERGE_MODES
from lstm_shapes.layer import UsageError
from lstm_shapes.layouts import FRAMEWORKS, table

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    import argparse

SHELLS = ("bash", "zsh", "fish")
# What the parser itself leaves open, so that its errors can say more than argparse's.
CHOICES = {
    "cell": tuple(dict.fromkeys(key for name in FRAMEWORKS for key in table(name))),
    "framework": tuple(FRAMEWORKS),
    "merge_mode": tuple(str(mode).lower() for mode in MERGE_MODES),
}


def declare_completion(command: argparse.ArgumentParser) -> None:
    """The options of `completion`."""
    command.add_argument("shell", choices=SHELLS, help="the shell that shall complete")


def run_completion(args: argparse.Namespace) -> tuple[str, int]:
    """The shell's own script, made by shtab from our parser."""
    try:
        import shtab
    except ImportError:
        raise UsageError("completion needs shtab: pip install 'lstm-shapes[completion]'") from None
    from lstm_shapes.cli import parser

    commands = parser()
    commands.prog = "lstm-shapes"
    for command in commands._subparsers._group_actions[0].choices.values():  # type: ignore[union-attr]
        for action in command._actions:
            action.choices = action.choices or CHOICES.get(action.dest)
            if action.metavar in ("FILE", "BEFORE", "AFTER"):
                action.complete = shtab.FILE  # type: ignore[attr-defined]
    return shtab.complete(commands, shell=args.shell), 0
