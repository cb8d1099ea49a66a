"""What we compute is what Keras builds, for every configuration that Hypothesis thinks of."""

from __future__ import annotations

import dataclasses

import keras
import pytest
from hypothesis import HealthCheck, given, settings
from strategies import configurations

from lstm_shapes import checks
from lstm_shapes.checks import Check, check, compare
from lstm_shapes.compute import from_numbers
from lstm_shapes.layer import UsageError


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(configurations())
def test_no_configuration_differs_from_keras(options):
    keras.utils.clear_session(free_memory=False)
    found = check(**options)
    assert found.agrees, str(found)
    assert found.compared > 5


@pytest.fixture
def built():
    options = {"units": 4, "bidirectional": True}
    explanation = from_numbers(5, **options)
    return explanation, checks.build(keras, explanation, options)


def spoiled(built, **changes):
    """The differences that are reported when the first weight of our explanation is wrong."""
    explanation, real = built
    layer = explanation.layers[0]
    first = dataclasses.replace(layer.weights[0], **changes)
    wrong = dataclasses.replace(layer, weights=(first, *layer.weights[1:]))
    return list(filter(None, compare(dataclasses.replace(explanation, layers=(wrong,)), real)))


def test_a_right_explanation_has_no_difference(built):
    assert spoiled(built) == []


def test_a_wrong_shape_is_said_in_words(built):
    path = "bidirectional/forward_lstm/lstm_cell/kernel"
    assert f"{path}: shape: we say (5, 12), Keras says (5, 16)" in spoiled(built, shape=(5, 12))


def test_a_wrong_name_is_said_in_words(built):
    wanted = "bidirectional [0]: name: we say kernal, Keras says bidirectional/forward_lstm/lstm_cell/kernel"
    assert wanted in spoiled(built, path="kernal")


def test_a_wrong_forget_gate_is_seen_in_the_initial_bias(built):
    explanation, real = built
    layer = explanation.layers[0]
    swapped = dataclasses.replace(layer.weights[2], gates={"forget": [(0, 4)], "input": [(4, 8)]})
    weights = (*layer.weights[:2], swapped, *layer.weights[3:])
    wrong = dataclasses.replace(explanation, layers=(dataclasses.replace(layer, weights=weights),))
    (difference,) = filter(None, compare(wrong, real))
    assert "initial bias" in difference


def test_the_outcome_reads_as_a_sentence():
    found = check(input_dim=100, units=20, bidirectional=True, merge_mode="sum")
    assert str(found).startswith(f"Keras {keras.__version__} agrees: 6 arrays, 19360 parameters;")
    wrong = Check(found.explanation, "Keras", 3, ("kernel: shape: we say (1,), Keras says (2,)",))
    assert str(wrong).splitlines()[0] == "1 differences from Keras:"


def test_a_layer_too_large_to_build_is_refused():
    with pytest.raises(UsageError, match="too many to build for a check"):
        check(input_dim=100_000, units=10_000)
