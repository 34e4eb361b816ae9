"""Bits against distortion at sixteen exchange rates at once: payloads of a batch, and what they cost."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from vivavoce.redundancy.codec.vivavoce.rate_allocation import LEVELS, SLOPES, RateAllocation
from vivavoce.redundancy.features import BANDS, CORRELATION, PITCH, cepstrum_matrix
from vivavoce.training.redundancy.network import Quantiser, RateDistortionAutoencoder

LAMBDA_FINEST, LAMBDA_COARSEST = 2e-4, 0.04
"""What a bit is worth in distortion, at level 0 and at level 15."""


@dataclass(frozen=True, slots=True)
class Payloads:
    """What the decoder was given and what it made of it, in as many payloads as a batch of stretches holds."""

    restored: Tensor
    """(payloads, frames, 20), newest first."""
    original: Tensor
    levels: Tensor
    """(payloads, chunks)."""
    latent_bits: Tensor
    """(payloads, chunks)."""
    start_bits: Tensor
    """(payloads,)."""


def through_payloads(
    network: RateDistortionAutoencoder, frames: Tensor, levels: Tensor, noise: bool = True
) -> Payloads:
    """Cut stretches (batch, 2 * (packets + 1), 20) into payloads of even and of odd latents, and decode each.

    `levels` (2 * batch * packets / 2 / chunks, chunks). With `noise`, half of the payloads get uniform noise in place
    of rounding; otherwise all are rounded.
    """
    chunks = levels.shape[1]
    latents, starts, _ = network.encode(frames)
    latents, starts = (_newest_first(x[:, 1:].float(), chunks) for x in (latents, starts))
    original = torch.cat([frames[:, :-2], frames[:, 2:]]).flip(1).reshape(len(levels), 4 * chunks, frames.shape[2])
    rounded = torch.ones(len(levels), device=frames.device, dtype=torch.bool)
    if noise:
        rounded = torch.rand(len(levels), device=frames.device) < 0.5
    latents, latent_bits = _quantise(network.latents, latents, levels, rounded)
    begin, start_bits = _quantise(network.starts, starts[:, :1], levels[:, :1], rounded)
    first = torch.cat([begin, torch.zeros_like(starts[:, 1:])], dim=1)
    restored, _ = network.decode(latents, levels, first)
    return Payloads(restored, original, levels, latent_bits, start_bits[:, 0])


def _newest_first(values: Tensor, chunks: int) -> Tensor:
    """(batch, packets, width) -> (payloads, chunks, width), the chains of every other packet turned round."""
    chains = torch.cat([values[:, 0::2], values[:, 1::2]])
    return chains.flip(1).reshape(-1, chunks, values.shape[2])


def _quantise(quantiser: Quantiser, values: Tensor, levels: Tensor, rounded: Tensor) -> tuple[Tensor, Tensor]:
    """-> values as the decoder sees them, and their bits."""
    steps = quantiser.scale(values, levels)
    noisy = steps + torch.rand_like(steps) - 0.5
    whole = steps + (steps.round() - steps).detach()
    seen = torch.where(rounded[:, None, None], whole, noisy)
    return quantiser.restore(seen, levels), quantiser.bits(noisy, levels)


def distortion(restored: Tensor, original: Tensor) -> Tensor:
    """The error of each frame, (…, 20) -> (…): of the cepstrum, of the bands as loud as they are, of pitch where
    voiced.

    In half of the spectrum's error each band weighs as the square root of its energy, relative to the mean of the
    stretch: an error in silence matters less than one in a vowel.
    """
    error = restored - original
    matrix = torch.from_numpy(cepstrum_matrix()).to(error.device)
    loudness = original[..., :BANDS].clone()
    loudness[..., 0] += 4.0
    weight = torch.pow(10.0, 0.25 * (loudness @ matrix.T))
    weight = weight / (weight.mean(dim=(-1, -2), keepdim=True) + 1.0)
    spectrum = 0.5 * error[..., :BANDS].square() + 0.5 * weight * (error[..., :BANDS] @ matrix.T).square()
    voiced = torch.relu(original[..., CORRELATION] + 0.5).square()
    pitch = (2.0 * error[..., PITCH]).abs() * voiced
    return spectrum.mean(dim=-1) + (10.0 * pitch + error[..., CORRELATION].square()) / BANDS


def rate_distortion(payloads: Payloads) -> tuple[Tensor, dict[str, Tensor]]:
    """The loss, and the figures of the curve: bits of finest, middle and coarsest latents, distortion of each."""
    levels, chunks = payloads.levels, payloads.levels.shape[1]
    worth = exchange_rates().to(levels.device)[levels].sqrt()
    errors = distortion(payloads.restored, payloads.original).reshape(*levels.shape, 4).mean(dim=2)
    start = payloads.start_bits * worth[:, 0] / chunks
    loss = (errors / worth + payloads.latent_bits * worth).mean() + start.mean()
    figures = {"start_bits": payloads.start_bits.detach().mean()}
    for name, low, high in (("fine", 0, 4), ("middle", 5, 10), ("coarse", 11, 15)):
        here = ((levels >= low) & (levels <= high)).float()
        count = here.sum().clamp(min=1.0)
        figures[f"{name}_bits"] = (payloads.latent_bits.detach() * here).sum() / count
        figures[f"{name}_error"] = (errors.detach() * here).sum() / count
    return loss, figures


def exchange_rates() -> Tensor:
    """Lambda of each level, (16,)."""
    return LAMBDA_FINEST * torch.exp(torch.arange(LEVELS) * (math.log(LAMBDA_COARSEST / LAMBDA_FINEST) / (LEVELS - 1)))


def random_levels(random: np.random.Generator, payloads: int, chunks: int) -> np.ndarray:
    """Levels (payloads, chunks), newest first: half of the payloads at one level, half on a random schedule.

    Half of the schedules end at the coarsest level, where most of a long payload lies.
    """
    made = np.empty((payloads, chunks), np.int64)
    for row in made:
        first = int(random.integers(LEVELS))
        slope = int(random.integers(len(SLOPES))) if random.random() < 0.5 else 0
        last = LEVELS - 1 if random.random() < 0.5 else int(random.integers(first, LEVELS))
        row[:] = RateAllocation(first, slope, last).levels(chunks)
    return made
