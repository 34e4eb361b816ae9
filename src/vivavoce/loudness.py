"""Loudness after ITU-R BS.1770-5 and EBU R 128 / Tech 3341 and 3342, at 48 kHz."""

from __future__ import annotations

import math
from array import array
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
import soxr

from vivavoce.audio import Samples

SAMPLE_RATE_HZ = 48_000
STEP = SAMPLE_RATE_HZ // 10
MOMENTARY_STEPS, SHORT_STEPS = 4, 30
OFFSET_DB = -0.691
ABSOLUTE_GATE_LUFS, RELATIVE_GATE_LU, RANGE_GATE_LU = -70.0, -10.0, -20.0
OVERSAMPLING = 4
SURROUND_WEIGHT = 1.41
SIX_CHANNELS = (1.0, 1.0, 1.0, 0.0, SURROUND_WEIGHT, SURROUND_WEIGHT)
SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (-1.69065929318241, 0.73248077421585))
HIGH_PASS = ((1.0, -2.0, 1.0), (-1.99004745483398, 0.99007225036621))
"""The two stages of the K filter at 48 kHz, as BS.1770-5 tables 1 and 2 give them: (b0, b1, b2), (a1, a2)."""

RESPONSE = 4096
"""Samples of the filter's impulse response that are kept; the rest is below -100 dB."""


class LoudnessMeter:
    """One sound stream. Memory grows by 80 bytes a second of sound."""

    def __init__(self, channels: int) -> None:
        self._weights = np.array(SIX_CHANNELS if channels == 6 else (1.0,) * max(1, channels))
        self._tail = np.zeros((len(self._weights), RESPONSE - 1), np.float32)
        self._left = np.zeros((len(self._weights), 0), np.float32)
        self._powers = array("d")
        self._peak = 0.0

    def on_audio(self, samples: Samples) -> None:
        """Take (channels, samples) at 48 kHz."""
        if samples.shape[1] == 0:
            return
        samples = samples[: len(self._weights)]
        self._peak = max(self._peak, _true_peak(samples))
        filtered = self._filter(samples)
        joined = np.concatenate([self._left, filtered], axis=1)
        steps = joined.shape[1] // STEP
        power = (joined[:, : steps * STEP].reshape(len(joined), steps, STEP).astype(np.float64) ** 2).mean(axis=2)
        self._powers.extend((self._weights[: len(power)] @ power).tolist())
        self._left = joined[:, steps * STEP :]

    @property
    def is_silent(self) -> bool:
        """Whether nothing was heard but digital silence, or -120 dB of full scale."""
        return self._peak <= 1e-6

    def reading(self) -> dict[str, float | None]:
        """Integrated loudness (LUFS), range (LU), loudest 400 ms and 3 s (LUFS), true peak (dBTP); None: too quiet."""
        momentary, short = _windows(self._powers, MOMENTARY_STEPS), _windows(self._powers, SHORT_STEPS)
        return {
            "integrated_lufs": _decibel(_gate(momentary, RELATIVE_GATE_LU).mean()) if len(momentary) else None,
            "range_lu": _range(short),
            "momentary_max_lufs": _decibel(momentary.max(initial=0.0)),
            "short_max_lufs": _decibel(short.max(initial=0.0)),
            "true_peak_dbtp": round(20 * math.log10(self._peak), 2) if not self.is_silent else None,
        }

    def _filter(self, samples: Samples) -> Samples:
        joined = np.concatenate([self._tail[: len(samples)], samples], axis=1)
        self._tail[: len(samples)] = joined[:, -(RESPONSE - 1) :]
        size = 1 << (joined.shape[1] + RESPONSE - 1).bit_length()
        spectrum = np.fft.rfft(joined, size) * _k_spectrum(size)
        return np.fft.irfft(spectrum, size)[:, RESPONSE - 1 : joined.shape[1]].astype(np.float32)


def _true_peak(samples: Samples) -> float:
    """Largest magnitude after four-fold oversampling. Where all is quiet the samples' own peak will do."""
    peak = float(np.abs(samples).max())
    if peak < 0.05:
        return peak
    over = soxr.resample(samples.T, SAMPLE_RATE_HZ, OVERSAMPLING * SAMPLE_RATE_HZ, quality="LQ")
    return max(peak, float(np.abs(over).max()))


@cache
def _k_response() -> npt.NDArray[np.float64]:
    signal = np.zeros(RESPONSE)
    signal[0] = 1.0
    for (b0, b1, b2), (a1, a2) in (SHELF, HIGH_PASS):
        out = np.zeros(RESPONSE)
        x1 = x2 = y1 = y2 = 0.0
        for index, x0 in enumerate(signal):
            y0 = b0 * x0 + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
            out[index] = y0
            x1, x2, y1, y2 = x0, x1, y0, y1
        signal = out
    return signal


@lru_cache(maxsize=4)
def _k_spectrum(size: int) -> npt.NDArray[np.complex128]:
    return np.fft.rfft(_k_response(), size)


def _windows(powers: array[float], steps: int) -> npt.NDArray[np.float64]:
    """Mean power of every window of `steps` steps, one a step."""
    if len(powers) < steps:
        return np.zeros(0)
    sums = np.concatenate([[0.0], np.cumsum(powers)])
    return np.maximum(0.0, (sums[steps:] - sums[:-steps]) / steps)


def _gate(powers: npt.NDArray[np.float64], relative_lu: float) -> npt.NDArray[np.float64]:
    loud = powers[powers > _power(ABSOLUTE_GATE_LUFS)]
    if len(loud) == 0:
        return np.zeros(1)
    return loud[loud >= loud.mean() * 10 ** (relative_lu / 10)]


def _range(short: npt.NDArray[np.float64]) -> float | None:
    loud = _gate(short, RANGE_GATE_LU) if len(short) else np.zeros(1)
    if loud.max() <= 0:
        return None
    low, high = np.percentile(loud, [10, 95])
    return round(10 * math.log10(high / low), 1)


def _power(lufs: float) -> float:
    return 10 ** ((lufs - OFFSET_DB) / 10)


def _decibel(power: float) -> float | None:
    return round(OFFSET_DB + 10 * math.log10(power), 2) if power > _power(ABSOLUTE_GATE_LUFS) else None
