"""`python -m vivavoce.training.rdovae_export`: the trained redundancy codec as the addon `redundancy`."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from vivavoce.blocks import write_addon
from vivavoce.redundancy.codec.vivavoce.encoder import ADDON
from vivavoce.redundancy.codec.vivavoce.quantiser import CODEBOOK_FILE, LevelEntry
from vivavoce.redundancy.codec.vivavoce.rate_allocation import LEVELS
from vivavoce.redundancy.features import RATE_HZ, WIDTH
from vivavoce.training.cards import write_card
from vivavoce.training.export import export_streaming
from vivavoce.training.frequencies import LEFT_OUT, frequency_table
from vivavoce.training.networks.rdovae import FRAMES_PER_PACKET, Quantiser, RateDistortionAutoencoder
from vivavoce.training.provenance import provenance, recipe
from vivavoce.training.rdovae import distortion, through_payloads
from vivavoce.training.redundancy_data import Stretches, vary

ATTRIBUTION = (
    "Voice of Kathleen (dataset-voice-kathleen, CC0 1.0), dataset-voice-kerstin and dataset-voice-nathalie (CC0 1.0), "
    "speechocean762, and six synthetic voices spoken by Kokoro-82M (Apache-2.0) over texts of LibriTTS (CC BY 4.0), "
    "LJ Speech (public domain) and templates (CC0)"
)

RECIPE = "rdovae"
REVISION = 1
"""Goes up with every codec that is shipped: payloads of one are noise to another."""

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
        self.enter = _narrowed(network.decoder.enter, latents)
        first, *rest = network.decoder.begin.children()
        assert isinstance(first, nn.Linear)
        self.begin = nn.Sequential(_narrowed(first, starts), *rest)

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


def ship(runs: Path, addons: Path, hardware: str) -> None:
    """Write the addon from the weights of the run and frequencies counted on training data."""
    config = recipe(RECIPE)
    network = RateDistortionAutoencoder(**config["network"])
    state = torch.load(runs / RECIPE / "checkpoint.pt", map_location="cpu", weights_only=True)
    network.load_state_dict(state["parts"]["network"])
    network.eval()
    shares, packets = config["data"]["shares"], config["data"]["packets"]
    stretches = Stretches(runs / "features", shares, FRAMES_PER_PACKET * (packets + 1))
    latents, starts = encoded(network, stretches)
    quantisers = {"latents": network.latents, "starts": network.starts}
    values = {"latents": latents, "starts": starts}
    kept = {name: used_dimensions(quantisers[name], values[name]) for name in values}
    codebook = {name: [asdict(e) for e in level_entries(quantisers[name], values[name], kept[name])] for name in values}
    held_out = Stretches(runs / "features", shares, FRAMES_PER_PACKET * (packets + 1), split="dev")
    origin = provenance(runs, [RECIPE], list(shares), hardware, held_out_figures(network, held_out))
    origin["details"]["revision"] = REVISION
    with tempfile.TemporaryDirectory() as temporary:
        paths = export_networks(network, kept["latents"], kept["starts"], Path(temporary))
        contents = {path.name: path.read_bytes() for path in paths}
    write_redundancy_addon(addons / ADDON, {**contents, CODEBOOK_FILE: json.dumps(codebook).encode()}, origin)
    write_card(addons / ADDON)
    print(f"{len(kept['latents'])} dimensions of {latents.shape[1]} kept, {len(kept['starts'])} of {starts.shape[1]}")


@torch.no_grad()
def encoded(network: RateDistortionAutoencoder, stretches: Stretches) -> tuple[Values, Values]:
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
    """Dimensions that are not always zero."""
    finest = rounded(quantiser, values, 0)
    return np.flatnonzero((finest != 0).mean(axis=0) >= LEFT_OUT).tolist()


@torch.no_grad()
def rounded(quantiser: Quantiser, values: Values, level: int) -> Values:
    """Whole steps of values (packets, dimensions) at a level."""
    return quantiser.scaled(torch.from_numpy(values), torch.full((len(values),), level)).round().long().numpy()


def level_entries(quantiser: Quantiser, values: Values, kept: list[int]) -> list[LevelEntry]:
    """The codebook of a quantiser: its own steps and dead zones, frequencies as counted."""
    scales, zones = (x.detach().numpy()[:, kept] for x in (quantiser.scales(), quantiser.dead_zones()))
    made = []
    for level in range(LEVELS):
        steps = rounded(quantiser, values, level)[:, kept]
        tables = tuple(tuple(frequency_table(column)) for column in steps.T)
        made.append(LevelEntry(_short(scales[level]), _short(zones[level]), tables))
    return made


@torch.no_grad()
def held_out_figures(network: RateDistortionAutoencoder, held_out: Stretches) -> dict[str, float]:
    """Estimated bits of a latent and distortion of a frame of development data, at four levels."""
    frames = torch.from_numpy(held_out.batch(BATCH, np.random.default_rng(1)))
    packets = BATCH * (held_out.frames // FRAMES_PER_PACKET - 1)
    figures = {}
    for level in (0, 5, 10, 15):
        payloads = through_payloads(network, frames, torch.full((packets // CHUNKS, CHUNKS), level), noise=False)
        wrong = distortion(payloads.restored, payloads.original).mean()
        figures[f"held_out_latent_bits_level_{level}"] = round(float(payloads.latent_bits.mean()), 2)
        figures[f"held_out_distortion_level_{level}"] = round(float(wrong), 4)
    return figures


def export_networks(
    network: RateDistortionAutoencoder, latents: list[int], starts: list[int], folder: Path
) -> tuple[Path, Path]:
    """Write `encoder.onnx` and `decoder.onnx` with the dimensions that are kept."""
    network.eval()
    encoder, decoder = folder / "encoder.onnx", folder / "decoder.onnx"
    packets = {"features": torch.zeros(1, 3, FRAMES_PER_PACKET * WIDTH)}
    chunks = {
        "latents": torch.zeros(1, 3, len(latents)),
        "levels": torch.zeros(1, 3, dtype=torch.int64),
        "starts": torch.zeros(1, 3, len(starts)),
    }
    export_streaming(StreamedEncoder(network, latents, starts), packets, encoder)
    export_streaming(StreamedDecoder(network, latents, starts), chunks, decoder)
    return encoder, decoder


def write_redundancy_addon(folder: Path, contents: Mapping[str, bytes], origin: Mapping[str, Any]) -> None:
    """Write the addon around its networks and codebook; `origin` holds `provenance` and `details`."""
    description = {
        "name": ADDON,
        "kind": ADDON,
        "summary": "The past second of speech in every packet: encoder, backward decoder and codebook",
        "licence": "Apache-2.0",
        "attribution": ATTRIBUTION,
        **origin,
        "sample_rate_hz": RATE_HZ,
        "inputs": {},
        "upstream": {"features": {"dtype": "float32", "shape": [1, "frames", FRAMES_PER_PACKET * WIDTH]}},
        "stack": [{"type": "StreamingNetwork", "network": "encoder"}],
        "networks": {name: {"file": f"{name}.onnx", "role": name} for name in ("encoder", "decoder")},
    }
    write_addon(folder, description, contents)


def _narrowed(layer: nn.Linear, kept: list[int]) -> nn.Linear:
    """A layer that reads only the inputs that are kept."""
    made = nn.Linear(len(kept), layer.out_features, bias=layer.bias is not None)
    made.weight = nn.Parameter(layer.weight.detach()[:, kept].clone())
    if layer.bias is not None:
        made.bias = nn.Parameter(layer.bias.detach().clone())
    return made


def _short(values: Values) -> tuple[float, ...]:
    return tuple(float(f"{value:.6g}") for value in values)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--addons", type=Path, default=Path(str(files("vivavoce.addons"))))
    parser.add_argument("--hardware", default="CPU")
    arguments = parser.parse_args()
    ship(arguments.runs, arguments.addons, arguments.hardware)


if __name__ == "__main__":
    main()
