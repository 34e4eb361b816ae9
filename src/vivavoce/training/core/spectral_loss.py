"""Distance of sounds over several resolutions of their spectra."""

from __future__ import annotations

import torch
from torch import Tensor


def spectral_loss(generated: Tensor, real: Tensor, sizes: tuple[int, ...] = (2048, 1024, 512, 256)) -> Tensor:
    """Log and linear magnitude distance over windows of several sizes in samples; (batch, samples) both."""
    total = generated.new_zeros(())
    for size in sizes:
        window = torch.hann_window(size, device=generated.device)
        a, b = (
            torch.stft(x, size, size // 4, window=window, return_complex=True).abs().clamp_min(1e-4)
            for x in (generated, real)
        )
        total = total + (a.log() - b.log()).abs().mean() + torch.linalg.norm(a - b) / torch.linalg.norm(b)
    return total / len(sizes)
