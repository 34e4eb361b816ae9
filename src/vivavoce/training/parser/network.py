"""The constituency parser: a bidirectional recurrent span scorer over frozen word embeddings, several times over."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.text.embed import DIMENSION, LAYERS
from vivavoce.text.parser_input import SHAPES, TAGS

_TAG_WIDTH, _SHAPE_WIDTH = 32, 8


class SharedDropout(nn.Module):
    """Drops the same features everywhere in a sentence: one mask, (batch, 1, …, features), for all its tokens."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, features: Tensor) -> Tensor:
        if not self.training:
            return features
        mask = features.new_empty(features.shape[0], *[1] * (features.dim() - 2), features.shape[-1])
        return features * mask.bernoulli_(1 - self.share).div_(1 - self.share)


class Recurrence(nn.Module):
    """One layer that reads both ways: (batch, tokens, inner) -> (batch, tokens, 2 * hidden), forward half first.

    Two networks of one direction, the second fed mirrored sentences, run twice as fast on a CPU as one packed
    network of two directions.
    """

    def __init__(self, inner: int, hidden: int) -> None:
        super().__init__()
        self.forwards = nn.LSTM(inner, hidden, batch_first=True)
        self.backwards = nn.LSTM(inner, hidden, batch_first=True)

    def forward(self, tokens: Tensor, mirror: Tensor | None) -> Tensor:
        """`mirror` (batch, tokens) numbers the tokens of each padded sentence from its end; None: no padding."""
        behind = _mirror_tokens(self.backwards(_mirror_tokens(tokens, mirror))[0], mirror)
        return torch.cat([self.forwards(tokens)[0], behind], dim=-1)


def _mirror_tokens(tokens: Tensor, mirror: Tensor | None) -> Tensor:
    if mirror is None:
        return tokens.flip(1)
    return tokens.gather(1, mirror[..., None].expand(-1, -1, tokens.shape[-1]))


def mirror_of(lengths: Tensor, size: int) -> Tensor:
    """(batch, size) token numbers that turn each sentence of `lengths` round and leave its padding in place."""
    places = torch.arange(size, device=lengths.device).expand(len(lengths), size)
    turned = lengths[:, None] - 1 - places
    return torch.where(turned >= 0, turned, places)


class SpanScorer(nn.Module):
    """One member. Scores every span of leaves for every label, and every token for every tag.

    A span is the difference between the states at its two fences; the state at a fence is what the
    forward network knows just before the leaf on the right and the backward network just after the leaf
    on the left, so that the punctuation between two leaves is seen from both sides.
    """

    def __init__(
        self, inner: int, labels: int, tags: int, hidden: int, depth: int, span_width: int, dropout: float
    ) -> None:
        super().__init__()
        widths = [inner, *[2 * hidden] * (depth - 1)]
        self.recurrences = nn.ModuleList(Recurrence(width, hidden) for width in widths)
        self.tag = nn.Sequential(nn.Linear(2 * hidden, 128), nn.ReLU(), SharedDropout(dropout), nn.Linear(128, tags))
        self.fence = nn.Linear(2 * hidden, span_width, bias=False)
        self.norm = nn.LayerNorm(span_width)
        self.label = nn.Linear(span_width, labels)
        self.dropout = SharedDropout(dropout)

    def forward(self, tokens: Tensor, fences: Tensor, mirror: Tensor | None) -> tuple[Tensor, Tensor]:
        """tokens (batch, 1 + tokens + 1, inner) between start and end marks, fences (batch, leaves + 1, 2)
        -> span scores (batch, leaves + 1, leaves + 1, labels), tag scores (batch, tokens, tags).
        """
        states = self.dropout(tokens)
        for recurrence in self.recurrences:
            states = self.dropout(recurrence(states, mirror))
        forward, backward = states.chunk(2, dim=-1)
        width = forward.shape[-1]
        before = forward.gather(1, fences[..., :1].expand(-1, -1, width))
        after = backward.gather(1, fences[..., 1:].expand(-1, -1, width))
        fence = self.fence(torch.cat([before, after], dim=-1))
        spans = functional.relu(self.norm(fence[:, None] - fence[:, :, None]))
        return self.label(self.dropout(spans)), self.tag(states[:, 1:-1])


class ParserNetwork(nn.Module):
    """Members that differ in their first weights and their dropout; their mean score decides."""

    def __init__(
        self, labels: int, tags: int, members: int = 2, width: int = 256, hidden: int = 176, depth: int = 2,
        span_width: int = 192, dropout: float = 0.33,
    ) -> None:  # fmt: skip
        super().__init__()
        self.project = nn.Linear(LAYERS * DIMENSION, width)
        self.tag_hint = nn.Embedding(len(TAGS), _TAG_WIDTH)
        self.shape = nn.Embedding(len(SHAPES), _SHAPE_WIDTH)
        inner = width + _TAG_WIDTH + _SHAPE_WIDTH
        self.ends = nn.Parameter(torch.randn(2, inner) * 0.1)
        self.dropout = SharedDropout(dropout)
        self.members = nn.ModuleList(
            SpanScorer(inner, labels, tags, hidden, depth, span_width, dropout) for _ in range(members)
        )

    def forward(
        self, layers: Tensor, tags: Tensor, shapes: Tensor, fences: Tensor, lengths: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """The mean over members of span and tag scores, (batch, …) both, for the inputs of `answers`."""
        answers = self.answers(layers, tags, shapes, fences, lengths)
        return torch.stack([spans for spans, _ in answers]).mean(0), torch.stack([tag for _, tag in answers]).mean(0)

    def answers(
        self, layers: Tensor, tags: Tensor, shapes: Tensor, fences: Tensor, lengths: Tensor | None = None
    ) -> list[tuple[Tensor, Tensor]]:
        """layers (batch, tokens, 7, 384), tags and shapes (batch, tokens), fences (batch, leaves + 1, 2)
        -> for each member what `SpanScorer` gives.

        `fences` counts tokens with the start mark as number 0. `lengths` (batch,), in tokens, is needed for a
        padded batch.
        """
        projected = self.project(self.dropout(functional.layer_norm(layers, (DIMENSION,)).flatten(2)))
        tokens = torch.cat([projected, self.dropout(self.tag_hint(tags)), self.shape(shapes)], dim=-1)
        start, end = (mark.expand(tokens.shape[0], 1, -1).to(tokens.dtype) for mark in self.ends)
        mirror = None
        if lengths is not None:
            padded = torch.arange(tokens.shape[1], device=tokens.device) >= lengths[:, None]
            tokens = torch.where(padded[..., None], end, tokens)
            mirror = mirror_of(lengths + 2, tokens.shape[1] + 2)
        marked = torch.cat([start, tokens, end], dim=1)
        return [member(marked, fences, mirror) for member in self.members]
