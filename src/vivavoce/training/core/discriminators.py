"""Discriminators that look at log magnitude spectrograms of several resolutions.

Compressed complex spectrograms (as in EnCodec and DAC) were tried first: those discriminators stayed near chance.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import weight_norm


class MagnitudeDiscriminator(nn.Module):
    """Waveform (batch, samples) -> score map and features of its log magnitude spectrogram of one resolution."""

    def __init__(self, size: int, width: int) -> None:
        super().__init__()
        channels = [1, width, width, 2 * width, 2 * width]
        strides = [(1, 4), (1, 2), (2, 2), (1, 2)] if size >= 512 else [(2, 2), (2, 2), (2, 2), (1, 2)]
        self.layers = nn.ModuleList(
            weight_norm(nn.Conv2d(inside, outside, (3, 9), stride=stride, padding=(1, 4)))
            for inside, outside, stride in zip(channels[:-1], channels[1:], strides, strict=True)
        )
        self.score = weight_norm(nn.Conv2d(channels[-1], 1, 3, padding=1))
        self.size = size
        self.window: Tensor
        self.register_buffer("window", torch.hann_window(size))

    def forward(self, samples: Tensor) -> tuple[Tensor, list[Tensor]]:
        spectrum = torch.stft(
            samples.float(), self.size, self.size // 4, window=self.window, return_complex=True, center=False
        )
        hidden = (spectrum.abs().clamp_min(1e-4).log() * 0.4 + 0.8).transpose(1, 2)[:, None]
        features: list[Tensor] = []
        for layer in self.layers:
            hidden = functional.leaky_relu(layer(hidden), 0.1)
            features.append(hidden)
        return self.score(hidden), features


class MagnitudeDiscriminators(nn.Module):
    """One for each resolution; the shortest sees single pulses, the longest single harmonics."""

    def __init__(self, sizes: tuple[int, ...] = (1024, 512, 128), width: int = 16) -> None:
        super().__init__()
        self.members = nn.ModuleList(MagnitudeDiscriminator(size, width) for size in sizes)

    def forward(self, samples: Tensor) -> tuple[list[Tensor], list[list[Tensor]]]:
        results = [member(samples) for member in self.members]
        return [score for score, _ in results], [features for _, features in results]
