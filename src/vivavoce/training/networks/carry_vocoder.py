"""The 16 kHz vocoder in torch: the arithmetic of `vivavoce.redundancy.concealment.source_filter`."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.redundancy.concealment.source_filter import (
    BINS,
    F0_MAX_HZ,
    F0_MIN_HZ,
    FFT,
    JUMP_NEPERS,
    LOUDEST_NEPERS,
    RESPONSE,
    SOFTEST_NEPERS,
    band_interpolation,
    band_level,
    minimum_phase,
    response_taper,
    rising,
)
from vivavoce.redundancy.features import BANDS, HOP, PITCH, RATE_HZ, WIDTH, band_energies
from vivavoce.training.networks.streaming import StreamingStack

SPREAD = (3.7, 2.6, 1.2, 1.3, 0.8, 0.8, 0.65, 0.5, 0.5, 0.5, 0.4, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.5, 0.3)
"""About the standard deviation of each feature in speech."""
OCTAVES = (1.0, 2.0, 4.0, 8.0)
"""Turns per octave of pitch that the network sees it by, besides the pitch itself."""


class CarryVocoderNetwork(nn.Module):
    """Features (batch, frames, 20) -> four maps (batch, frames, 161): pulse, phase, noise and breath.

    The answer to a frame is the filters at the instant on which its spectrum is centred, and depends on nothing later.
    They are corrections to the envelope that the cepstrum draws.
    """

    def __init__(self, width: int = 192, blocks: int = 6, kernel: int = 5, expansion: int = 2) -> None:
        super().__init__()
        self.enter = nn.Linear(WIDTH + 2 * len(OCTAVES), width)
        self.stack = StreamingStack(width, blocks, kernel, 0, expansion)
        self.norm = nn.LayerNorm(width)
        self.leave = nn.Linear(width, 4 * BINS)
        nn.init.normal_(self.leave.weight, std=0.01)
        with torch.no_grad():
            self.leave.bias.view(4, BINS)[2:] -= 1.0  # the pulses begin as the loudest
        self.spread: Tensor
        self.envelope: Tensor
        self.level: Tensor
        at_zero = band_energies(np.zeros((1, WIDTH), np.float32))
        slopes = band_energies(np.eye(BANDS, WIDTH, dtype=np.float32)) - at_zero
        nepers = 0.5 * math.log(10.0) * band_interpolation()
        self.register_buffer("spread", torch.tensor(SPREAD))
        self.register_buffer("envelope", torch.from_numpy(slopes @ nepers))
        self.register_buffer("level", torch.from_numpy((at_zero[0] - band_level()) @ nepers))

    def initial_states(self, batch: int) -> list[Tensor]:
        return self.stack.initial_states(batch)

    def forward(self, features: Tensor, states: list[Tensor]) -> tuple[Tensor, Tensor, Tensor, Tensor, list[Tensor]]:
        turns = features[..., PITCH, None] * torch.tensor(OCTAVES, device=features.device) * (2.0 * math.pi)
        seen = torch.cat([features / self.spread, turns.cos(), turns.sin()], dim=-1)
        hidden, following = self.stack(self.enter(seen), states)
        pulse, phase, noise, breath = self.leave(self.norm(hidden)).float().chunk(4, dim=-1)
        with torch.autocast(features.device.type, enabled=False):  # half precision would be heard
            envelope = features[..., :BANDS].float() @ self.envelope + self.level
        return envelope + pulse, phase, envelope + noise, envelope + breath, following

    def synthesise(self, features: Tensor, context: int) -> Tensor:
        """Features (batch, context + frames + 1, 20) -> sound of the frames, (batch, frames * 160).

        `context` frames go before what is heard, so that the network has a past.
        """
        pulse, phase, noise, breath, _ = self(features, self.initial_states(features.shape[0]))
        maps = [x[:, context:].float() for x in (pulse, phase, noise, breath)]
        with torch.autocast(features.device.type, enabled=False):
            return synthesise(maps, log_f0_of(features[:, context:]))


def log_f0_of(features: Tensor) -> Tensor:
    """(…, 20) -> natural log of f0 in Hz."""
    return (features[..., PITCH].float() + 1.5) * math.log(2.0) + math.log(RATE_HZ / 256.0)


def synthesise(maps: list[Tensor], log_f0: Tensor) -> Tensor:
    """Maps at the frames' edges (batch, frames + 1, 161), log f0 there -> samples (batch, frames * 160)."""
    pulse, phase, noise, breath = maps
    device = pulse.device
    magnitude = torch.stack([pulse, noise, breath], dim=2).clamp(SOFTEST_NEPERS, LOUDEST_NEPERS)
    angle = magnitude @ torch.from_numpy(minimum_phase()).to(device)
    angle = torch.cat([angle[:, :, :1] + phase[:, :, None], angle[:, :, 1:]], dim=2)
    taper, rise = (torch.from_numpy(x).to(device) for x in (response_taper(), rising()))
    response = torch.fft.irfft(torch.polar(magnitude.exp(), angle), RESPONSE) * taper
    transfer = torch.fft.rfft(response, FFT)
    pieces = excitation(log_f0).unflatten(2, (-1, HOP)).transpose(1, 2)
    late, early = torch.fft.rfft(pieces * rise, FFT), torch.fft.rfft(pieces * (1.0 - rise), FFT)
    sound = torch.fft.irfft((early * transfer[:, :-1] + late * transfer[:, 1:]).sum(dim=2), FFT)
    samples = pieces.shape[1] * HOP
    summed = functional.fold(sound.transpose(1, 2), (1, samples + FFT - HOP), (1, FFT), stride=(1, HOP))
    return summed[:, 0, 0, :samples]


def excitation(log_f0: Tensor) -> Tensor:
    """Pulses from a random phase, noise and gated noise: log f0 (batch, frames + 1) -> (batch, 3, frames * 160)."""
    before, after = log_f0[:, :-1, None], log_f0[:, 1:, None]
    ramp = (torch.arange(HOP, device=log_f0.device) + 1) / HOP
    glide = torch.where((after - before).abs() > JUMP_NEPERS, after, before + (after - before) * ramp)
    f0 = glide.flatten(1).exp().clamp(F0_MIN_HZ, F0_MAX_HZ)
    start = torch.rand(f0.shape[0], 1, device=f0.device, dtype=torch.float64)
    angle = ((start + torch.cumsum(f0.double() / RATE_HZ, dim=1)) % 1.0 * 2.0 * math.pi).float()
    harmonics = torch.floor(RATE_HZ / 2 / f0)
    denominator = 2.0 * torch.sin(angle / 2.0)
    at_pulse = denominator.abs() < 1e-4
    total = torch.sin((harmonics + 0.5) * angle) / torch.where(at_pulse, 1.0, denominator) - 0.5
    pulses = torch.where(at_pulse, harmonics, total) * torch.sqrt(2.0 / harmonics)
    noise = torch.randn_like(pulses)
    return torch.stack([pulses, noise, noise * math.sqrt(2.0 / 3.0) * (1.0 + angle.cos())], dim=1)
