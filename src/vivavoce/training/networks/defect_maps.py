"""The corruption map: a small residual network that ends in a 1 x 1 convolution, and the decision over its map."""

from __future__ import annotations

import torch
from torch import Tensor, nn

CLEARLY = 8.0
"""Steepness with which the share of corrupt cells is counted, so that it can be learned through."""


class CorruptionNetwork(nn.Module):
    """Luma of a picture and of the one before, (batch, height, width) uint8 -> map scores and decision score.

    The map is (batch, height / 32, width / 32), rounded up; the decision (batch,) is that of the whole picture.
    """

    def __init__(self, widths: tuple[int, ...] = (12, 20, 32, 48, 64)) -> None:
        super().__init__()
        first, second, *stages = widths
        self.stem = nn.Sequential(_convolution(2, first, 5), nn.ReLU(), _convolution(first, second, 3), nn.ReLU())
        inner = [second, *stages[:-1]]
        self.stages = nn.Sequential(*(Residual(one, two) for one, two in zip(inner, stages, strict=True)))
        self.map = nn.Conv2d(widths[-1], 1, 1)
        self.decision = nn.Sequential(nn.Linear(4 + 2 * widths[-1], 24), nn.ReLU(), nn.Linear(24, 1))

    def forward(self, before: Tensor, luma: Tensor) -> tuple[Tensor, Tensor]:
        now, then = luma.float() / 64.0 - 2.0, before.float() / 64.0 - 2.0
        features = self.stages(self.stem(torch.stack([now, now - then], dim=1)))
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


class CorruptionDetector(nn.Module):
    """The network as it is shipped: probabilities instead of scores."""

    outputs = ("map", "decision")

    def __init__(self, network: CorruptionNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, before: Tensor, luma: Tensor) -> tuple[Tensor, Tensor]:
        scores, decision = self.network(before, luma)
        return torch.sigmoid(scores), torch.sigmoid(decision)


class Residual(nn.Module):
    """Half the size: two convolutions that correct a plain projection."""

    def __init__(self, inner: int, outer: int) -> None:
        super().__init__()
        self.change = nn.Sequential(
            _convolution(inner, outer, 3),
            nn.ReLU(),
            nn.Conv2d(outer, outer, 3, 1, 1, bias=False),
            nn.BatchNorm2d(outer),
        )
        self.project = nn.Sequential(nn.Conv2d(inner, outer, 1, 2, bias=False), nn.BatchNorm2d(outer))

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.project(x) + self.change(x))


def _convolution(inner: int, outer: int, kernel: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inner, outer, kernel, 2, kernel // 2, bias=False), nn.BatchNorm2d(outer))
