"""How good a shipped parser is on trees it has not seen, and whether it answers as the trained network does."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from vivavoce.text.parse import Parsed, Parser
from vivavoce.text.parser_input import ParserInput, fences, parser_input
from vivavoce.text.spans import over_tokens
from vivavoce.training.networks.parser import ParserNetwork
from vivavoce.training.treebank import BracketCount, Example

LARGEST_DIFFERENCE = 1e-3
"""Of a score, between torch and 32-bit ONNX; scores differ by ones."""
LARGEST_LOSS = 0.003
"""Of labelled F1, from 32 to 8 bits."""


@dataclass(slots=True)
class ParserScore:
    """`brackets` by evalb's conventions; tags over all tokens; time with embeddings, one thread."""

    brackets: BracketCount = field(default_factory=BracketCount)
    tags_right: int = 0
    tags: int = 0
    elapsed_s: float = 0.0

    @property
    def tag_accuracy(self) -> float:
        return self.tags_right / max(self.tags, 1)

    def figures(self) -> dict[str, float]:
        """What a model card states."""
        return {
            "held_out_labelled_f1": round(self.brackets.f1, 4),
            "held_out_labelled_precision": round(self.brackets.precision, 4),
            "held_out_labelled_recall": round(self.brackets.recall, 4),
            "held_out_exact_trees": round(self.brackets.exact / max(self.brackets.sentences, 1), 4),
            "held_out_tag_accuracy": round(self.tag_accuracy, 4),
        }


def score_parser(parser: Parser, examples: Iterable[Example]) -> ParserScore:
    """Parse the tokens of every example and count. A sentence with no leaf counts as found empty."""
    score = ParserScore()
    for example in examples:
        began = time.perf_counter()
        read = parser_input(example.tokens)
        parsed = parser.parse(read) if len(read.leaves) else Parsed({}, ())
        score.elapsed_s += time.perf_counter() - began
        score.brackets.add(example, over_tokens(parsed.spans, read.leaves.tolist()))
        score.tags_right += sum(map(str.__eq__, parsed.tags, example.tags))
        score.tags += len(example.tags)
    return score


def check_agreement(
    network: ParserNetwork, whole: Parser, narrow: Parser, examples: Sequence[Example]
) -> dict[str, float]:
    """Compare torch, 32-bit and 8-bit ONNX over `examples`; raises `ValueError` if they do not agree."""
    read = [parser_input(example.tokens) for example in examples]
    read = [one for one in read if len(one.leaves)]
    difference = max(_difference(network, whole, one) for one in read)
    same = np.mean([whole.parse(one).spans == narrow.parse(one).spans for one in read])
    loss = score_parser(whole, examples).brackets.f1 - score_parser(narrow, examples).brackets.f1
    if difference > LARGEST_DIFFERENCE:
        raise ValueError(f"ONNX and torch differ by {difference:.2g} in a score, {LARGEST_DIFFERENCE} is allowed")
    if loss > LARGEST_LOSS:
        raise ValueError(f"8-bit weights lose {loss:.4f} of labelled F1, {LARGEST_LOSS} is allowed")
    return {"largest_score_difference": difference, "8_bit_same_trees": float(same), "8_bit_f1_loss": loss}


@torch.no_grad()
def _difference(network: ParserNetwork, whole: Parser, read: ParserInput) -> float:
    """The largest difference of a score between torch and the exported network."""
    inputs = read.layers, read.tags, read.shapes, fences(read.leaves, len(read.tags))
    expected: tuple[Tensor, Tensor] = network(*(torch.from_numpy(array)[None] for array in inputs))
    got = whole.scores(read)
    return max(float(np.abs(a.numpy() - b).max()) for a, b in zip(expected, got, strict=True))
