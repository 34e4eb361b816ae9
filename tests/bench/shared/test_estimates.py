import math

import numpy as np
import pytest
from bench.shared.estimates import mean, paired_difference, ratio
from hypothesis import given
from hypothesis import strategies as st

SCORES = st.lists(st.floats(1, 5), min_size=2, max_size=30)


def test_mean_and_standard_error_of_known_values() -> None:
    found = mean([1.0, 2.0, 3.0, 4.0])
    assert (found.value, found.count) == (2.5, 4)
    assert found.standard_error == pytest.approx(math.sqrt(5 / 3) / 2)


def test_one_observation_has_no_standard_error() -> None:
    assert math.isnan(mean([3.0]).standard_error)


def test_ratio_weighs_utterances_by_their_words() -> None:
    assert ratio([1, 0], [2, 18]).value == pytest.approx(0.05)


def test_ratio_of_equal_utterances_is_certain() -> None:
    assert ratio([1, 2, 3], [10, 20, 30]).standard_error == pytest.approx(0, abs=1e-12)


def test_standard_error_of_a_ratio_agrees_with_the_bootstrap() -> None:
    generator = np.random.default_rng(0)
    words = generator.integers(5, 25, 400)
    errors = generator.binomial(words, 0.1)
    picks = generator.integers(0, 400, (2000, 400))
    spread = (errors[picks].sum(axis=1) / words[picks].sum(axis=1)).std()
    assert ratio(errors.astype(float), words.astype(float)).standard_error == pytest.approx(spread, rel=0.1)


@given(SCORES, st.floats(-1, 1))
def test_a_constant_difference_has_an_interval_of_no_width(scores: list[float], shift: float) -> None:
    found = paired_difference([score + shift for score in scores], scores, resamples=50)
    assert found.low == pytest.approx(shift, abs=1e-9)
    assert found.high == pytest.approx(shift, abs=1e-9)


def test_the_bootstrap_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(1)
    covered = 0
    for seed in range(200):
        gaps = generator.normal(0.2, 0.5, 40)
        found = paired_difference(gaps, np.zeros(40), resamples=400, seed=seed)
        covered += found.low <= 0.2 <= found.high
    assert 180 <= covered <= 199


def test_pairs_must_be_pairs() -> None:
    with pytest.raises(ValueError, match="broadcast"):
        paired_difference([1.0, 2.0], [1.0, 2.0, 3.0])


@pytest.mark.parametrize("call", [lambda: mean([]), lambda: paired_difference([], []), lambda: ratio([], [])])
def test_nothing_observed_is_refused(call) -> None:
    with pytest.raises(ValueError, match=r"observations|pair|sum"):
        call()
