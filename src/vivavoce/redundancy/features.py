"""Acoustic features that a vocoder can speak from: 16 kHz, a frame each 10 ms, twenty values that mean something.

| values | what |
|---|---|
| 0-17 | cepstrum: DCT of log10 energies of 18 bands, window of 20 ms, pre-emphasis 0.85; value 0 less 4 |
| 18 | pitch p: the period is `256 / 2 ** (p + 1.5)` samples, 32 to 256 |
| 19 | how periodic the frame is: -0.5 (noise) to 0.5 |

Bands and scales are those of the published deep-redundancy codecs (LPCNet and its successors). Everything looks
back only: frame `t` is complete with sample `160 t + 159` and its spectrum is centred on sample `160 t`.
The whole recording and the same recording in pieces give the same numbers.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

Array = npt.NDArray[np.float32]

RATE_HZ = 16_000
HOP = 160
WIDTH = 20
BANDS = 18
PITCH, CORRELATION = 18, 19

WINDOW = 320
PERIOD_MIN, PERIOD_MAX = 32, 256
PRE_EMPHASIS = 0.85
EDGES_HZ = (*range(0, 1601, 200), 2000, 2400, 2800, 3200, 4000, 4800, 5600, 6800, 8000)

SCALE = 32768.0
"""Log energies count from 16-bit sample values."""

_REACH = WINDOW + PERIOD_MAX
_HISTORY = _REACH - HOP
_FFT = 1024
_SILENCE = WINDOW * (3e-5) ** 2
"""Energy of a window whose correlation says nothing: about one 16-bit step."""

_STEPS_PER_OCTAVE = 36
_PITCHES = 3 * _STEPS_PER_OCTAVE + 1
_OCTAVE_BIAS, _HALF_BIAS = 0.02, 0.3
_SLIDE_COST, _JUMP_COST, _MEMORY = 0.02, 0.3, 0.8


class FeatureState(NamedTuple):
    """What the next frame needs of the past."""

    history: Array
    """The last samples, (416,)."""
    scores: Array
    """How well each pitch explains the past, (109,)."""


def initial_state() -> FeatureState:
    """The state before the first sample: silence."""
    return FeatureState(np.zeros(_HISTORY, np.float32), np.zeros(_PITCHES, np.float32))


def features(samples: Array) -> Array:
    """Features of a whole recording at 16 kHz, float32 in [-1, 1]: (samples,) -> (frames, 20).

    The last frame is filled up with silence.
    """
    frames = -(-len(samples) // HOP)
    padded = np.pad(np.asarray(samples, np.float32), (0, frames * HOP - len(samples)))
    pieces, state = [np.zeros((0, WIDTH), np.float32)], initial_state()
    for start in range(0, len(padded), 1000 * HOP):
        state, made = step(state, padded[start : start + 1000 * HOP])
        pieces.append(made)
    return np.concatenate(pieces)


def step(state: FeatureState, samples: Array) -> tuple[FeatureState, Array]:
    """The next frames of a stream: (160 * frames,) -> the state after them and (frames, 20).

    Raises `ValueError` for a stretch that is not whole frames.
    """
    if len(samples) % HOP:
        raise ValueError(f"{len(samples)} samples are not whole frames of {HOP}")
    frames = len(samples) // HOP
    heard = np.concatenate([state.history, np.asarray(samples, np.float32)])
    if not frames:
        return state, np.zeros((0, WIDTH), np.float32)
    made = np.empty((frames, WIDTH), np.float32)
    made[:, :BANDS] = _cepstrum(heard[PERIOD_MAX - 1 :], frames)
    correlations = _correlations(sliding_window_view(heard, _REACH)[::HOP])
    scores, periods = _track(state.scores, correlations)
    made[:, PITCH] = np.log2(PERIOD_MAX / periods) - 1.5
    strength = correlations[np.arange(frames), periods]
    made[:, CORRELATION] = np.log1p(np.exp(5.0 * strength)) / np.log1p(np.exp(5.0)) - 0.5
    return FeatureState(heard[frames * HOP :], scores), made


def periods(frames: Array) -> Array:
    """The pitch period of each frame in samples at 16 kHz, 32 to 256: (frames, 20) -> (frames,)."""
    return np.clip(PERIOD_MAX / 2.0 ** (frames[:, PITCH] + 1.5), PERIOD_MIN, PERIOD_MAX).astype(np.float32)


def band_energies(frames: Array) -> Array:
    """log10 of band energies, of 16-bit sample values, that the cepstrum stands for: (frames, 20) -> (frames, 18)."""
    cepstrum = frames[:, :BANDS].copy()
    cepstrum[:, 0] += 4.0
    return cepstrum @ cepstrum_matrix().T


def _cepstrum(heard: Array, frames: int) -> Array:
    """Samples from one before the first window on -> (frames, 18)."""
    emphasised = SCALE * (heard[1:] - PRE_EMPHASIS * heard[:-1])
    windows = sliding_window_view(emphasised, WINDOW)[::HOP][:frames]
    spectrum = np.fft.rfft(windows * analysis_window(), axis=1) / WINDOW
    return cepstrum_of((spectrum.real**2 + spectrum.imag**2).astype(np.float32) @ band_filters())


def cepstrum_of(energies: Array) -> Array:
    """Cepstrum of band energies, of 16-bit sample values: (frames, 18) -> (frames, 18)."""
    cepstrum = _mask_inaudible(np.log10(1e-2 + energies).astype(np.float32)) @ cepstrum_matrix()
    cepstrum[:, 0] -= 4.0
    return cepstrum


def _mask_inaudible(logs: Array) -> Array:
    """Raise what nobody hears: 8 below the loudest band so far, or falling by more than 2.5 from band to band."""
    slope = 2.5 * np.arange(BANDS, dtype=np.float32)
    logs = np.maximum(logs, np.maximum.accumulate(logs, axis=1) - 8.0)
    return np.maximum.accumulate(logs + slope, axis=1) - slope


def _correlations(stretches: Array) -> Array:
    """Normalised correlation of the last 20 ms with what was `lag` samples earlier: (frames, 576) -> (frames, 257)."""
    stretches = stretches - stretches.mean(axis=1, keepdims=True)
    latest = np.conj(np.fft.rfft(stretches[:, PERIOD_MAX:], _FFT, axis=1))
    products = np.fft.irfft(latest * np.fft.rfft(stretches, _FFT, axis=1), _FFT, axis=1)[:, PERIOD_MAX::-1]
    sums = np.cumsum(np.pad(np.square(stretches, dtype=np.float64), ((0, 0), (1, 0))), axis=1)
    energies = (sums[:, WINDOW:] - sums[:, :-WINDOW])[:, ::-1] + _SILENCE
    return (products / np.sqrt(energies[:, :1] * energies)).astype(np.float32)


def _track(scores: Array, correlations: Array) -> tuple[Array, npt.NDArray[np.intp]]:
    """Follow the pitch through the frames by dynamic programming without looking ahead.

    -> the scores after the last frame, the period of each frame in samples.
    """
    lags = _pitch_lags()
    fits = np.maximum(correlations[:, lags].max(axis=2), 0.0)
    fits[:, :-_STEPS_PER_OCTAVE] -= _HALF_BIAS * fits[:, _STEPS_PER_OCTAVE:]  # twice a period correlates too
    fits -= _octave_bias()
    chosen = np.empty(len(fits), np.intp)
    for frame, fit in enumerate(fits):
        scores = fit + _MEMORY * (scores - _move_costs()).max(axis=1)
        chosen[frame] = scores.argmax()
    near = lags[chosen]
    rows = np.arange(len(fits))
    return scores, near[rows, correlations[rows[:, None], near].argmax(axis=1)]


@cache
def analysis_window() -> Array:
    """The power-complementary window of Vorbis, (320,)."""
    rise = np.sin(np.pi * (np.arange(WINDOW) + 0.5) / WINDOW) ** 2
    return np.sin(0.5 * np.pi * rise).astype(np.float32)


@cache
def band_filters() -> Array:
    """Triangles over the spectrum, (161, 18); the first and the last are half triangles of double height."""
    bins = np.fft.rfftfreq(WINDOW, 1.0 / RATE_HZ)
    triangles = np.stack([np.interp(bins, EDGES_HZ, row) for row in np.eye(BANDS)], axis=1)
    triangles[:, [0, -1]] *= 2.0
    return triangles.astype(np.float32)


@cache
def cepstrum_matrix() -> Array:
    """The orthonormal DCT-II, bands to cepstrum, (18, 18)."""
    angles = np.pi / BANDS * np.outer(np.arange(BANDS) + 0.5, np.arange(BANDS))
    matrix = np.sqrt(2.0 / BANDS) * np.cos(angles)
    matrix[:, 0] *= np.sqrt(0.5)
    return matrix.astype(np.float32)


@cache
def _pitch_lags() -> npt.NDArray[np.intp]:
    """The whole lags that each pitch of the search stands for, (109, most); short rows repeat their last lag."""
    centres = PERIOD_MAX / 2.0 ** (np.arange(_PITCHES) / _STEPS_PER_OCTAVE)
    half_step = 2.0 ** (0.5 / _STEPS_PER_OCTAVE)
    lowest = np.maximum(np.floor(centres / half_step), PERIOD_MIN).astype(np.intp)
    highest = np.minimum(np.ceil(centres * half_step), PERIOD_MAX).astype(np.intp)
    return np.minimum(lowest[:, None] + np.arange(int((highest - lowest).max()) + 1), highest[:, None])


@cache
def _octave_bias() -> Array:
    """What a pitch has to be better by than one an octave higher, (109,)."""
    return (_OCTAVE_BIAS * (3.0 - np.arange(_PITCHES) / _STEPS_PER_OCTAVE)).astype(np.float32)


@cache
def _move_costs() -> Array:
    """The cost of going from one pitch to another in 10 ms, (109, 109)."""
    distance = np.abs(np.arange(_PITCHES)[:, None] - np.arange(_PITCHES))
    return np.minimum(_SLIDE_COST * distance, _JUMP_COST).astype(np.float32)
