"""Impulses in a part of sound: which stand alone, and whether they have a beat, a rhythm or a pace."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.defects.audio_artifacts.spectra import Levels
from vivavoce.inspection.media import SAMPLE_RATE_HZ, Samples

CLICK_HZ = 4000.0
CLICK_FRAME = SAMPLE_RATE_HZ // 1000
CLICK_NEAR, CLICK_FAR = 5, 20
"""Milliseconds on both sides of an impulse from, and up to, which it must stand out of what is around it."""

STANDS_OUT_DB = 8.0
ALONE_MS, ALONE_DB = (3, 5), 12.0
"""A click stands so far out of what is 3 to 5 ms beside it, by 10 to 40 dB; the crackle of a fire by 12 at most."""

ONSET_HZ, ONSET_MS, ONSET_DB = (150.0, 2500.0), (3, 23), 6.0
"""Where, how long and by how much it is louder after what begins a note or a beat than before."""

GRID_MS = np.arange(60.0, 400.0, 0.5)
BEAT_LEAST = 3
GRID_OFF_MS, GRID_OFF = 4.4, 0.055
"""How far impulses may lie off a beat, in milliseconds and as a share of its period."""

RHYTHM_LEAST, SAME_MS, BY_CHANCE = 4, 2, 0.05
"""Distances that may make a rhythm, how little they may differ in milliseconds, and the share of all that chance makes
the same as one."""

PACE_LEAST, PACE_OFF, PACE_SHARE = 5, 0.15, 0.6
"""Distances that may make a pace, by what part they may differ from the one before, and the share that does."""


def find_impulses(part: Samples) -> npt.NDArray[np.int64]:
    """When a part (samples,) holds impulses, in milliseconds: over 4 kHz they stand 8 dB and more out of what is 5 to
    20 ms before and after. Struck and plucked notes begin as suddenly, but ring on."""
    level_db = _click_levels_db(part)
    padded = np.pad(level_db, CLICK_FAR, mode="edge")
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * CLICK_FAR + 1)
    apart = CLICK_FAR - CLICK_NEAR + 1
    before, after = around[:, :apart].max(axis=1), around[:, -apart:].max(axis=1)
    highest = level_db >= around[:, apart:-apart].max(axis=1)
    return np.flatnonzero(highest & (level_db - np.maximum(before, after) > STANDS_OUT_DB))


def keep_lone(part: Samples, times_ms: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Those of the impulses of a part (samples,), at times (count,) in milliseconds, that are over at once and with
    which nothing begins: crackle and plucked strings last for some milliseconds, drums go on below."""
    high_db = np.pad(_click_levels_db(part), ONSET_MS[1], constant_values=-100.0)
    low_db = np.pad(_click_levels_db(part, ONSET_HZ), ONSET_MS[1], mode="edge")
    kept: list[int] = []
    for time_ms in map(int, times_ms):
        at = time_ms + ONSET_MS[1]
        near, far = ALONE_MS
        beside_db = max(high_db[at - far : at - near + 1].max(), high_db[at + near : at + far + 1].max())
        soon, late = ONSET_MS
        rise_db = _mean_db(low_db[at + soon : at + late]) - _mean_db(low_db[at - late + 1 : at - soon + 1])
        if high_db[at] - beside_db >= ALONE_DB and rise_db <= ONSET_DB:
            kept.append(time_ms)
    return np.array(kept, np.int64)


def _mean_db(levels_db: Levels) -> float:
    return float(10 * np.log10(np.mean(10 ** (levels_db / 10))))


def _click_levels_db(part: Samples, band_hz: tuple[float, float] | None = None) -> Levels:
    """Levels in dB of each millisecond of a part (samples,) over 4 kHz, or of a band of it."""
    samples = part[: len(part) // CLICK_FRAME * CLICK_FRAME]
    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE_HZ)
    weights = np.clip(4.0 * hertz / CLICK_HZ - 3.0, 0.0, 1.0)
    if band_hz:
        weights = ((hertz >= band_hz[0]) & (hertz < band_hz[1])).astype(np.float64)
    heard = np.fft.irfft(spectrum * weights, len(samples))
    return 10 * np.log10(np.square(heard.reshape(-1, CLICK_FRAME)).mean(axis=1) + 1e-10)


def have_a_beat(times_ms: npt.NDArray[np.int64]) -> bool:
    """Whether times (count,) in milliseconds, three and more, lie on one beat of 60 to 400 ms, as those of drums do."""
    if len(times_ms) < BEAT_LEAST:
        return False
    phases = np.exp(2j * np.pi * times_ms[None] / GRID_MS[:, None])
    off = np.abs(np.angle(phases / phases.mean(axis=1, keepdims=True))).max(axis=1) / (2 * np.pi)
    return bool((off * GRID_MS < np.minimum(GRID_OFF_MS, GRID_OFF * GRID_MS)).any())


def rhythm_share(times_ms: npt.ArrayLike) -> float:
    """Of the distances between neighbours among times (count,) in milliseconds, the share that returns: at least two
    others, and more than chance brings together, are the same within 2 ms. Of clicks less than a third, of drums and
    plucked strings two thirds and more; 0 for fewer than five times."""
    apart = np.diff(np.sort(np.asarray(times_ms, np.float64)))
    if len(apart) < RHYTHM_LEAST:
        return 0.0
    same = (np.abs(apart[:, None] - apart[None]) < SAME_MS).sum(axis=1)
    return float((same > 1.0 + BY_CHANCE * len(apart)).mean())


def have_a_pace(times_ms: npt.NDArray[np.int64]) -> bool:
    """Whether times (count,) in milliseconds, six and more, come at a pace that changes little from one to the next, as
    the bounces of a ball do, which are ever quicker: of distances that chance makes one in thirteen is so close to the
    one before."""
    apart = np.diff(np.sort(times_ms)).astype(np.float64)
    if len(apart) < PACE_LEAST:
        return False
    alike = np.abs(np.log(apart[1:] / np.maximum(apart[:-1], 1.0))) < PACE_OFF
    return float(alike.mean()) >= PACE_SHARE
