"""The reader of rows: which row of a picture does not follow the one above."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vivavoce.inspection.defects.tearing.features import PROFILES


class TearingNetwork(nn.Module):
    """Profiles (batch, 6, rows, 16) -> scores of rows (batch, rows) and of pictures (batch,)."""

    outputs = ("rows", "torn")

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.bands = nn.Sequential(
            _convolution(PROFILES, width, (7, 3)),
            _convolution(width, width, (5, 3), 2),
            _convolution(width, 2 * width, (5, 3)),
        )
        self.across = nn.Sequential(
            nn.Conv1d(4 * width, 2 * width, 9, padding=4, bias=False), nn.BatchNorm1d(2 * width), nn.ReLU(),
            nn.Conv1d(2 * width, 1, 5, padding=2),
        )  # fmt: skip
        self.scale = nn.Parameter(torch.tensor([1.0, 0.0]))

    def forward(self, profiles: Tensor) -> tuple[Tensor, Tensor]:
        bands = self.bands(profiles)
        rows = self.across(torch.cat([bands.mean(dim=3), bands.amax(dim=3)], dim=1))[:, 0]
        return rows, self.scale[0] * rows.amax(dim=1) + self.scale[1]


def _convolution(inner: int, outer: int, kernel: tuple[int, int], step: int = 1) -> nn.Sequential:
    """`step` leaves out bands, never rows."""
    convolution = nn.Conv2d(inner, outer, kernel, (1, step), (kernel[0] // 2, kernel[1] // 2), bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outer), nn.ReLU())
