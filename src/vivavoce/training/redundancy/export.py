"""The trained codec as networks that stream, with the codebook that codes what they give."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from vivavoce.redundancy.codec.vivavoce.quantiser import LevelEntry
from vivavoce.redundancy.codec.vivavoce.rate_allocation import LEVELS
from vivavoce.redundancy.features import WIDTH
from vivavoce.training.core.onnx_export import NetworkExport, streaming_export
from vivavoce.training.redundancy.data import Stretches, vary
from vivavoce.training.redundancy.frequency_tables import LEFT_OUT, frequency_table
from vivavoce.training.redundancy.network import FRAMES_PER_PACKET, Quantiser, RateDistortionAutoencoder
from vivavoce.training.redundancy.rate_distortion import distortion, through_payloads

BATCHES, BATCH = 40, 16
"""Stretches that the frequencies are counted on, half of them varied as in training."""
CHUNKS = 25
"""A second of redundancy."""

Values = np.ndarray


class StreamedEncoder(nn.Module):
    """features (1, packets, 40) and states -> latents and starts, dimensions that went to zero left out."""

    outputs = ("latents", "starts")

    def __init__(self, network: RateDistortionAutoencoder, latents: list[int], starts: list[int]) -> None:
        super().__init__()
        self.network, self.latents, self.starts = network, latents, starts

    def initial_states(self) -> list[Tensor]:
        return self.network.encoder.stack.initial_states(1)

    def forward(self, features: Tensor, *states: Tensor) -> tuple[Tensor, ...]:
        frames = features.reshape(1, -1, WIDTH)
        latents, starts, following = self.network.encode(frames, list(states))
        return latents[..., self.latents], starts[..., self.starts], *following


class StreamedDecoder(nn.Module):
    """latents, levels and starts, newest first, and states -> (1, chunks, 80), four frames each, newest first."""

    outputs = ("features",)

    def __init__(self, network: RateDistortionAutoencoder, latents: list[int], starts: list[int]) -> None:
        super().__init__()
        self.network = network
        self.enter = _keep_inputs(network.decoder.enter, latents)
        first, *rest = network.decoder.begin.children()
        assert isinstance(first, nn.Linear)
        self.begin = nn.Sequential(_keep_inputs(first, starts), *rest)

    def initial_states(self) -> list[Tensor]:
        return self.network.decoder.stack.initial_states(1)

    def forward(self, latents: Tensor, levels: Tensor, starts: Tensor, *states: Tensor) -> tuple[Tensor, ...]:
        decoder = self.network.decoder
        hidden = self.enter(latents) + self.begin(starts) + decoder.level(levels)
        hidden, following = decoder.stack(hidden, list(states))
        normal = decoder.leave(decoder.norm(hidden))
        chunk_frames = normal.shape[-1] // WIDTH
        scale, mean = self.network.deviation.repeat(chunk_frames), self.network.mean.repeat(chunk_frames)
        return normal * scale + mean, *following


def export_networks(
    network: RateDistortionAutoencoder, latents: list[int], starts: list[int]
) -> dict[str, NetworkExport]:
    """`encoder` and `decoder` with the dimensions that are kept, given as indices."""
    packets = {"features": torch.zeros(1, 3, FRAMES_PER_PACKET * WIDTH)}
    chunks = {
        "latents": torch.zeros(1, 3, len(latents)),
        "levels": torch.zeros(1, 3, dtype=torch.int64),
        "starts": torch.zeros(1, 3, len(starts)),
    }
    return {
        "encoder": streaming_export(StreamedEncoder(network, latents, starts), packets, "encoder", int8=True),
        "decoder": streaming_export(StreamedDecoder(network, latents, starts), chunks, "decoder", int8=True),
    }


def kept_dimensions(network: RateDistortionAutoencoder, stretches: Stretches) -> tuple[dict[str, list[int]], Any]:
    """Indices of the dimensions that are not always zero, by quantiser, and the codebook of all levels for them."""
    latents, starts = encode_all(network, stretches)
    quantisers = {"latents": (network.latents, latents), "starts": (network.starts, starts)}
    kept = {name: used_dimensions(*pair) for name, pair in quantisers.items()}
    codebook = {
        name: [asdict(entry) for entry in level_entries(*pair, kept[name])] for name, pair in quantisers.items()
    }
    return kept, codebook


@torch.no_grad()
def encode_all(network: RateDistortionAutoencoder, stretches: Stretches) -> tuple[Values, Values]:
    """Latents and start vectors of many stretches, (packets, …) each."""
    random = np.random.default_rng(0)
    latents, starts = [], []
    for number in range(BATCHES):
        frames = stretches.batch(BATCH, random)
        frames = vary(frames, random) if number % 2 else frames
        latent, start, _ = network.encode(torch.from_numpy(frames))
        latents.append(latent.flatten(0, 1).numpy())
        starts.append(start.flatten(0, 1).numpy())
    return np.concatenate(latents), np.concatenate(starts)


def used_dimensions(quantiser: Quantiser, values: Values) -> list[int]:
    """Indices of the dimensions of `values` (packets, dimensions) that are not always zero."""
    finest = round_steps(quantiser, values, 0)
    return np.flatnonzero((finest != 0).mean(axis=0) >= LEFT_OUT).tolist()


@torch.no_grad()
def round_steps(quantiser: Quantiser, values: Values, level: int) -> Values:
    """Whole steps of values (packets, dimensions) at a level."""
    return quantiser.scale(torch.from_numpy(values), torch.full((len(values),), level)).round().long().numpy()


def level_entries(quantiser: Quantiser, values: Values, kept: list[int]) -> list[LevelEntry]:
    """The codebook of a quantiser: its own steps and dead zones, frequencies as counted."""
    scales, zones = (x.detach().numpy()[:, kept] for x in (quantiser.scales(), quantiser.dead_zones()))
    made = []
    for level in range(LEVELS):
        steps = round_steps(quantiser, values, level)[:, kept]
        tables = tuple(tuple(frequency_table(column)) for column in steps.T)
        made.append(LevelEntry(_short(scales[level]), _short(zones[level]), tables))
    return made


@torch.no_grad()
def held_out_metrics(network: RateDistortionAutoencoder, held_out: Stretches) -> dict[str, float]:
    """Estimated bits of a latent and distortion of a frame of development data, at four levels."""
    frames = torch.from_numpy(held_out.batch(BATCH, np.random.default_rng(1)))
    packets = BATCH * (held_out.frames // FRAMES_PER_PACKET - 1)
    figures = {}
    for level in (0, 5, 10, 15):
        payloads = through_payloads(network, frames, torch.full((packets // CHUNKS, CHUNKS), level), noise=False)
        wrong = distortion(payloads.restored, payloads.original).mean()
        figures[f"latent_bits_level_{level}"] = round(float(payloads.latent_bits.mean()), 2)
        figures[f"distortion_level_{level}"] = round(float(wrong), 4)
    return figures


def _keep_inputs(layer: nn.Linear, kept: list[int]) -> nn.Linear:
    """A layer that reads only the inputs that are kept."""
    made = nn.Linear(len(kept), layer.out_features, bias=layer.bias is not None)
    made.weight = nn.Parameter(layer.weight.detach()[:, kept].clone())
    if layer.bias is not None:
        made.bias = nn.Parameter(layer.bias.detach().clone())
    return made


def _short(values: Values) -> tuple[float, ...]:
    return tuple(float(f"{value:.6g}") for value in values)
