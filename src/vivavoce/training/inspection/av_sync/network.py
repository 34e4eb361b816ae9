"""Mouths and speech in one space, in which what belongs together moves together."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vivavoce.inspection.lip_sync.offsets import REACH
from vivavoce.inspection.lip_sync.speech import BANDS


class MouthNetwork(nn.Module):
    """Mouths (frames, 32, 48) uint8 of one face in order -> their motion (frames, values)."""

    outputs = ("motion",)

    def __init__(self, width: int, values: int, dropout: float) -> None:
        super().__init__()
        self.still = nn.Sequential(
            nn.Conv2d(1, width, 5, 2, 2, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, 2 * width, 3, 2, 1, bias=False), nn.BatchNorm2d(2 * width), nn.ReLU(),
            nn.Conv2d(2 * width, 2 * width, 3, 2, 1, bias=False), nn.BatchNorm2d(2 * width), nn.ReLU(),
            nn.Flatten(), nn.Dropout(dropout), nn.Linear(2 * width * 4 * 6, 24),
        )  # fmt: skip
        self.moving = _over_time(24, 24, values, 5)

    def forward(self, mouths: Tensor) -> Tensor:
        """One face: (frames, 32, 48) -> (frames, values)."""
        return self.several(mouths[None])[0]

    def several(self, mouths: Tensor) -> Tensor:
        """(batch, frames, 32, 48) -> (batch, frames, values)."""
        batch, frames = mouths.shape[:2]
        light = mouths.float().flatten(0, 1) / 255.0
        light = (light - light.mean(dim=(1, 2), keepdim=True)) / (light.std(dim=(1, 2), keepdim=True) + 0.05)
        seen = self.still(light[:, None]).unflatten(0, (batch, frames))
        seen = seen - seen.mean(dim=1, keepdim=True)
        return self.moving(seen.transpose(1, 2)).transpose(1, 2)


class SpeechNetwork(nn.Module):
    """Bands (batch, 4 * ticks, 24) -> sound (batch, ticks, values)."""

    outputs = ("sound",)

    def __init__(self, width: int, values: int, dropout: float) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv1d(BANDS, width, 5, 1, 2, bias=False), nn.BatchNorm1d(width), nn.ReLU(),
            nn.Conv1d(width, width, 4, 2, 1, bias=False), nn.BatchNorm1d(width), nn.ReLU(),
            nn.Conv1d(width, width, 4, 2, 1, bias=False), nn.BatchNorm1d(width), nn.ReLU(), nn.Dropout(dropout),
        )  # fmt: skip
        self.moving = _over_time(width, 24, values, 5)

    def forward(self, bands: Tensor) -> Tensor:
        level = bands - bands.mean(dim=1, keepdim=True)
        return self.moving(self.layers(level.transpose(1, 2))).transpose(1, 2)


class SyncNetwork(nn.Module):
    """Both, and what makes evidence of their likeness."""

    def __init__(self, width: int = 12, values: int = 8, dropout: float = 0.2) -> None:
        super().__init__()
        self.mouth = MouthNetwork(width, values, dropout)
        self.speech = SpeechNetwork(32, values, dropout)
        self.sharpness = nn.Parameter(torch.tensor(0.05))
        self.none = nn.Parameter(torch.tensor(1.0))

    def forward(self, mouths: Tensor, bands: Tensor) -> Tensor:
        """Mouths (batch, ticks, 32, 48), bands (batch, 4 * (ticks + 30), 24) -> evidence (batch, 32)."""
        seen, heard = self.mouth.several(mouths).float(), self.speech(bands).float()
        seen = seen - seen.mean(dim=1, keepdim=True)
        heard = heard - heard.mean(dim=1, keepdim=True)
        ticks = seen.shape[1]
        lags = [(seen * heard[:, lag : lag + ticks]).sum(dim=(1, 2)) for lag in range(2 * REACH + 1)]
        return torch.cat([self.sharpness * torch.stack(lags, dim=1), self.none.expand(len(seen), 1)], dim=1)


def _over_time(inner: int, width: int, outer: int, kernel: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv1d(inner, width, kernel, padding=kernel // 2),
        nn.ReLU(),
        nn.Conv1d(width, outer, 3, padding=1),
        nn.Tanh(),
    )
