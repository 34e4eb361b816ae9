"""Stage II of CAMP: each word's prosody from the words around it and what they do in the sentence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from vivavoce.training.acoustic import token_losses
from vivavoce.training.networks.camp import CampNetwork
from vivavoce.training.networks.reference import over_tokens
from vivavoce.training.prosody.stage_two import lessons, train_predictor
from vivavoce.training.utterances import SPEAKERS
from vivavoce.voice.dimensions import KNOTS


def train(config: Mapping[str, Any], root: Path, cache: Path, folder: Path, minutes: float, device: str) -> None:
    """Run the recipe in `folder`, after the recipe `prosody` beside it."""
    torch.manual_seed(config["optimiser"]["seed"])
    material = lessons(root, cache, folder.parent, device)
    network = CampNetwork(len(SPEAKERS), **config["network"])
    weights = config["loss"]

    def loss(network: nn.Module, batch: dict[str, Tensor], member: int) -> dict[str, Tensor]:
        mask = batch["word_mask"]
        made = network(batch["words"], batch["features"], batch["speaker"], mask)
        distance = ((made - batch["word_targets"][:, None]).abs().mean(-1).mean(1) * mask).sum() / mask.sum()
        whole = batch["mean"].new_zeros(batch["mean"].shape)
        given = (whole, over_tokens(made[:, member], batch["owner"]))
        away = batch["reference"][..., :KNOTS].abs().mean(-1).clamp(max=1.0)
        moved = {**batch, "knot_weights": batch["knot_weights"] * (1.0 + weights["movement"] * away)}
        duration, pitch, loudness = token_losses(material.stage.encoders, moved, given)
        heard = weights["heard"]
        return {
            "distance": weights["distance"] * distance, "duration": heard * duration, "pitch": heard * 3.0 * pitch,
            "energy": heard * 0.5 * loudness,
        }  # fmt: skip

    train_predictor(network, loss, material, config, folder, minutes, device)
