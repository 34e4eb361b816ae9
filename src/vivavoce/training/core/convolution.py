"""A block of convolutions over frames or tokens that sees both ways."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional


class ConvolutionBlock(nn.Module):
    """ConvNeXt over a row; padding stays zero, so a padded row gives what the bare one gives."""

    def __init__(self, width: int, kernel: int, dropout: float) -> None:
        super().__init__()
        self.depthwise = nn.Conv1d(width, width, kernel, groups=width, padding=kernel // 2)
        self.norm = nn.LayerNorm(width)
        self.widen = nn.Linear(width, 3 * width)
        self.narrow = nn.Linear(3 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, row: Tensor, mask: Tensor) -> Tensor:
        """row (batch, places, width), mask (batch, places) -> (batch, places, width)."""
        mixed = self.depthwise((row * mask[..., None]).transpose(1, 2)).transpose(1, 2)
        return row + self.dropout(self.narrow(functional.gelu(self.widen(self.norm(mixed)))))
