"""The acoustic model: three encoders over tokens, a decoder over frames.

Text, durations and the melody (pitch and energy) are separate networks, so that each can be replaced, run in parallel,
or overruled. All of them hear the speaker and a prosody embedding of the sentence and of each word; the decoder hears
one of each frame. The embeddings are zero until a prosody system supplies them.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.features import BANDS
from vivavoce.training.core.streaming_layers import StreamingStack, pad_delay
from vivavoce.voice.dimensions import FRAME_PROSODY, KNOTS, SENTENCE_PROSODY, WORD_PROSODY
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


class AttentionBlock(nn.Module):
    """Self-attention over the whole sentence, nearer tokens favoured by half of the heads (ALiBi)."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.project = nn.Linear(width, 3 * width)
        self.leave = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)
        self.slopes: Tensor
        slopes = torch.tensor([0.0 if head % 2 else 2.0 ** -(head + 1) for head in range(heads)])
        self.register_buffer("slopes", slopes)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        batch, length, width = tokens.shape
        query, key, value = (
            x.reshape(batch, length, self.heads, width // self.heads).transpose(1, 2)
            for x in self.project(self.norm(tokens)).chunk(3, dim=-1)
        )
        place = torch.arange(length, device=tokens.device)
        distance = (place[None] - place[:, None]).abs().to(tokens.dtype)
        scores = query @ key.transpose(2, 3) / math.sqrt(width // self.heads) - self.slopes[:, None, None] * distance
        scores = scores + (mask[:, None, None] - 1.0) * 1e4
        mixed = (scores.softmax(dim=-1) @ value).transpose(1, 2).reshape(batch, length, width)
        return tokens + self.dropout(self.leave(mixed))


class Encoder(nn.Module):
    """Token embedding, convolutions with attention between them, a linear head of `outputs` values a token."""

    def __init__(
        self,
        speakers: int,
        width: int,
        outputs: int,
        layers: int,
        attention: bool,
        kernel: int = 7,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.embedding = TokenEmbedding(width, speakers)
        self.convolutions = nn.ModuleList(ConvolutionBlock(width, kernel, dropout) for _ in range(layers))
        self.attentions = nn.ModuleList(AttentionBlock(width, 4, dropout) for _ in range(layers if attention else 0))
        self.norm = nn.LayerNorm(width)
        self.leave = nn.Linear(width, outputs)

    def forward(
        self, symbols: Tensor, stress: Tensor, speaker: Tensor, sentence: Tensor, word: Tensor, mask: Tensor
    ) -> Tensor:
        """-> (batch, tokens, outputs)."""
        tokens = self.embedding(symbols, stress, speaker, sentence, word)
        for number, convolution in enumerate(self.convolutions):
            tokens = convolution(tokens, mask)
            if self.attentions:
                tokens = self.attentions[number](tokens, mask)
        return self.leave(self.norm(tokens))


class Decoder(nn.Module):
    """Frames of encoded text with pitch, energy and place in the token -> mel and voicing, a fixed delay later."""

    def __init__(self, encoded: int, width: int, blocks: int, kernel: int, lookahead: int) -> None:
        super().__init__()
        self.enter = nn.Linear(encoded + 4 + FRAME_PROSODY, width)
        self.stack = StreamingStack(width, blocks, kernel, lookahead)
        self.norm = nn.LayerNorm(width)
        self.leave = nn.Linear(width, BANDS + 1)

    @property
    def delay(self) -> int:
        return self.stack.delay

    def initial_states(self, batch: int) -> list[Tensor]:
        return self.stack.initial_states(batch)

    def forward(
        self, encoded: Tensor, position: Tensor, log_f0: Tensor, energy: Tensor, prosody: Tensor, states: list[Tensor]
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """encoded (batch, frames, encoded), position (batch, frames, 2), log_f0 and energy (batch, frames), prosody
        (batch, frames, 8) -> mel (batch, frames, 80), voicing logit (batch, frames), next states."""
        melody = torch.stack([(log_f0 - 5.2) * 2.0, (energy + 2.0) / 2.0], dim=-1)
        hidden, following = self.stack(self.enter(torch.cat([encoded, position, melody, prosody], dim=-1)), states)
        answer = self.leave(self.norm(hidden)).float()
        return answer[..., :BANDS] * 2.0 - 5.0, answer[..., BANDS], following


class AcousticModel(nn.Module):
    """The whole parallel voice but its vocoder: encoders of text, durations and melody, and the decoder."""

    def __init__(
        self, speakers: int, encoded: int = 192, width: int = 256, blocks: int = 8, kernel: int = 9, lookahead: int = 2
    ) -> None:
        super().__init__()
        self.text = Encoder(speakers, encoded, encoded, layers=4, attention=False, kernel=5)
        self.duration = Encoder(speakers, 128, 1, layers=3, attention=True, dropout=0.2)
        self.melody = Encoder(speakers, 160, KNOTS + 1, layers=4, attention=True, dropout=0.2)
        self.decoder = Decoder(encoded, width, blocks, kernel, lookahead)

    def decode(self, frames: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Whole stretches of frames, flushed: -> mel (batch, frames, 80) and voicing logit (batch, frames)."""
        delay = self.decoder.delay
        padded = {
            name: pad_delay(x, delay) if x.dim() == 3 else functional.pad(x, (0, delay)) for name, x in frames.items()
        }
        mel, voicing, _ = self.decoder(**padded, states=self.decoder.initial_states(len(frames["encoded"])))
        return mel[:, delay:], voicing[:, delay:]
