"""What must be there besides the network's word: measurements of half a second that music seldom passes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.media import SAMPLE_RATE_HZ, Samples

Levels = npt.NDArray[np.float64]

MAINS_HZ, OFF_HZ = (50.0, 60.0), 0.5
HARMONICS, STEADY_DB = 6, 3.0
AROUND_HZ = (4.0, 14.0)
"""Where around a line the level is that it must stand out of."""

FINE = 4
"""Zero padding, so that a line is placed within a quarter of a hertz."""

PEAKS_DB, SIDES_DB = 2.2, 1.0
FRAME = SAMPLE_RATE_HZ // 100
SILENT = 1e-4
HISS_HZ = (5000.0, 14_000.0)
CLICK_HZ = 4000.0
CLICK_FRAME = SAMPLE_RATE_HZ // 1000
CLICK_NEAR, CLICK_FAR = 5, 20
"""Milliseconds on both sides of an impulse from, and up to, which it must stand out of what is around it."""

STANDS_OUT_DB = 8.0
GRID_MS = np.arange(60.0, 400.0, 0.5)
BEAT_LEAST = 3
GRID_OFF_MS, GRID_OFF = 4.4, 0.055
"""How far impulses may lie off a beat, in milliseconds and as a share of its period."""

RHYTHM_LEAST, SAME_MS, BY_CHANCE = 4, 2, 0.05
"""Distances that may make a rhythm, how little they may differ in milliseconds, and the share of all that chance makes
the same as one."""

NARROW_HZ, NARROW_DB = (8000.0, 16_000.0), -75.0


def flat_tops(part: Samples) -> float:
    """How far the highest samples of a part's loudest tenth (samples,) stick out: the 99.9th percentile of the
    magnitudes over the 90th. Sound that is driven into a ceiling stays below 1.1, also after a lossy codec; limited
    music lies from 1.15 on. Infinite in silence."""
    frames = np.abs(part[: len(part) // FRAME * FRAME]).reshape(-1, FRAME)
    power = np.square(frames, dtype=np.float64).mean(axis=1)
    top, high = np.quantile(frames[power >= np.quantile(power, 0.9)], (0.999, 0.9))
    return float(top / high) if high > SILENT else float("inf")


def is_driven(part: Samples) -> bool:
    """Whether a part (samples,) meets one ceiling again and again, on both sides: of its frames of 10 ms the loudest
    quarter have peaks within 2.2 dB, and what is above zero reaches as far as what is below. Notes and instruments with
    flat tops, as those of chip music, have each its own height, and often a side."""
    peaks = np.abs(part[: len(part) // FRAME * FRAME]).reshape(-1, FRAME).max(axis=1)
    high, low = np.quantile(peaks, (0.98, 0.75))
    above, below = np.quantile(part, (0.999, 0.001))
    apart_db = 20 * np.log10(np.array([max(high, 1e-6) / max(low, 1e-6), max(above, 1e-6) / max(-below, 1e-6)]))
    return bool(apart_db[0] <= PEAKS_DB and abs(apart_db[1]) <= SIDES_DB)


def is_narrow(part: Samples) -> bool:
    """Whether a part has nothing over 8 kHz, as a starved encoder, or a telephone, leaves it."""
    power, hertz = _spectrum(part, 1)
    high = power[(hertz >= NARROW_HZ[0]) & (hertz < NARROW_HZ[1])].sum()
    low = power[(hertz >= 200) & (hertz < 4000)].sum()
    return float(10 * np.log10((high + 1e-20) / (low + 1e-20))) < NARROW_DB


def floor_spread_db(part: Samples) -> float:
    """How far the level from 5 to 14 kHz falls in the quietest tenth of a part's frames of 10 ms, in dB below the
    median: noise that is always there keeps its floor, cymbals and consonants do not."""
    low, middle = np.quantile(band_levels_db(part, HISS_HZ), (0.1, 0.5))
    return float(middle - low)


def band_levels_db(part: Samples, band_hz: tuple[float, float]) -> Levels:
    """Levels in dB of a band in each 10 ms of a part (samples,): (frames,)."""
    frames = part[: len(part) // FRAME * FRAME].reshape(-1, FRAME)
    spectrum = np.abs(np.fft.rfft(frames * np.hanning(FRAME).astype(np.float32), axis=1)) ** 2
    hertz = np.fft.rfftfreq(FRAME, 1 / SAMPLE_RATE_HZ)
    band = spectrum[:, (hertz >= band_hz[0]) & (hertz < band_hz[1])].sum(axis=1)
    return (10 * np.log10(band + 1e-12)).astype(np.float64)


def mains_levels(part: Samples) -> Levels:
    """Levels in dB of the first six multiples of 50 and of 60 Hz, within half a hertz, in a part of sound (samples,),
    (2, 6): minus infinity for those that do not stand out of what is around them by 8 dB and more."""
    power, hertz = _spectrum(part, FINE)
    multiples = range(1, HARMONICS + 1)
    return np.array([[_line_db(power, hertz, k * mains, OFF_HZ * k**0.5) for k in multiples] for mains in MAINS_HZ])


def count_steady(*levels: Levels) -> int:
    """How many multiples of 50 or of 60 Hz there are in every part, in each as loud as in the others within 3 dB, of
    the `mains_levels` of one and more: hum does not change, basses do."""
    lowest, highest = np.min(levels, axis=0), np.max(levels, axis=0)
    there = lowest > -np.inf
    steady = there & (highest - np.where(there, lowest, 0.0) <= STEADY_DB)
    return int(steady.sum(axis=1).max())


def find_impulses(part: Samples) -> npt.NDArray[np.int64]:
    """When a part (samples,) holds impulses, in milliseconds: over 4 kHz they stand 8 dB and more out of what is 5 to
    20 ms before and after. Struck and plucked notes begin as suddenly, but ring on."""
    samples = part[: len(part) // CLICK_FRAME * CLICK_FRAME]
    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE_HZ)
    high = np.fft.irfft(spectrum * np.clip(4.0 * hertz / CLICK_HZ - 3.0, 0.0, 1.0), len(samples))
    level_db = 10 * np.log10(np.square(high.reshape(-1, CLICK_FRAME)).mean(axis=1) + 1e-10)
    padded = np.pad(level_db, CLICK_FAR, mode="edge")
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * CLICK_FAR + 1)
    apart = CLICK_FAR - CLICK_NEAR + 1
    before, after = around[:, :apart].max(axis=1), around[:, -apart:].max(axis=1)
    highest = level_db >= around[:, apart:-apart].max(axis=1)
    return np.flatnonzero(highest & (level_db - np.maximum(before, after) > STANDS_OUT_DB))


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


def _line_db(power: npt.NDArray[np.float64], hertz: npt.NDArray[np.float64], at_hz: float, off_hz: float) -> float:
    """Level of the line at a frequency; minus infinity where none stands out."""
    apart = np.abs(hertz - at_hz)
    around = power[(apart > AROUND_HZ[0]) & (apart < AROUND_HZ[1])]
    peak = power[apart < AROUND_HZ[0]]
    place = hertz[apart < AROUND_HZ[0]][int(peak.argmax())]
    there = abs(place - at_hz) <= off_hz and peak.max() > 10**0.8 * np.quantile(around, 0.9)
    return float(10 * np.log10(peak.max())) if there else -np.inf


def _spectrum(sound: Samples, padding: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    size = padding * len(sound)
    power = np.abs(np.fft.rfft(sound.astype(np.float64) * np.hanning(len(sound)), size)) ** 2
    return power, np.fft.rfftfreq(size, 1 / SAMPLE_RATE_HZ).astype(np.float64)
