"""What overdriven and starved sound has: flat tops at one ceiling, and a top band that is missing."""

from __future__ import annotations

import numpy as np

from vivavoce.inspection.defects.audio_artifacts.spectra import FRAME, mean_power, power_spectrum
from vivavoce.inspection.media import SAMPLE_RATE_HZ, Samples

PEAKS_DB, SIDES_DB = 2.2, 1.0
SILENT, NOTHING = 1e-4, 1e-10
"""A magnitude and a power under which there is no sound."""

CEILING, EVENLY, FLATTER = 0.92, 3.0, 4.0
"""The share of a ceiling from which samples meet it, how many times as often they may meet the one on one side, and how
many times as far the highest may stick out on the other."""

NARROW_HZ, NARROW_DB, BAND_FRAME = (8000.0, 16_000.0), -75.0, 2048
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


def digital_silence(part: Samples) -> float:
    """The share of a part (samples,) in frames of 10 ms that hold no sound, not even a room's: under -100 dB."""
    frames = part[: len(part) // FRAME * FRAME].reshape(-1, FRAME)
    return float((np.square(frames).mean(axis=1) < NOTHING).mean())


def loudest_stretch(part: Samples) -> Samples:
    """The longest stretch of a part (samples,) in frames of 10 ms whose levels lie within 10 dB of its loudest, but for
    the first and the last: of a beep between silences all that sounds."""
    power = np.square(part[: len(part) // FRAME * FRAME].reshape(-1, FRAME)).mean(axis=1)
    edges = np.flatnonzero(np.diff(power >= 0.1 * power.max(initial=0.0), prepend=False, append=False))
    first, last = max(zip(edges[::2], edges[1::2], strict=True), key=lambda span: span[1] - span[0])
    return part[(first + 1) * FRAME : (last - 1) * FRAME]


def is_narrow(part: Samples) -> bool:
    """Whether a part has nothing over 8 kHz, as a starved encoder, or a telephone, leaves it."""
    power, hertz = power_spectrum(part, 1)
    high = power[(hertz >= NARROW_HZ[0]) & (hertz < NARROW_HZ[1])].sum()
    low = power[(hertz >= 200) & (hertz < 4000)].sum()
    return float(10 * np.log10((high + 1e-20) / (low + 1e-20))) < NARROW_DB


def has_top_band(part: Samples) -> bool:
    """Whether most of a part (samples,) has a band over 8 kHz, 75 dB below the rest at most. In telephone sound that
    was coded again, an encoder leaves some there at each onset: 90 dB below in most frames, and up to 20 in a few; real
    bands of speech and music lie from 65 dB below on."""
    frames = part[: len(part) // BAND_FRAME * BAND_FRAME].reshape(-1, BAND_FRAME)
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(BAND_FRAME), axis=1)))
    hertz = np.fft.rfftfreq(BAND_FRAME, 1 / SAMPLE_RATE_HZ)
    high = np.median(power[:, (hertz >= NARROW_HZ[0]) & (hertz < NARROW_HZ[1])].sum(axis=1))
    low = power[:, (hertz >= 200) & (hertz < 4000)].sum(axis=1).mean()
    return float(10 * np.log10((high + 1e-20) / (low + 1e-20))) >= NARROW_DB


def ends_at_a_cliff(part: Samples) -> bool:
    """Whether the spectrum of a part (samples,) breaks off below 8 kHz where it is still loud, as an encoder that is
    short of bits cuts it: an instrument's runs out."""
    power = mean_power(part, EDGE_FRAME)
    bands = power[: EDGE_FRAME // 2].reshape(-1, EDGE_BINS).mean(axis=1)
    level_db = 10 * np.log10(bands + 1e-16)
    first, last = (round(hertz * EDGE_FRAME / EDGE_BINS / SAMPLE_RATE_HZ) for hertz in EDGE_HZ)
    falls_db = level_db[first:last] - level_db[first + EDGE_BANDS : last + EDGE_BANDS]
    place = int(falls_db.argmax())
    loudest_db = level_db[2 : first + place + 1].max()
    return bool(falls_db[place] >= CLIFF_DB and level_db[first + place] - loudest_db >= AUDIBLE_DB)
