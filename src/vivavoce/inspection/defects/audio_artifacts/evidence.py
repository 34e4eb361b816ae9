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
"""Zero padding, so that a line is placed within a quarter of a hertz, and by its neighbours much closer."""

APART_HZ = 0.06
"""How far the multiples may lie off one fundamental in a second; in half of one, twice as far. Those of made hum lie
within 0.03 Hz, notes near 50, 100 and 200 Hz at 49.76, 2 x 49.88 and 4 x 50.02."""

PEAKS_DB, SIDES_DB = 2.2, 1.0
FRAME = SAMPLE_RATE_HZ // 100
SILENT = 1e-4
HISS_HZ = (5000.0, 14_000.0)
NOISE_FRAME, NOISE_BINS = 2048, 16
"""Samples of a frame, and bins of a band of 375 Hz, in which noise is as loud everywhere and a synthesiser's partials
are not."""

CEILING, EVENLY, FLATTER = 0.92, 3.0, 4.0
"""The share of a ceiling from which samples meet it, how many times as often they may meet the one on one side, and how
many times as far the highest may stick out on the other."""

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

NARROW_HZ, NARROW_DB = (8000.0, 16_000.0), -75.0
EDGE_HZ, EDGE_FRAME, EDGE_BINS, EDGE_BANDS = (1500.0, 8300.0), 4096, 16, 3
"""Where an encoder may have ended the sound, and the bands of 187 Hz between which it did."""

CLIFF_DB, AUDIBLE_DB = 25.0, -65.0
"""By how much the level falls over half a kilohertz where an encoder ends it, and how loud it is there beside the
loudest: -23 to -60 dB in coded sound; that of a soft bass, or of a filter that opens, runs out at -70 and less."""


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


def is_flat_on_one_side(part: Samples) -> bool:
    """Whether a part (samples,) has flat tops on one side of zero alone, as the wave of an instrument may: what is
    driven is cut on both."""
    sides = [np.quantile(side, (0.95, 0.999)) for side in (part, -part)]
    shares = [float((side >= CEILING * top).mean()) for side, (_, top) in zip((part, -part), sides, strict=True)]
    over = [float(top / max(high, SILENT) - 1.0) for high, top in sides]
    return max(shares) > EVENLY * min(shares) and max(over) > FLATTER * min(over)


def is_narrow(part: Samples) -> bool:
    """Whether a part has nothing over 8 kHz, as a starved encoder, or a telephone, leaves it."""
    power, hertz = _spectrum(part, 1)
    high = power[(hertz >= NARROW_HZ[0]) & (hertz < NARROW_HZ[1])].sum()
    low = power[(hertz >= 200) & (hertz < 4000)].sum()
    return float(10 * np.log10((high + 1e-20) / (low + 1e-20))) < NARROW_DB


def ends_at_a_cliff(part: Samples) -> bool:
    """Whether the spectrum of a part (samples,) breaks off below 8 kHz where it is still loud, as an encoder that is
    short of bits cuts it: an instrument's runs out."""
    power = _mean_power(part, EDGE_FRAME)
    bands = power[: EDGE_FRAME // 2].reshape(-1, EDGE_BINS).mean(axis=1)
    level_db = 10 * np.log10(bands + 1e-16)
    first, last = (round(hertz * EDGE_FRAME / EDGE_BINS / SAMPLE_RATE_HZ) for hertz in EDGE_HZ)
    falls_db = level_db[first:last] - level_db[first + EDGE_BANDS : last + EDGE_BANDS]
    place = int(falls_db.argmax())
    loudest_db = level_db[2 : first + place + 1].max()
    return bool(falls_db[place] >= CLIFF_DB and level_db[first + place] - loudest_db >= AUDIBLE_DB)


def floor_spread_db(levels_db: Levels) -> float:
    """How far levels (frames,) of 5 to 14 kHz fall in the quietest tenth of the frames, in dB below the median: noise
    that is always there keeps its floor, cymbals and consonants do not."""
    low, middle = np.quantile(levels_db, (0.1, 0.5))
    return float(middle - low)


def _mean_power(part: Samples, frame: int) -> Levels:
    """Power spectrum of a part (samples,), averaged over its frames of so many samples: (frame / 2 + 1,)."""
    frames = part[: len(part) // frame * frame].reshape(-1, frame)
    return np.square(np.abs(np.fft.rfft(frames * np.hanning(frame), axis=1))).mean(axis=0)


def unevenness_db(part: Samples) -> float:
    """How far bins of 23 Hz from 5 to 14 kHz, averaged over a part (samples,), lie below the mean of the 375 Hz around
    them, in dB: those of noise by less than 0.6, a synthesiser's partials, dense as they are, by 2 to 4."""
    power = _mean_power(part, NOISE_FRAME) + 1e-20
    first, last = (round(hertz * NOISE_FRAME / NOISE_BINS / SAMPLE_RATE_HZ) for hertz in HISS_HZ)
    bands = power[first * NOISE_BINS : last * NOISE_BINS].reshape(-1, NOISE_BINS)
    return float((10 * np.log10(bands.mean(axis=1)) - 10 * np.log10(bands).mean(axis=1)).mean())


def band_levels_db(part: Samples, *bands_hz: tuple[float, float]) -> list[Levels]:
    """Levels in dB of some bands in each 10 ms of a part (samples,): (frames,) for each band."""
    frames = part[: len(part) // FRAME * FRAME].reshape(-1, FRAME)
    power = np.abs(np.fft.rfft(frames * np.hanning(FRAME).astype(np.float32), axis=1)) ** 2
    hertz = np.fft.rfftfreq(FRAME, 1 / SAMPLE_RATE_HZ)
    sums = (power[:, (hertz >= low_hz) & (hertz < high_hz)].sum(axis=1) for low_hz, high_hz in bands_hz)
    return [(10 * np.log10(band + 1e-12)).astype(np.float64) for band in sums]


def mains_levels(part: Samples) -> Levels:
    """Levels in dB of the first six multiples of 50 and of 60 Hz, within half a hertz, in a part of sound (samples,),
    (2, 6): minus infinity for those that do not stand out of what is around them by 8 dB and more, or are not multiples
    of one fundamental."""
    power, hertz = _spectrum(part, FINE)
    apart_hz = APART_HZ * SAMPLE_RATE_HZ / len(part)
    return np.array([_multiples_db(power, hertz, mains_hz, apart_hz) for mains_hz in MAINS_HZ])


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


def _multiples_db(power: Levels, hertz: Levels, mains_hz: float, apart_hz: float) -> Levels:
    """Levels of the multiples of a mains frequency that share the fundamental that most of them have."""
    lines = [_line(power, hertz, k * mains_hz, OFF_HZ * k**0.5) for k in range(1, HARMONICS + 1)]
    levels_db = np.array([level_db for level_db, _ in lines])
    fundamentals_hz = np.array([place_hz / k for k, (_, place_hz) in enumerate(lines, 1)])
    there = levels_db > -np.inf
    alike = (np.abs(fundamentals_hz[:, None] - fundamentals_hz[None]) <= apart_hz) & there & there[:, None]
    return np.where(alike[int(alike.sum(axis=1).argmax())], levels_db, -np.inf)


def _line(power: Levels, hertz: Levels, at_hz: float, off_hz: float) -> tuple[float, float]:
    """Level of the line at a frequency and where it is in Hz; minus infinity where none stands out."""
    apart = np.abs(hertz - at_hz)
    around = power[(apart > AROUND_HZ[0]) & (apart < AROUND_HZ[1])]
    near = np.flatnonzero(apart < AROUND_HZ[0])
    peak = near[int(power[near].argmax())]
    there = abs(hertz[peak] - at_hz) <= off_hz and power[peak] > 10**0.8 * np.quantile(around, 0.9)
    before, middle, after = np.log(power[peak - 1 : peak + 2] + 1e-20)
    curve = before - 2 * middle + after
    offset = 0.5 * (before - after) / curve if curve < 0 else 0.0
    level_db = float(10 * np.log10(power[peak])) if there else -np.inf
    return level_db, float(hertz[peak] + offset * (hertz[1] - hertz[0]))


def _spectrum(sound: Samples, padding: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    size = padding * len(sound)
    power = np.abs(np.fft.rfft(sound.astype(np.float64) * np.hanning(len(sound)), size)) ** 2
    return power, np.fft.rfftfreq(size, 1 / SAMPLE_RATE_HZ).astype(np.float64)
