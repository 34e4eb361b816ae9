"""What must be there besides the network's word: measurements of half a second that music seldom passes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.media import SAMPLE_RATE_HZ, Samples

MAINS_HZ, OFF_HZ = (50.0, 60.0), 0.5
HARMONICS = 6
AROUND_HZ = (4.0, 14.0)
"""Where around a line the level is that it must stand out of."""

FINE = 4
"""Zero padding, so that a line is placed within a quarter of a hertz."""

TONE_HZ, TONE_REST = 20.0, 0.003
FRAME = SAMPLE_RATE_HZ // 100
HISS_HZ = (5000.0, 14_000.0)
NARROW_HZ, NARROW_DB = (8000.0, 16_000.0), -75.0


def flat_tops(part: Samples) -> float:
    """How far the highest samples of a part's loudest tenth (samples,) stick out: the 99.9th percentile of the
    magnitudes over the 90th. Sound that is driven into a ceiling stays below 1.1, also after a lossy codec; limited
    music lies from 1.15 on."""
    frames = np.abs(part[: len(part) // FRAME * FRAME]).reshape(-1, FRAME)
    power = np.square(frames, dtype=np.float64).mean(axis=1)
    top, high = np.quantile(frames[power >= np.quantile(power, 0.9)], (0.999, 0.9))
    return float(top / max(float(high), 1e-6))


def is_tone(part: Samples) -> bool:
    """Whether a part of sound (samples,) at 48 kHz is one pure tone, as line-up signals are."""
    power, hertz = _spectrum(part, 1)
    peak = hertz[int(power.argmax())]
    return float(power[np.abs(hertz - peak) > TONE_HZ].sum()) < TONE_REST * float(power.sum())


def is_narrow(part: Samples) -> bool:
    """Whether a part has nothing over 8 kHz, as a starved encoder, or a telephone, leaves it."""
    power, hertz = _spectrum(part, 1)
    high = power[(hertz >= NARROW_HZ[0]) & (hertz < NARROW_HZ[1])].sum()
    low = power[(hertz >= 200) & (hertz < 4000)].sum()
    return float(10 * np.log10((high + 1e-20) / (low + 1e-20))) < NARROW_DB


def floor_spread_db(part: Samples) -> float:
    """How far the level from 5 to 14 kHz falls in the quietest tenth of a part's frames of 10 ms, in dB below the
    median: noise that is always there keeps its floor, cymbals and consonants do not."""
    frames = part[: len(part) // FRAME * FRAME].reshape(-1, FRAME)
    spectrum = np.abs(np.fft.rfft(frames * np.hanning(FRAME).astype(np.float32), axis=1)) ** 2
    hertz = np.fft.rfftfreq(FRAME, 1 / SAMPLE_RATE_HZ)
    band = spectrum[:, (hertz >= HISS_HZ[0]) & (hertz < HISS_HZ[1])].sum(axis=1)
    low, middle = np.quantile(10 * np.log10(band + 1e-12), (0.1, 0.5))
    return float(middle - low)


def mains_lines(part: Samples) -> int:
    """How many of the first six multiples of 50 or of 60 Hz, within half a hertz, stand out of what is around them by
    8 dB and more."""
    power, hertz = _spectrum(part, FINE)
    return max(
        sum(_stands_out(power, hertz, k * mains, OFF_HZ * k**0.5) for k in range(1, HARMONICS + 1))
        for mains in MAINS_HZ
    )


def _stands_out(power: npt.NDArray[np.float64], hertz: npt.NDArray[np.float64], at_hz: float, off_hz: float) -> bool:
    apart = np.abs(hertz - at_hz)
    around = power[(apart > AROUND_HZ[0]) & (apart < AROUND_HZ[1])]
    peak = power[apart < AROUND_HZ[0]]
    place = hertz[apart < AROUND_HZ[0]][int(peak.argmax())]
    return bool(abs(place - at_hz) <= off_hz and peak.max() > 10**0.8 * np.quantile(around, 0.9))


def _spectrum(sound: Samples, padding: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    size = padding * len(sound)
    power = np.abs(np.fft.rfft(sound.astype(np.float64) * np.hanning(len(sound)), size)) ** 2
    return power, np.fft.rfftfreq(size, 1 / SAMPLE_RATE_HZ).astype(np.float64)
