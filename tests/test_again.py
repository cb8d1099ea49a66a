"""The checkpoints of one training are recognised as alike; whatever differs in what is read is seen."""

from __future__ import annotations

import io
import random
import shutil

import pytest
from test_fuzz import CORPUS, looked_at, mutated, original

import lstm_shapes
from lstm_shapes import front
from lstm_shapes.sources import SourceError, again, in_one_line, keras_zip, listed, window

ALIKE = (
    "keras3/seed_autoencoder.keras",
    "keras3/bi_mixed.weights.h5",
    "keras2.2/shared_twice.hdf5",
    "torch/tagger.safetensors",
)


def forget() -> None:
    again._last.clear()
    front._last.clear()
    keras_zip._small.cache_clear()


def outcome(data: bytes):
    """The listing, or the line of the error."""
    try:
        with in_one_line("one"):
            return listed(io.BytesIO(data), "one")
    except SourceError as error:
        return str(error)


@pytest.mark.parametrize("name", ALIKE)
def test_a_second_file_alike_has_the_same_explanation_and_its_own_name(name, tmp_path, monkeypatch):
    own = name.partition("/")[2]
    first, second = (shutil.copy(CORPUS / name, tmp_path / f"{epoch}-{own}") for epoch in (1, 2))
    forget()
    one = lstm_shapes.explain(first)
    monkeypatch.setattr("lstm_shapes.recognise.recognise", None)  # nothing is recognised a second time
    other = lstm_shapes.explain(second)
    assert (one.source, other.source) == (first.name, second.name)
    assert {**one.to_dict(), "source": None} == {**other.to_dict(), "source": None}


@pytest.mark.parametrize("name", ALIKE)
def test_a_changed_file_is_read_as_if_it_were_the_first(name):
    data = original(name)
    places, rng, changed = looked_at(data), random.Random(0), 0
    for _ in range(150):
        other = mutated(data, places, rng)
        forget()
        cold = outcome(other)
        forget()
        plain = outcome(data)
        assert outcome(other) == cold
        changed += cold != plain
    assert changed > 20  # the changes do hit


def test_every_byte_that_is_read_is_compared():
    data = original("keras2.2/shared_twice.hdf5")
    forget()
    outcome(data)
    (seen,) = again._last
    looks = [
        (stretch.start + where.start, stood) for stretch in seen.stretches for where, stood in stretch.looks
    ]
    assert all(data[at : at + len(stood)] == stood for at, stood in looks)
    for at, stood in looks:
        for place in (at, at + len(stood) - 1):
            other = bytearray(data)
            other[place] ^= 1
            assert not seen.same(window.over(io.BytesIO(other)))
    assert seen.same(window.over(io.BytesIO(data)))


def test_only_a_few_are_kept():
    forget()
    for name in ALIKE[1:] * 3:
        outcome(original(name))
    assert len(again._last) <= again.KEPT
