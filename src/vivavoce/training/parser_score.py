"""How good a shipped parser is on trees it has not seen."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from vivavoce.text.parse import Parser
from vivavoce.text.parser_input import parser_input
from vivavoce.text.spans import over_tokens
from vivavoce.training.treebank import BracketCount, Example


@dataclass(slots=True)
class ParserScore:
    """`brackets` by evalb's conventions; tags over all tokens; time with embeddings, one thread."""

    brackets: BracketCount = field(default_factory=BracketCount)
    tags_right: int = 0
    tags: int = 0
    elapsed_s: float = 0.0

    def figures(self) -> dict[str, float]:
        """What a model card states."""
        sentences = max(self.brackets.sentences, 1)
        return {
            "heldout_labelled_f1": round(self.brackets.f1, 4),
            "heldout_labelled_precision": round(self.brackets.precision, 4),
            "heldout_labelled_recall": round(self.brackets.recall, 4),
            "heldout_exact_trees": round(self.brackets.exact / sentences, 4),
            "heldout_tag_accuracy": round(self.tags_right / max(self.tags, 1), 4),
            "heldout_sentences": self.brackets.sentences,
        }


def score_parser(parser: Parser, examples: Iterable[Example]) -> ParserScore:
    """Parse the tokens of every example and count. A sentence with no leaf counts as found empty."""
    score = ParserScore()
    for example in examples:
        began = time.perf_counter()
        read = parser_input(example.tokens)
        parsed = parser.parse(read) if len(read.leaves) else None
        score.elapsed_s += time.perf_counter() - began
        score.brackets.add(example, over_tokens(parsed.spans, read.leaves.tolist()) if parsed else {})
        score.tags_right += sum(
            ours == gold for ours, gold in zip(parsed.tags if parsed else (), example.tags, strict=False)
        )
        score.tags += len(example.tags)
    return score
