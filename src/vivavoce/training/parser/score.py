"""How good a shipped parser is on trees it has not seen."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from vivavoce.text.parse import Parsed, Parser
from vivavoce.text.parser_input import parser_input
from vivavoce.text.spans import over_tokens
from vivavoce.training.parser.treebank import BracketCount, Example


@dataclass(slots=True)
class ParserScore:
    """`brackets` by evalb's conventions; tags over all tokens; the time of each sentence from tokens to tree."""

    brackets: BracketCount = field(default_factory=BracketCount)
    tags_right: int = 0
    tags: int = 0
    times_s: list[float] = field(default_factory=list)

    @property
    def exact(self) -> float:
        """The share of trees that are right as a whole."""
        return self.brackets.exact / max(self.brackets.sentences, 1)

    @property
    def tag_accuracy(self) -> float:
        return self.tags_right / max(self.tags, 1)

    def metrics(self) -> dict[str, float]:
        """What a model card states."""
        return {
            "labelled_f1": self.brackets.f1,
            "labelled_precision": self.brackets.precision,
            "labelled_recall": self.brackets.recall,
            "exact_trees": self.exact,
            "tag_accuracy": self.tag_accuracy,
        }


def score_parser(parser: Parser, examples: Iterable[Example]) -> ParserScore:
    """Parse the tokens of every example and count. A sentence with no leaf counts as found empty."""
    score = ParserScore()
    for example in examples:
        began = time.perf_counter()
        read = parser_input(example.tokens)
        parsed = parser.parse(read) if len(read.leaves) else Parsed({}, ())
        score.times_s.append(time.perf_counter() - began)
        score.brackets.add(example, over_tokens(parsed.spans, read.leaves.tolist()))
        score.tags_right += sum(map(str.__eq__, parsed.tags, example.tags))
        score.tags += len(example.tags)
    return score
