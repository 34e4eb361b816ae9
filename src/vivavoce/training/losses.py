"""Losses that several recipes share."""

from __future__ import annotations

import torch
from torch import Tensor


def spectral_loss(ours: Tensor, theirs: Tensor, sizes: tuple[int, ...] = (2048, 1024, 512, 256)) -> Tensor:
    """Log and linear magnitude distance over several resolutions, (batch, samples) both."""
    total = ours.new_zeros(())
    for size in sizes:
        window = torch.hann_window(size, device=ours.device)
        a, b = (
            torch.stft(x, size, size // 4, window=window, return_complex=True).abs().clamp_min(1e-4)
            for x in (ours, theirs)
        )
        total = total + (a.log() - b.log()).abs().mean() + torch.linalg.norm(a - b) / torch.linalg.norm(b)
    return total / len(sizes)


def adversarial_loss(scores: list[Tensor]) -> Tensor:
    """Least squares: how far the discriminators are from taking these for real."""
    return torch.stack([((1.0 - score.float()) ** 2).mean() for score in scores]).mean()


def discriminator_loss(real: list[Tensor], generated: list[Tensor]) -> Tensor:
    """Least squares: real towards one, generated towards zero."""
    terms = [((1.0 - r.float()) ** 2).mean() + (g.float() ** 2).mean() for r, g in zip(real, generated, strict=True)]
    return torch.stack(terms).mean()


def feature_matching(real: list[list[Tensor]], generated: list[list[Tensor]]) -> Tensor:
    """Distance between the discriminators' features, relative to the size of the real ones."""
    terms = [
        (r.detach().float() - g.float()).abs().mean() / r.detach().float().abs().mean().clamp_min(1e-3)
        for reals, generateds in zip(real, generated, strict=True)
        for r, g in zip(reals, generateds, strict=True)
    ]
    return torch.stack(terms).mean()
