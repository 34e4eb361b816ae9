"""Convolutions that stream: every layer takes its past as a value and returns it, so the exported network does too.

A layer that looks `lookahead` frames ahead simply answers that many frames late. The whole network is therefore
one causal function `(frames, states) -> (frames, states)` with a known delay, and the same function is trained,
exported and streamed: an utterance in one call and the same utterance in pieces give the same numbers.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class StreamingBlock(nn.Module):
    """A ConvNeXt block over time with explicit past: depthwise convolution, norm, two pointwise layers, residual."""

    def __init__(self, width: int, kernel: int, lookahead: int, expansion: int = 3) -> None:
        super().__init__()
        self.past = kernel - 1
        self.lookahead = lookahead
        self.depthwise = nn.Conv1d(width, width, kernel, groups=width)
        self.norm = nn.LayerNorm(width)
        self.widen = nn.Linear(width, expansion * width)
        self.narrow = nn.Linear(expansion * width, width)
        self.scale = nn.Parameter(torch.full((width,), 0.3))

    def forward(self, frames: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """frames (batch, frames, width), state (batch, kernel - 1, width) -> the same shapes, `lookahead` later."""
        context = torch.cat([state, frames], dim=1)
        mixed = self.depthwise(context.transpose(1, 2)).transpose(1, 2)
        update = self.narrow(functional.gelu(self.widen(self.norm(mixed))))
        delayed = context[:, self.past - self.lookahead : context.shape[1] - self.lookahead]
        return delayed + self.scale * update, context[:, context.shape[1] - self.past :]


class StreamingStack(nn.Module):
    """Blocks in a row; their states travel as one list, their delays add."""

    def __init__(self, width: int, blocks: int, kernel: int, lookahead: int, expansion: int = 3) -> None:
        super().__init__()
        self.width = width
        self.blocks = nn.ModuleList(StreamingBlock(width, kernel, lookahead, expansion) for _ in range(blocks))
        self.past = kernel - 1
        self.delay = blocks * lookahead

    def initial_states(self, batch: int) -> list[Tensor]:
        device = next(self.parameters()).device
        return [torch.zeros(batch, self.past, self.width, device=device) for _ in self.blocks]

    def forward(self, frames: Tensor, states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        following = []
        for block, state in zip(self.blocks, states, strict=True):
            frames, state = block(frames, state.to(frames.dtype))
            following.append(state)
        return frames, following


def pad_delay(frames: Tensor, delay: int) -> Tensor:
    """Append the `delay` frames of zeros that flush a network: (batch, frames, width)."""
    return functional.pad(frames, (0, 0, 0, delay))
