"""Penn trees as training examples, and the score that parsers are compared by."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from vivavoce.errors import InputError
from vivavoce.text.spans import Spans, onto, spans_of
from vivavoce.text.syntax import leaves, read_tree, strip_functions
from vivavoce.text.utterance import Tree
from vivavoce.training.corpora.split import split_of

EVALB_DELETED_TAGS = frozenset({",", ":", "``", "''", "."})
"""Leaves that evalb's COLLINS.prm removes before it counts brackets; it also removes ROOT and equates PRT, ADVP."""


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence with its tree: ROOT and function tags removed."""

    document: str
    tokens: tuple[str, ...]
    tags: tuple[str, ...]
    spans: Spans = field(repr=False)
    """Over all tokens."""


def read_treebank(path: Path) -> list[Example]:
    """Read lines of document, tab, tree, after one header line; raises `InputError` naming the line."""
    examples = []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            document, tab, text = line.rstrip("\n").partition("\t")
            if not tab:
                raise InputError(f"{path}, line {number}: no tab between document and tree")
            if number > 1:
                examples.append(_example(document, read_tree(text)))
    return examples


def _example(document: str, tree: Tree) -> Example:
    tags, tokens = zip(*leaves(tree), strict=True)
    spans: Spans = {}
    for span, labels in spans_of(strip_functions(tree)).items():
        kept = tuple(label for label in labels if label != "ROOT")
        if kept:
            spans[span] = kept
    return Example(document, tokens, tags, spans)


def split_by_document(examples: list[Example]) -> tuple[list[Example], list[Example]]:
    """-> training and development examples; a document stays on one side."""
    parts = {"train": [], "development": []}
    for example in examples:
        parts[split_of(example.document)].append(example)
    return parts["train"], parts["development"]


@dataclass(slots=True)
class BracketCount:
    """Labelled brackets found, right and wrong, over many sentences."""

    matched: int = 0
    gold: int = 0
    predicted: int = 0
    sentences: int = 0
    exact: int = 0

    def add(self, example: Example, predicted: Spans) -> None:
        """Count one sentence by evalb's conventions; `predicted` is over all tokens of the example."""
        kept = [number for number, tag in enumerate(example.tags) if tag not in EVALB_DELETED_TAGS]
        gold, ours = (_brackets(onto(spans, kept, len(example.tokens))) for spans in (example.spans, predicted))
        matched = sum(min(count, ours.get(bracket, 0)) for bracket, count in gold.items())
        self.matched += matched
        self.gold += sum(gold.values())
        self.predicted += sum(ours.values())
        self.sentences += 1
        self.exact += gold == ours

    @property
    def precision(self) -> float:
        return self.matched / max(self.predicted, 1)

    @property
    def recall(self) -> float:
        return self.matched / max(self.gold, 1)

    @property
    def f1(self) -> float:
        return 2 * self.matched / max(self.gold + self.predicted, 1)


def _brackets(spans: Spans) -> dict[tuple[int, int, str], int]:
    counts: dict[tuple[int, int, str], int] = {}
    for (start, end), labels in spans.items():
        for label in labels:
            bracket = start, end, "ADVP" if label == "PRT" else label
            counts[bracket] = counts.get(bracket, 0) + 1
    return counts
