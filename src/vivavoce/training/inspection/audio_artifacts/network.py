"""The five-class listener: one branch for each view of a second of sound."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vivavoce.inspection.defects.audio_artifacts.features import LEVELS, SHAPES, TONE_VIEWS

MIXTURE = 8
"""What pretraining asks for: presence of each of four defects and their strengths."""


class ArtifactNetwork(nn.Module):
    """Views of `sound_views` -> class scores (batch, 5) and what the mixture held (batch, 8)."""

    outputs = ("probabilities",)

    def __init__(self, width: int = 24, classes: int = 5, dropout: float = 0.2) -> None:
        super().__init__()
        self.mel = nn.Sequential(
            _flat(1, width), _flat(width, 2 * width), _flat(2 * width, 2 * width), _Residual(2 * width),
            _flat(2 * width, 3 * width),
        )  # fmt: skip
        self.tones = nn.Sequential(
            _line(TONE_VIEWS, width, 9),
            _line(width, width, 5),
            _line(width, 12, 5),
            nn.Flatten(),
            nn.LazyLinear(48),
            nn.ReLU(),
        )
        self.fine = nn.Sequential(
            _line(SHAPES["fine"][0], width, 5), _line(width, 2 * width, 5), _line(2 * width, 2 * width, 5)
        )  # fmt: skip
        self.levels = nn.Sequential(nn.Linear(2 * LEVELS + 1, 48), nn.ReLU())
        self.join = nn.Sequential(nn.Dropout(dropout), nn.LazyLinear(96), nn.ReLU(), nn.Dropout(dropout))
        self.classes, self.mixture = nn.Linear(96, classes), nn.Linear(96, MIXTURE)

    def forward(self, mel: Tensor, tones: Tensor, fine: Tensor, levels: Tensor) -> tuple[Tensor, Tensor]:
        spectrum = self.mel(mel[:, None] / 3.0)
        instants = self.fine(fine / 3.0)
        joined = self.join(
            torch.cat(
                [
                    spectrum.mean(dim=(2, 3)), spectrum.mean(dim=2).amax(dim=2), self.tones(tones / 3.0),
                    instants.mean(dim=2), instants.amax(dim=2), self.levels(levels),
                ],
                dim=1,
            )
        )  # fmt: skip
        return self.classes(joined), self.mixture(joined)


class ArtifactClassifier(nn.Module):
    """The network as it is shipped: views in, probabilities (batch, 5) out."""

    outputs = ("probabilities",)

    def __init__(self, network: ArtifactNetwork, temperature: float = 1.0) -> None:
        super().__init__()
        self.network, self.temperature = network, temperature

    def forward(self, mel: Tensor, tones: Tensor, fine: Tensor, levels: Tensor) -> Tensor:
        return torch.softmax(self.network(mel, tones, fine, levels)[0] / self.temperature, dim=1)


class _Residual(nn.Module):
    """Two convolutions that add to what they read."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.change = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.change(x))


def _flat(inner: int, outer: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inner, outer, 3, 2, 1, bias=False), nn.BatchNorm2d(outer), nn.ReLU())


def _line(inner: int, outer: int, kernel: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv1d(inner, outer, kernel, 2, kernel // 2, bias=False), nn.BatchNorm1d(outer), nn.ReLU())
