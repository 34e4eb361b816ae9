"""CopyCat: a recording's melody through a bottleneck in time, and out again for another speaker."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.training.core.convolution import ConvolutionBlock
from vivavoce.voice.tokens import SYMBOLS

CONTOUR = 3
"""Values of a frame that are copied: log f0, energy, voicing."""


class Phonemes(nn.Module):
    """What is said at each frame, and how far into it the frame is: (batch, frames, width)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.symbol = nn.Embedding(len(SYMBOLS), width)
        self.place = nn.Linear(2, width)

    def forward(self, symbols: Tensor, position: Tensor) -> Tensor:
        return self.symbol(symbols) + self.place(position)


class CopyReference(nn.Module):
    """Contour and phonemes -> mean and log variance of a narrow latent, one every `stride` frames."""

    def __init__(self, width: int, latent: int, stride: int, dropout: float) -> None:
        super().__init__()
        self.stride = stride
        self.phonemes = Phonemes(width)
        self.enter = nn.Linear(CONTOUR, width)
        self.convolutions = nn.ModuleList(ConvolutionBlock(width, 9, dropout) for _ in range(2))
        self.leave = nn.Linear(width, 2 * latent)

    def forward(self, contour: Tensor, symbols: Tensor, position: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """-> (batch, frames / stride, latent) both, each the mean over its frames; `frames` is rounded up."""
        frames = self.phonemes(symbols, position) + self.enter(contour)
        for convolution in self.convolutions:
            frames = convolution(frames, mask)
        filled = functional.pad(frames * mask[..., None], (0, 0, 0, self.stride - 1)).transpose(1, 2)
        counts = functional.pad(mask, (0, self.stride - 1))[:, None]
        pooled = functional.avg_pool1d(filled, self.stride) / functional.avg_pool1d(counts, self.stride).clamp_min(1e-3)
        mean, log_variance = self.leave(pooled.transpose(1, 2)).chunk(2, dim=-1)
        return mean, log_variance.clamp(-8.0, 2.0)


class CopyDecoder(nn.Module):
    """Latent, phonemes and the target speaker -> log f0 and energy about the target's own means."""

    def __init__(self, speakers: int, width: int, latent: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.phonemes = Phonemes(width)
        self.enter = nn.Linear(latent, width)
        self.speaker = nn.Embedding(speakers, width)
        self.convolutions = nn.ModuleList(ConvolutionBlock(width, 9, dropout) for _ in range(2))
        self.recurrent = nn.LSTM(width, hidden, batch_first=True, bidirectional=True)
        self.leave = nn.Linear(width + 2 * hidden, 2)

    def forward(self, latent: Tensor, symbols: Tensor, position: Tensor, speaker: Tensor, mask: Tensor) -> Tensor:
        """latent (batch, frames, width) -> (batch, frames, 2)."""
        frames = self.phonemes(symbols, position) + self.enter(latent) + self.speaker(speaker)[:, None]
        for convolution in self.convolutions:
            frames = convolution(frames, mask)
        return self.leave(torch.cat([frames, self.recurrent(frames * mask[..., None])[0]], dim=-1))


class CopyCatNetwork(nn.Module):
    def __init__(
        self, speakers: int, width: int = 96, latent: int = 8, stride: int = 8, hidden: int = 48, dropout: float = 0.1
    ) -> None:
        super().__init__()
        self.reference = CopyReference(width, latent, stride, dropout)
        self.decoder = CopyDecoder(speakers, width, latent, hidden, dropout)

    def spread(self, latent: Tensor, frames: int) -> Tensor:
        """Each latent repeated over its frames: -> (batch, frames, latent)."""
        return latent.repeat_interleave(self.reference.stride, dim=1)[:, :frames]
