"""Train the reader of rows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.training.fitting import Losses, auc, fit
from vivavoce.training.networks.tearing import TearingNetwork
from vivavoce.training.shards import read_shards

STILL_CHANCE = 0.1
ROW_WEIGHT = 20.0
"""How much more a torn row counts than one of the 238 whole ones."""


class Profiles:
    """Examples in memory, and batches of them."""

    def __init__(self, folder: Path) -> None:
        arrays = read_shards(folder)
        self.profiles, self.row = arrays["profiles"], arrays["row"].astype(np.int64)
        self.torn, self.whole = np.flatnonzero(self.row != 0), np.flatnonzero(self.row == 0)

    def batch(self, size: int, random: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Profiles (size, 6, 239, 16) and torn rows (size,) (0: whole, -1: nobody said): half torn, some mirrored."""
        half = size // 2
        chosen = np.concatenate([pool[random.integers(len(pool), size=half)] for pool in (self.torn, self.whole)])
        profiles, row = self.profiles[chosen].astype(np.float32), self.row[chosen].copy()
        mirrored = random.random(len(chosen)) < 0.5
        profiles[mirrored] = profiles[mirrored][..., ::-1]
        profiles += random.normal(0.0, 0.1, (len(chosen), 1, 1, 1)).astype(np.float32)
        return torch.from_numpy(np.maximum(profiles, 0.0)), torch.from_numpy(row)


def row_loss(scores: Tensor, row: Tensor) -> Tensor:
    """Cross-entropy of rows: the one above the tear is torn, its two neighbours do not count."""
    places = torch.arange(1, scores.shape[1] + 1)
    away = (places[None] - row[:, None]).abs()
    truth = ((away == 0) & (row[:, None] > 0)).float()
    weight = torch.where(truth > 0, ROW_WEIGHT, 1.0) * ((away == 0) | (away > 2) | (row[:, None] == 0)).float()
    weight = weight * (row[:, None] >= 0).float()
    return (functional.binary_cross_entropy_with_logits(scores, truth, reduction="none") * weight).mean()


def torn_scores(network: nn.Module, examples: Profiles) -> np.ndarray:
    """Scores of all pictures, (examples,)."""
    parts = np.array_split(np.arange(len(examples.row)), max(1, len(examples.row) // 64))
    with torch.no_grad():
        views = (torch.from_numpy(examples.profiles[part].astype(np.float32)) for part in parts)
        return np.concatenate([network(view)[1].float().numpy() for view in views])


def train(config: Mapping[str, Any], root: Path, cache: Path, folder: Path, minutes: float, device: str) -> None:
    """Run the recipe in `folder` for `minutes`, resuming what is there; examples lie in `runs/inspection`."""
    del root, cache, device
    examples = folder.parent / "inspection" / "tearing"
    profiles, held_out = Profiles(examples / "train"), Profiles(examples / "dev")

    def losses(network: nn.Module, random: np.random.Generator, progress: float) -> Losses:
        del progress
        views, row = profiles.batch(config["data"]["batch"], random)
        rows, torn = network(views)
        where = row_loss(rows.float(), row)
        whether = functional.binary_cross_entropy_with_logits(torn.float(), (row != 0).float())
        return {"loss": where + whether, "rows": where, "torn": whether}

    def judge(network: nn.Module) -> dict[str, float]:
        return {"dev": auc(torn_scores(network, held_out), held_out.row != 0)}

    fit(TearingNetwork(**config["network"]), folder, minutes, config["optimiser"], losses, judge)
