"""Whether gaps are rests: they return on a beat, in bars, or all end on one tempo."""

from __future__ import annotations

import numpy as np

BAR_OFF_S = 0.008
"""How far the ends of three gaps may lie off one distance: what comes after is played on the beat, however long the
note before rang on."""

BEATS_S = ((3.0, 0.12, 3), (9.0, 0.01, 2))
"""How far apart gaps may be that have a beat, how much it may vary, and how many intervals make one: quick ones, and
slow ones that are as exact as machines play."""

TEMPO_HZ, TEMPO_LEAST, TEMPO_OFF_S = np.arange(1.0, 4.5, 0.0005), 6, 0.005
"""Beats a second, how many gaps must end on them, and how far off: of six that end anywhere in half a minute less than
one in a hundred does."""

TWIN_STEPS, TWIN_ALIKE, TWIN_MOVES_DB, TWIN_OFF = 100, 0.9, 4.0, 2
"""A gap that returns has, for a quarter of a second before and after, the same levels: how alike (a correlation), how
far they must move to tell anything, and by how many steps of 2.5 ms the gaps may differ in length and place."""

KNOWN_S = 12.0
"""How far apart gaps may be that tell of each other: four bars of a slow piece."""


def has_beat(starts_s: np.ndarray, start_s: float) -> bool:
    """Whether things that start at `starts_s` (count,) return evenly around the one at `start_s`, all in seconds."""
    for apart_s, off, count in BEATS_S:
        apart = np.diff(np.sort(starts_s[np.abs(starts_s - start_s) <= apart_s]))
        if len(apart) >= count and float(np.abs(apart / np.median(apart) - 1.0).max()) <= off:
            return True
    return False


def ends_in_bars(ends_s: np.ndarray, end_s: float) -> bool:
    """Whether the gap that ends at `end_s` is one of three whose ends, among `ends_s` (count,), lie at one distance of
    up to 12 s, all in seconds."""
    apart = np.sort(ends_s[np.abs(ends_s - end_s) > BAR_OFF_S] - end_s)
    near = apart[np.abs(apart) <= KNOWN_S]
    others = np.concatenate([2 * near, -near, near / 2])
    return bool(len(near) and (np.abs(others[:, None] - apart[None]) <= BAR_OFF_S).any())


def are_twins(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two gaps have the same about them: levels (2, steps) in dB, before and after. Of speech no two gaps have;
    the loops of trackers and the bars of chip music have it."""
    if one.shape != other.shape or min(one.std(), other.std()) < TWIN_MOVES_DB:
        return False
    inner = one[:, TWIN_OFF:-TWIN_OFF]
    shifted = (np.roll(other, by, axis=1)[:, TWIN_OFF:-TWIN_OFF] for by in range(-TWIN_OFF, TWIN_OFF + 1))
    return any(float(np.corrcoef(inner.ravel(), moved.ravel())[0, 1]) >= TWIN_ALIKE for moved in shifted)


def follow_a_tempo(ends_s: np.ndarray) -> bool:
    """Whether gaps, six and more, all end at `ends_s` (count,), in seconds, on beats of one tempo: after the stops of a
    dance tune every voice comes in again on one."""
    if len(ends_s) < TEMPO_LEAST:
        return False
    beats = (ends_s - ends_s[0])[None] * TEMPO_HZ[:, None]
    return bool((np.abs(beats - beats.round()).max(axis=1) <= TEMPO_OFF_S * TEMPO_HZ).any())
