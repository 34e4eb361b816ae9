"""The shipped parser on held-out trees: labelled F1, tags, milliseconds: `python -m bench.text.parser --data DATA`.

Brackets are counted by evalb's conventions (COLLINS.prm): tokens tagged , : `` '' . are removed first, ROOT and the
brackets of single words (tags) do not count, PRT equals ADVP, function tags and indices are cut off, several brackets
over one span count each; F1 is over the whole corpus, not a mean over sentences. The trees come from a neural parser,
corrected in part, so agreement with them is not gold. Tags count all tokens, punctuation included. Time is
one thread, tagger, embeddings and CKY included, from tokens to tree.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.shared.machine import this_machine
from vivavoce.blocks import find_addon, load_addon
from vivavoce.text.parse import Parser
from vivavoce.training.parser.score import ParserScore, score_parser
from vivavoce.training.parser.treebank import Example, read_treebank


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one set of sentences."""

    sentences: int
    f1: float
    precision: float
    recall: float
    exact: float
    tags: float
    median_ms: float
    p95_ms: float

    @classmethod
    def of(cls, score: ParserScore) -> Row:
        """Raises `ValueError` where no sentence was parsed."""
        counted = score.brackets
        median_ms, p95_ms = (np.percentile(score.times_s, [50, 95]) * 1e3).tolist()
        return cls(
            counted.sentences, counted.f1, counted.precision, counted.recall, score.exact, score.tag_accuracy,
            median_ms, p95_ms,
        )  # fmt: skip


def by_genre(examples: Sequence[Example]) -> dict[str, list[Example]]:
    """All sentences first, then those of each genre: GUM's documents are named GUM_genre_title."""
    genres: dict[str, list[Example]] = {"all": list(examples)}
    for example in examples:
        genres.setdefault(example.document.split("_")[1], []).append(example)
    return genres


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds trees/")
    parser.add_argument("--parser", default="parser", help="name or path of a parser addon")
    parser.add_argument("--json", type=Path, help="write every figure here")
    arguments = parser.parse_args()
    loaded = Parser(load_addon(find_addon(arguments.parser)))
    examples = read_treebank(arguments.data / "trees" / "dev.tsv")
    score_parser(loaded, examples[:20])  # loads what is loaded at first use
    rows = {genre: Row.of(score_parser(loaded, some)) for genre, some in by_genre(examples).items()}
    heads = ["sentences", "F1", "precision", "recall", "whole trees", "tags", "median ms", "95 % ms"]
    table = Table("held out", *heads, title=str(this_machine()))
    for genre, row in rows.items():
        shares = (f"{share:.3f}" for share in (row.f1, row.precision, row.recall, row.exact, row.tags))
        table.add_row(genre, str(row.sentences), *shares, f"{row.median_ms:.1f}", f"{row.p95_ms:.1f}")
    Console(width=120).print(table)
    if arguments.json:
        found = {"machine": asdict(this_machine()), "rows": {genre: asdict(row) for genre, row in rows.items()}}
        arguments.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
