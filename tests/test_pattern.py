"""The notation: shapes and slices follow from a pattern, for numbers, words, symbols and sweeps."""

from __future__ import annotations

import itertools
import math

import einops
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_shapes import pattern

PATTERNS = [
    "input (gate unit)",
    "(gate unit) input",
    "(unit gate) input",
    "(part gate unit)",
    "part (gate unit)",
    "direction (gate unit) input",
    "direction (part gate unit)",
]
SIZES = st.fixed_dictionaries(
    {name: st.integers(1, 6) for name in ("input", "unit", "gate", "part", "direction")}
)


@given(st.sampled_from(PATTERNS), SIZES)
def test_shape_is_what_einops_makes_of_the_pattern(text, sizes):
    axes = [name for axis in pattern.axes(text) for name in axis]
    array = np.zeros([sizes[name] for name in axes])
    made = einops.rearrange(array, f"{' '.join(axes)} -> {text}")
    assert pattern.shape(text, sizes) == made.shape


@given(st.sampled_from(PATTERNS), SIZES)
def test_gate_ranges_are_where_einops_puts_the_gate(text, sizes):
    gates = tuple(f"g{i}" for i in range(sizes["gate"]))
    axes = [name for axis in pattern.axes(text) for name in axis]
    numbers = np.zeros([sizes[name] for name in axes], dtype=int)
    numbers += np.arange(sizes["gate"]).reshape([-1 if name == "gate" else 1 for name in axes])
    stored = einops.rearrange(
        numbers, f"{' '.join(axes)} -> {text}"
    )  # each number says which gate it belongs to
    axis = pattern.gate_axis(text)
    for place, (_, ranges) in enumerate(pattern.gate_ranges(text, gates, sizes).items()):
        where = np.concatenate([np.arange(stored.shape[axis])[slice(*one)] for one in ranges])
        assert (stored.take(where, axis=axis) == place).all()
        assert len(where) == stored.shape[axis] // len(gates)


@given(st.sampled_from(PATTERNS), SIZES)
def test_words_symbols_and_sweeps_say_the_same_as_numbers(text, sizes):
    sympy = pytest.importorskip("sympy")
    expected = pattern.shape(text, sizes)
    words = pattern.shape(text, {name: pattern.Word(name) for name in sizes})
    known = {name: sympy.Symbol(name) for name in sizes}
    symbols = pattern.shape(text, known)
    sweep = pattern.shape(text, {name: np.array([size, size + 1]) for name, size in sizes.items()})
    for number, word, symbol, array in zip(expected, words, symbols, sweep, strict=True):
        assert sympy.sympify(str(word), locals=known).subs(sizes) == number
        assert symbol.subs(sizes) == number
        assert array[0] == number


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=3), st.integers(0, 5))
def test_a_word_multiplies_and_adds_like_a_number(letters, number):
    sympy = pytest.importorskip("sympy")
    word = math.prod((pattern.Word(letter) + 1 for letter in letters), start=number)
    expected = math.prod((sympy.Symbol(letter) + 1 for letter in letters), start=number)
    assert sympy.expand(sympy.sympify(str(word)) - expected) == 0


def test_stacked_axes_add():
    assert pattern.shape("input+hidden (gate unit)", {"input": 100, "hidden": 20, "gate": 4, "unit": 20}) == (
        120,
        80,
    )


def test_gates_cover_the_axis_once():
    sizes = {"gate": 4, "unit": 5, "part": 2}
    for text in ("(gate unit)", "(unit gate)", "(part gate unit)"):
        ranges = pattern.gate_ranges(text, ("a", "b", "c", "d"), sizes)
        places = itertools.chain.from_iterable(range(*one) for gate in ranges.values() for one in gate)
        assert sorted(places) == list(range(pattern.shape(text, sizes)[0]))
