"""Acoustic features as libopus finds them: the cepstrum of `redundancy.features`, the pitch by a network.

The network hears how alike a frame's excitation is to itself 32 to 255 samples earlier, and how the phases of the
lowest 30 bins turn from frame to frame. A stream in pieces gives the same numbers as in one.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from vivavoce.blocks import Network, NetworkState, find_addon, load_addon
from vivavoce.redundancy.features import (
    BANDS,
    EDGES_HZ,
    HOP,
    PERIOD_MAX,
    PRE_EMPHASIS,
    SCALE,
    WINDOW,
    Array,
    analysis_window,
    band_filters,
    cepstrum_matrix,
    cepstrum_of,
)

Real = npt.NDArray[np.float64]
Complex = npt.NDArray[np.complex128]

_BINS = 30
_ORDER = 16
_LAGS = 224
_REACH = PERIOD_MAX + HOP
_DELAY = 80
"""The excitation is that of half a frame earlier, so that it is in the middle of the spectrum's window."""
_HISTORY = HOP + _DELAY + _ORDER + 2
_RESPONSE = 200
"""Samples after which the low-pass filter of the excitation has faded."""
_STEPS_PER_OCTAVE = 60
_COMPENSATION = (0.8, *[1.0] * 7, 0.666667, 0.5, 0.5, 0.5, 0.333333, 0.25, 0.25, 0.2, 0.166667, 0.173913)
"""Bands to spectral density: narrow bands count whole."""
_FFT = 1024


class PitchFeatureState(NamedTuple):
    """What the next frame needs of the past."""

    samples: Real
    """The last samples, at 16-bit scale."""
    spectrum: Complex
    """The lowest 30 bins of the last frame."""
    excitation: Real
    """What linear prediction left of the last samples, (457,)."""
    network: NetworkState


class PitchFeatures:
    """Finds features of any number of streams."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def initial_state(self) -> PitchFeatureState:
        """The state before the first sample, as after silence."""
        history = np.zeros(PERIOD_MAX + _RESPONSE + 1)
        network = self._network.initial_state({})
        return PitchFeatureState(np.zeros(_HISTORY), np.zeros(_BINS, np.complex128), history, network)

    def step(self, state: PitchFeatureState, samples: Array) -> tuple[PitchFeatureState, Array]:
        """Whole frames (160 * frames,) at 16 kHz -> the state after them and their features, (frames, 20)."""
        frames = len(samples) // HOP
        heard = np.concatenate([state.samples, SCALE * samples.astype(np.float64)])
        emphasised = heard[1:] - PRE_EMPHASIS * heard[:-1]
        spectrum, cepstrum = _spectra(emphasised[-(frames + 1) * HOP :])
        lowest = np.concatenate([state.spectrum[None], spectrum[:, :_BINS]])
        aligned = emphasised[-frames * HOP - _DELAY - _ORDER :][: frames * HOP + _ORDER]
        residual = _residual(aligned, _prediction(cepstrum))
        excitation = np.concatenate([state.excitation, residual])
        network, made = self._network.step(
            state.network,
            {"correlations": _correlations(excitation, frames)[None], "phases": _phases(lowest)[None]},
            frames,
        )
        pitch = _likeliest(made["pitches"][0])
        strength = _strength(excitation, pitch)
        features = np.concatenate([cepstrum, pitch[:, None], strength[:, None]], axis=1).astype(np.float32)
        kept = excitation[-len(state.excitation) :]
        return PitchFeatureState(heard[-_HISTORY:], spectrum[-1, :_BINS], kept, network), features


def load_pitch_features(addon: str | Path = "dred") -> PitchFeatures:
    """Pitch features with the network of a DRED addon, by name or path.

    Raises `InputError` when it cannot be loaded.
    """
    return PitchFeatures(load_addon(find_addon(addon)).network("pitch"))


def _spectra(emphasised: Real) -> tuple[Complex, Array]:
    """-> spectra (frames, 161) and cepstra (frames, 18)."""
    windows = _windows(emphasised, WINDOW) * analysis_window()
    spectrum = np.fft.rfft(windows, axis=1) / WINDOW
    energies = (spectrum.real**2 + spectrum.imag**2) @ _filters()
    return spectrum, cepstrum_of(energies.astype(np.float32))


def _prediction(cepstrum: Array) -> Real:
    """Coefficients of the linear prediction that an envelope stands for, (frames, 16), of order 16."""
    logs = cepstrum.astype(np.float64).copy()
    logs[:, 0] += 4.0
    density = 10.0 ** (logs @ cepstrum_matrix().T.astype(np.float64)) * _COMPENSATION
    return _levinson(_smooth(density @ _density_to_correlation()))


def _smooth(correlation: Real) -> Real:
    """With a noise floor, and a window over the lags."""
    correlation[:, 0] += correlation[:, 0] * 1e-4 + 26.0 / 38.0
    correlation[:, 1:] *= 1.0 - 6e-5 * np.arange(1, _ORDER + 1) ** 2
    return correlation


def _levinson(correlation: Real) -> Real:
    """The Levinson-Durbin recursion, (frames, 17) -> (frames, 16): lists, which are quicker than arrays so small."""
    return np.array([_levinson_of_frame(row) for row in correlation.tolist()])


def _levinson_of_frame(correlation: list[float]) -> list[float]:
    coefficients: list[float] = []
    error = correlation[0]
    for order in range(_ORDER):
        if error == 0.0 or (order and error < 0.001 * correlation[0]):
            break
        ahead = correlation[order + 1]
        for place, value in enumerate(coefficients):
            ahead += value * correlation[order - place]
        reflection = -ahead / error
        coefficients = [
            value + reflection * mirrored for value, mirrored in zip(coefficients, coefficients[::-1], strict=True)
        ]
        coefficients.append(reflection)
        error -= reflection * reflection * error
    return coefficients + [0.0] * (_ORDER - len(coefficients))


def _residual(aligned: Real, coefficients: Real) -> Real:
    """What prediction leaves: 16 samples of the past and frames -> (160 * frames,)."""
    past = sliding_window_view(aligned, _ORDER + 1).reshape(len(coefficients), HOP, _ORDER + 1)
    return (past[..., -1] + np.einsum("fsk,fk->fs", past[..., -2::-1], coefficients)).ravel()


def _correlations(excitation: Real, frames: int) -> Array:
    """How alike a frame is to itself 256 to 33 samples earlier, -1 to 1, (frames, 224)."""
    whitened = (excitation[1:] + 0.7 * excitation[:-1])[-(PERIOD_MAX + frames * HOP) :]
    stretches = _windows(whitened, _REACH)
    latest = np.conj(np.fft.rfft(stretches[:, PERIOD_MAX:], _FFT))
    products = np.fft.irfft(latest * np.fft.rfft(stretches, _FFT), _FFT)[:, :_LAGS]
    sums = np.cumsum(np.pad(stretches**2, ((0, 0), (1, 0))), axis=1)
    energies = sums[:, HOP : HOP + _LAGS] - sums[:, :_LAGS] + (stretches[:, PERIOD_MAX:] ** 2).sum(axis=1)[:, None]
    return (2.0 * products / (1.0 + energies)).astype(np.float32)


def _phases(spectrum: Complex) -> Array:
    """Level and turn since the frame before of each bin, (frames + 1, 30) -> (frames, 88)."""
    now = spectrum[1:]
    turn = now * np.conj(spectrum[:-1])
    turn = turn / np.sqrt(1e-15 + np.abs(turn) ** 2)
    power = np.abs(now) ** 2
    power[:, 0] = now[:, 0].real ** 2
    level = np.clip((10.0 * np.log10(1e-15 + power) - 6.0) / 64.0, -1.0, 1.0)
    rest = np.stack([turn.real, turn.imag, level], axis=2)[:, 1:]
    return np.concatenate([level[:, :1], rest.reshape(len(now), -1)], axis=1).astype(np.float32)


def _likeliest(scores: Array) -> Real:
    """The pitch around the likeliest of (frames, 180), in octaves as feature 18 has it."""
    best = scores.argmax(axis=1)
    places = best[:, None] + np.arange(-2, 3)
    there = (places >= 0) & (places < scores.shape[1])
    near = np.take_along_axis(scores, np.clip(places, 0, scores.shape[1] - 1), axis=1).astype(np.float64)
    weights = np.exp(near - near.max(axis=1, keepdims=True)) * there
    return (weights * places).sum(axis=1) / weights.sum(axis=1) / _STEPS_PER_OCTAVE - 1.5


def _strength(excitation: Real, pitch: Real) -> Real:
    """How alike each frame's low-passed excitation is to that one period earlier, as feature 19 has it."""
    low = np.convolve(excitation, _low_pass())[: len(excitation)][-(PERIOD_MAX + len(pitch) * HOP) :]
    stretches = _windows(low, _REACH)
    periods = np.floor(0.5 + PERIOD_MAX / 2.0 ** (pitch + 1.5)).astype(int)
    now = stretches[:, PERIOD_MAX:]
    before = np.take_along_axis(stretches, (PERIOD_MAX - periods)[:, None] + np.arange(HOP), axis=1)
    share = (now * before).sum(axis=1) / np.sqrt(1.0 + (now**2).sum(axis=1) * (before**2).sum(axis=1))
    return np.log1p(np.exp(5.0 * share)) / np.log1p(np.exp(5.0)) - 0.5


def _windows(signal: Real, size: int) -> Real:
    """The stretches of `size` samples that begin at every frame: (samples,) -> (frames, size)."""
    return signal[_places(1 + (len(signal) - size) // HOP, size)]


@lru_cache(maxsize=8)
def _places(frames: int, size: int) -> npt.NDArray[np.int64]:
    return HOP * np.arange(frames)[:, None] + np.arange(size)


@cache
def _filters() -> Array:
    """The bands' triangles without the last bin, as libopus has them, (161, 18)."""
    filters = band_filters().copy()
    filters[-1] = 0.0
    return filters


@cache
def _density_to_correlation() -> Real:
    """Densities of the bands to correlations at 0 to 16 samples, (18, 17)."""
    bins = np.arange(WINDOW // 2 + 1)
    spread = np.stack([np.interp(bins * 50.0, EDGES_HZ, row) for row in np.eye(BANDS)])
    spread[:, -1] = 0.0
    waves = np.cos(2.0 * np.pi * np.outer(bins, np.arange(_ORDER + 1)) / WINDOW)
    waves[1:-1] *= 2.0
    return spread @ waves


@cache
def _low_pass() -> Real:
    """The response of libopus's two-pole low-pass filter, (200,)."""
    forward, backward = (-0.84946, 1.0), (-1.54220, 0.70781)
    response = np.zeros(_RESPONSE + 2)
    for place in range(_RESPONSE):
        driven = (1.0, *forward)[place] if place < 3 else 0.0
        response[place] = driven - backward[0] * response[place - 1] - backward[1] * response[place - 2]
    return response[:_RESPONSE]
