"""Train the corruption map and, jointly, the decision over it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.inspection.defects.block_corruption.features import block_figures
from vivavoce.training.defect_maps_data import UNKNOWN
from vivavoce.training.fitting import Losses, auc, fit
from vivavoce.training.networks.defect_maps import CorruptionNetwork
from vivavoce.training.shards import read_shards

CORRUPT, UNTOUCHED = 8.0, 2.0
"""Mean difference of luma from which a block is corrupt, and up to which it is not; between, nobody can say."""
MEANT, TOO_LITTLE = 0.07, 0.02
"""Share of corrupt blocks from which a picture is corrupt, and up to which it is not."""
STILL_CHANCE, NOISE = 0.1, 0.03


class Pictures:
    """The figures of crops in memory, and batches of them."""

    def __init__(self, folder: Path) -> None:
        arrays = read_shards(folder)
        self.wrong = arrays["wrong"]
        pairs = zip(arrays["before"], arrays["luma"], strict=True)
        self.figures = np.stack([block_figures(before, luma) for before, luma in pairs])
        self.still = np.stack([block_figures(luma, luma) for luma in arrays["luma"]])
        self.share = (self.wrong >= CORRUPT).mean(axis=(1, 2))
        self.hurt, self.unhurt = np.flatnonzero(self.share >= TOO_LITTLE), np.flatnonzero(self.share < TOO_LITTLE)

    def batch(self, size: int, random: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Figures (size, 18, 12, 16) and differences (size, 12, 16) uint8: half of them corrupt, some of stills."""
        half = size // 2
        chosen = np.concatenate([pool[random.integers(len(pool), size=half)] for pool in (self.hurt, self.unhurt)])
        still = random.random(len(chosen)) < STILL_CHANCE
        figures = np.where(still[:, None, None, None], self.still[chosen], self.figures[chosen])
        figures += random.normal(0.0, NOISE, figures.shape).astype(np.float32)
        return torch.from_numpy(figures), torch.from_numpy(self.wrong[chosen])


def map_loss(scores: Tensor, wrong: Tensor) -> Tensor:
    """Cross-entropy of cells against the share of their four blocks that is corrupt; doubtful blocks do not count."""
    known = (((wrong >= CORRUPT) & (wrong != UNKNOWN)) | (wrong <= UNTOUCHED)).float()
    corrupt = (wrong >= CORRUPT).float() * known
    weight = functional.avg_pool2d(known[:, None], 2)[:, 0]
    share = functional.avg_pool2d(corrupt[:, None], 2)[:, 0] / weight.clamp_min(0.25)
    loss = functional.binary_cross_entropy_with_logits(scores, share.clamp(0, 1), reduction="none")
    return (loss * weight).sum() / weight.sum().clamp_min(1.0)


def decision_loss(scores: Tensor, wrong: Tensor) -> Tensor:
    """Cross-entropy of whole pictures; those with a little corruption do not count."""
    share = (wrong >= CORRUPT).float().mean(dim=(1, 2))
    counts = ((share >= MEANT) | (share <= TOO_LITTLE)).float()
    loss = functional.binary_cross_entropy_with_logits(scores, (share >= MEANT).float(), reduction="none")
    return (loss * counts).sum() / counts.sum().clamp_min(1.0)


def decisions(network: nn.Module, pictures: Pictures, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Decision scores, and areas of the map over one half, of the chosen crops, (crops,) each."""
    scores, areas = [], []
    with torch.no_grad():
        for part in np.array_split(chosen, max(1, len(chosen) // 32)):
            cells, decided = network(torch.from_numpy(pictures.figures[part]))
            scores.append(decided.float().numpy())
            areas.append((cells > 0).float().mean(dim=(1, 2)).numpy())
    return np.concatenate(scores), np.concatenate(areas)


def judged(pictures: Pictures, most: int = 600) -> np.ndarray:
    """Which crops figures are made on: those that are clearly corrupt or clearly not."""
    clear = np.flatnonzero((pictures.share >= MEANT) | (pictures.share == 0.0))
    return np.sort(np.random.default_rng(5).permutation(clear)[:most])


def train(config: Mapping[str, Any], root: Path, cache: Path, folder: Path, minutes: float, device: str) -> None:
    """Run the recipe in `folder` for `minutes`, resuming what is there; examples lie in `runs/inspection`."""
    del root, cache, device
    examples = folder.parent / "inspection" / "block_corruption"
    pictures, held_out = Pictures(examples / "train"), Pictures(examples / "dev")
    chosen = judged(held_out, 240)
    truth = held_out.share[chosen] >= MEANT

    def losses(network: nn.Module, random: np.random.Generator, progress: float) -> Losses:
        del progress
        figures, wrong = pictures.batch(config["data"]["batch"], random)
        cells, decision = network(figures)
        where, whether = map_loss(cells.float(), wrong), decision_loss(decision.float(), wrong)
        return {"loss": where + 0.5 * whether, "map": where, "decision": whether}

    def judge(network: nn.Module) -> dict[str, float]:
        scores, areas = decisions(network, held_out, chosen)
        return {"dev_learned": auc(scores, truth), "dev_area": auc(areas, truth)}

    fit(CorruptionNetwork(**config["network"]), folder, minutes, config["optimiser"], losses, judge)
