"""The attention voice as `vivavoce.training` trains and exports it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any

import numpy as np
import torch
from torch import nn

from attention_voice.training.data import Utterance, endless_batches, read_utterances
from attention_voice.training.exported import network_exports
from attention_voice.training.losses import guided_share, losses
from attention_voice.training.network import AttentionModel
from vivavoce.blocks.addon_spec import AddonSpec, ReadyNetwork
from vivavoce.blocks.json_values import parse_json
from vivavoce.features import HOP, RATE_HZ
from vivavoce.training.core.product import Losses, Metrics, Product, Progress
from vivavoce.training.core.recipe import Recipe

ADDON = "legacy-heart"


@dataclass(frozen=True, kw_only=True)
class NetworkSettings:
    """Sizes of `AttentionModel`."""

    encoded: int = 160
    prenet: int = 64
    hidden: int = 224
    reduction: int = 5
    """Frames a step."""
    dropout: float = 0.4
    """Of the prenet, so that it leans on the text and not on the last frame."""
    width: int = 192
    blocks: int = 5


@dataclass(frozen=True, kw_only=True)
class DataSettings:
    """Whose speech, and how much of it at a time."""

    corpora: tuple[str, ...]
    speaker: str
    frames: int
    """Of a batch."""
    lead: int
    """Frames of silence kept before the first sound."""
    tail: int
    """And after the last."""


@dataclass(frozen=True, kw_only=True)
class AttentionRecipe(Recipe):
    network: NetworkSettings
    data: DataSettings
    release_from: int
    """Until this step the window is put back before every step,"""
    release_until: int
    """then ever more rarely, from here never."""
    noise: float
    """On the frame that a step hears, so that it forgives its own mistakes."""


class AttentionVoice(Product[AttentionRecipe]):
    """One speaker, attention, an autoregressive decoder."""

    recipe_class = AttentionRecipe

    @cached_property
    def utterances(self) -> list[Utterance]:
        """Of the split `train`."""
        return self._read("train")

    def build_network(self) -> nn.Module:
        return AttentionModel(**asdict(self.recipe.network))

    def batches(self, random: np.random.Generator, progress: Progress) -> Iterator[list[Utterance]]:
        return endless_batches(self.utterances, self.recipe.data.frames, random)

    def losses(self, network: nn.Module, batch: Any, progress: Progress) -> Losses:
        assert isinstance(network, AttentionModel)
        recipe = self.recipe
        share = guided_share(progress.step, recipe.release_from, recipe.release_until)
        return Losses(losses(network, batch, recipe.noise, share))

    def export(self, network: nn.Module) -> AddonSpec:
        assert isinstance(network, AttentionModel)
        shipped = files("attention_voice").joinpath("addons", ADDON)
        known = parse_json(shipped.joinpath("addon.json").read_bytes(), ADDON)
        voiced = np.concatenate([utterance.f0[utterance.f0 > 0] for utterance in self.utterances])
        exports = network_exports(network, float(np.log(voiced).mean()))
        vocoder = ReadyNetwork(onnx=shipped.joinpath("vocoder.onnx").read_bytes(), role="vocoder")
        kept = {name: known[name] for name in ("speakers", "inputs", "config")}
        return AddonSpec(
            name=ADDON, kind="voice", summary=known["summary"], attribution=known["attribution"],
            data=self.recipe.data.corpora, networks={**exports, "vocoder": vocoder}, stack=known["stack"],
            manifest={"sample_rate_hz": RATE_HZ, "hop": HOP, **kept},
            metrics={f"held_out_{name}": value for name, value in self._held_out(network).items()},
        )  # fmt: skip

    def _read(self, split: str) -> list[Utterance]:
        data = self.recipe.data
        spoken = read_utterances(self.workspace.speech, data.corpora, data.speaker, split)
        return [utterance.trimmed(data.lead, data.tail) for utterance in spoken]

    @torch.no_grad()
    def _held_out(self, network: AttentionModel) -> Metrics:
        """Mean losses over the test sentences."""
        found = [losses(network, [utterance]) for utterance in self._read("test")]
        return {name: float(torch.stack([row[name] for row in found]).mean()) for name in found[0]} if found else {}
