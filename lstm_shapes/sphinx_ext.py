"""Sphinx extension: explanations and single numbers on a page, computed while it is built.

In `conf.py`::

    extensions = ["lstm_shapes.sphinx_ext"]
    lstm_shapes_models = {"encoder": "--input 100 --units 20 --bidirectional --merge-mode sum"}

In a page (MyST)::

    ```{lstm-weights} --input 100 --units 20 --bidirectional
    :only: arrays, bars
    ```

    {lstm}`parameters encoder` numbers in {lstm}`arrays encoder` arrays; the first is {lstm}`shape 0 encoder`.

The options are the command line's own: the same parser reads both.
"""

from __future__ import annotations

import contextlib
import io
import shlex
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole

from lstm_shapes import __version__
from lstm_shapes.cli import COMMANDS, main, options_of, parser
from lstm_shapes.costs import memory, multiplications
from lstm_shapes.equations import CELLS, LATEX, equations
from lstm_shapes.front import explain
from lstm_shapes.layer import Explanation, UsageError, Weight
from lstm_shapes.render import html
from lstm_shapes.render.outline import (
    Bar,
    Formula,
    Para,
    Table,
    Title,
    number,
    outline,
    range_text,
    shape_text,
)

PARTS: dict[str, type | tuple[type, ...]] = {
    "title": Title, "arrays": Table, "bars": Bar, "arithmetic": Formula, "text": Para,
}  # fmt: skip


def model(words: Sequence[str], named: dict[str, str]) -> Explanation:
    """The explanation of one model: option text, or names from `conf.py` joined by `+`.

    >>> model(["encoder"], {"encoder": "--input 100 --units 20"}).parameters
    9680
    >>> two = {"encoder": "--input 100 --units 20", "decoder": "--input 20 --units 100", "both": "encoder + decoder"}
    >>> [weight.index for weight in model(["both"], two).weights]
    [0, 1, 2, 3, 4, 5]
    """
    text = " ".join(words)
    while " + " in named.get(text, ""):
        text = named[text]
    return joined([_part(part.strip(), named) for part in text.split(" + ")])


def _part(text: str, named: dict[str, str]) -> Explanation:
    """A model of options keeps Keras's name for its layer; a single layer that has a name goes by that."""
    found = _parsed(shlex.split(named.get(text, text)))
    if text not in named or len(found.layers) > 1:
        return found
    return replace(found, layers=(replace(found.layers[0], path=text),))


def _parsed(words: list[str]) -> Explanation:
    args, unknown = parser().parse_known_args(["explain", *words])
    unknown += [args.file] if args.file else []
    if unknown:
        raise UsageError(
            f"unknown words {' '.join(unknown)!r}: give the options of the command line, or a name from conf.py"
        )
    return explain(input_dim=args.input_dim, units=args.units, **options_of(args))


def joined(parts: list[Explanation]) -> Explanation:
    """Several explanations as one model: the indices count on."""
    layers, index = [], 0
    for layer in (layer for part in parts for layer in part.layers):
        weights = tuple(replace(weight, index=index + i) for i, weight in enumerate(layer.weights))
        layers.append(replace(layer, weights=weights))
        index += len(weights)
    return replace(parts[0], layers=tuple(layers))


def _ranges(weight: Weight, gate: str) -> str:
    if gate not in weight.gates:
        raise UsageError(f"{weight.role} has no gate {gate!r}: one of {', '.join(weight.gates) or 'none'}")
    return range_text(tuple(weight.gates[gate]))


# What a role can say -> (how many words it takes, how it is computed).
SAYS: dict[str, tuple[int, Callable[..., str]]] = {
    "parameters": (0, lambda e: number(e.parameters)),
    "arrays": (0, lambda e: number(len(e.weights))),
    "units": (0, lambda e: number(e.layers[-1].units)),
    "input_dim": (0, lambda e: number(e.layers[0].input_dim)),
    "gates": (0, lambda e: number(len(e.weights[0].gates))),
    "output": (0, lambda e: shape_text(e.layers[-1].output_shape)),
    "formula": (0, lambda e: _sum(e).symbols.replace("*", " · ")),
    "arithmetic": (0, lambda e: f"{_sum(e).factored.replace('*', ' · ')} = {number(_sum(e).total)}"),
    "bytes": (1, lambda e, dtype: number(memory(e, dtype))),
    "multiplications": (0, lambda e: number(multiplications(e))),
    "shape": (1, lambda e, i: shape_text(e.weights[int(i)].shape)),
    "role": (1, lambda e, i: e.weights[int(i)].role),
    "size": (2, lambda e, i, axis: number(e.weights[int(i)].shape[int(axis)])),
    "count": (1, lambda e, i: number(e.weights[int(i)].parameters)),
    "slice": (2, lambda e, i, gate: _ranges(e.weights[int(i)], gate)),
}  # fmt: skip
CODE = {"shape", "output", "slice", "role"}


def _sum(explanation: Explanation) -> Any:
    return explanation.layers[0].arithmetic


def say(text: str, named: dict[str, str]) -> str:
    """What the role's text asks for.

    >>> say("slice 1 forget --input 100 --units 20", {})
    '20:40'

    Raises
    ------
    UsageError
        If the first word is not one of `SAYS`, or the rest is no model.
    """
    what, *rest = text.split()
    if what not in SAYS:
        raise UsageError(f"unknown number {what!r}: one of {', '.join(SAYS)}")
    takes, compute = SAYS[what]
    return compute(model(rest[takes:], named), *rest[:takes])


class NumberRole(SphinxRole):
    """A single number or shape, computed."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Docutils' entry."""
        try:
            found = say(self.text, self.config.lstm_shapes_models)
        except (UsageError, IndexError, ValueError) as error:
            message = self.inliner.reporter.error(f"lstm `{self.text}`: {error}", line=self.lineno)
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]
        if self.text.split()[0] in CODE:
            return [nodes.literal(found, found)], []
        return [nodes.inline(found, found.replace(" ", "\N{NO-BREAK SPACE}"), classes=["number"])], []


class WeightsDirective(SphinxDirective):
    """An explanation, or the parts of it that are named."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {"only": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Docutils' entry."""
        try:
            found = model(shlex.split(self.arguments[0]), self.config.lstm_shapes_models)
            blocks = self.chosen(found)
        except UsageError as error:
            raise self.error(f"lstm-weights: {error}") from error
        return [nodes.raw("", html.render(blocks, style=False), format="html")]

    def chosen(self, found: Explanation) -> list[Any]:
        """The blocks that the page asks for; the line that sends to the page itself is left out."""
        blocks = list(outline(found))[:-1]
        if "only" not in self.options:
            return blocks
        wanted = [word.strip() for word in self.options["only"].split(",")]
        if unknown := [word for word in wanted if word not in PARTS]:
            raise UsageError(f"unknown part {unknown[0]!r}: one of {', '.join(PARTS)}")
        return [block for block in blocks if isinstance(block, tuple(PARTS[word] for word in wanted))]  # type: ignore[arg-type]


class RunDirective(SphinxDirective):
    """A command and what it prints, run while the page is built."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Docutils' entry."""
        line = self.arguments[0]
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            main(shlex.split(line))
        text = f"$ python -m lstm_shapes {line}\n{printed.getvalue()}"
        return [nodes.literal_block(text, text, language="console")]


class EquationsDirective(SphinxDirective):
    """The equations of a cell, from its step function."""

    required_arguments = 1
    option_spec: ClassVar = {"reset-after": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Docutils' entry."""
        options = {key.replace("-", "_"): value == "true" for key, value in self.options.items()}
        lines = equations(CELLS[self.arguments[0]], LATEX, **options)
        rows = r" \\ ".join(f"{left} &= {right}" for left, right in lines)
        node = nodes.math_block("", rf"\begin{{align*}} {rows} \end{{align*}}", nowrap=False, number=None)
        return [node]


class CommandsDirective(SphinxDirective):
    """The help of every command, from the parser itself."""

    def run(self) -> list[nodes.Node]:
        """Docutils' entry."""
        found: list[nodes.Node] = []
        for name in COMMANDS:
            text = parser()._subparsers._group_actions[0].choices[name].format_help()  # type: ignore[union-attr,index,call-overload]
            section = nodes.section("", nodes.title("", name), ids=[f"command-{name}"])
            section += nodes.literal_block(text, text, language="none")
            found.append(section)
        return found


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx's entry."""
    app.add_config_value("lstm_shapes_models", {}, "env", types=[dict])
    app.add_directive("lstm-weights", WeightsDirective)
    app.add_directive("lstm-run", RunDirective)
    app.add_directive("lstm-equations", EquationsDirective)
    app.add_directive("lstm-commands", CommandsDirective)
    app.add_role("lstm", NumberRole())
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}
