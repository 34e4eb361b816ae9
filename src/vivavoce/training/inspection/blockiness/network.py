"""Whether a grid is visible, and how coarse the quantiser must have been."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vivavoce.inspection.defects.blockiness.features import FIGURES

COARSEST = 51.0


class BlockinessNetwork(nn.Module):
    """Figures (batch, 70) -> score of a visible grid (batch,) and quantiser as a share of 51 (batch,)."""

    def __init__(self, width: int = 48) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.BatchNorm1d(FIGURES), nn.Linear(FIGURES, width), nn.ReLU(), nn.Dropout(0.1),
            nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 2),
        )  # fmt: skip

    def forward(self, figures: Tensor) -> tuple[Tensor, Tensor]:
        made = self.layers(figures)
        return made[:, 0], made[:, 1]


class BlockinessDetector(nn.Module):
    """The network as it is shipped: a probability and a quantiser of 0 to 51."""

    outputs = ("visible", "quantiser")

    def __init__(self, network: BlockinessNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, figures: Tensor) -> tuple[Tensor, Tensor]:
        score, quantiser = self.network(figures)
        return torch.sigmoid(score), COARSEST * quantiser.clamp(0.0, 1.0)
