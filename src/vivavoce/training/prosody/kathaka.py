"""Stage II of Kathaka: a sentence's distribution of prosody from its words and its tree."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from vivavoce.training.acoustic import token_losses
from vivavoce.training.networks.kathaka import KathakaNetwork
from vivavoce.training.prosody.stage_two import lessons, train_predictor
from vivavoce.training.utterances import SPEAKERS
from vivavoce.voice.dimensions import WORD_PROSODY


def divergence(mean: Tensor, log_variance: Tensor, other_mean: Tensor, other_log_variance: Tensor) -> Tensor:
    """Kullback-Leibler divergence KL(first || other) of diagonal normal distributions, in nats: -> (batch,)."""
    spread = (log_variance - other_log_variance).exp() + (mean - other_mean) ** 2 / other_log_variance.exp()
    return 0.5 * (spread - 1.0 + other_log_variance - log_variance).sum(-1)


def train(config: Mapping[str, Any], root: Path, cache: Path, folder: Path, minutes: float, device: str) -> None:
    """Run the recipe in `folder`, after the recipe `prosody` beside it."""
    torch.manual_seed(config["optimiser"]["seed"])
    material = lessons(root, cache, folder.parent, device)
    network = KathakaNetwork(len(SPEAKERS), **config["network"])
    weights = config["loss"]

    def loss(network: nn.Module, batch: dict[str, Tensor], member: int) -> dict[str, Tensor]:
        read = (batch["sentence"], batch["labels"], batch["edges"], batch["speaker"], batch["node_mask"])
        means, log_variances = network(*read)
        nats = divergence(batch["mean"][:, None], batch["log_variance"][:, None], means, log_variances).mean()
        silent = batch["mask"].new_zeros(*batch["mask"].shape, WORD_PROSODY)
        duration, pitch, loudness = token_losses(material.stage.encoders, batch, (means[:, member], silent))
        heard = weights["heard"]
        return {
            "nats": weights["divergence"] * nats, "duration": heard * duration, "pitch": heard * 3.0 * pitch,
            "energy": heard * 0.5 * loudness,
        }  # fmt: skip

    train_predictor(network, loss, material, config, folder, minutes, device)
