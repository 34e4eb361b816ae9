"""Reference encoders: from a recording, measured at its tokens, to embeddings of the sentence and of its words."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vivavoce.prosody.recording import REFERENCE_FEATURES
from vivavoce.training.networks.acoustic import AttentionBlock, ConvolutionBlock, Encoder
from vivavoce.voice.dimensions import SENTENCE_PROSODY, WORD_PROSODY
from vivavoce.voice.tokens import SYMBOLS

FIRST_LOG_VARIANCE = -4.0


def word_shares(owner: Tensor) -> Tensor:
    """The word of each token (batch, tokens), -1 for none -> (batch, words, tokens): means over each word's tokens."""
    words = torch.arange(int(owner.max()) + 1, device=owner.device)
    member = (owner[:, None] == words[:, None]).float()
    return member / member.sum(-1, keepdim=True).clamp_min(1.0)


def over_tokens(words: Tensor, owner: Tensor) -> Tensor:
    """Embeddings of words (batch, words, width) -> of their tokens (batch, tokens, width), zeros for none."""
    index = owner.clamp(min=0)[..., None].expand(-1, -1, words.shape[-1])
    return words.gather(1, index) * (owner >= 0)[..., None]


class ReferenceTrunk(nn.Module):
    """Sounds beside how they were said: (batch, tokens, width)."""

    def __init__(self, width: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.symbol = nn.Embedding(len(SYMBOLS), width)
        self.stress = nn.Embedding(3, width)
        self.enter = nn.Linear(REFERENCE_FEATURES, width)
        self.convolutions = nn.ModuleList(ConvolutionBlock(width, 5, dropout) for _ in range(layers))
        self.attentions = nn.ModuleList(AttentionBlock(width, 4, dropout) for _ in range(layers))
        self.norm = nn.LayerNorm(width)

    def forward(self, symbols: Tensor, stress: Tensor, reference: Tensor, mask: Tensor) -> Tensor:
        tokens = self.enter(reference) + self.symbol(symbols) + self.stress(stress)
        for convolution, attention in zip(self.convolutions, self.attentions, strict=True):
            tokens = attention(convolution(tokens, mask), mask)
        return self.norm(tokens)


class SentenceReference(nn.Module):
    """Kathaka's stage I encoder: the distribution of a sentence's prosody."""

    def __init__(self, width: int = 96, layers: int = 2, dropout: float = 0.1) -> None:
        super().__init__()
        self.trunk = ReferenceTrunk(width, layers, dropout)
        self.score = nn.Linear(width, 4)
        self.leave = nn.Linear(4 * width, 2 * SENTENCE_PROSODY)
        with torch.no_grad():  # wide distributions at the start are noise that the voice learns to ignore for good
            self.leave.bias[SENTENCE_PROSODY:] = FIRST_LOG_VARIANCE

    def forward(self, symbols: Tensor, stress: Tensor, reference: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """-> mean and log variance, (batch, 64) both."""
        tokens = self.trunk(symbols, stress, reference, mask)
        scores = self.score(tokens) + (mask[..., None] - 1.0) * 1e4
        pooled = (scores.softmax(1).transpose(1, 2) @ tokens).flatten(1)
        mean, log_variance = self.leave(pooled).chunk(2, dim=-1)
        return mean, log_variance.clamp(-8.0, 2.0)


class WordReference(nn.Module):
    """CAMP's stage I encoder: one narrow vector a word, each value between -1 and 1."""

    def __init__(self, width: int = 96, layers: int = 2, dropout: float = 0.1) -> None:
        super().__init__()
        self.trunk = ReferenceTrunk(width, layers, dropout)
        self.leave = nn.Linear(width, WORD_PROSODY)

    def forward(self, symbols: Tensor, stress: Tensor, reference: Tensor, mask: Tensor, shares: Tensor) -> Tensor:
        """`shares` (batch, words, tokens) tells which tokens a word is the mean of -> (batch, words, 16)."""
        tokens = self.trunk(symbols, stress, reference, mask)
        return torch.tanh(self.leave(shares @ tokens))


class TokenEncoders(nn.Module):
    """The voice's encoders of durations and of the melody, alone."""

    def __init__(self, duration: Encoder, melody: Encoder) -> None:
        super().__init__()
        self.duration, self.melody = duration, melody
