"""Short-term spectra for the concealment predictor: linear prediction by Burg's method, as a cepstrum."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vivavoce.redundancy.features import HOP, PRE_EMPHASIS, SCALE, Array, band_filters, cepstrum_of

WIDTH = 36
_HALF = HOP // 2
_ORDER = 16
_LEAST_GAIN = 1e-3
_REGULARISATION = 1e-5
_WIDENING = 0.995
_FFT = 320

Real = npt.NDArray[np.float64]


def burg_features(samples: Array) -> Array:
    """Mean and difference of the cepstra of each frame's halves: (frames * 160,) -> (frames, 36)."""
    halves = SCALE * samples.reshape(-1, _HALF).astype(np.float64)
    coefficients, power = _burg(halves[:, 1:] - PRE_EMPHASIS * halves[:, :-1])
    cepstra = _cepstra(coefficients, power).reshape(-1, 2, WIDTH // 2)
    first, second = cepstra[:, 0], cepstra[:, 1]
    return np.concatenate([0.5 * (first + second), first - second], axis=1)


def _burg(signals: Real) -> tuple[Real, Real]:
    """-> coefficients (signals, 16), and what they leave of the energy, (signals,)."""
    energy = (signals**2).sum(axis=1)
    floor = _REGULARISATION * energy + 1e-9
    forward, backward = signals.copy(), signals.copy()
    coefficients = np.zeros((len(signals), 0))
    gain, going = np.ones(len(signals)), np.ones(len(signals), bool)
    for order in range(_ORDER):
        ahead, behind = forward[:, order + 1 :], backward[:, order:-1]
        cross = (ahead * behind).sum(axis=1) + floor * (coefficients * coefficients[:, ::-1]).sum(axis=1)
        total = (ahead**2).sum(axis=1) + (behind**2).sum(axis=1) + 2 * floor * (1 + (coefficients**2).sum(axis=1))
        reflection = np.where(going, -2 * cross / total, 0.0)
        left = gain * (1 - reflection**2)
        spent = going & (left <= _LEAST_GAIN)
        most = np.sqrt(np.maximum(0.0, 1 - _LEAST_GAIN / gain))
        reflection = np.where(spent, np.where(cross > 0, -most, most), reflection)
        gain = np.where(spent, _LEAST_GAIN, np.where(going, left, gain))
        column = reflection[:, None]
        coefficients = np.concatenate([coefficients + column * coefficients[:, ::-1], column], axis=1)
        forward[:, order + 1 :], backward[:, order + 1 :] = ahead + column * behind, behind + column * ahead
        going &= ~spent
    errors = (forward[:, _ORDER:] ** 2).sum(axis=1) + (backward[:, _ORDER:] ** 2).sum(axis=1)
    predicted: Real = (energy - (signals[:, :_ORDER] ** 2).sum(axis=1)) * gain
    remaining: Real = np.where(going, 0.5 * errors, predicted)
    return coefficients, remaining


def _cepstra(coefficients: Real, power: Real) -> Array:
    """The cepstrum of each all-pole envelope, (signals, 18)."""
    inverse = np.zeros((len(coefficients), _FFT))
    inverse[:, 0] = 1.0
    inverse[:, 1 : _ORDER + 1] = coefficients * _WIDENING ** np.arange(1, _ORDER + 1)
    spectrum = np.abs(np.fft.rfft(inverse, axis=1) / _FFT) ** 2
    gain = 0.45 * np.maximum(power, 0.0) / (_HALF - 30) / _FFT**3
    return cepstrum_of(((1.0 / (spectrum + 1e-9)) @ band_filters() * gain[:, None]).astype(np.float32))
