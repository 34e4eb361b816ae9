"""The corruption map: a small residual network that ends in a 1 x 1 convolution, and the decision over its map."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vivavoce.inspection.defects.block_corruption.features import FIGURES

CLEARLY = 8.0
"""Steepness with which the share of corrupt cells is counted, so that it can be learned through."""


class CorruptionNetwork(nn.Module):
    """Figures of blocks (batch, 18, rows, columns) -> map scores and decision score.

    The map is (batch, rows / 2, columns / 2), a cell for 32 x 32 pixels; the decision (batch,) is that of the picture.
    """

    outputs = ("map", "decision")

    def __init__(self, width: int = 32, dropout: float = 0.1) -> None:
        super().__init__()
        wide = 3 * width // 2
        self.blocks = nn.Sequential(
            nn.BatchNorm2d(FIGURES), Residual(FIGURES, width), Residual(width, width), nn.Dropout2d(dropout)
        )
        self.cells = nn.Sequential(Residual(width, wide, 2), Residual(wide, wide), nn.Dropout2d(dropout))
        self.map = nn.Conv2d(wide, 1, 1)
        self.decision = nn.Sequential(nn.Linear(4 + 2 * wide, 24), nn.ReLU(), nn.Dropout(dropout), nn.Linear(24, 1))

    def forward(self, figures: Tensor) -> tuple[Tensor, Tensor]:
        features = self.cells(self.blocks(figures))
        scores = self.map(features)
        return scores[:, 0], self.decision(_statistics(scores, features))[:, 0]


def _statistics(scores: Tensor, features: Tensor) -> Tensor:
    """Of any size of map: how much is corrupt, how surely, and what corrupt cells look like. (batch, 4 + 2 widths)."""
    likely = torch.sigmoid(scores)
    area = torch.sigmoid(CLEARLY * (likely - 0.5))
    powers = [likely.mean(dim=(2, 3)), likely.square().mean(dim=(2, 3)).sqrt(), area.mean(dim=(2, 3))]
    root = likely.pow(4).mean(dim=(2, 3)).clamp_min(1e-8).sqrt().sqrt()
    there = (features * likely).mean(dim=(2, 3)) / (likely.mean(dim=(2, 3)) + 1e-3)
    return torch.cat([*powers, root, there, features.mean(dim=(2, 3))], dim=1)


class Residual(nn.Module):
    """Two convolutions that correct a plain projection; `step` 2 halves the size."""

    def __init__(self, inner: int, outer: int, step: int = 1) -> None:
        super().__init__()
        self.change = nn.Sequential(
            nn.Conv2d(inner, outer, 3, step, 1, bias=False), nn.BatchNorm2d(outer), nn.ReLU(),
            nn.Conv2d(outer, outer, 3, 1, 1, bias=False), nn.BatchNorm2d(outer),
        )  # fmt: skip
        self.project = nn.Sequential(nn.Conv2d(inner, outer, 1, step, bias=False), nn.BatchNorm2d(outer))

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.project(x) + self.change(x))
