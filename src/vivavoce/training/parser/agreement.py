"""Whether an exported parser answers as the trained network does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from vivavoce.text.parse import Parser
from vivavoce.text.parser_input import ParserInput, fences, parser_input
from vivavoce.training.parser.network import ParserNetwork
from vivavoce.training.parser.score import score_parser
from vivavoce.training.parser.treebank import Example

LARGEST_DIFFERENCE = 1e-3
"""Of a score, between torch and 32-bit ONNX; scores differ by ones."""
LARGEST_LOSS = 0.003
"""Of labelled F1, from 32 to 8 bits."""


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
