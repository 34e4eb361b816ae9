"""hibari's host arithmetic so that gradients pass: parts of a spectrum and a pulse train to sound, and measures of it.

S = exp(harmonic) e^(i pi tanh(rotation)) STFT(pulses(f0)) + exp(noise) Z + exp(residual) e^(i phase), then the inverse
STFT: 1,200 points, one frame each 300 samples (12.5 ms) at 24 kHz.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from vivavoce.features import mel_filters

RATE_HZ = 24_000
FRAME_SAMPLES = 300
WINDOW_SAMPLES = 1200
VOICED_HZ = 40.0
TOP_HZ = 11_000.0
LOUDEST = 7.0
"""Log magnitudes are held below this."""

Array = npt.NDArray[np.float32]
ValueT = TypeVar("ValueT", bound=np.generic)


def cut(track: npt.NDArray[ValueT], start: int, length: int) -> npt.NDArray[ValueT]:
    """`length` values of a track (values,) from `start`, which may lie before the first; zero where there are none."""
    made = np.zeros(length, track.dtype)
    first, last = max(0, start), min(start + length, len(track))
    made[first - start : last - start] = track[first:last]
    return made


def pulses(f0_hz: Array) -> Array:
    """A train of pulses with every harmonic below 11 kHz at amplitude one: f0 (frames,), 0 where unvoiced, ->
    (frames * 300,), 0 where unvoiced."""
    count = len(f0_hz) * FRAME_SAMPLES
    places = (np.arange(count) + 0.5) / FRAME_SAMPLES - 0.5
    f0 = np.interp(places, np.arange(len(f0_hz)), f0_hz)
    voiced = f0 > VOICED_HZ
    f0 = np.maximum(f0, VOICED_HZ)
    angle = 2.0 * np.pi * np.mod(np.cumsum(f0) / RATE_HZ, 1.0)
    harmonics = np.floor(TOP_HZ / f0) + 0.5
    below = 2.0 * np.sin(angle / 2.0)
    peak = np.abs(below) <= 2e-3
    sums = np.where(peak, harmonics, np.sin(harmonics * angle) / np.where(peak, 1.0, below)) - 0.5
    return np.where(voiced, sums, 0.0).astype(np.float32)


def excitation(f0_hz: Array) -> Tensor:
    """The spectrum of a pulse train: f0 (batch, frames) -> complex (batch, 601, frames)."""
    trains = torch.from_numpy(np.stack([pulses(row) for row in f0_hz]))
    window = torch.hann_window(WINDOW_SAMPLES)
    spectrum = torch.stft(
        trains, WINDOW_SAMPLES, FRAME_SAMPLES, window=window / (WINDOW_SAMPLES / 4), return_complex=True
    )
    return spectrum[:, :, : f0_hz.shape[1]]


def draw_noise(pulse_spectrum: Tensor) -> Tensor:
    """Complex noise of the shape of a pulse train's spectrum, (batch, 601, frames)."""
    return torch.complex(torch.randn_like(pulse_spectrum.real), torch.randn_like(pulse_spectrum.real))


def synthesise(parts: Tensor, pulse_spectrum: Tensor, drawn: Tensor) -> Tensor:
    """parts (batch, frames, 5 * 601), spectra of pulses and of noise (batch, 601, frames) -> (batch, frames * 300)."""
    harmonic, rotation, noise, residual, phase = parts.transpose(1, 2).float().chunk(5, dim=1)
    turned = torch.polar(_magnitude(harmonic), np.pi * torch.tanh(rotation))
    spectrum = turned * pulse_spectrum + _magnitude(noise) * drawn + torch.polar(_magnitude(residual), phase)
    return torch.istft(
        spectrum, WINDOW_SAMPLES, FRAME_SAMPLES, window=torch.hann_window(WINDOW_SAMPLES),
        length=spectrum.shape[2] * FRAME_SAMPLES,
    )  # fmt: skip


def mel_distance(ours: Tensor, theirs: Tensor) -> Tensor:
    """Mean absolute difference of log mel magnitudes, (batch, samples) both."""
    filters, window = torch.from_numpy(mel_filters(RATE_HZ, 2048, 100, 20.0)), torch.hann_window(2048)
    a, b = (
        (filters @ torch.stft(x, 2048, FRAME_SAMPLES, window=window, return_complex=True).abs()).clamp_min(1e-3).log()
        for x in (ours, theirs)
    )
    return (a - b).abs().mean()


def mel_norm(samples: Array) -> Array:
    """Log norm of the power mel spectrogram each 12.5 ms, (samples,) -> (frames,): what StyleTTS 2 calls energy, with
    bands that are laid out as if the rate were 16 kHz."""
    window = torch.hann_window(WINDOW_SAMPLES)
    spectrum = torch.stft(
        torch.from_numpy(samples), 2048, FRAME_SAMPLES, WINDOW_SAMPLES, window, return_complex=True
    ).abs()  # fmt: skip
    power = torch.from_numpy(mel_filters(16_000, 2048, 80)) @ spectrum**2
    return torch.log(torch.linalg.norm(power + 1e-5, dim=0)).numpy()


def _magnitude(log: Tensor) -> Tensor:
    return torch.exp(log.clamp(max=LOUDEST))
