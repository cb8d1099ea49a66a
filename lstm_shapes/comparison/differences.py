"""What tells two layouts of one cell apart, and what that means for whoever converts."""

from __future__ import annotations

from collections import namedtuple

from lstm_shapes import layouts, pattern

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from lstm_shapes.layer import Weight

NEVER = ("reset_after", "output_peephole")  # no arrangement of the arrays makes up for these
OF_A_CELL = {  # which words of the equations a cell has
    "lstm": ("recurrent_activation", "activation", "forget_add"),
    "gru": ("reset_after", "update", "recurrent_activation", "activation"),
    "simple_rnn": ("activation",),
}
Side = namedtuple("Side", "layout layer pieces")  # an entry, a layer made of it, and its arrays by role
Difference = namedtuple("Difference", "what left right")

# What a difference of equations is called, how each way is said, and what it means for whoever converts.
EQUATIONS: dict[str, tuple[str, Mapping[Any, str], str]] = {
    "reset_after": (
        "reset gate acts",
        {True: "after the matrix product", False: "before the matrix product"},
        "no arrangement of the arrays gives the same output: the reset gate acts on another side of the product",
    ),
    "update": (
        "update gate",
        {"keep": "keeps: z*h + (1-z)*g", "take": "takes: (1-z)*h + z*g"},
        "negate the update gate's kernels and biases: 1 - sigmoid(a) is sigmoid(-a)",
    ),
    "recurrent_activation": (
        "gates go through",
        {},
        "the same arrays give another output as long as the gates go through another function",
    ),
    "activation": (
        "candidate goes through",
        {},
        "the same arrays give another output as long as the candidate goes through another function",
    ),
    "forget_add": (
        "added to the forget gate at run time",
        {},
        "what one of them adds to the forget gate at run time has to be in the other's forget bias",
    ),
    "output_peephole": (
        "output gate's peephole",
        {"new": "inside the sigmoid", "added_after_activation": "added after the sigmoid"},
        "no arrangement of the arrays gives the same output: the output gate's peephole acts elsewhere",
    ),
}


def differences(a: Side, b: Side) -> Iterator[Difference]:
    """Every fact that the two do not share."""
    for what, say in ABOUT.items():
        left, right = say(a), say(b)
        if left != right:
            yield Difference(what, left, right)
    mine, theirs = equations_of(a), equations_of(b)
    for name, (what, words, _) in EQUATIONS.items():
        left, right = mine.get(name, "none"), theirs.get(name, "none")
        if left != right:
            yield Difference(what, words.get(left, str(left)), words.get(right, str(right)))


def _order(side: Side) -> str:
    return ", ".join(side.layout.gates) or "no gates"


def _kernel(side: Side) -> Weight:
    weights: tuple[Weight, ...] = side.layer.weights
    return next(weight for weight in weights if weight.role in ("kernel", "joint_kernel"))


def _turned(side: Side) -> str:
    """Which side of the kernel the inputs are on."""
    names = [name for axis in pattern.axes(_kernel(side).pattern) for name in axis]
    place = next(i for i, name in enumerate(names) if name.startswith("input"))
    return "inputs first" if place < names.index("unit") else "units first"


def _cut(side: Side) -> str:
    """How the gates of a kernel lie."""
    weight = _kernel(side)
    if len(weight.gates) < 2:
        return "one array a gate" if weight.gates else "no gates"
    axis = pattern.axes(weight.pattern)[weight.gate_axis or 0]
    if len(axis) == 1:
        return "an axis of their own"
    return "interleaved, unit by unit" if axis[-1] == "gate" else "one after another"


def _joined(side: Side) -> str:
    if _kernel(side).role == "joint_kernel":
        return "one kernel, input rows first"
    return "two kernels"


# What is compared, in the order in which a reader who converts needs it.
ABOUT: dict[str, Callable[[Side], str]] = {
    "gates in the order": _order,
    "called": lambda side: ", ".join(side.layout.gate_names) or "no gates",
    "input and state": _joined,
    "kernel": _turned,
    "gates lie": _cut,
    "biases": lambda side: side.layout.bias_convention,
    "forget bias of 1": lambda side: side.layout.forget_bias_from or "none",
    "second direction": lambda side: side.layout.directions,
    "next layer": lambda side: side.layout.stacking,
}


def equations_of(side: Side) -> dict[str, Any]:
    """All that the output depends on, defaults included."""
    layout = side.layout
    words = OF_A_CELL[layout.cell] + (("output_peephole",) if "peephole" in side.pieces else ())
    told = {**layouts.EQUATIONS, **side.layer.options, **layout.equations}
    return {word: told[word] for word in words}


def advice(a: Side, b: Side) -> list[str]:
    """What has to be done to go from one to the other, and whether the output is the same then."""
    mine, theirs = equations_of(a), equations_of(b)
    apart = [name for name in mine if name in theirs and mine[name] != theirs[name]]
    first = [built for name in apart if (built := _built(a, b, name, mine[name], theirs[name]))]
    never = [EQUATIONS[name][2] for name in apart if name in NEVER]
    never += [
        f"only one of them has a {role}: without it the output is another"
        for role in ("peephole", "projection")
        if (role in a.pieces) != (role in b.pieces)
    ]
    if never or first:
        return [*never, *first]
    said = [*_about_arrays(a, b), *_about_biases(a, b), *(EQUATIONS[name][2] for name in apart)]
    return said if apart or any("no place" in one for one in said) else [*said, "the output is the same"]


def _built(a: Side, b: Side, word: str, mine: Any, theirs: Any) -> str:
    """How one of the two is built so that it computes what the other does, where it has an argument for that."""
    for side, wanted in ((b, mine), (a, theirs)):
        argument, values = side.layout.settable.get(word, ("", {}))
        if wanted in values:
            return f"build {layouts.NAMES[side.layout.framework]}'s with {argument}={values[wanted]}, then compare again"
    return ""


def _about_arrays(a: Side, b: Side) -> Iterator[str]:
    name = layouts.NAMES[a.layout.framework]
    if _joined(a) != _joined(b) and _kernel(a).role == "joint_kernel":
        yield f"cut the kernel of {name} in two, after the input's rows"
    elif _joined(a) != _joined(b):
        yield f"put the two kernels of {name} one above the other"
    if a.layout.gates != b.layout.gates:
        yield f"take the gates of {name} in the order {[a.layout.gates.index(gate) for gate in b.layout.gates]}"
    if _turned(a) != _turned(b):
        yield "transpose the kernels"
    if any(weight.block_memory for weight in (*a.layer.weights, *b.layer.weights)):
        yield "read each gate's block of cuDNN's kernels as the matrix that its memory is, and transpose it"


def _about_biases(a: Side, b: Side) -> Iterator[str]:
    """Which gates have a bias on the state's side, here and there."""
    mine, theirs = (
        {gate for piece in side.pieces.get("recurrent_bias", ()) for gate in piece.gates} for side in (a, b)
    )
    if mine == theirs:
        return
    inside = {"candidate"} if equations_of(a).get("reset_after") else set()  # then of both: see `advice`
    if (mine ^ theirs) - inside:
        yield (
            "of two biases that are only added up, put all in one"
            if mine < theirs
            else "add up the two biases"
        )
    if (mine ^ theirs) & inside:
        has, lacks = (a, b) if mine & inside else (b, a)
        yield (
            f"{layouts.NAMES[has.layout.framework]}'s candidate has a bias inside the reset product, for which "
            f"{layouts.NAMES[lacks.layout.framework]} has no place: the output is the same only where it is 0"
        )
