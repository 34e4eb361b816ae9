"""What moved was there before, near by; what damage brings was not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from vivavoce.inspection.defects.block_corruption.evidence import Evidence, Observation
from vivavoce.inspection.defects.block_corruption.grid import BORDER
from vivavoce.inspection.defects.block_corruption.near_match import NearMatch, match_cells, relit, unmatched
from vivavoce.inspection.media import Plane

RANDOM = np.random.default_rng(6)
HEIGHT, WIDTH = 96, 160
ROWS, COLUMNS = HEIGHT // 32, WIDTH // 32
ALL, LIKELY = np.ones((ROWS, COLUMNS), np.bool_), np.full((ROWS, COLUMNS), 0.9, np.float32)
SPRITES = np.kron(RANDOM.integers(0, 4, (20, 30)) * 60 + 20, np.ones((8, 8))).astype(np.uint8)


def _window(top: int, left: int) -> Plane:
    return SPRITES[top : top + HEIGHT, left : left + WIDTH].copy()


@pytest.mark.parametrize("shift", [(0, 3), (-9, 10), (5, -4)])
def test_sprites_that_scroll_were_there(shift: tuple[int, int]) -> None:
    inner = ALL.copy()
    inner[[0, -1]] = inner[:, [0, -1]] = False  # at the edges what is new comes in
    match = match_cells(_window(30, 40), _window(30 + shift[0], 40 + shift[1]), LIKELY, inner)
    assert match.change > 20
    assert match.left == match.contrast_left == 0


def test_what_is_new_was_not() -> None:
    damage = _window(30, 40)
    damage[32:64, 32:96] = np.kron(RANDOM.integers(16, 235, (2, 4)), np.ones((16, 16)))
    cells = np.zeros_like(ALL)
    cells[1, 1:3] = True
    match = match_cells(_window(30, 40), damage, LIKELY, cells)
    assert match.left > 0.4 * match.change > 10
    assert match.contrast_left > 0.3


def test_another_light_leaves_what_is_seen_in_it() -> None:
    dark = _window(30, 40)
    lit = (0.6 * dark + 50).astype(np.uint8)
    match = match_cells(dark, lit, LIKELY, ALL)
    assert match.change > 10
    assert match.relit_left < 0.02 < 0.1 < match.contrast_left
    turned = match_cells(dark, (255 - dark).astype(np.uint8), LIKELY, ALL)
    assert turned.relit_left > 0.5  # no light turns dark into bright
    assert relit([match, turned]) == pytest.approx((match.relit_left + turned.relit_left) / 2)
    assert relit([]) == 1.0


def test_only_the_likeliest_cells_are_looked_for() -> None:
    likely = LIKELY.copy()
    likely[:, 3:] = 0.6
    rows, columns = 4, 6
    tall = np.tile(likely, (2, 2))[:rows, :columns]
    picture = np.zeros((32 * rows, 32 * columns), np.uint8)
    changed = picture.copy()
    changed[:, 96:] = 200  # under the less likely cells: 12 of 24, of which four are among the likeliest sixteen
    match = match_cells(picture, changed, tall, np.ones((rows, columns), np.bool_))
    assert match.change == pytest.approx(200 * 4 / 16)


def test_where_nothing_changed_nothing_is_explained() -> None:
    assert unmatched([]) == unmatched([NearMatch(0.0, 0.0, 0.0)]) == 1.0
    assert unmatched([NearMatch(30.0, 3.0, 0.1), NearMatch(10.0, 7.0, 0.4)]) == pytest.approx(0.25)


SEEN = Observation(0.8, 0.15, LIKELY, 0.5, 0.3, 12.0)
"""By the network and the steps alone this is corruption."""
MATCH = NearMatch(12.0, 8.0, 0.4)


def _probability(
    seen: Observation = SEEN,
    match: NearMatch | None = MATCH,
    lead: float = 3.0,
    changes: Sequence[float] = (12.0, 12.0),
) -> float:
    evidence = Evidence(-4.0)
    places = np.full(16, 0.1, np.float32)
    places[BORDER] = 0.1 * lead
    for change in changes:
        evidence.add(replace(seen, change=change))
        evidence.places.append(places)
        evidence.matches += [match] if match else []
    return evidence.probability()


def test_damage_is_what_nothing_else_explains() -> None:
    assert _probability() > 0.6
    assert _probability(match=None) > 0.6  # held pictures are not looked for


def test_what_moved_is_no_damage_however_sure_the_network_is() -> None:
    sure = replace(SEEN, probability=0.999)
    assert _probability(sure) > 0.9
    assert _probability(sure, NearMatch(60.0, 2.0, 0.03)) == 0.0
    assert _probability(replace(SEEN, probability=0.97), NearMatch(60.0, 8.0, 0.2)) == 0.0
    assert _probability(sure, NearMatch(60.0, 8.0, 0.2)) > 0.9  # damage that moves on with a scene that pans


def test_little_left_by_a_coarse_encoder_takes_a_sure_network() -> None:
    faint = NearMatch(6.0, 3.0, 0.08)
    assert _probability(match=faint) == 0.0
    assert _probability(match=faint, changes=(12.0, 12.0, 12.0)) > 0.6  # it stays
    assert _probability(replace(SEEN, probability=0.97), faint) > 0.6


def test_patches_that_a_coarse_encoder_renews_late_are_faint_beside_what_they_show() -> None:
    patches, changes = NearMatch(2.2, 1.5, 0.15), (2.2,) * 9
    assert _probability(match=patches, changes=changes) == 0.0
    assert _probability(match=replace(patches, contrast_left=0.3), changes=changes) > 0.6
    assert _probability(replace(SEEN, probability=0.97), patches, changes=(*changes, 3.5)) > 0.6


def test_a_sure_network_needs_a_change_that_can_be_seen() -> None:
    sure = replace(SEEN, probability=0.98)
    assert _probability(sure, changes=(1.2, 2.5)) == 0.0
    assert _probability(sure, changes=(1.2, 1.0, 3.5)) > 0.6


def test_a_change_of_light_is_no_damage_unless_the_network_is_sure() -> None:
    lamps = NearMatch(6.0, 6.0, 0.15, relit_left=0.04)
    assert _probability(match=lamps) == 0.0
    assert _probability(match=replace(lamps, relit_left=0.09)) > 0.6
    assert _probability(replace(SEEN, probability=0.97), lamps) > 0.6
