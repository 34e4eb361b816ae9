"""What is spoken in the benches: held-out sentences and texts of a given length, from the project's data folder."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from pathlib import Path

from vivavoce.errors import InputError

QUESTIONS = ("yes_no_question", "or_question", "wh_question", "dialogue_question")
STATEMENTS = ("complex", "compound_noun")
LATENCY_TEXTS = 3


@dataclass(frozen=True, slots=True)
class Rendition:
    """A recording of the corpus, or what a corpus's teacher made of a text."""

    id: str
    corpus: str
    speaker: str
    text: str
    path: Path


def held_out(data: Path, corpus: str, split: str = "test") -> list[Rendition]:
    """Recordings of one split of `data/speech/<corpus>`, in the order of its metadata."""
    folder = data / "speech" / corpus
    try:
        with (folder / "metadata.tsv").open(encoding="utf-8", newline="") as table:
            rows = list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))
    except OSError as error:
        raise InputError(f"{folder}: no corpus here ({error.strerror}); is --data the folder above speech/?") from error
    return [
        Rendition(row["id"], corpus, row["speaker"], row["text"], folder / "audio" / f"{row['id']}.opus")
        for row in rows
        if row["split"] == split
    ]


def sentences_of_kind(data: Path, kind: str) -> list[str]:
    """Lines of `data/text/<kind>.txt`."""
    path = data / "text" / f"{kind}.txt"
    try:
        return [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error


def questions(data: Path, count: int = 60) -> list[str]:
    """The same number of questions of each kind, from the top of each list."""
    each = -(-count // len(QUESTIONS))
    return [text for kind in QUESTIONS for text in sentences_of_kind(data, kind)[:each]][:count]


def mixed(data: Path, count: int, seed: int = 0) -> list[str]:
    """Sentences for a comparison of systems: a half from test splits, a quarter questions, a quarter statements."""
    corpora = sorted({row.text for corpus in ("ensemble", "kathleen") for row in held_out(data, corpus)})
    quarter = count // 4
    statements = [text for kind in STATEMENTS for text in sentences_of_kind(data, kind)]
    generator = random.Random(seed)
    asked = generator.sample(questions(data), quarter)
    stated = generator.sample(statements, quarter)
    return [*generator.sample(corpora, count - 2 * quarter), *asked, *stated]


def latency_texts(data: Path) -> dict[str, list[str]]:
    """Texts of 5, 20 and 80 words, each one sentence; and the same 80 words as four sentences."""
    kinds = (*QUESTIONS, *STATEMENTS)
    pool = {text for kind in kinds for text in sentences_of_kind(data, kind)}
    pool |= {row.text for corpus in ("ensemble", "kathleen") for row in held_out(data, corpus)}
    short = sorted(text for text in pool if len(text.split()) == 5)[:LATENCY_TEXTS]
    middle = sorted(text for text in pool if len(text.split()) == 20)[: 4 * LATENCY_TEXTS]
    if len(middle) < 4 * LATENCY_TEXTS:
        raise InputError(f"{data}: holds fewer than {4 * LATENCY_TEXTS} sentences of 20 words")
    fours = [middle[4 * number : 4 * number + 4] for number in range(LATENCY_TEXTS)]
    return {
        "5": short,
        "20": middle[:LATENCY_TEXTS],
        "80": ["; ".join(sentence.rstrip(".!?") for sentence in four) + "." for four in fours],
        "4 x 20": [" ".join(four) for four in fours],
    }
