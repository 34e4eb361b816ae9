"""Layers that the attention voice is made of: an encoder of tokens, and convolutions over frames that stream."""

from __future__ import annotations

from torch import Tensor, nn

from vivavoce.training.core.convolution import ConvolutionBlock
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
