"""A pasted error about shapes -> which arrays these are, what probably happened, what to do.

The messages are a table: a pattern, and where it comes from.  What follows from two shapes or two counts is
another: a test, and what it means.  A new message is a new row.
"""

from __future__ import annotations

import re
from collections import namedtuple
from dataclasses import dataclass

from lstm_shapes import layouts, pattern
from lstm_shapes.remarks import remarks
from lstm_shapes.state_keys import about_keys

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    Shape = tuple[int, ...]

LONGEST = 100_000  # characters: a pasted traceback, not a log file
SHAPE = r"[\[(]\s*\d*(?:\s*,\s*\d+)*\s*,?\s*[\])]"

# How a message is recognised.  Groups: name, model (the layer in memory), saved (the file, or what was given).
Message = namedtuple("Message", "pattern framework source")
MESSAGES = (
    Message(
        r"Weight count mismatch for layer #\d+ \(named (?P<name>\S+) in the current model, \S+ in the save file\)\. "
        r"Layer expects (?P<model>\d+) weight\(s\)\. Received (?P<saved>\d+) saved weight",
        "keras",
        "keras/src/legacy/saving/legacy_h5_format.py, Keras 3.15.1; tf_keras hdf5_format.py, 2.21.0",
    ),
    Message(
        r"(?:new layer (?P<name>\S+) )?expects (?P<model>\d+) weights?, but the saved weights have (?P<saved>\d+) elements",
        "keras",
        "keras/engine/saving.py, Keras 2.2.5 and before",
    ),
    Message(
        r"Layer '(?P<name>[^']+)' expected (?P<model>\d+) variables, but received (?P<saved>\d+) variables",
        "keras",
        "keras/src/layers/layer.py, load_own_variables, Keras 3.15.1; tf_keras base_layer.py, 2.21.0",
    ),
    Message(
        r"""(?:on layer ['"](?P<name>[^'"]+)['"] )?with a (?:weight )?list of length (?P<saved>\d+), """
        r"(?:but the layer was )?expecting (?P<model>\d+)",
        "keras",
        "keras/src/layers/layer.py, set_weights, Keras 3.15.1; tf_keras base_layer.py, 2.21.0",
    ),
    Message(
        rf"for weight (?P<name>\S+)\. Weight expects shape (?P<model>{SHAPE})\. "
        rf"Received saved weight with shape (?P<saved>{SHAPE})",
        "keras",
        "keras/src/legacy/saving/legacy_h5_format.py, Keras 3.15.1",
    ),
    Message(
        rf"variable\.shape=(?P<model>{SHAPE}), Received: value\.shape=(?P<saved>{SHAPE})"
        r"(?:\. Target variable: <Variable path=(?P<name>[^,\s]+))?",
        "keras",
        "keras/src/backend/common/variables.py, assign, Keras 3.15.1",
    ),
    Message(
        rf"Layer (?P<name>\S+) weight shape (?P<model>{SHAPE}) is not compatible with provided weight shape "
        rf"(?P<saved>{SHAPE})",
        "keras",
        "keras/src/layers/layer.py, set_weights, Keras 3.15.1; tf_keras base_layer.py, 2.21.0",
    ),
    Message(
        rf"to variable '\s*(?P<name>[^']+)': Shape mismatch\.\s*The variable shape (?P<model>{SHAPE}), and the "
        rf"assigned value shape (?P<saved>{SHAPE}) are incompatible",
        "keras",
        "tf_keras, tensorflow/python/ops/resource_variable_ops.py, 2.21.0",
    ),
    Message(
        r"GRU\(reset_after=(?P<saved>True|False)\) is not compatible with GRU\(reset_after=(?P<model>True|False)\)",
        "keras",
        "tf_keras/src/saving/legacy/hdf5_format.py, 2.21.0",
    ),
    Message(
        rf"Shapes are (?P<model>{SHAPE}) and (?P<saved>{SHAPE})",
        "keras",
        "TensorFlow's shape inference, under Keras 2",
    ),
    Message(
        rf"Shapes (?P<model>{SHAPE}) and (?P<saved>{SHAPE}) are (?:incompatible|not compatible)",
        "keras",
        "TensorFlow's assign, under Keras 2",
    ),
    Message(
        rf"size mismatch for (?P<name>\S+): copying a param with shape torch\.Size\((?P<saved>{SHAPE})\) from "
        rf"checkpoint, the shape in current model is torch\.Size\((?P<model>{SHAPE})\)",
        "pytorch",
        "torch/nn/modules/module.py, load_state_dict, PyTorch 2.13.0",
    ),
)
Finding = namedtuple("Finding", "name model saved framework source")


@dataclass(frozen=True)
class Advice:
    """What a message says, what probably happened and what to do."""

    findings: tuple[Finding, ...]
    means: tuple[str, ...]
    causes: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.findings or self.means)

    def __str__(self) -> str:
        if not self:
            return (
                "No message about the shapes of weights is recognised here. Known are those of load_weights, load_model "
                "and set_weights in Keras 1 to 3 and tf_keras, of load_state_dict in PyTorch, and of recurrent layers "
                "that are called with the wrong shape: paste the last lines of the traceback."
            )
        causes = self.causes or ("What made the difference cannot be told from this message alone.",)
        return "\n".join(
            [
                "What it says:",
                *_listed(self.means),
                "What probably happened, and what to do:",
                *_listed(causes),
            ]
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        found = [finding._asdict() for finding in self.findings]
        return {"schema": 1, "findings": found, "means": list(self.means), "causes": list(self.causes)}


def _listed(lines: tuple[str, ...]) -> list[str]:
    import textwrap  # only for text on a terminal

    return [textwrap.fill(f"- {line}", 80, subsequent_indent="  ", break_on_hyphens=False) for line in lines]


def explain_error(text: str) -> Advice:
    """Explain a pasted error about the shapes or the number of weights.

    Parameters
    ----------
    text : str
        The message, or the traceback with it.

    Returns
    -------
    Advice

    Raises
    ------
    ValueError
        If the text is absurdly long.

    Examples
    --------
    >>> advice = explain_error("Layer lstm weight shape (3, 128) is not compatible with provided weight shape (3, 80).")
    >>> print(advice.means[0])
    lstm: the model has (3, 128), the file (or what was given) has (3, 80)
    >>> print(advice.causes[0])
    As an LSTM, the units differ: 32 in the model, 20 in the file. Build the layer with units=20, or take other weights.
    """
    if len(text) > LONGEST:
        raise ValueError(
            f"{len(text):,} characters were pasted: at most {LONGEST:,}; the last lines are enough"
        )
    flat = re.sub(r"\s+", " ", text)
    findings = tuple(dict.fromkeys(_findings(flat)))
    means = [_means(finding) for finding in findings]
    causes = [cause for finding in findings for cause in _causes(finding)]
    for said, cause in dict.fromkeys(remarks(flat)):
        means.append(said)
        causes.append(cause)
    for said, about in about_keys(text):
        means.append(said)
        causes += about
    return Advice(findings, tuple(means), tuple(dict.fromkeys(causes)))


def _findings(text: str) -> Iterator[Finding]:
    taken: list[tuple[int, int]] = []
    for message in MESSAGES:
        for found in re.finditer(message.pattern, text):
            if any(a <= found.start() < b for a, b in taken):
                continue
            taken.append(found.span())
            groups = found.groupdict()
            values = (_value(groups["model"]), _value(groups["saved"]))
            yield Finding(groups.get("name") or "", *values, message.framework, message.source)


def _value(text: str) -> Any:
    """A shape, a count, or True or False."""
    if text in ("True", "False"):
        return text == "True"
    return tuple(map(int, re.findall(r"\d+", text))) if text[0] in "[(" else int(text)


def _means(finding: Finding) -> str:
    def said(value: Any) -> str:
        if isinstance(value, bool):
            return f"reset_after={value}"
        return f"{value} arrays" if isinstance(value, int) else str(value)

    name = f"{finding.name}: " if finding.name else ""
    return (
        f"{name}the model has {said(finding.model)}, the file (or what was given) has {said(finding.saved)}"
    )


# ---------------------------------------------------------------- what two counts mean

COUNTS: tuple[tuple[Callable[[int, int], bool], str], ...] = (
    (lambda m, s: (m, s) == (3, 12), "Twelve arrays are an LSTM of Keras 1: W, U and b for each of the four gates, in "
     "the order i, c, f, o. Concatenate them to kernel, recurrent_kernel and bias in the order i, f, c, o; tf_keras does so "
     "while loading, if the file's attribute keras_version is missing or '1'."),
    (lambda m, s: (m, s) == (3, 9), "Nine arrays are a GRU of Keras 1: W, U and b for each of the three gates, in the "
     "order z, r, h. Concatenate them to kernel, recurrent_kernel and bias of a GRU with reset_after=False; tf_keras does so "
     "while loading, if the file's attribute keras_version is missing or '1'."),
    (lambda m, s: (m, s) == (12, 3), "The running Keras is version 1, with twelve arrays for an LSTM, and the file is newer, with "
     "three. Use Keras 2 or 3; or split the three along the last axis and reorder them from i, f, c, o to i, c, f, o."),
    (lambda m, s: (m, s) == (9, 3), "The running Keras is version 1, with nine arrays for a GRU, and the file is newer, with "
     "three. Use Keras 2 or 3; or split the three along the last axis, in the order z, r, h."),
    (lambda m, s: (m, s) in ((6, 3), (4, 2), (8, 4)), "Half the arrays: the saved layer has one direction, the model's has two. "
     "Take Bidirectional away in the model, or load a file of a bidirectional layer."),
    (lambda m, s: (m, s) in ((3, 6), (2, 4), (4, 8)), "Twice the arrays: the saved layer is bidirectional, the model's is not. "
     "Wrap the model's layer in Bidirectional."),
    (lambda m, s: (m, s) in ((2, 3), (4, 6)), "One array more for each direction: the saved layer has a bias, the model's has "
     "use_bias=False. Build it with use_bias=True."),
    (lambda m, s: (m, s) in ((3, 2), (6, 4)), "One array less for each direction: the saved layer has no bias. Build the model's "
     "with use_bias=False."),
    (lambda m, s: (m, s) == (3, 0), "The three arrays of a recurrent cell are kernel, recurrent_kernel and bias."),
    (lambda m, s: s == 0, "Nothing was found under this layer's place in the file: the file's layer is another class, or is "
     "wrapped differently (Bidirectional, TimeDistributed). Compare `python -m lstm_shapes explain FILE` with your model."),
)  # fmt: skip


def _causes(finding: Finding) -> Iterator[str]:
    model, saved = finding.model, finding.saved
    if isinstance(model, bool):
        yield _reset_after(saved)
    elif isinstance(model, int):
        yield from (words for test, words in COUNTS if test(model, saved))
    else:
        yield from _from_shapes(model, saved, finding)


def _reset_after(saved: bool) -> str:
    return (
        f"The saved GRU has reset_after={saved}: build the model's with reset_after={saved}. The two compute different "
        "things, so there is nothing to convert."
    )


# ---------------------------------------------------------------- what two shapes mean


def _from_shapes(model: Shape, saved: Shape, finding: Finding) -> Iterator[str]:
    if {len(model), len(saved)} == {1, 2} and model[-1] == saved[-1] and 2 in (model[0], saved[0]):
        yield _reset_after(len(saved) == 2)
        return
    if sorted((model, saved), key=len) == [
        (2 * max(model, saved, key=len)[-1],),
        (2, max(model, saved, key=len)[-1]),
    ]:
        yield (
            "One is two rows of biases, as of GRU(reset_after=True), the other the same numbers in one row, as CuDNNGRU "
            "saves them. tf_keras converts such a file while loading it; the kernels are stored differently too."
        )
        return
    role = _role(finding.name)
    readings = _readings(model, role, finding.framework), _readings(saved, role, finding.framework)
    said = set()
    for title, here in readings[0].items():
        there = readings[1].get(title, {})
        if "unit" in here and "unit" in there and here["unit"] != there["unit"] and not _clash(here, there):
            said.add("units")
            yield (
                f"As {_article(title)}, the units differ: {here['unit']} in the model, {there['unit']} in the file. "
                f"Build the layer with units={there['unit']}, or take other weights."
            )
        elif here.get("input") != there.get("input", here.get("input")) and here.get("unit") == there.get(
            "unit"
        ):
            said.add("input")
            yield (
                f"The input_dim differs: {here['input']} features in the model, {there['input']} in the file (another "
                "vocabulary, other features, or another merge_mode in the layer below)."
            )
    yield from _other_cell(*readings)
    if len(model) == len(saved) == 1 and 2 * model[0] == saved[0]:
        yield (
            "Twice as long a bias is also what CuDNNLSTM and CuDNNGRU save: two biases for each gate. tf_keras converts such "
            "a file while loading it into LSTM, or GRU(reset_after=True), of the same units."
        )


def _clash(here: dict[str, int], there: dict[str, int]) -> bool:
    """Two sizes differ at once where one explains it: then this reading is the less likely one."""
    return "input" in here and here["input"] != there.get("input")


def _other_cell(here: dict[str, dict[str, int]], there: dict[str, dict[str, int]]) -> Iterator[str]:
    """Same units, other gates: an LSTM's file into a GRU, or the other way round."""
    for mine, sizes in here.items():
        for theirs, others in there.items():
            if mine != theirs and "SimpleRNN" not in (mine, theirs) and sizes == others and "unit" in sizes:
                yield (
                    f"With {sizes['unit']} units on both sides, the model's layer is {_article(mine)} and the file's "
                    f"{_article(theirs)}: the two cannot share weights."
                )


def _article(title: str) -> str:
    return f"an {title}" if title[0] in "L" else f"a {title}"


def _role(name: str) -> str | None:
    """What array a name means: the longest of the tables' own names in it."""
    last = re.sub(r":\d+$", "", name).split("/")[-1].split(".")[-1]
    roles = {
        array.name: array.role
        for framework in layouts.MAIN
        for layout in layouts.table(framework).values()
        for array in layout.arrays
    }
    fits = [known for known in roles if last.startswith(known)]
    return roles[max(fits, key=len)] if fits else None


def _readings(shape: Shape, role: str | None, framework: str) -> dict[str, dict[str, int]]:
    """Cell -> the sizes under which one of its arrays has this shape."""
    from lstm_shapes.cells import CELLS

    found: dict[str, dict[str, int]] = {}
    for layout in layouts.table(framework).values():
        title = layout.title or CELLS[layout.cell].name
        for array in layout.arrays:
            if role in (None, array.role) and title not in found:
                sizes = _sizes(array, layout, shape)
                if sizes is not None:
                    found[title] = sizes
    return found


def _sizes(array: layouts.Array, layout: layouts.Layout, shape: Shape) -> dict[str, int] | None:
    axes = pattern.axes(array.pattern)
    if len(axes) != len(shape):
        return None
    sizes: dict[str, int] = {}
    known = {"gate": len(array.gates or layout.gates), "part": len(array.parts)}
    for axis, length in zip(axes, shape, strict=True):
        names = ["unit" if name == "hidden" else name for name in axis]
        factor, open_ = 1, []
        for name in names:
            if name in known:
                factor *= known[name]
            else:
                open_.append(name)
        if length % factor or len(open_) > 1 or (not open_ and factor != length):
            return None
        if open_ and sizes.setdefault(open_[0], length // factor) != length // factor:
            return None
    return sizes
