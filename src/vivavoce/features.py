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


def frame_count(samples: int) -> int:
    """Frames that cover `samples` at 24 kHz."""
    return -(-samples // HOP)


def mel_spectrogram(samples: Array) -> Array:
    """Natural log of mel magnitudes, (samples,) at 24 kHz -> (frames, 80)."""
    frames = frame_count(len(samples))
    before = WINDOW // 2 - HOP // 2
    padded = np.pad(samples, (before, WINDOW + HOP))
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:frames]
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
    voiced = (track.confidence >= 0.5) & (track.pitch_hz > F0_MIN_HZ) & (track.pitch_hz < F0_MAX_HZ)
    if voiced.sum() < 2:
        return np.zeros(frames, np.float32)
    log_f0 = np.interp(times, track.timestamps[voiced], np.log(track.pitch_hz[voiced]))
    is_voiced = np.interp(times, track.timestamps, voiced.astype(float)) >= 0.5
    return np.where(is_voiced, np.exp(log_f0), 0.0).astype(np.float32)


def continuous_log_f0(f0: Array) -> Array:
    """Log f0 carried straight across unvoiced frames, (frames,) -> (frames,); zeros if none is voiced."""
    voiced = np.flatnonzero(f0 > 0)
    if len(voiced) == 0:
        return np.zeros_like(f0)
    return np.interp(np.arange(len(f0)), voiced, np.log(f0[voiced])).astype(np.float32)


@cache
def mel_filters() -> Array:
    """Triangles of unit height on the HTK mel scale from 0 to 12 kHz, (80, 513)."""
    top = 2595.0 * np.log10(1.0 + RATE_HZ / 2 / 700.0)
    edges = 700.0 * (10.0 ** (np.linspace(0.0, top, BANDS + 2) / 2595.0) - 1.0)
    bins = np.fft.rfftfreq(WINDOW, 1.0 / RATE_HZ)
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
