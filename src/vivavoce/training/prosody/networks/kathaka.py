"""Kathaka's sampler: from a sentence's embedding and its constituency graph to a distribution of prosody."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.prosody.linguistics import EDGES, LABELS, NO_EDGE
from vivavoce.text.embed import DIMENSION
from vivavoce.voice.dimensions import SENTENCE_PROSODY

_SPEAKER_WIDTH = 16


class GraphAttention(nn.Module):
    """Each node attends to its children, its parent and itself, the kind of edge weighing in (GAT, 1710.10903)."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.value = nn.Linear(width, width)
        self.seeing = nn.Linear(width, heads)
        self.seen = nn.Linear(width, heads)
        self.kind = nn.Embedding(EDGES, heads)
        self.leave = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, nodes: Tensor, edges: Tensor) -> Tensor:
        """nodes (batch, nodes, width), edges (batch, nodes, nodes) -> (batch, nodes, width)."""
        batch, count, width = nodes.shape
        normal = self.norm(nodes)
        scores = self.seeing(normal)[:, :, None] + self.seen(normal)[:, None] + self.kind(edges)
        scores = functional.leaky_relu(scores, 0.2) - 1e4 * (edges == NO_EDGE).to(scores.dtype)[..., None]
        shares = scores.softmax(2).permute(0, 3, 1, 2)
        values = self.value(normal).reshape(batch, count, self.heads, width // self.heads).transpose(1, 2)
        mixed = (shares @ values).transpose(1, 2).reshape(batch, count, width)
        return nodes + self.dropout(self.leave(functional.elu(mixed)))


class TreeEncoder(nn.Module):
    """A constituency graph as one vector: its root beside the mean of its nodes, (batch, 2 * width)."""

    def __init__(self, width: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.label = nn.Embedding(len(LABELS), width)
        self.layers = nn.ModuleList(GraphAttention(width, 4, dropout) for _ in range(layers))

    def forward(self, labels: Tensor, edges: Tensor, mask: Tensor) -> Tensor:
        """labels and mask (batch, nodes), edges (batch, nodes, nodes)."""
        nodes = self.label(labels)
        for layer in self.layers:
            nodes = layer(nodes, edges)
        mean = (nodes * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return torch.cat([nodes[:, 0], mean], dim=-1)


class Sampler(nn.Module):
    """One member. `text` and `tree` say what it reads: both, or one for the ablations."""

    def __init__(self, speakers: int, text: bool, tree: bool, width: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.speaker = nn.Embedding(speakers, _SPEAKER_WIDTH)
        self.text = nn.Sequential(nn.Dropout(dropout), nn.Linear(DIMENSION, 2 * width), nn.GELU()) if text else None
        self.tree = TreeEncoder(width, layers, dropout) if tree else None
        read = _SPEAKER_WIDTH + 2 * width * (text + tree)
        self.leave = nn.Sequential(
            nn.Dropout(dropout), nn.Linear(read, 2 * width), nn.GELU(),
            nn.Dropout(dropout), nn.Linear(2 * width, 2 * SENTENCE_PROSODY),
        )  # fmt: skip

    def forward(self, sentence: Tensor, labels: Tensor, edges: Tensor, speaker: Tensor, mask: Tensor) -> Tensor:
        """-> mean and log variance, (batch, 2, 64)."""
        read = [self.speaker(speaker)]
        if self.text is not None:
            read.append(self.text(sentence * DIMENSION**0.5))
        if self.tree is not None:
            read.append(self.tree(labels, edges, mask))
        return self.leave(torch.cat(read, dim=-1)).reshape(-1, 2, SENTENCE_PROSODY)


class KathakaNetwork(nn.Module):
    """Members that differ in their first weights and their dropout."""

    def __init__(
        self, speakers: int, members: int, text: bool = True, tree: bool = True, width: int = 64, layers: int = 3,
        dropout: float = 0.2,
    ) -> None:  # fmt: skip
        super().__init__()
        self.members = nn.ModuleList(Sampler(speakers, text, tree, width, layers, dropout) for _ in range(members))

    def forward(
        self, sentence: Tensor, labels: Tensor, edges: Tensor, speaker: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """-> means and log variances, (batch, members, 64) both."""
        answers = torch.stack([member(sentence, labels, edges, speaker, mask) for member in self.members], dim=1)
        return answers[:, :, 0], answers[:, :, 1].clamp(-8.0, 2.0)
