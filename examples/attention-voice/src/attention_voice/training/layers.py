"""Layers that the attention voice is made of: an encoder of tokens, and convolutions over frames that stream."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.voice.dimensions import SENTENCE_PROSODY, WORD_PROSODY
from vivavoce.voice.tokens import SYMBOLS


class TokenEmbedding(nn.Module):
    """Symbol, stress, speaker and prosody of each token: -> (batch, tokens, width)."""

    def __init__(self, width: int, speakers: int) -> None:
        super().__init__()
        self.symbol = nn.Embedding(len(SYMBOLS), width)
        self.stress = nn.Embedding(3, width)
        self.speaker = nn.Embedding(speakers, width)
        self.sentence = nn.Linear(SENTENCE_PROSODY, width, bias=False)
        self.word = nn.Linear(WORD_PROSODY, width, bias=False)

    def forward(self, symbols: Tensor, stress: Tensor, speaker: Tensor, sentence: Tensor, word: Tensor) -> Tensor:
        """symbols, stress (batch, tokens); speaker (batch,); sentence (batch, 64); word (batch, tokens, 16)."""
        whole = self.speaker(speaker) + self.sentence(sentence)
        return self.symbol(symbols) + self.stress(stress) + self.word(word) + whole[:, None]


class ConvolutionBlock(nn.Module):
    """ConvNeXt over tokens; padding stays zero, so a padded sentence gives what the bare one gives."""

    def __init__(self, width: int, kernel: int, dropout: float) -> None:
        super().__init__()
        self.depthwise = nn.Conv1d(width, width, kernel, groups=width, padding=kernel // 2)
        self.norm = nn.LayerNorm(width)
        self.widen = nn.Linear(width, 3 * width)
        self.narrow = nn.Linear(3 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        mixed = self.depthwise((tokens * mask[..., None]).transpose(1, 2)).transpose(1, 2)
        return tokens + self.dropout(self.narrow(functional.gelu(self.widen(self.norm(mixed)))))


class Encoder(nn.Module):
    """Token embedding, convolutions, a linear head of `outputs` values a token."""

    def __init__(
        self,
        speakers: int,
        width: int,
        outputs: int,
        layers: int,
        kernel: int = 7,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.embedding = TokenEmbedding(width, speakers)
        self.convolutions = nn.ModuleList(ConvolutionBlock(width, kernel, dropout) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.leave = nn.Linear(width, outputs)

    def forward(
        self, symbols: Tensor, stress: Tensor, speaker: Tensor, sentence: Tensor, word: Tensor, mask: Tensor
    ) -> Tensor:
        """-> (batch, tokens, outputs)."""
        tokens = self.embedding(symbols, stress, speaker, sentence, word)
        for convolution in self.convolutions:
            tokens = convolution(tokens, mask)
        return self.leave(self.norm(tokens))


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
