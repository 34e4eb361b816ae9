"""Probabilities and their log odds."""

from __future__ import annotations

import pytest

from vivavoce.inspection.odds import SUREST, log_odds, probability_of


@pytest.mark.parametrize("probability", [0.01, 0.5, 0.97])
def test_one_is_the_other_turned_round(probability: float) -> None:
    assert probability_of(log_odds(probability)) == pytest.approx(probability)


@pytest.mark.parametrize(("said", "believed"), [(0.0, 1.0 - SUREST), (1.0, SUREST)])
def test_no_network_is_certain(said: float, believed: float) -> None:
    assert probability_of(log_odds(said)) == pytest.approx(believed)
