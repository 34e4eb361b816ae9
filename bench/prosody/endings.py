"""Do questions rise and statements fall? Shares by kind of sentence, beside the recordings' own, measured alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from bench.prosody.held_out import Held, Predictor, sentence_of
from bench.prosody.melody import Melody, melody
from bench.shared.sentences import sentences_of_kind
from vivavoce.prosody import load_prosody
from vivavoce.prosody.linguistics import Linguistics, describe
from vivavoce.text import analyse
from vivavoce.text.utterance import Sentence
from vivavoce.training.prosody.intonation_rules import QUESTION_VERBS, QUESTION_WORDS
from vivavoce.training.prosody.texts import spoken_language
from vivavoce.training.voice.utterances import SPEAKERS
from vivavoce.voice.tokens import tokenise

KINDS = {
    "yes_no_question": "yes_no", "or_question": "or", "wh_question": "wh", "dialogue_question": "dialogue",
    "complex": "statement", "compound_noun": "statement",
}  # fmt: skip
"""Files of `data/text`, and what is asked of their melody."""
ASKED = {"compound": "statement", "kathleen": "statement", "ensemble": "statement", "complex": "statement"}
Counts = dict[str, list[bool]]


def recorded(held: Sequence[Held]) -> dict[str, float]:
    """Of the recordings."""
    counts: Counts = defaultdict(list)
    for h in held:
        shape = melody(h.spoken.prosody.knots, h.spoken.prosody.durations, h.spoken.tokens)
        count(counts, *kind_and_words(h), shape)
    return shares(counts)


def kind_and_words(held: Held) -> tuple[str, list[str]]:
    """What is asked of a recording's melody, and its words in lower case."""
    return ASKED.get(held.kind, held.kind), [word.lower() for word in held.spoken.text.split()]


def predicted(data: Path, held: Sequence[Held], system: str) -> dict[str, float]:
    """Of a system from plain text: the sentences of `data/text`, by all voices in turn, and those of the test."""
    model, voice = load_prosody(system), Predictor()
    counts: Counts = defaultdict(list)
    for kind, words, text, sentence, speaker in _plain(data, held):
        made = voice(sentence, speaker, model.embed(text, speaker) if model else None)
        count(counts, kind, words, melody(made.knots, made.durations, tokenise(sentence)))
    return shares(counts)


def _plain(data: Path, held: Sequence[Held]) -> Iterator[tuple[str, list[str], Linguistics, Sentence, str]]:
    for kind, line, speaker in in_turn(data, KINDS):
        sentence = analyse(line, language=spoken_language(speaker)).sentences[0]
        words = [word.text.lower() + word.trailing_punctuation for word in sentence.words]
        yield kind, words, describe(sentence), sentence, speaker
    for h in held:
        kind, words = kind_and_words(h)
        yield f"test: {kind}", words, h.text, sentence_of(h), h.spoken.speaker


def in_turn(data: Path, kinds: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Kind, sentence and speaker of the sentences of some files of `data/text`, by all voices in turn."""
    for file, kind in kinds.items():
        for number, line in enumerate(sentences_of_kind(data, file)):
            yield kind, line, SPEAKERS[number % len(SPEAKERS)]


def kind_of_question(words: Sequence[str]) -> str:
    """`wh` or `yes_no`, of the words of a question in lower case."""
    bare = [word.strip("\"'“”‘’,?").partition("'")[0] for word in words]
    return "yes_no" if bare[0] in QUESTION_VERBS or not QUESTION_WORDS.intersection(bare) else "wh"


def count(counts: Counts, kind: str, words: list[str], shape: Melody) -> None:
    """What is asked of a melody of this kind, and whether it does so."""
    asked = kind.removeprefix("test: ")
    if asked == "dialogue":
        asked = kind_of_question(words)
    if asked == "yes_no":
        counts[f"{kind} rises"].append(shape.rises())
    elif asked in ("wh", "statement"):
        counts[f"{kind} falls"].append(shape.falls())
    elif asked == "or" and "or" in words:
        counts[f"{kind} rises before or"].append(shape.rises(words.index("or") - 1))
        counts[f"{kind} falls at the end"].append(shape.falls())
    elif asked == "list":
        commas = [number for number, word in enumerate(words) if word.endswith(",")]
        counts[f"{kind} rises at commas"] += [shape.rises(number) for number in commas]
        counts[f"{kind} falls at the end"].append(shape.falls())


def shares(counts: Mapping[str, list[bool]]) -> dict[str, float]:
    return {name: float(np.mean(values)) for name, values in counts.items()} | {
        f"{name}, n": float(len(values)) for name, values in counts.items()
    }


def table(own: Mapping[str, float], systems: Mapping[str, Mapping[str, float]]) -> str:
    """Rows of what is asked, the recordings' share of that kind, then the systems'."""
    names = list(dict.fromkeys(name for found in systems.values() for name in found if not name.endswith(", n")))
    lines = [f"| | n | recordings | {' | '.join(systems)} |", "|" + "---|" * (len(systems) + 3)]
    for name in names:
        sentences = next(found[f"{name}, n"] for found in systems.values())
        theirs = own.get(name.removeprefix("test: "))
        cells = [f"{found[name]:.2f}" for found in systems.values()]
        lines.append(
            f"| {name} | {sentences:.0f} | {'' if theirs is None else f'{theirs:.2f}'} | {' | '.join(cells)} |"
        )
    return "\n".join(lines)
