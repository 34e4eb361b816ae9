from __future__ import annotations

import numpy as np
import pytest
from bench.prosody.melody import melody
from bench.shared.significance import bootstrap, holm, interval, p_value

from vivavoce.text import analyse
from vivavoce.voice.tokens import tokenise


def spoken(first: float, last: float):
    """A sentence whose log f0 goes straight from one value to another."""
    tokens = tokenise(analyse("Are you all alone now?").sentences[0])
    count = len(tokens.symbols)
    knots = np.linspace(first, last, 4 * count).reshape(count, 4).astype(np.float32)
    return melody(knots, np.full(count, 8), tokens)


def test_a_line_upward_rises_and_one_downward_falls():
    assert spoken(5.0, 5.8).rises()
    assert not spoken(5.0, 5.8).falls()
    assert spoken(5.8, 5.0).falls()
    assert not spoken(5.8, 5.0).rises()


def test_a_level_voice_does_neither():
    assert not spoken(5.0, 5.0).rises()
    assert not spoken(5.0, 5.0).falls()


def test_movements_are_in_semitones_and_end_with_the_word():
    whole, first = spoken(5.0, 5.8).movement(), spoken(5.0, 5.8).movement(0)
    assert whole[0] > 2.0
    assert first[1] < 0 < whole[1]


def test_holm_is_the_step_down_of_the_book():
    corrected = holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005})
    assert corrected == pytest.approx({"d": 0.02, "a": 0.03, "c": 0.06, "b": 0.06})


def test_bootstrap_sees_what_is_there():
    values = np.random.default_rng(0).normal(1.0, 0.5, 60)
    draws = bootstrap(lambda picks: float(values[picks].mean()), len(values), 500)
    low, high = interval(draws)
    assert low < values.mean() < high
    assert p_value(draws) < 0.01
    assert p_value(draws - draws.mean()) > 0.5
