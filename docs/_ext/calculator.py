"""The directive `{lstm-calculator}`: the arrays of any layer, while one types.

    ```{lstm-calculator} --input 100 --units 20 --bidirectional
    :compact:
    ```

The options, the command line's own, are the layer that it starts with; without JavaScript that layer is what stands
there.  The page gets its own copy of what `calculator_data.py` exports, so it also works from a local folder.
"""

from __future__ import annotations

import json
import shlex
from html import escape
from typing import Any, ClassVar

from calculator_data import OFFERED, export
from docutils import nodes
from docutils.parsers.rst import directives
from page_assets import with_assets
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from lstm_shapes import layouts
from lstm_shapes.compute import MERGE_MODES
from lstm_shapes.layer import UsageError
from lstm_shapes.render import html
from lstm_shapes.render.outline import Bar, Formula, Table, headline, outline
from lstm_shapes.sphinx_ext import model

# Fields that are typed, and lists; with a hint each.
NUMBERS = {
    "input_dim": "features at each step",
    "units": "length of the state",
    "layers": "on top of each other",
    "timesteps": "may be left empty",
}
LISTS = {
    "cell": "what is computed",
    "framework": "how it is stored",
    "merge_mode": "of two directions",
}
CHECKS = {
    "bidirectional": "bidirectional",
    "use_bias": "use_bias",
    "reset_after": "reset_after (GRU)",
    "return_sequences": "return_sequences",
    "return_state": "return_state",
}
# The first four are always in sight; the others stand under "More options".
FIRST = ("cell", "framework", "input_dim", "units", "bidirectional")
MORE = ("merge_mode", "layers", "timesteps", "use_bias", "reset_after", "return_sequences", "return_state")
# field: (its word in the address, the option of the command line, what is not written in the address)
ADDRESS: dict[str, tuple[str, str, str | bool]] = {
    "framework": ("framework", "--framework", "keras"),
    "cell": ("cell", "--cell", "lstm"),
    "input_dim": ("input", "--input", "100"),
    "units": ("units", "--units", "20"),
    "bidirectional": ("bidirectional", "--bidirectional", False),
    "merge_mode": ("merge", "--merge-mode", "concat"),
    "layers": ("layers", "--layers", "1"),
    "timesteps": ("timesteps", "--timesteps", ""),
    "use_bias": ("bias", "--bias", True),
    "reset_after": ("reset_after", "--reset-after", True),
    "return_sequences": ("sequences", "--return-sequences", False),
    "return_state": ("state", "--return-state", False),
}


def field(name: str) -> str:
    """One field with its label and the place where the page says what is wrong with it."""
    told = f'<span class="calculator-error" id="calc-{name}-error" aria-live="polite"></span>'
    if name in CHECKS:
        return (
            f'<p class="calculator-check"><label><input type="checkbox" name="{name}"> '
            f"{CHECKS[name]}</label>{told}</p>"
        )
    hint = NUMBERS.get(name) or LISTS[name]
    described = f'id="calc-{name}" name="{name}" aria-describedby="calc-{name}-error"'
    if name in NUMBERS:
        control = f'<input {described} inputmode="numeric" autocomplete="off" maxlength="40">'
    else:
        options = "".join(f'<option value="{key}">{escape(words)}</option>' for key, words in choices(name))
        control = f"<select {described}>{options}</select>"
    return f'<p><label for="calc-{name}">{name} <small>{hint}</small></label>{control}{told}</p>'


def choices(name: str) -> list[tuple[str, str]]:
    """What a list offers; the cells depend on the framework, and the script puts them there."""
    if name == "framework":
        return [(key, layouts.NAMES[key]) for key in OFFERED]
    if name == "merge_mode":
        return [(str(mode).lower(), str(mode)) for mode in MERGE_MODES]
    return [("lstm", "LSTM")]


def address(words: list[str]) -> str:
    """The options of the command line as the calculator's address has them.

    >>> address(["--input", "8", "--bidirectional", "--units", "4"])
    'input=8&bidirectional=1&units=4'
    >>> address(["--no-bias", "--merge-mode", "sum"])
    'bias=0&merge=sum'
    """
    found: list[str] = []
    for word, following in zip(words, [*words[1:], "--"], strict=True):
        if word.startswith("--"):
            name = next(name for name, option, _ in ADDRESS.values() if option == word.replace("--no-", "--"))
            value = int(not word.startswith("--no-")) if following.startswith("--") else following
            found.append(f"{name}={value}")
    return "&".join(found)


def copied(name: str, label: str, text: str) -> str:
    """Code, which sphinx-copybutton gives its button; hidden until there is some."""
    hidden = "" if text else " hidden"
    return (
        f'<div class="calculator-code highlight"{hidden}><p>{label}</p><pre tabindex="0" role="region" '
        f'aria-label="{label}"><code class="calculator-{name}">{escape(text)}</code></pre></div>'
    )


def draw(line: str, compact: bool, own_page: str) -> str:
    """The whole calculator, with the first layer drawn by the package itself."""
    found = model(shlex.split(line), {})
    blocks = list(outline(found))
    example = {
        kind: html.render([block for block in blocks if isinstance(block, kind)], style=False)
        for kind in (Table, Bar, Formula)
    }
    fields = {name: [word, usual] for name, (word, _, usual) in ADDRESS.items()}
    data = json.dumps({**export(), "fields": fields}, separators=(",", ":")).replace("</", "<\\/")
    rest = "".join(map(field, MORE))
    words = "This layer on a page of its own" if own_page else "The address of this layer"
    link = f'<p><a class="calculator-link" href="{own_page}?{escape(address(shlex.split(line)))}">{words}</a></p>'
    return f"""\
<div class="calculator{" compact" if compact else ""}" data-start="{escape(address(shlex.split(line)))}">
<form aria-label="The layer" novalidate><fieldset disabled>
{"".join(map(field, FIRST))}
<details{"" if compact else " open"}><summary>More options</summary><div>{rest}</div></details>
</fieldset></form>
<noscript><p><strong>The calculator needs JavaScript, which is switched off here.</strong>
Below is one layer as an example; for your own, run <code>python -m lstm_shapes explain {escape(line)}</code>
with your own numbers.</p></noscript>
<p class="calculator-error" id="calc-address-error" aria-live="polite"></p>
<p class="calculator-summary">{escape(headline(found.layers[0]))}</p>
<p class="calculator-said" role="status"></p>
<div class="calculator-output">
<div class="calculator-table lstm-scroll" role="region" tabindex="0" aria-label="Arrays of the layer">{example[Table]}</div>
<div class="calculator-about">{example[Bar]}{example[Formula]}</div>
<p class="calculator-words"></p>
{copied("program", "The code that makes it", "")}
{copied("command", "The same on the command line", f"python -m lstm_shapes explain {line}")}
{link}
</div>
<script type="application/json">{data}</script>
</div>
"""


class CalculatorDirective(SphinxDirective):
    """The calculator; `compact` folds the options that most layers do not need."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {"compact": directives.flag, "page": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Docutils' entry."""
        try:
            drawn = draw(self.arguments[0], "compact" in self.options, self.options.get("page", ""))
        except (UsageError, StopIteration) as error:
            raise self.error(f"lstm-calculator: {error}") from error
        return [nodes.raw("", drawn, format="html")]


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx's entry."""
    app.add_directive("lstm-calculator", CalculatorDirective)
    with_assets(app, "calculator")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
