"""What has to change in the numbers when a layer goes to a framework whose equations are written otherwise.

Exact or not at all: a gate's sign, a bias moved, a constant taken out of a bias.  What would only come near is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lstm_shapes import layouts
from lstm_shapes.cells import CELLS
from lstm_shapes.layer import UsageError
from lstm_shapes.layouts import EQUATIONS, Layout
from lstm_shapes.pieces import Array, Key, Pieces

# Which of them a cell has; the last two can be made equal, the others are equal or not.
FIXED = {
    "lstm": ("activation", "recurrent_activation"),
    "gru": ("reset_after", "activation", "recurrent_activation"),
    "simple_rnn": ("activation",),
}
BIASES = ("bias", "recurrent_bias")
HARD = {2: "hard_sigmoid_0.2", 3: "hard_sigmoid_1/6"}  # what Keras means by hard_sigmoid
ALWAYS = {"fixed": "an initial state among its arrays"}
MOST_NAMED = 4


@dataclass(frozen=True)
class Meaning:
    """An entry of the tables, and what its equations are in one layer."""

    layout: Layout
    equations: Mapping[str, Any]

    @property
    def name(self) -> str:
        """As people call the framework."""
        return layouts.NAMES[self.layout.framework]

    @property
    def cell(self) -> str:
        """As people call the cell."""
        return self.layout.title or CELLS[self.layout.cell].name


def meaning(layout: Layout, told: Mapping[str, Any]) -> Meaning:
    """The equations of an entry: its own, and what the layer's options say."""
    own = {**EQUATIONS, **layout.options, **layout.equations}
    keras = told.get("keras", 2 if layout.framework == "keras2" else 3)
    for word in EQUATIONS:
        value = told.get(word)
        if value is not None:
            own[word] = HARD[keras] if value == "hard_sigmoid" else value
    return Meaning(layout, {word: own[word] for word in EQUATIONS})


def agreed(source: Meaning, layout: Layout) -> tuple[Meaning, list[str]]:
    """The target with the settings that make it compute the same, and what has to be said about them.

    Raises
    ------
    UsageError
        If it cannot: why, and what comes nearest.
    """
    own, notes = {**EQUATIONS, **layout.options, **layout.equations}, []
    target = Meaning(layout, {word: own[word] for word in EQUATIONS})
    for word in FIXED[layout.cell]:
        wanted, argument = source.equations[word], layout.settable.get(word)
        if argument and wanted in argument[1]:
            if word == "reset_after" or wanted != own[word]:
                notes.append(f"{_object(target)} needs {argument[0]}={argument[1][wanted]}")
            own[word] = wanted
        elif wanted != own[word]:
            raise UsageError(_refusal(target, word, wanted))
    return Meaning(layout, {word: own[word] for word in EQUATIONS}), notes


def _object(target: Meaning) -> str:
    return f"{target.name}'s {target.cell}"


def _refusal(target: Meaning, word: str, wanted: Any) -> str:
    """Why not, and the nearest possibility."""
    has = target.equations[word]
    if word == "reset_after":
        why = f"its reset gate acts {'after' if has else 'before'} the matrix product"
        near = f"train with reset_after={has}"
    else:
        why = f"its {word} is {has}"
        near = f"train with {word}={has!r}"
    also = _also(target, lambda layout: _has(layout, word, wanted))
    shown = wanted if isinstance(wanted, bool) else repr(wanted)
    return f"{target.name} has no {target.cell} with {word}={shown}: {why}; {near}, or {also}"


def _also(target: Meaning, has: Callable[[Layout], bool]) -> str:
    """Some frameworks with such an entry."""
    found = [
        name
        for framework, name in layouts.NAMES.items()
        if framework != target.layout.framework
        and any(one.cell == target.layout.cell and has(one) for one in layouts.table(framework).values())
    ]
    return f"go to {', '.join(found[:MOST_NAMED])}" if found else f"write the cell in {target.name} yourself"


def _has(layout: Layout, word: str, wanted: Any) -> bool:
    """Whether an entry has these equations, or can be told to have them."""
    own = {**EQUATIONS, **layout.options, **layout.equations}[word]
    return own == wanted or wanted in layout.settable.get(word, ("", {}))[1]


def _no_place(target: Meaning, role: str, gate: str) -> str:
    """Something that is not 0 and that the target has not."""

    def has(layout: Layout) -> bool:
        return any(
            role in (one.role, *one.parts) and gate in (one.gates or layout.gates or ("unit",))
            for one in layout.arrays
        )

    return (
        f"{_object(target)} has no {role} of the {gate}, which {layouts.MULTIPLIES[role]}, and the one given is not 0: "
        f"train without it, or {_also(target, has)}"
    )


# ---------------------------------------------------------------- the numbers


def exchange(pieces: Pieces, needed: Mapping[Key, Array], source: Meaning, target: Meaning) -> list[str]:
    """Change one layer's pieces into those that the target needs; says what was done.

    Parameters
    ----------
    pieces : dict
        Changed in place.
    needed : mapping
        Every piece that the target has, zeros.
    source, target : Meaning

    Raises
    ------
    UsageError
        If something that is not 0 has no place in the target.
    """
    notes = [
        *_update(pieces, source, target),
        *_forget(pieces, source, target),
        *_biases(pieces, needed, target),
    ]
    for key in [key for key in pieces if key not in needed]:
        if np.any(pieces.pop(key)):
            raise UsageError(_no_place(target, *key[1:]))
    for key, zeros in needed.items():
        if key in pieces and pieces[key].shape != zeros.shape:
            pieces[key] = _shaped(pieces[key], zeros, key, target)
    return [*notes, *_zeros(pieces, needed, target)]


def _shaped(piece: Array, zeros: Array, key: Key, target: Meaning) -> Array:
    """A peephole is a number a unit, or a matrix, whose diagonal is the same."""
    _, role, gate = key
    if role == "peephole" and piece.ndim == 1 and zeros.ndim == 2:
        return np.diag(piece)
    if (
        role == "peephole"
        and piece.ndim == 2
        and zeros.ndim == 1
        and (piece == np.diag(np.diag(piece))).all()
    ):
        return np.diag(piece)
    raise UsageError(
        f"{_object(target)} keeps a {role} of the shape {zeros.shape} for the {gate}; the one given has {piece.shape}, and "
        "nothing smaller is the same"
    )


def _update(pieces: Pieces, source: Meaning, target: Meaning) -> list[str]:
    """sigmoid(-a) is 1 - sigmoid(a): what one keeps, the other takes."""
    if source.layout.cell != "gru" or source.equations["update"] == target.equations["update"]:
        return []
    for key in [key for key in pieces if key[2] == "update"]:
        pieces[key] = -pieces[key]
    return ["the update gate keeps in one and takes in the other: all its numbers are negated"]


def _forget(pieces: Pieces, source: Meaning, target: Meaning) -> list[str]:
    """A constant that only one of them adds at run time goes into, or out of, the stored bias."""
    more = source.equations["forget_add"] - target.equations["forget_add"]
    if source.layout.cell != "lstm" or not more:
        return []
    for direction in {direction for direction, _, _ in pieces}:
        kernel = pieces[(direction, "kernel", "forget")]
        places = [(direction, role, "forget") for role in BIASES]
        place = next((key for key in places if key in pieces), places[0])
        if place not in pieces:
            for gate in CELLS["lstm"].gates:
                pieces[(direction, "bias", gate)] = np.zeros(kernel.shape[-1:], kernel.dtype)
        pieces[place] = pieces[place] + np.asarray(more, pieces[place].dtype)
    who, whose = (source, "more") if more > 0 else (target, "less")
    return [
        f"the stored bias of the forget gate is {abs(more):g} {whose}: {who.name} adds {abs(more):g} on every step"
    ]


def _biases(pieces: Pieces, needed: Mapping[Key, Array], target: Meaning) -> list[str]:
    """Give each gate's bias the places that the target has."""
    notes: set[str] = set()
    gates = {(direction, gate) for direction, role, gate in {**pieces, **needed} if role in BIASES}
    for direction, gate in gates:
        have, want = ({role for role in BIASES if (direction, role, gate) in of} for of in (pieces, needed))
        inside = gate == "candidate" and target.equations["reset_after"]  # of the reset product: cannot move
        if have == want or not have or not want or inside:
            continue
        keys = [(direction, role, gate) for role in BIASES]
        held = [pieces.pop(key) for key in keys if key in pieces]
        first = next(key for key in keys if key in needed)
        pieces[first] = held[0] if len(held) == 1 else held[0] + held[1]
        if have > want:
            notes.add("two biases became one, their sum: the output is the same")
        elif want > have:
            notes.add("one bias became two: all of it is in the first, the second is 0")
    return sorted(notes)


def _zeros(pieces: Pieces, needed: Mapping[Key, Array], target: Meaning) -> list[str]:
    """What the target has and the source had not is 0, where 0 changes nothing."""
    missing = {key: zeros for key, zeros in needed.items() if key not in pieces}
    roles = {role for _, role, _ in missing}
    for role in roles - {*BIASES, "peephole", "fixed", "projection_bias"}:
        raise UsageError(f"{_object(target)} needs a {role}, and the arrays given have none")
    dtype = next(iter(pieces.values())).dtype
    pieces.update({key: zeros.astype(dtype) for key, zeros in missing.items()})
    had = {role for _, role, _ in pieces if role in BIASES} - roles
    return [
        f"{_object(target)} always has {ALWAYS.get(role, f'a {role}')}: it is 0"
        for role in sorted(roles)
        if role not in BIASES or not had
    ][:1]
