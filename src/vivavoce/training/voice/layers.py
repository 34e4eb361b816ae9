"""Layers of hibari's graph, over (batch, frames, channels), with a place for what a speaker changes."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

Modulation = tuple[Tensor, Tensor]
"""What a speaker does to a normalised layer: gain about one and shift, (batch, 1, channels) both."""


def modulate(normal: Tensor, by: Modulation | None) -> Tensor:
    """normal (batch, frames, channels) with a speaker's gain and shift."""
    return normal if by is None else normal * (1.0 + by[0]) + by[1]


def depthwise(frames: Tensor, layer: nn.Conv1d) -> Tensor:
    """A depthwise convolution without padding: (batch, frames, channels) -> (batch, fewer frames, channels).

    As one over pictures a line high, which onnxruntime computes alike for any number of frames, and faster.
    """
    columns, weight = frames.transpose(1, 2)[:, :, None], layer.weight[:, :, None]
    made = functional.conv2d(columns, weight, layer.bias, dilation=(1, *layer.dilation), groups=layer.groups)
    return made[:, :, 0].transpose(1, 2)


def over_neighbours(frames: Tensor, layer: nn.Conv1d) -> Tensor:
    """A convolution without padding as a product of matrices, which is computed alike for any number of frames:
    (batch, frames, channels) -> (batch, fewer frames, other channels)."""
    size = layer.kernel_size[0]
    count = frames.shape[1] - size + 1
    seen = torch.cat([frames[:, place : place + count] for place in range(size)], dim=-1)
    assert layer.bias is not None
    bias = layer.bias[None, None]  # three axes, or onnxruntime adds it within the product where sizes are fixed
    return seen @ layer.weight.permute(2, 1, 0).reshape(-1, layer.out_channels) + bias


class ConvNextBlock(nn.Module):
    """Depthwise convolution, norm, two pointwise layers, layer scale, residual."""

    def __init__(self, width: int, hidden: int, kernel: int, dilation: int = 1) -> None:
        super().__init__()
        self.reach = kernel // 2 * dilation
        self.gamma = nn.Parameter(torch.ones(width))
        self.dw = nn.Conv1d(width, width, kernel, groups=width, dilation=dilation)
        self.norm = nn.LayerNorm(width)
        self.pw1 = nn.Linear(width, hidden)
        self.pw2 = nn.Linear(hidden, width)

    def update(self, context: Tensor, by: Modulation | None = None) -> Tensor:
        """What the block adds: context (batch, frames + 2 * reach, width) -> (batch, frames, width)."""
        normal = modulate(self.norm(depthwise(context, self.dw)), by)
        return self.gamma * self.pw2(functional.gelu(self.pw1(normal)))

    def forward(self, frames: Tensor, valid: Tensor, by: Modulation | None = None) -> Tensor:
        """frames (batch, frames, width), valid (batch, frames, 1): zero where there is no utterance."""
        frames = frames * valid
        return frames + self.update(functional.pad(frames, (0, 0, self.reach, self.reach)), by)


class SharedLayer(nn.Module):
    """One pre-norm transformer layer, which an encoder passes several times."""

    def __init__(self, width: int, heads: int = 2) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.l1 = nn.Linear(width, 2 * width)
        self.l2 = nn.Linear(2 * width, width)
        self.norm1 = nn.LayerNorm(width)
        self.norm2 = nn.LayerNorm(width)

    def forward(self, states: Tensor, bias: Tensor | None, by: list[Modulation] | None = None) -> Tensor:
        """states (batch, tokens, width); bias (batch, 1, 1, tokens), very negative where there is no token."""
        batch, tokens, width = states.shape
        first, second = by if by is not None else (None, None)
        packed = self.qkv(modulate(self.norm1(states), first))
        query, key, value = packed.reshape(batch, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        scores = query @ key.transpose(2, 3) / math.sqrt(width // self.heads)
        if bias is not None:
            scores = scores + bias
        # A softmax whose sum is a column of the same product: padding then changes not even the last bit.
        shares = (scores - scores.amax(-1, keepdim=True)).exp()
        summed = shares @ torch.cat([value, torch.ones_like(value[..., :1])], dim=-1)
        heard = (summed[..., :-1] / summed[..., -1:]).transpose(1, 2).reshape(batch, tokens, width)
        states = states + self.out(heard)
        return states + self.l2(functional.gelu(self.l1(modulate(self.norm2(states), second))))


class TextEncoder(nn.Module):
    """Symbols to states: embedding, two ConvNeXt blocks, one transformer layer passed `passes` times, norm.

    `modulations` has five: of the two blocks, of the shared layer's two norms, of the last norm.
    """

    def __init__(self, symbols: int, width: int, passes: int) -> None:
        super().__init__()
        self.passes = passes
        self.emb = nn.Embedding(symbols, width)
        self.convs = nn.ModuleList(ConvNextBlock(width, 2 * width, 5) for _ in range(2))
        self.attn = SharedLayer(width)
        self.norm = nn.LayerNorm(width)

    def forward(
        self, symbols: Tensor, mask: Tensor, told: Tensor | None = None, by: list[Modulation] | None = None
    ) -> Tensor:
        """symbols (batch, tokens), mask (batch, tokens) of ones and zeros, told (batch, 1 or tokens, width) is added to
        the embeddings -> (batch, tokens, width)."""
        states = self.emb(symbols)
        if told is not None:
            states = states + told
        valid = mask[..., None].to(states.dtype)
        for number, block in enumerate(self.convs):
            states = block(states, valid, by[number] if by else None)
        bias = (mask[:, None, None] - 1.0) * 1e4
        for _ in range(self.passes):
            states = self.attn(states, bias, by[2:4] if by else None)
        return modulate(self.norm(states), by[4] if by else None)


class Tables(nn.Module):
    """Vectors that differ by speaker or kind, zero at first, by the name of the place where they act."""

    def __init__(self, rows: int, widths: dict[str, int]) -> None:
        super().__init__()
        self.of = nn.ModuleDict({name: nn.Embedding(rows, width) for name, width in widths.items()})
        for table in self.parameters():
            nn.init.zeros_(table)

    def table(self, name: str) -> Tensor:
        """(rows, width)."""
        return self.get_parameter(f"of.{name}.weight")

    def row(self, name: str, chosen: Tensor) -> Tensor:
        """(batch,) -> (batch, 1, width)."""
        return self.of[name](chosen)[:, None]

    def modulations(self, name: str, chosen: Tensor, number: int) -> list[Modulation]:
        """(batch,) -> `number` gains and shifts from a table that is 2 * number * channels wide."""
        parts = self.of[name](chosen).unflatten(-1, (2 * number, -1)).split(1, dim=1)  # one node of ONNX
        return list(zip(parts[::2], parts[1::2], strict=True))
