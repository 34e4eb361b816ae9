"""Acoustic features on one clock: a frame is 10 ms, 240 samples at 24 kHz.

Training, export, evaluation and run time all call these functions, so a feature can never differ
between them. Frame `t` is centred on sample `240 t + 120`, the middle of the stretch it describes.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from vivavoce.audio import Audio

Array = npt.NDArray[np.float32]

RATE_HZ = 24_000
HOP = 240
WINDOW = 1024
BANDS = 80
FRAME_S = HOP / RATE_HZ
LOG_FLOOR = 1e-5
F0_MIN_HZ, F0_MAX_HZ = 55.0, 600.0
LOST_STRENGTH, LOST_LOUDNESS = 0.45, 0.02
"""Least autocorrelation at the period, and least level beside the loudest frame, of voice that the tracker lost."""
LOST_FRAMES, LOST_JUMP, LOST_OCTAVES = 4, 0.12, 0.95
"""Least length of a lost stretch, most change of log pitch within it, farthest from the recording's median."""


def frame_count(samples: int) -> int:
    """Frames that cover `samples` at 24 kHz."""
    return -(-samples // HOP)


def mel_spectrogram(samples: Array) -> Array:
    """Natural log of mel magnitudes, (samples,) at 24 kHz -> (frames, 80)."""
    windows = _windows(samples, frame_count(len(samples)))
    magnitude = np.abs(np.fft.rfft(windows * _hann(WINDOW), axis=1)).astype(np.float32)
    return np.log(np.maximum(magnitude @ mel_filters().T, LOG_FLOOR))


def energy(mel: Array) -> Array:
    """Log power of each frame, (frames, 80) -> (frames,), in nepers of the mel magnitudes."""
    return (0.5 * np.log(np.mean(np.exp(2.0 * mel), axis=-1))).astype(np.float32)


def pitch(audio: Audio) -> Array:
    """f0 in Hz of each frame, 0 where unvoiced: -> (frames,). Tracker: swift-f0."""
    audio = audio.resampled(RATE_HZ)
    frames = frame_count(len(audio.samples))
    track = _swift_f0().detect(audio.resampled(16_000).samples, 16_000)
    times = (np.arange(frames) + 0.5) * FRAME_S
    times_s, f0_hz = (np.asarray(values, np.float64) for values in (track.timestamps, track.pitch_hz))
    voiced = np.asarray(track.confidence >= 0.5, np.bool_) & (f0_hz > F0_MIN_HZ) & (f0_hz < F0_MAX_HZ)
    if voiced.sum() < 2:
        return np.zeros(frames, np.float32)
    log_f0 = np.interp(times, times_s[voiced], np.log(f0_hz[voiced]))
    is_voiced = np.interp(times, times_s, voiced.astype(np.float64)) >= 0.5
    return with_lost_voice(np.where(is_voiced, np.exp(log_f0), 0.0).astype(np.float32), audio.samples)


def with_lost_voice(f0: Array, samples: Array) -> Array:
    """f0 (frames,) with the voiced stretches that swift-f0 takes for unvoiced, found by autocorrelation.

    It loses pitch that moves fast under a little breath: the rise at the end of a question, before all.
    """
    voiced = f0 > 0
    if not voiced.any() or voiced.all():
        return f0
    windows = _windows(samples, len(f0))
    candidates, strength = _autocorrelation_pitch(windows)
    loud = windows.std(axis=1) > LOST_LOUDNESS * windows.std(axis=1).max()
    octaves = np.abs(np.log2(candidates / np.median(f0[voiced])))
    held = ~voiced & loud & (strength > LOST_STRENGTH) & (octaves < LOST_OCTAVES)
    steady = np.abs(np.diff(np.log(candidates), prepend=0.0)) < LOST_JUMP
    found = f0.copy()
    start = 0
    for stop in range(1, len(f0) + 1):
        if stop < len(f0) and held[stop - 1] and held[stop] and steady[stop]:
            continue
        if held[start] and stop - start >= LOST_FRAMES:
            found[start:stop] = candidates[start:stop]
        start = stop
    return found


def _autocorrelation_pitch(windows: Array) -> tuple[Array, Array]:
    """Pitch in Hz and the normalised autocorrelation at its period, (frames,) both, of windows (frames, 1024)."""
    shape = _hann(WINDOW)
    weighed = (windows - windows.mean(axis=1, keepdims=True)) * shape
    power = np.abs(np.fft.rfft(np.concatenate([weighed, shape[None]]), 2 * WINDOW)) ** 2
    correlation = np.fft.irfft(power)[:, : WINDOW // 2]
    correlation /= correlation[:, :1] + 1e-9
    shortest = int(RATE_HZ / F0_MAX_HZ)
    lags = correlation[:-1, shortest - 1 :] / correlation[-1, shortest - 1 :]
    inner = lags[:, 1:-1]
    peaks = np.where((inner >= lags[:, :-2]) & (inner >= lags[:, 2:]), inner, -1.0)
    first = (peaks >= 0.88 * peaks.max(axis=1, keepdims=True)).argmax(axis=1)
    return (RATE_HZ / (first + shortest)).astype(np.float32), peaks[np.arange(len(peaks)), first].astype(np.float32)


def continuous_log_f0(f0: Array) -> Array:
    """Log f0 carried straight across unvoiced frames, (frames,) -> (frames,); zeros if none is voiced."""
    voiced = np.flatnonzero(f0 > 0)
    if len(voiced) == 0:
        return np.zeros_like(f0)
    return np.interp(np.arange(len(f0)), voiced, np.log(f0[voiced])).astype(np.float32)


def _windows(samples: Array, frames: int) -> Array:
    """What lies around each frame, (samples,) -> (frames, 1024)."""
    before = WINDOW // 2 - HOP // 2
    padded = np.pad(samples, (before, WINDOW + HOP))
    return np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:frames]


def mel_edges_hz(rate_hz: int = RATE_HZ, bands: int = BANDS, lowest_hz: float = 0.0) -> npt.NDArray[np.float64]:
    """Where mel bands begin, have their middle and end, each band's middle the next one's beginning: (bands + 2,)."""
    lowest, highest = (float(2595.0 * np.log10(1.0 + hz / 700.0)) for hz in (lowest_hz, rate_hz / 2))
    return 700.0 * (10.0 ** (np.linspace(lowest, highest, bands + 2) / 2595.0) - 1.0)


@cache
def mel_filters(rate_hz: int = RATE_HZ, window: int = WINDOW, bands: int = BANDS, lowest_hz: float = 0.0) -> Array:
    """Triangles of unit height on the HTK mel scale up to half the rate, (bands, window / 2 + 1): (80, 513)."""
    edges = mel_edges_hz(rate_hz, bands, lowest_hz)
    bins = np.fft.rfftfreq(window, 1.0 / rate_hz)
    rise = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0.0, np.minimum(rise, fall)).astype(np.float32)


@cache
def _hann(size: int) -> Array:
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)).astype(np.float32)


@cache
def _swift_f0() -> Any:
    from swift_f0 import SwiftF0

    return SwiftF0(threads=1)
