"""Treebank sentences as tensors: embeddings cached once, batches of like length."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from rich.progress import track
from torch import Tensor

from vivavoce.text.parser_input import ParserInput, fences, parser_input
from vivavoce.text.spans import Spans, onto
from vivavoce.training.corpora.arrays import write_arrays
from vivavoce.training.parser.treebank import Example

Chain = tuple[str, ...]
Prepared = tuple[Example, ParserInput]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`labels`: chains of labels over one span, number 0 is no constituent. `tags`: Penn tags."""

    labels: tuple[Chain, ...]
    tags: tuple[str, ...]

    @classmethod
    def of(cls, prepared: list[Prepared], rarest: int) -> Vocabulary:
        """What stands in the examples at least `rarest` times; tags however rare."""
        counts = Counter(chain for pair in prepared for chain in leaf_spans(*pair).values())
        known = [chain for chain, count in counts.most_common() if count >= rarest]
        tags = sorted({tag for example, _ in prepared for tag in example.tags})
        return cls(((), *known), tuple(tags))


def leaf_spans(example: Example, read: ParserInput) -> Spans:
    """The gold spans over the leaves that the parser keeps."""
    return onto(example.spans, read.leaves.tolist(), len(example.tokens))


def prepare(examples: list[Example], cache: Path) -> list[Prepared]:
    """Read every example's tokens; the result is kept in `cache`, named by its content."""
    if not examples:
        return []
    key = hashlib.sha256("\n".join(" ".join(example.tokens) for example in examples).encode()).hexdigest()[:16]
    path = cache / f"parser-{key}.npz"
    if not path.exists():
        _write(path, [parser_input(example.tokens) for example in track(examples, "embeddings")])
    with np.load(path) as stored:
        columns = {name: stored[name] for name in ("layers", "tags", "shapes", "leaves", "leaf_counts")}
    ends = np.cumsum([len(example.tokens) for example in examples])[:-1]
    parts = [np.split(columns[name], ends) for name in ("layers", "tags", "shapes")]
    parts.append(np.split(columns["leaves"], np.cumsum(columns["leaf_counts"])[:-1]))
    return [(example, ParserInput(*row)) for example, *row in zip(examples, *parts, strict=True)]


def _write(path: Path, read: list[ParserInput]) -> None:
    arrays = {
        "layers": np.concatenate([one.layers.astype(np.float16) for one in read]),
        "tags": np.concatenate([one.tags for one in read]),
        "shapes": np.concatenate([one.shapes for one in read]),
        "leaves": np.concatenate([one.leaves for one in read]),
        "leaf_counts": np.array([len(one.leaves) for one in read]),
    }
    write_arrays(path, arrays)


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded sentences. `gold_labels` (batch, leaves + 1, leaves + 1) and `gold_tags` (batch, tokens) are
    numbers of a `Vocabulary`, tags -1 where padded."""

    indices: list[int]
    layers: Tensor
    tags: Tensor
    shapes: Tensor
    fences: Tensor
    tokens: Tensor
    leaves: Tensor
    gold_labels: Tensor
    gold_tags: Tensor

    def inputs(self, device: torch.device | str) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Input tensors: layers, tags, shapes (batch, tokens, …), fences (batch, leaves + 1, 2), counts (batch,)."""
        layers, tags, shapes = self.layers.float().to(device), self.tags.to(device), self.shapes.to(device)
        return layers, tags, shapes, self.fences.to(device), self.tokens.to(device)


class Batches:
    """Examples cut into batches of about `batch_tokens` padded tokens."""

    def __init__(self, prepared: list[Prepared], vocabulary: Vocabulary, batch_tokens: int) -> None:
        self.prepared = [pair for pair in prepared if len(pair[1].leaves)]
        self.batch_tokens = batch_tokens
        self._label_numbers = {chain: number for number, chain in enumerate(vocabulary.labels)}
        self._tag_numbers = {tag: number for number, tag in enumerate(vocabulary.tags)}

    def endless(self, random: np.random.Generator) -> Iterator[Batch]:
        """Every example once an epoch, neighbours in length together, batches in random order."""
        while True:
            groups = list(self._groups(random))
            for number in random.permutation(len(groups)):
                yield self._batch(groups[number])

    def once(self) -> Iterator[Batch]:
        for group in self._groups(None):
            yield self._batch(group)

    def _groups(self, random: np.random.Generator | None) -> Iterator[list[int]]:
        sizes = np.array([len(example.tokens) for example, _ in self.prepared], dtype=float)
        if random is not None:
            sizes += random.uniform(0, 3, len(sizes))
        group: list[int] = []
        for index in np.argsort(sizes, kind="stable"):
            if group and (len(group) + 1) * sizes[index] > self.batch_tokens:
                yield group
                group = []
            group.append(int(index))
        if group:
            yield group

    def _batch(self, indices: list[int]) -> Batch:
        chosen = [self.prepared[index] for index in indices]
        tokens = torch.tensor([len(example.tokens) for example, _ in chosen])
        leaves = torch.tensor([len(read.leaves) for _, read in chosen])
        shape = len(chosen), int(tokens.max())
        most = int(leaves.max()) + 1
        layers = torch.zeros(*shape, *chosen[0][1].layers.shape[1:], dtype=torch.float16)
        tags, shapes = torch.zeros(shape, dtype=torch.int64), torch.zeros(shape, dtype=torch.int64)
        ends, gold_tags = torch.zeros(shape[0], most, 2, dtype=torch.int64), torch.full(shape, -1)
        gold_labels = torch.zeros(shape[0], most, most, dtype=torch.int64)
        for row, (example, read) in enumerate(chosen):
            count = len(example.tokens)
            layers[row, :count] = torch.from_numpy(read.layers)
            tags[row, :count] = torch.from_numpy(read.tags)
            shapes[row, :count] = torch.from_numpy(read.shapes)
            ends[row, : len(read.leaves) + 1] = torch.from_numpy(fences(read.leaves, count))
            gold_tags[row, :count] = torch.tensor([self._tag_numbers.get(tag, -1) for tag in example.tags])
            for (start, end), chain in leaf_spans(example, read).items():
                gold_labels[row, start, end] = self._label_number(chain)
        return Batch(indices, layers, tags, shapes, ends, tokens, leaves, gold_labels, gold_tags)

    def _label_number(self, chain: Chain) -> int:
        return self._label_numbers.get(chain) or self._label_numbers.get(chain[:1], 0)
