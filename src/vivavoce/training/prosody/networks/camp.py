"""CAMP's predictor: from contextual embeddings and word features to each word's prosody."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.prosody.linguistics import WORD_FEATURES
from vivavoce.text.embed import DIMENSION
from vivavoce.voice.dimensions import WORD_PROSODY


def recur(recurrent: nn.RNNBase, sequence: Tensor, mask: Tensor) -> Tensor:
    """A bidirectional network over a padded batch (batch, steps, width), blind to what `mask` leaves out."""
    if len(sequence) == 1:
        return recurrent(sequence)[0]
    packed = nn.utils.rnn.pack_padded_sequence(sequence, mask.sum(1).long().cpu(), True, enforce_sorted=False)
    return nn.utils.rnn.pad_packed_sequence(recurrent(packed)[0], True, total_length=sequence.shape[1])[0]


class WordPredictor(nn.Module):
    """One member. `text` and `syntax` say what it reads beside the markup's emphasis: both, or one for ablations."""

    def __init__(self, speakers: int, text: bool, syntax: bool, width: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.text = nn.Linear(DIMENSION, width) if text else None
        kept = WORD_FEATURES if syntax else WORD_FEATURES[-1:]
        self.first = len(WORD_FEATURES) - len(kept)
        self.features = nn.ModuleList(nn.Embedding(size, width) for size in kept)
        self.speaker = nn.Embedding(speakers, width)
        self.convolutions = nn.ModuleList(nn.Conv1d(width, width, 3, padding=1) for _ in range(2))
        self.recurrent = nn.LSTM(width, hidden, batch_first=True, bidirectional=True)
        self.leave = nn.Linear(2 * hidden, WORD_PROSODY)
        self.dropout = nn.Dropout(dropout)

    def forward(self, words: Tensor, features: Tensor, speaker: Tensor, mask: Tensor) -> Tensor:
        """-> (batch, words, 16)."""
        read = self.speaker(speaker)[:, None].expand(-1, features.shape[1], -1)
        for number, table in enumerate(self.features):
            read = read + table(features[..., self.first + number])
        if self.text is not None:
            read = read + self.text(self.dropout(words))
        for convolution in self.convolutions:
            mixed = convolution((read * mask[..., None]).transpose(1, 2)).transpose(1, 2)
            read = read + self.dropout(functional.gelu(mixed))
        return torch.tanh(self.leave(self.dropout(recur(self.recurrent, read * mask[..., None], mask))))


class CampNetwork(nn.Module):
    """Members that differ in their first weights and their dropout."""

    def __init__(
        self, speakers: int, members: int, text: bool = True, syntax: bool = True, width: int = 96, hidden: int = 64,
        dropout: float = 0.3,
    ) -> None:  # fmt: skip
        super().__init__()
        self.members = nn.ModuleList(
            WordPredictor(speakers, text, syntax, width, hidden, dropout) for _ in range(members)
        )

    def forward(self, words: Tensor, features: Tensor, speaker: Tensor, mask: Tensor) -> Tensor:
        """words (batch, words, 384), features (batch, words, 6), mask (batch, words) -> (batch, members, words, 16)."""
        return torch.stack([member(words, features, speaker, mask) for member in self.members], dim=1)
