"""The universal vocoder: a neural filter over a pulse train and noise, frame by frame.

The network hears mel and pitch and answers, for each 10 ms frame, one complex filter for the pulses and one magnitude
filter for the noise, as corrections to the envelope that the mel already draws. Pulses carry the phase from frame to
frame, so nothing has to be learned about it, and a voice never heard before costs nothing.
The synthesis around it (`vivavoce.voice.vocoder` in numpy, `synthesise` here in torch) is the same arithmetic.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.features import BANDS, HOP, RATE_HZ
from vivavoce.training.core.streaming_layers import StreamingStack, pad_delay
from vivavoce.training.networks.synthesis import BINS, WINDOW, band_interpolation, band_level, filter_window


class VocoderNetwork(nn.Module):
    """mel (batch, frames, 80), log_f0 and voiced (batch, frames) -> three (batch, frames, 481) filter maps."""

    def __init__(self, width: int = 256, blocks: int = 6, kernel: int = 7, lookahead: int = 2) -> None:
        super().__init__()
        self.enter = nn.Linear(BANDS + 2, width)
        self.stack = StreamingStack(width, blocks, kernel, lookahead)
        self.norm = nn.LayerNorm(width)
        self.leave = nn.Linear(width, 3 * BINS)
        nn.init.normal_(self.leave.weight, std=0.01)
        self.interpolation: Tensor
        self.level: Tensor
        self.register_buffer("interpolation", torch.from_numpy(band_interpolation()))
        self.register_buffer("level", torch.from_numpy(band_level()))

    @property
    def delay(self) -> int:
        return self.stack.delay

    def initial_states(self, batch: int) -> list[Tensor]:
        """The past of each block, and the mel frames that wait for the network's delay."""
        device = self.leave.weight.device
        return [*self.stack.initial_states(batch), torch.zeros(batch, self.delay, BANDS, device=device)]

    def forward(
        self, mel: Tensor, log_f0: Tensor, voiced: Tensor, states: list[Tensor]
    ) -> tuple[Tensor, Tensor, Tensor, list[Tensor]]:
        """-> log magnitude and phase of the pulse filter, log magnitude of the noise filter, next states."""
        scaled = torch.cat([(mel + 5.0) / 4.0, (log_f0 - 5.2)[..., None] * 2.0, voiced[..., None]], dim=-1)
        hidden, following = self.stack(self.enter(scaled), states[:-1])
        waiting = torch.cat([states[-1], mel], dim=1)
        current, waiting = waiting[:, : mel.shape[1]], waiting[:, mel.shape[1] :]
        with torch.autocast(mel.device.type, enabled=False):  # half precision would cost a third of a decibel
            envelope = (current.float() - self.level) @ self.interpolation
        pulse, phase, noise = self.leave(self.norm(hidden)).float().chunk(3, dim=-1)
        return envelope + pulse, phase, envelope + noise, [*following, waiting]

    def synthesise(self, mel: Tensor, log_f0: Tensor, voiced: Tensor) -> Tensor:
        """Whole stretches at once, with `delay` frames of real future appended to the inputs: -> (batch, samples)."""
        pulse, phase, noise, _ = self(mel, log_f0, voiced, self.initial_states(mel.shape[0]))
        pulse, phase, noise = (x[:, self.delay :] for x in (pulse, phase, noise))
        return synthesise(pulse, phase, noise, log_f0[:, : pulse.shape[1]])

    def synthesise_whole(self, mel: Tensor, log_f0: Tensor, voiced: Tensor) -> Tensor:
        """A complete utterance, flushed with zeros as at run time."""
        mel = pad_delay(mel, self.delay)
        log_f0, voiced = (functional.pad(x, (0, self.delay)) for x in (log_f0, voiced))
        return self.synthesise(mel, log_f0, voiced)


def synthesise(pulse: Tensor, phase: Tensor, noise: Tensor, log_f0: Tensor) -> Tensor:
    """Filter maps (batch, frames, 481) and log f0 (batch, frames) -> samples (batch, frames * 240)."""
    batch, frames, _ = pulse.shape
    margin = (WINDOW - HOP) // 2
    window = torch.from_numpy(filter_window()).to(pulse.device)
    pulses = functional.pad(pulse_train(log_f0), (margin, margin))
    hiss = functional.pad(torch.randn(batch, frames * HOP, device=pulse.device), (margin, margin))
    voiced_spectrum = torch.fft.rfft(pulses.unfold(1, WINDOW, HOP) * window)
    noise_spectrum = torch.fft.rfft(hiss.unfold(1, WINDOW, HOP) * window)
    spectrum = voiced_spectrum * torch.polar(pulse.clamp(max=6.0).exp(), phase)
    spectrum = spectrum + noise_spectrum * noise.clamp(max=6.0).exp()
    pieces = torch.fft.irfft(spectrum, WINDOW) * window
    length = frames * HOP + 2 * margin
    summed = functional.fold(pieces.transpose(1, 2), (1, length), (1, WINDOW), stride=(1, HOP))
    return summed[:, 0, 0, margin : margin + frames * HOP]


def pulse_train(log_f0: Tensor) -> Tensor:
    """A band-limited pulse train of unit power from log f0 (batch, frames): -> (batch, frames * 240)."""
    before = torch.cat([log_f0[:, :1], log_f0[:, :-1]], dim=1)
    ramp = (torch.arange(HOP, device=log_f0.device) + 1) / HOP
    f0 = torch.exp(before[..., None] + (log_f0 - before)[..., None] * ramp).flatten(1).clamp(20.0, 2000.0)
    start = torch.rand(f0.shape[0], 1, device=f0.device, dtype=torch.float64)
    cycles = (start + torch.cumsum(f0.double() / RATE_HZ, dim=1)) % 1.0
    harmonics = torch.floor(RATE_HZ / 2 / f0)
    angle = (cycles * 2.0 * math.pi).float()
    denominator = 2.0 * torch.sin(angle / 2.0)
    safe = torch.where(denominator.abs() < 1e-4, torch.ones_like(denominator), denominator)
    # the closed sum of `harmonics` equal cosines; at the pulse itself it is their number
    total = torch.where(denominator.abs() < 1e-4, harmonics, torch.sin((harmonics + 0.5) * angle) / safe - 0.5)
    return total * torch.sqrt(2.0 / harmonics)
