"""The constituency parser: a large margin over the best wrong tree, tags beside it.

Trained on all but the development documents down one cosine, then, after the recipe's restart, on all documents down a
lower one; from there on there is nothing left to validate on.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.blocks.addon_spec import AddonSpec, write_untrained
from vivavoce.blocks.model_card import CardText
from vivavoce.text.embed import DIMENSION, LAYERS
from vivavoce.text.parse import Parser as ParserAddon
from vivavoce.text.spans import Spans, best_splits, over_tokens
from vivavoce.training.core.onnx_export import NetworkExport
from vivavoce.training.core.product import Losses, Metrics, Product, Progress, Workspace
from vivavoce.training.core.recipe import Recipe
from vivavoce.training.parser.data import Batch, Batches, Prepared, Vocabulary, prepare
from vivavoce.training.parser.network import ParserNetwork
from vivavoce.training.parser.score import score_parser
from vivavoce.training.parser.treebank import BracketCount, Example, read_treebank, split_by_document

ATTRIBUTION = (
    "Trained on constituency trees of GUM, the Georgetown University Multilayer corpus (annotations CC BY 4.0; texts "
    "CC BY and CC BY-SA: academic, biography, court, interview, news, travel); reads all-MiniLM-L6-v2 (Apache-2.0)"
)
CARD = CardText(
    limits=(
        "Written, edited English: chat and transcripts without punctuation parse worse.",
        "Attachment of prepositions and the reach of a coordination are what it gets wrong most.",
        "Time grows with the square of a sentence's words; beyond 120 a flat tree is given instead.",
    ),
    metric_names={
        "labelled_f1": "labelled F1, evalb's conventions, 438 sentences of 12 documents",
        "labelled_precision": "labelled precision",
        "labelled_recall": "labelled recall",
        "exact_trees": "share of trees that are right as a whole",
        "tag_accuracy": "share of Penn tags that are right",
    },
)


@dataclass(frozen=True, kw_only=True)
class NetworkSettings:
    """See `ParserNetwork`."""

    members: int
    width: int
    hidden: int
    depth: int
    span_width: int
    dropout: float


@dataclass(frozen=True, kw_only=True)
class DataSettings:
    """What a batch holds."""

    batch_tokens: int
    rarest_label: int
    """A chain of labels seen less often is learned as its first label."""


@dataclass(frozen=True, kw_only=True)
class ParserRecipe(Recipe):
    """The tables of `recipes/parser`."""

    network: NetworkSettings
    data: DataSettings


class Parser(Product[ParserRecipe]):
    """Reads `trees/train.tsv`, and `trees/dev.tsv` for the figures of its card."""

    recipe_class = ParserRecipe

    def __init__(self, recipe: ParserRecipe, workspace: Workspace) -> None:
        super().__init__(recipe, workspace)
        self._progress = Progress(0, recipe.training.steps)

    @cached_property
    def examples(self) -> tuple[list[Example], list[Example]]:
        """The trees for training and for development."""
        return split_by_document(read_treebank(self.workspace.trees / "train.tsv"))

    @cached_property
    def prepared(self) -> tuple[list[Prepared], list[Prepared]]:
        """The same with embeddings of their words."""
        learned, unseen = self.examples
        return prepare(learned, self.workspace.features), prepare(unseen, self.workspace.features)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The labels and tags of the training documents."""
        return Vocabulary.of(self.prepared[0], self.recipe.data.rarest_label)

    def prepare(self, minutes: float) -> None:
        """Embed the words of all sentences, once."""
        _ = self.prepared

    def build_network(self) -> nn.Module:
        labels, tags = len(self.vocabulary.labels) - 1, len(self.vocabulary.tags)
        return ParserNetwork(labels, tags, **asdict(self.recipe.network))

    def batches(self, random: np.random.Generator, progress: Progress) -> Iterator[Batch]:
        self._progress = progress
        learned, unseen = self.prepared
        partial, whole = (self._batches(part).endless(random) for part in (learned, learned + unseen))
        while True:
            yield next(whole if self._is_finishing() else partial)

    def losses(self, network: nn.Module, batch: Batch, progress: Progress) -> Losses:
        assert isinstance(network, ParserNetwork)
        answers = network.answers(*batch.inputs(next(network.parameters()).device))
        found = [member_losses(answer, batch) for answer in answers]
        margin, tagging = (torch.stack(column).sum() for column in zip(*found, strict=True))
        return Losses({"margin": margin, "tagging": tagging})

    def validate(self, network: nn.Module) -> Metrics:
        if self._is_finishing() or not self.prepared[1]:
            return {}
        count, tags = evaluate(network, self._batches(self.prepared[1]), self.vocabulary)
        return {"f1": count.f1, "precision": count.precision, "recall": count.recall, "tag_accuracy": tags}

    def export(self, network: nn.Module) -> AddonSpec:
        """The network with 8-bit weights, measured as it is shipped."""
        spec = addon_spec(network, self.vocabulary)
        with tempfile.TemporaryDirectory() as folder:
            parser = ParserAddon(write_untrained(spec, Path(folder) / "parser"))
            score = score_parser(parser, read_treebank(self.workspace.trees / "dev.tsv"))
        return replace(spec, metrics=score.metrics())

    def _batches(self, prepared: list[Prepared]) -> Batches:
        return Batches(prepared, self.vocabulary, self.recipe.data.batch_tokens)

    def _is_finishing(self) -> bool:
        """Whether all documents are trained on."""
        restarts = self.recipe.training.restarts
        return bool(restarts) and self._progress.step >= restarts[0]


def addon_spec(network: nn.Module, vocabulary: Vocabulary, int8: bool = True) -> AddonSpec:
    """The addon around a network, which is given one sentence at a time, without padding."""
    exported = NetworkExport(
        network=network,
        inputs={
            "layers": torch.zeros(1, 7, LAYERS, DIMENSION),
            "tags": torch.zeros(1, 7, dtype=torch.int64),
            "shapes": torch.zeros(1, 7, dtype=torch.int64),
            "fences": torch.ones(1, 5, 2, dtype=torch.int64),
        },
        outputs=("span_scores", "tag_scores"),
        axes={
            **{name: {1: "tokens"} for name in ("layers", "tags", "shapes", "tag_scores")},
            "fences": {1: "fences"},
            "span_scores": {1: "fences", 2: "fences"},
        },
        role="", half=False, int8=int8, int8_axis=-1,
    )  # fmt: skip
    return AddonSpec(
        name="parser", kind="parser", summary="English constituency trees and Penn tags from MiniLM embeddings",
        attribution=ATTRIBUTION, data=("gum",), networks={"parser": exported},
        stack=[{"type": "SequenceNetwork", "network": "parser"}],
        details={"labels": ["+".join(chain) for chain in vocabulary.labels[1:]], "tags": list(vocabulary.tags)},
        card=CARD,
    )  # fmt: skip


def member_losses(answer: tuple[Tensor, Tensor], batch: Batch) -> tuple[Tensor, Tensor]:
    """-> the margin violated by the best wrong tree, per leaf, and the cross-entropy of the tags.

    The wrong tree is found with one point added for every span whose label is not the gold one.
    """
    spans, tags = (tensor.float() for tensor in answer)
    gold = batch.gold_labels.to(spans.device)
    scores = functional.pad(spans, (1, 0))
    with torch.no_grad():
        costly = (scores + 1).scatter_add_(-1, gold[..., None], scores.new_full((*gold.shape, 1), -1))
        best, labels = costly.max(dim=-1)
        trees = best_splits(best.cpu().numpy(), batch.leaves.numpy())
    rows = torch.tensor([(row, *span) for row, tree in enumerate(trees) for span in tree], device=spans.device).T
    place = tuple(rows)
    costs = (labels[place] != gold[place]).float()
    wrong = spans.new_zeros(len(trees)).index_add(0, rows[0], scores[(*place, labels[place])] + costs)
    right = scores.gather(-1, gold[..., None]).sum(dim=(1, 2, 3))
    tagging = functional.cross_entropy(tags.flatten(0, 1), batch.gold_tags.flatten().to(tags.device), ignore_index=-1)
    return functional.relu(wrong - right).sum() / batch.leaves.sum(), tagging


@torch.no_grad()
def evaluate(network: nn.Module, batches: Batches, vocabulary: Vocabulary) -> tuple[BracketCount, float]:
    """-> bracket counts by evalb's conventions, and the share of tags that are right."""
    network.eval()
    count, right, total = BracketCount(), 0, 0
    for batch in batches.once():
        spans, tags = network(*batch.inputs(next(network.parameters()).device))
        best, labels = functional.pad(spans, (1, 0)).max(dim=-1)
        trees = best_splits(best.cpu().numpy(), batch.leaves.numpy())
        for row, (index, tree) in enumerate(zip(batch.indices, trees, strict=True)):
            example, read = batches.prepared[index]
            found: Spans = {span: vocabulary.labels[int(labels[(row, *span)])] for span in tree}
            count.add(example, over_tokens(found, read.leaves.tolist()))
        known = batch.gold_tags >= 0
        right += int((tags.argmax(dim=-1).cpu() == batch.gold_tags)[known].sum())
        total += int(known.sum())
    return count, right / max(total, 1)
