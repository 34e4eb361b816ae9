"""A rate-distortion-optimised autoencoder of acoustic features whose decoder runs backward in time.

Each 20 ms the encoder answers a latent for the last 40 ms and a start vector for a decoder that begins there. The
decoder reads every other latent, newest first, and answers four frames for each. Both are stacks of causal
convolutions, causal in their own direction, so the whole of a payload trains in parallel and streams afterwards.
The quantiser has sixteen levels; steps, dead zones and the Laplace distributions of what they give are learned for
each level and dimension, and a dimension that is not worth its bits goes to zero.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.redundancy.features import WIDTH
from vivavoce.training.core.streaming_layers import StreamingStack

LEVELS = 16
FRAMES_PER_PACKET = 2
FRAMES_PER_LATENT = 4


class Encoder(nn.Module):
    """features (batch, packets, 40) -> latents (batch, packets, latent), starts (batch, packets, start)."""

    def __init__(self, latent: int, start: int, width: int, blocks: int, kernel: int, expansion: int) -> None:
        super().__init__()
        self.enter = nn.Linear(FRAMES_PER_PACKET * WIDTH, width)
        self.stack = StreamingStack(width, blocks, kernel, 0, expansion)
        self.norm = nn.LayerNorm(width)
        self.latent = nn.Linear(width, latent)
        self.start = nn.Sequential(nn.Linear(width, width), nn.Tanh(), nn.Linear(width, start))

    def forward(self, features: Tensor, states: list[Tensor]) -> tuple[Tensor, Tensor, list[Tensor]]:
        hidden, following = self.stack(self.enter(features), states)
        hidden = self.norm(hidden)
        return self.latent(hidden), self.start(hidden), following


class Decoder(nn.Module):
    """Newest first: latents (batch, chunks, latent), levels (batch, chunks), starts -> (batch, chunks, 80).

    `starts` (batch, chunks, start) holds the start vector in the first chunk and zeros in all others.
    The answer is four frames for each chunk, newest first.
    """

    def __init__(self, latent: int, start: int, width: int, blocks: int, kernel: int, expansion: int) -> None:
        super().__init__()
        self.enter = nn.Linear(latent, width)
        self.begin = nn.Sequential(nn.Linear(start, width), nn.Tanh(), nn.Linear(width, width, bias=False))
        self.level = nn.Embedding(LEVELS, width)
        nn.init.normal_(self.level.weight, std=0.1)
        self.stack = StreamingStack(width, blocks, kernel, 0, expansion)
        self.norm = nn.LayerNorm(width)
        self.leave = nn.Linear(width, FRAMES_PER_LATENT * WIDTH)

    def forward(
        self, latents: Tensor, levels: Tensor, starts: Tensor, states: list[Tensor]
    ) -> tuple[Tensor, list[Tensor]]:
        hidden = self.enter(latents) + self.begin(starts) + self.level(levels)
        hidden, following = self.stack(hidden, states)
        return self.leave(self.norm(hidden)), following


class Quantiser(nn.Module):
    """Steps, dead zones and Laplace widths of each level and dimension, as tables (16, dimensions)."""

    def __init__(self, dimensions: int) -> None:
        super().__init__()
        fineness = torch.linspace(1.0, -1.5, LEVELS)[:, None].expand(LEVELS, dimensions)
        self.log_scale = nn.Parameter(fineness.clone())
        self.dead_zone = nn.Parameter(torch.full((LEVELS, dimensions), -2.0))
        self.log_spread = nn.Parameter(fineness - 0.7)

    def scales(self) -> Tensor:
        return self.log_scale.exp()

    def dead_zones(self) -> Tensor:
        return functional.softplus(self.dead_zone)

    def scale(self, values: Tensor, levels: Tensor) -> Tensor:
        """What is rounded: values (…, dimensions) in steps of their level (…), drawn toward zero near zero."""
        steps = values * self.scales()[levels]
        zone = self.dead_zones()[levels]
        return steps - zone * torch.tanh(steps / (0.1 + zone))

    def restore(self, steps: Tensor, levels: Tensor) -> Tensor:
        return steps / self.scales()[levels]

    def bits(self, noisy: Tensor, levels: Tensor) -> Tensor:
        """Bits of steps with uniform noise of one step, under the Laplace distribution of each dimension: (…)."""
        spread = self.log_spread[levels].exp().clamp(0.02, 100.0)
        size = noisy.abs()
        near = 1.0 - 0.5 * (torch.exp((size - 0.5).clamp(max=0.0) / spread) + torch.exp(-(size + 0.5) / spread))
        far = (0.5 - size).clamp(max=0.0) / spread + torch.log(-torch.expm1(-1.0 / spread)) - math.log(2.0)
        nats = torch.where(size < 0.5, torch.log(near.clamp(min=1e-9)), far)
        return -nats.sum(dim=-1) / math.log(2.0)


class RateDistortionAutoencoder(nn.Module):
    """Encoder, decoder and the quantisers between them; features come and go in their own units."""

    def __init__(
        self, latent: int, start: int, encoder_width: int, encoder_blocks: int, encoder_kernel: int,
        decoder_width: int, decoder_blocks: int, decoder_kernel: int, expansion: int,
    ) -> None:  # fmt: skip
        super().__init__()
        self.encoder = Encoder(latent, start, encoder_width, encoder_blocks, encoder_kernel, expansion)
        self.decoder = Decoder(latent, start, decoder_width, decoder_blocks, decoder_kernel, expansion)
        self.latents = Quantiser(latent)
        self.starts = Quantiser(start)
        self.mean: Tensor
        self.deviation: Tensor
        self.register_buffer("mean", torch.zeros(WIDTH))
        self.register_buffer("deviation", torch.ones(WIDTH))

    def encode(self, features: Tensor, states: list[Tensor] | None = None) -> tuple[Tensor, Tensor, list[Tensor]]:
        """features (batch, 2 * packets, 20) -> latents and starts (batch, packets, …) and the next states."""
        batch, frames, _ = features.shape
        states = self.encoder.stack.initial_states(batch) if states is None else states
        normal = (features - self.mean) / self.deviation
        return self.encoder(normal.reshape(batch, frames // FRAMES_PER_PACKET, FRAMES_PER_PACKET * WIDTH), states)

    def decode(
        self, latents: Tensor, levels: Tensor, starts: Tensor, states: list[Tensor] | None = None
    ) -> tuple[Tensor, list[Tensor]]:
        """Restored latents newest first, with their levels and starts -> (batch, 4 * chunks, 20), newest first."""
        batch, chunks, _ = latents.shape
        states = self.decoder.stack.initial_states(batch) if states is None else states
        normal, following = self.decoder(latents, levels, starts, states)
        frames = normal.float().reshape(batch, chunks * FRAMES_PER_LATENT, WIDTH)
        return frames * self.deviation + self.mean, following
