"""Is an emphasised word higher, louder or longer than the same word without emphasis?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench.prosody.held_out import Predictor
from bench.shared.sentences import QUESTIONS, STATEMENTS, sentences_of_kind
from vivavoce.prosody import load_prosody
from vivavoce.prosody.linguistics import describe
from vivavoce.text import analyse
from vivavoce.text.utterance import Sentence
from vivavoce.text.word_features import is_open_class
from vivavoce.training.voice.utterances import SPEAKERS
from vivavoce.voice.tokens import tokenise

HIGHER_SEMITONES, LOUDER_DB, LONGER = 1.0, 1.0, 0.1


@dataclass(frozen=True, slots=True)
class Emphasis:
    """What emphasis did to one word."""

    semitones: float
    decibels: float
    length: float
    """A share of the length without emphasis."""

    @property
    def heard(self) -> bool:
        return self.semitones >= HIGHER_SEMITONES or self.decibels >= LOUDER_DB or self.length >= LONGER


def emphasised(data: Path, system: str, count: int = 100) -> Iterator[Emphasis]:
    """A content word in the middle of each of `count` sentences of `data/text`, with the emphasis `moderate`."""
    model, voice = load_prosody(system), Predictor()
    lines = [line for kind in (*QUESTIONS, *STATEMENTS) for line in sentences_of_kind(data, kind)]
    for number, line in enumerate(lines[:: max(1, len(lines) // count)][:count]):
        sentence = analyse(line).sentences[0]
        speaker = SPEAKERS[number % len(SPEAKERS)]
        content = [i for i, word in enumerate(sentence.words) if is_open_class(word)] or [0]
        chosen = content[len(content) // 2]
        plain, marked = (_word(voice, model, s, chosen, speaker) for s in (sentence, _marked(sentence, chosen)))
        yield Emphasis(marked[0] - plain[0], marked[1] - plain[1], marked[2] / plain[2] - 1)


def _marked(sentence: Sentence, word: int) -> Sentence:
    words = list(sentence.words)
    words[word] = replace(words[word], control=replace(words[word].control, emphasis="moderate"))
    return replace(sentence, words=tuple(words))


def _word(voice, model, sentence: Sentence, word: int, speaker: str) -> tuple[float, float, float]:
    """Mean semitones and decibels, and frames, of a word as the decoder is told to say it."""
    embedding = model.embed(describe(sentence), speaker) if model else None
    made = voice(sentence, speaker, embedding)
    own = tokenise(sentence).words == word
    loudness = (made.energy / 2.0 + made.gain)[own].mean() * 20 / np.log(10)
    return float(made.knots[own].mean() * 12 / np.log(2)), float(loudness), float(made.durations[own].sum())
