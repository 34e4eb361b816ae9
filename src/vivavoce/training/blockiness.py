"""Train the reader of grids."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from vivavoce.training.fitting import Losses, auc, fit
from vivavoce.training.networks.blockiness import COARSEST, BlockinessNetwork
from vivavoce.training.shards import read_shards

JITTER = 0.03


def visible_scores(network: nn.Module, arrays: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Scores (examples,) of those that are clearly visible or not, and which they are."""
    known = arrays["visible"] >= 0
    with torch.no_grad():
        scores, _ = network(torch.from_numpy(arrays["figures"][known]))
    return scores.numpy(), arrays["visible"][known] > 0.5


def train(config: Mapping[str, Any], root: Path, cache: Path, folder: Path, minutes: float, device: str) -> None:
    """Run the recipe in `folder` for `minutes`, resuming what is there; examples lie in `runs/inspection`."""
    del root, cache, device
    examples = folder.parent / "inspection" / "blockiness"
    arrays, held_out = read_shards(examples / "train"), read_shards(examples / "dev")
    figures = torch.from_numpy(arrays["figures"])
    visible, quantisers = torch.from_numpy(arrays["visible"]), torch.from_numpy(arrays["quantiser"]) / COARSEST

    def losses(network: nn.Module, random: np.random.Generator, progress: float) -> Losses:
        del progress
        chosen = torch.from_numpy(random.integers(len(figures), size=config["data"]["batch"]))
        noise = torch.from_numpy(random.normal(0, JITTER, (len(chosen), figures.shape[1])).astype(np.float32))
        score, quantiser = network(figures[chosen] + noise)
        known = (visible[chosen] >= 0).float()
        each = functional.binary_cross_entropy_with_logits(score, visible[chosen].clamp_min(0), reduction="none")
        whether = (each * known).sum() / known.sum().clamp_min(1.0)
        said = (quantisers[chosen] >= 0).float()
        coarse = ((quantiser - quantisers[chosen]).abs() * said).sum() / said.sum().clamp_min(1.0)
        return {"loss": whether + 2.0 * coarse, "visible": whether, "quantiser": COARSEST * coarse}

    def judge(network: nn.Module) -> dict[str, float]:
        return {"dev": auc(*visible_scores(network, held_out))}

    fit(BlockinessNetwork(**config["network"]), folder, minutes, config["optimiser"], losses, judge)
