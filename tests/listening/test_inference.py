"""Intervals and tests of means, beside known formulas and beside what they promise."""

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from vivavoce.listening.inference import clustered_mean, contrast, holm, p_values
from vivavoce.listening.listeners import Spread, simulate_scores


def _differences(seed: int, tests: int, listeners: int, items: int, gap: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    scores = simulate_scores(np.array([60.0 + gap, 60.0]), listeners, items, rng, tests=tests)
    return scores[:, 0] - scores[:, 1]


@pytest.mark.parametrize(("listeners", "items"), [(10, 10), (20, 12), (20, 30)])
def test_equal_systems_are_called_different_in_one_test_of_twenty(listeners: int, items: int) -> None:
    p = p_values(_differences(1, 2000, listeners, items))
    assert 0.04 <= (p < 0.05).mean() <= 0.06
    naive = np.asarray(ttest_1samp(_differences(1, 400, listeners, items).reshape(400, -1), 0.0, axis=1)[1])
    assert (naive < 0.05).mean() > 0.2


def test_six_points_are_found_in_three_tests_of_four() -> None:
    assert 0.72 <= (p_values(_differences(2, 2000, 30, 20, 6.0)) < 0.05).mean() <= 0.79


def test_one_table_and_many_at_once_agree() -> None:
    tables = _differences(3, 5, 9, 7, 3.0)
    assert [clustered_mean(table).p for table in tables] == pytest.approx(p_values(tables).tolist())


def test_the_interval_covers_the_truth() -> None:
    estimates = [clustered_mean(table) for table in _differences(4, 600, 20, 12, 5.0)]
    covered = np.mean([estimate.low <= 5.0 <= estimate.high for estimate in estimates])
    assert 0.93 <= covered <= 0.975


def test_with_one_item_listeners_alone_decide() -> None:
    values = np.random.default_rng(5).normal(1.0, 2.0, (15, 1))
    estimate = clustered_mean(values)
    assert estimate.p == pytest.approx(ttest_1samp(values.ravel(), 0.0)[1])
    assert (estimate.listeners, estimate.items) == (15, 1)


def test_nothing_is_inferred_from_one_listener() -> None:
    estimate = clustered_mean(np.full((1, 30), 20.0))
    assert (estimate.p, estimate.low, estimate.high) == (1.0, -np.inf, np.inf)


def test_missing_ratings_widen_the_interval_and_leave_its_place() -> None:
    whole = _differences(6, 1, 30, 20, 6.0)[0]
    holes = np.where(np.random.default_rng(6).random(whole.shape) < 0.4, np.nan, whole)
    full, some = clustered_mean(whole), clustered_mean(holes)
    assert some.error > full.error
    assert abs(some.mean - full.mean) < some.error
    assert some.ratings == int((~np.isnan(holes)).sum())


def test_systems_that_no_listener_rated_both_of_are_compared_by_their_means() -> None:
    rng = np.random.default_rng(7)
    first, second = simulate_scores(np.array([70.0, 60.0]), 20, 20, rng)[0]
    half = rng.random(first.shape) < 0.5
    estimate = contrast(np.where(half, first, np.nan), np.where(half, np.nan, second))
    paired = contrast(first, second)
    assert estimate.mean == pytest.approx(first[half].mean() - second[~half].mean())
    assert estimate.error > paired.error


def test_unpaired_comparisons_raise_no_more_alarms_than_they_may() -> None:
    rng, alarms = np.random.default_rng(8), 0
    for _ in range(400):
        first, second = simulate_scores(np.array([60.0, 60.0]), 16, 16, rng, Spread(listener=3.0))[0]
        half = rng.random(first.shape) < 0.5
        alarms += contrast(np.where(half, first, np.nan), np.where(half, np.nan, second)).p < 0.05
    assert alarms / 400 < 0.08


def test_holm_against_a_worked_example() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


def test_equal_answers_are_no_difference() -> None:
    assert clustered_mean(np.zeros((5, 5))).p == 1.0
    assert clustered_mean(np.ones((5, 5))).p == 0.0
