"""Which sound each frame of a recording is."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from vivavoce.features import BANDS
from vivavoce.voice.tokens import SYMBOLS

CLASSES = len(SYMBOLS)


class FrameClassifier(nn.Module):
    """mel (batch, frames, 80) -> log probabilities (batch, frames, classes), seeing nine frames each way."""

    def __init__(self, width: int = 160) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv1d(BANDS, width, 5, padding=2), nn.GELU(), nn.Dropout(0.1),
            nn.Conv1d(width, width, 5, padding=2), nn.GELU(), nn.Dropout(0.1),
            nn.Conv1d(width, width, 3, padding=2, dilation=2), nn.GELU(), nn.Conv1d(width, CLASSES, 3, padding=1),
        )  # fmt: skip

    def forward(self, mel: Tensor) -> Tensor:
        logits = self.layers(((mel + 5.0) / 4.0).transpose(1, 2)).transpose(1, 2)
        return functional.log_softmax(logits.float(), dim=-1)
