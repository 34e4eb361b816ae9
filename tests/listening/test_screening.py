"""Post-screening on constructed cases that lie on either side of every bound of BS.1534-3."""

import numpy as np
import pytest

from vivavoce.errors import InputError
from vivavoce.listening.ratings import Rating, RatingTable, tabulate
from vivavoce.listening.screening import screen_bs1116, screen_checks, screen_mushra

ITEMS = 20


def _table(people: dict[str, tuple[int, int]], reference: float = 89.0, anchor: float = 91.0) -> RatingTable:
    """Listeners by how many items they rate the hidden reference `reference`, and the mid anchor `anchor`, of 20."""
    scores = np.full((2, len(people), ITEMS), 100.0)
    scores[1] = 50.0
    for index, (references, anchors) in enumerate(people.values()):
        scores[0, index, :references] = reference
        scores[1, index, ITEMS - anchors :] = anchor
    items = tuple(f"item {number}" for number in range(ITEMS))
    return RatingTable(("reference", "anchor70"), tuple(people), items, scores)


def _excluded(table: RatingTable) -> list[str]:
    return [exclusion.listener for exclusion in screen_mushra(table)[0]]


def test_fifteen_per_cent_of_the_items_are_allowed_and_one_more_is_not() -> None:
    people = {"none": (0, 0), "three": (3, 0), "four": (4, 0), "mid three": (0, 3), "mid four": (0, 4)}
    more = {f"other {number}": (0, 0) for number in range(20)}
    exclusions, exempt = screen_mushra(_table({**people, **more}))
    assert [exclusion.listener for exclusion in exclusions] == ["four", "mid four"]
    assert exclusions[0].reason == "hidden reference below 90 for 20% of the items"
    assert exclusions[1].reason == "mid anchor above 90 for 20% of the items"
    assert exempt == []


def test_ninety_itself_is_neither_below_nor_above() -> None:
    assert _excluded(_table({"a": (20, 20), "b": (0, 0)}, reference=90.0, anchor=90.0)) == []


def test_both_reasons_are_named() -> None:
    people = {"bad": (20, 10), **{f"good {number}": (0, 0) for number in range(9)}}
    reason = screen_mushra(_table(people))[0][0].reason
    assert reason == "hidden reference below 90 for 100% of the items and mid anchor above 90 for 50% of the items"


def test_an_anchor_that_more_than_a_quarter_rate_high_counts_against_nobody() -> None:
    quarter = {f"high {number}": (0, 8) for number in range(2)} | {f"low {number}": (0, 0) for number in range(6)}
    assert len(_excluded(_table(quarter))) == 2  # exactly a quarter: it counts
    more = {f"high {number}": (0, 8) for number in range(3)} | {f"low {number}": (0, 0) for number in range(6)}
    exclusions, exempt = screen_mushra(_table(more))
    assert exclusions == []
    assert exempt == [f"item {number}" for number in range(12, 20)]


def test_items_that_do_not_count_leave_the_others_to_count() -> None:
    people = {f"high {number}": (0, 4) for number in range(3)} | {f"low {number}": (0, 0) for number in range(6)}
    table = _table({**people, "worse": (0, 8)})
    assert _excluded(table) == ["worse"]  # four items count against it: 20 %


def test_without_reference_and_anchors_nobody_is_excluded() -> None:
    assert _excluded(_table({"a": (20, 20), "b": (0, 0)}).only([])) == []


def test_items_that_were_not_rated_are_not_counted() -> None:
    table = _table({"a": (1, 0), "b": (0, 0)})
    table.scores[:, 0, 5:] = np.nan
    assert _excluded(table) == ["a"]  # 1 of 5


def test_difference_grades_tell_who_hears() -> None:
    rng = np.random.default_rng(0)
    scores = np.stack([rng.normal(-0.6, 0.4, 16), rng.normal(0.0, 0.6, 16), np.zeros(16)])[None]
    table = RatingTable(("codec",), ("hears", "guesses", "sees none"), tuple(map(str, range(16))), scores)
    assert [exclusion.listener for exclusion in screen_bs1116(table)] == ["guesses", "sees none"]


def test_a_missed_trap_excludes_and_most_gold_clips_do() -> None:
    checks = {"fine": (0, 2, 1, 3), "trapped": (1, 2, 0, 3), "tarnished": (0, 2, 2, 3)}
    assert {exclusion.listener: exclusion.reason for exclusion in screen_checks(checks)} == {
        "trapped": "missed 1 of 2 traps", "tarnished": "missed 2 of 3 gold clips"
    }  # fmt: skip


def test_repeated_answers_are_averaged_and_no_answers_refused() -> None:
    table = tabulate([Rating("l", "i", "s", 10.0), Rating("l", "i", "s", 30.0)])
    assert table.scores.tolist() == [[[20.0]]]
    assert table.without(["l"]).scores.shape == (1, 0, 1)
    with pytest.raises(InputError, match="no ratings"):
        tabulate([])
