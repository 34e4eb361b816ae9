"""The redundancy codec: a rate-distortion autoencoder of acoustic features whose decoder runs backward in time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from vivavoce.blocks.addon_spec import AddonSpec
from vivavoce.blocks.model_card import CardText
from vivavoce.redundancy.codec.vivavoce.encoder import ADDON
from vivavoce.redundancy.codec.vivavoce.quantiser import CODEBOOK_FILE
from vivavoce.redundancy.features import RATE_HZ, WIDTH
from vivavoce.training.core.product import Losses, Metrics, Product, Progress
from vivavoce.training.core.recipe import Recipe
from vivavoce.training.corpora.recordings import prepare
from vivavoce.training.corpora.split import Split
from vivavoce.training.redundancy.data import Stretches, prepare_frames, vary
from vivavoce.training.redundancy.export import export_networks, held_out_metrics, kept_dimensions
from vivavoce.training.redundancy.network import FRAMES_PER_PACKET, RateDistortionAutoencoder
from vivavoce.training.redundancy.rate_distortion import random_levels, rate_distortion, through_payloads

REVISION = 1
"""Goes up with every codec that is shipped: payloads of one are noise to another."""
ATTRIBUTION = (
    "Voice of Kathleen (dataset-voice-kathleen, CC0 1.0), dataset-voice-kerstin and dataset-voice-nathalie (CC0 1.0), "
    "speechocean762, and six synthetic voices spoken by Kokoro-82M (Apache-2.0) over texts of LibriTTS (CC BY 4.0), "
    "LJ Speech (public domain) and templates (CC0)"
)
CARD = CardText(
    limits=(
        "Speech of one person at a time: music and crowds come back as what 18 bands and one pitch say of them.",
        "Trained on clean and on steadily noisy speech; not on babble, echo or telephone codecs.",
        "Payloads can be read with this revision of the codebook alone.",
    ),
    metric_names={
        **{f"latent_bits_level_{n}": f"bits of a latent at level {n}, estimated" for n in (0, 5, 10, 15)},
        **{f"distortion_level_{n}": f"error of a frame at level {n}, as in training" for n in (0, 5, 10, 15)},
    },
)


@dataclass(frozen=True)
class NetworkSettings:
    """See `RateDistortionAutoencoder`."""

    latent: int
    start: int
    encoder_width: int
    encoder_blocks: int
    encoder_kernel: int
    decoder_width: int
    decoder_blocks: int
    decoder_kernel: int
    expansion: int


@dataclass(frozen=True)
class DataSettings:
    """What a batch holds."""

    packets: int
    """Of 20 ms, in a stretch."""
    batch: int
    chunks: tuple[int, ...]
    """Lengths of payloads in turn, in chunks of 40 ms."""
    table_learning_rate_scale: float
    """Of the quantisers."""
    shares: dict[str, float]
    """How often a corpus is drawn from, whatever its size."""


@dataclass(frozen=True, kw_only=True)
class RedundancyRecipe(Recipe):
    """The tables of `recipes/rdovae`."""

    network: NetworkSettings
    data: DataSettings


class RedundancyCodec(Product[RedundancyRecipe]):
    """Encoder, backward decoder and codebook."""

    recipe_class = RedundancyRecipe

    def prepare(self, minutes: float) -> None:
        corpora = list(self.recipe.data.shares)
        prepare(self.workspace.speech, self.workspace.features, corpora)
        prepare_frames(self.workspace.speech, self.workspace.features, corpora)

    def build_network(self) -> nn.Module:
        return RateDistortionAutoencoder(**asdict(self.recipe.network))

    def initialize(self, network: nn.Module) -> None:
        """Means and deviations of the features."""
        assert isinstance(network, RateDistortionAutoencoder)
        network.mean, network.deviation = (torch.from_numpy(x) for x in self._stretches("train").moments())

    def parameter_groups(self, network: nn.Module) -> list[dict[str, Any]]:
        """The networks, and the tables of the quantisers, which move faster."""
        assert isinstance(network, RateDistortionAutoencoder)
        tables = [*network.latents.parameters(), *network.starts.parameters()]
        weights = [*network.encoder.parameters(), *network.decoder.parameters()]
        scale = self.recipe.data.table_learning_rate_scale
        return [{"params": weights}, {"params": tables, "weight_decay": 0.0, "learning_rate_scale": scale}]

    def batches(self, random: np.random.Generator, progress: Progress) -> Iterator[tuple[Tensor, Tensor]]:
        """Frames (batch, 2 * (packets + 1), 20), and levels of their payloads."""
        stretches, data = self._stretches("train"), self.recipe.data
        while True:
            frames = vary(stretches.batch(data.batch, random), random)
            chunks = data.chunks[progress.step % len(data.chunks)]
            levels = random_levels(random, data.batch * data.packets // chunks, chunks)
            yield torch.from_numpy(frames), torch.from_numpy(levels)

    def losses(self, network: nn.Module, batch: tuple[Tensor, Tensor], progress: Progress) -> Losses:
        assert isinstance(network, RateDistortionAutoencoder)
        loss, metrics = rate_distortion(through_payloads(network, *batch))
        return Losses({"rate_distortion": loss}, metrics)

    def validate(self, network: nn.Module) -> Metrics:
        assert isinstance(network, RateDistortionAutoencoder)
        return held_out_metrics(network, self._stretches("development"))

    def export(self, network: nn.Module) -> AddonSpec:
        assert isinstance(network, RateDistortionAutoencoder)
        kept, codebook = kept_dimensions(network, self._stretches("train"))
        features = {"features": {"dtype": "float32", "shape": [1, "frames", FRAMES_PER_PACKET * WIDTH]}}
        return AddonSpec(
            name=ADDON, kind=ADDON,
            summary="The past second of speech in every packet: encoder, backward decoder and codebook",
            attribution=ATTRIBUTION, data=tuple(self.recipe.data.shares),
            networks=export_networks(network, kept["latents"], kept["starts"]),
            stack=[{"type": "StreamingNetwork", "network": "encoder"}],
            manifest={"sample_rate_hz": RATE_HZ, "inputs": {}, "upstream": features},
            details={"revision": REVISION}, metrics=self.validate(network), card=CARD,
            files={CODEBOOK_FILE: json.dumps(codebook).encode()},
        )  # fmt: skip

    def _stretches(self, split: Split) -> Stretches:
        frames = FRAMES_PER_PACKET * (self.recipe.data.packets + 1)
        return Stretches(self.workspace.features, self.recipe.data.shares, frames, split)
