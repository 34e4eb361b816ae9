"""Stage I's reference encoders over the voice's own tokens: from how a sentence was said to embeddings of it."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from vivavoce.training.corpora.intonation import VOICED_HZ
from vivavoce.training.voice.layers import ConvNextBlock, SharedLayer
from vivavoce.training.voice.networks import FRAMES_PER_UNIT, SENTENCE_PROSODY, SYMBOLS, WORD_PROSODY
from vivavoce.training.voice.sound import Array

FEATURES = 8
"""Four points of pitch, energy, log units, voiced share, and one."""
POINTS = 4
PITCH_SCALE, ENERGY_SCALE, LENGTH_SCALE = 0.25, 2.0, 2.0
FIRST_LOG_VARIANCE = -4.0


def reference_features(f0_hz: Array, energy: Array, units: np.ndarray, centre: tuple[float, float]) -> Array:
    """f0 and energy (2 * units,), units (tokens,), the speaker's log f0 and energy -> (tokens, 8), about as large as
    one, without the speaker."""
    voiced = f0_hz > VOICED_HZ
    frames = np.arange(len(f0_hz))
    if voiced.sum() > 1:
        line = np.interp(frames, frames[voiced], np.log(f0_hz[voiced])) - centre[0]
    else:
        line = np.zeros(len(f0_hz))
    ends = FRAMES_PER_UNIT * np.cumsum(units)
    starts = ends - FRAMES_PER_UNIT * units
    share = (np.arange(POINTS) + 0.5) / POINTS
    places = starts[:, None] + share * (ends - starts)[:, None] - 0.5
    pitch = np.interp(places.ravel(), frames, line).reshape(places.shape) / PITCH_SCALE
    loudness = _means(np.maximum(energy, -2.0) - centre[1], starts, ends) / ENERGY_SCALE
    columns = [pitch, loudness[:, None], (np.log1p(units) / LENGTH_SCALE)[:, None],
               _means(voiced.astype(np.float64), starts, ends)[:, None], np.ones((len(units), 1))]  # fmt: skip
    return np.concatenate(columns, axis=1).astype(np.float32)


def _means(values: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    return (sums[ends] - sums[starts]) / (ends - starts)


def word_shares(owner: Tensor) -> Tensor:
    """The word of each token (batch, tokens), -1 for none -> (batch, words, tokens): means over each word's tokens."""
    words = torch.arange(int(owner.max()) + 1)
    member = (owner[:, None] == words[:, None]).float()
    return member / member.sum(-1, keepdim=True).clamp_min(1.0)


def over_tokens(words: Tensor, owner: Tensor) -> Tensor:
    """Embeddings of words (batch, words, width) -> of their tokens (batch, tokens, width), zeros for none."""
    index = owner.clamp(min=0)[..., None].expand(-1, -1, words.shape[-1])
    return words.gather(1, index) * (owner >= 0)[..., None]


class ReferenceTrunk(nn.Module):
    """Encodes symbols together with how they were said: (batch, tokens, width)."""

    def __init__(self, width: int, layers: int, passes: int) -> None:
        super().__init__()
        self.passes = passes
        self.symbol = nn.Embedding(SYMBOLS, width)
        self.enter = nn.Linear(FEATURES, width)
        self.convs = nn.ModuleList(ConvNextBlock(width, 2 * width, 5) for _ in range(layers))
        self.attn = SharedLayer(width)
        self.norm = nn.LayerNorm(width)
        with torch.no_grad():
            for name, parameter in self.convs.named_parameters():
                if name.endswith("gamma"):
                    parameter.fill_(0.3)

    def forward(self, symbols: Tensor, reference: Tensor, mask: Tensor) -> Tensor:
        tokens = self.enter(reference) + self.symbol(symbols)
        for block in self.convs:
            tokens = block(tokens, mask[..., None].to(tokens.dtype))
        bias = (mask[:, None, None] - 1.0) * 1e4
        for _ in range(self.passes):
            tokens = self.attn(tokens, bias)
        return self.norm(tokens)


class SentenceReference(nn.Module):
    """Kathaka's stage I encoder: the distribution of a sentence's prosody."""

    def __init__(self, width: int = 96, layers: int = 3, passes: int = 2) -> None:
        super().__init__()
        self.trunk = ReferenceTrunk(width, layers, passes)
        self.score = nn.Linear(width, 4)
        self.leave = nn.Linear(4 * width, 2 * SENTENCE_PROSODY)
        with torch.no_grad():  # wide distributions at the start are noise that the voice learns to ignore for good
            self.leave.bias[SENTENCE_PROSODY:] = FIRST_LOG_VARIANCE

    def forward(self, symbols: Tensor, reference: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """-> mean and log variance, (batch, 64) both."""
        tokens = self.trunk(symbols, reference, mask)
        scores = self.score(tokens) + (mask[..., None] - 1.0) * 1e4
        pooled = (scores.softmax(1).transpose(1, 2) @ tokens).flatten(1)
        mean, log_variance = self.leave(pooled).chunk(2, dim=-1)
        return mean, log_variance.clamp(-8.0, 2.0)


class WordReference(nn.Module):
    """CAMP's stage I encoder: one narrow vector a word, each value between -1 and 1."""

    def __init__(self, width: int = 96, layers: int = 3, passes: int = 2) -> None:
        super().__init__()
        self.trunk = ReferenceTrunk(width, layers, passes)
        self.leave = nn.Linear(width, WORD_PROSODY)

    def forward(self, symbols: Tensor, reference: Tensor, mask: Tensor, shares: Tensor) -> Tensor:
        """`shares` (batch, words, tokens) tells which tokens a word is the mean of -> (batch, words, 16)."""
        return torch.tanh(self.leave(shares @ self.trunk(symbols, reference, mask)))
