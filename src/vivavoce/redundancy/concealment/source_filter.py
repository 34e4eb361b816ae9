"""The arithmetic between the vocoder network's answers and sound, shared by training and run time.

The excitation of each 10 ms frame fades from the filters at its beginning to the filters at its end, so sound needs
nothing later than its own frame. All filters are of minimum phase, and respond for at most 20 ms.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import numpy.typing as npt

from vivavoce.redundancy.features import BANDS, EDGES_HZ, HOP, PRE_EMPHASIS, RATE_HZ, WINDOW, Array

Spectrum = npt.NDArray[np.complex64]

RESPONSE = 320
BINS = RESPONSE // 2 + 1
"""The network draws filters 50 Hz apart."""
FFT = 512
TAIL = FFT - HOP
"""Samples after a frame into which its sound may ring."""
SOURCES = 3
"""Pulses, noise, and noise gated by the pulses."""
NO_FILTERS: Spectrum = np.zeros((0, SOURCES, FFT // 2 + 1), np.complex64)
LOUDEST_NEPERS, SOFTEST_NEPERS = 3.0, -16.0
F0_MIN_HZ, F0_MAX_HZ = 50.0, 600.0
JUMP_NEPERS = 0.3
"""A pitch that moves further within a frame has jumped, and is not glided to."""
NOISE_SAMPLES = 1 << 17


@cache
def band_interpolation() -> Array:
    """Linear interpolation from the 18 band centres to the 161 bins, (18, 161)."""
    bins = np.fft.rfftfreq(RESPONSE, 1.0 / RATE_HZ)
    return np.stack([np.interp(bins, EDGES_HZ, row) for row in np.eye(BANDS)]).astype(np.float32)


@cache
def band_level() -> Array:
    """log10 of the band energies that white noise of unit power has, (18,)."""
    bins = np.fft.rfftfreq(WINDOW, 1.0 / RATE_HZ)
    triangles = band_interpolation().astype(np.float64)
    triangles[[0, -1]] *= 2.0
    emphasis = np.abs(1.0 - PRE_EMPHASIS * np.exp(-2j * np.pi * bins / RATE_HZ)) ** 2
    return np.log10(32768.0**2 * 0.5 / WINDOW * (triangles @ emphasis)).astype(np.float32)


@cache
def minimum_phase() -> Array:
    """Log magnitudes of 161 bins times this are the phases, in radians, of the filter of minimum phase: (161, 161)."""
    cepstra = np.fft.irfft(np.eye(BINS), RESPONSE, axis=1)
    cepstra[:, 1 : BINS - 1] *= 2.0
    cepstra[:, BINS:] = 0.0
    return np.fft.rfft(cepstra, axis=1).imag.astype(np.float32)


@cache
def response_taper() -> Array:
    """One, then falling to zero: what lies before time zero and wraps to the end of a response is cut off. (320,)"""
    taper = np.ones(RESPONSE)
    taper[220:] = 0.5 + 0.5 * np.cos(np.pi * (np.arange(100) + 0.5) / 100)
    return taper.astype(np.float32)


@cache
def rising() -> Array:
    """The weight of the filters at a frame's end over its excitation; the filters at its beginning have the rest."""
    return (np.sin(0.5 * np.pi * (np.arange(HOP) + 0.5) / HOP) ** 2).astype(np.float32)


def filters(pulse: Array, phase: Array, noise: Array, breath: Array) -> Spectrum:
    """The network's four maps (frames, 161) in nepers and radians -> transfer functions (frames, 3, 257)."""
    magnitude = np.clip(np.stack([pulse, noise, breath], axis=1), SOFTEST_NEPERS, LOUDEST_NEPERS)
    angle = magnitude @ minimum_phase()
    angle[:, 0] += phase
    response = np.fft.irfft(np.exp(magnitude + 1j * angle), RESPONSE) * response_taper()
    return np.fft.rfft(response, FFT).astype(np.complex64)


def filtered(excitation: Array, transfer: Spectrum, tail: Array) -> tuple[Array, Array]:
    """Sources (3, frames * 160) through transfer functions (frames + 1, 3, 257), after the ringing `tail` (352,).

    -> samples (frames * 160,), and the tail that follows them.
    """
    frames = excitation.shape[1] // HOP
    pieces = excitation.reshape(SOURCES, frames, HOP).transpose(1, 0, 2)
    late = np.fft.rfft(pieces * rising(), FFT)
    early = np.fft.rfft(pieces * (1.0 - rising()), FFT)
    sound = np.fft.irfft((early * transfer[:-1] + late * transfer[1:]).sum(axis=1), FFT).astype(np.float32)
    summed = np.zeros(frames * HOP + TAIL, np.float32)
    summed[:TAIL] = tail
    for start, piece in zip(range(0, frames * HOP, HOP), sound, strict=True):
        summed[start : start + FFT] += piece
    return summed[: frames * HOP], summed[frames * HOP :]


def excitation(log_f0: Array, cycles: float, clock: int) -> tuple[Array, npt.NDArray[np.float64]]:
    """Pulses, noise and gated noise from log f0 at the frames' edges, (frames + 1,), on from phase `cycles`.

    -> (3, frames * 160) of unit power each, and the phase of each sample's pulse in cycles. The noise is given by
    `clock`, the samples made before, so that it does not depend on how a stream is cut.
    """
    f0 = _glided(log_f0)
    phase = cycles + np.cumsum(f0 / RATE_HZ)
    angle = (phase % 1.0) * 2.0 * math.pi
    noise = _noise()[np.arange(clock, clock + len(angle)) % NOISE_SAMPLES]
    gate = math.sqrt(2.0 / 3.0) * (1.0 + np.cos(angle))
    return np.stack([_pulses(angle, f0), noise, noise * gate]).astype(np.float32), phase


def cycles_in(log_f0: Array) -> float:
    """How many pulses fall between the first and the last of the edges, (frames + 1,)."""
    return float(_glided(log_f0).sum() / RATE_HZ)


def _glided(log_f0: Array) -> npt.NDArray[np.float64]:
    """F0 of each sample in Hz, (frames * 160,)."""
    before, after = log_f0[:-1, None], log_f0[1:, None]
    ramp = (np.arange(HOP) + 1) / HOP
    glide = np.where(np.abs(after - before) > JUMP_NEPERS, after, before + (after - before) * ramp)
    return np.clip(np.exp(glide.ravel().astype(np.float64)), F0_MIN_HZ, F0_MAX_HZ)


def _pulses(angle: npt.NDArray[np.float64], f0: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """As many equal cosines as fit below 8 kHz, in closed form."""
    harmonics = np.floor(RATE_HZ / 2 / f0)
    denominator = 2.0 * np.sin(angle / 2.0)
    at_pulse = np.abs(denominator) < 1e-4
    total = np.sin((harmonics + 0.5) * angle) / np.where(at_pulse, 1.0, denominator) - 0.5
    return np.where(at_pulse, harmonics, total) * np.sqrt(2.0 / harmonics)


@cache
def _noise() -> Array:
    return np.random.default_rng(16).standard_normal(NOISE_SAMPLES, np.float32)
