"""Is an emphasised word higher, louder or longer than the same word without emphasis?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench.shared.sentences import QUESTIONS, STATEMENTS, sentences_of_kind
from vivavoce.prosody import prosody_source
from vivavoce.text import analyse
from vivavoce.text.utterance import Sentence
from vivavoce.text.word_features import is_open_class
from vivavoce.voice import ProsodySource, Voice, load_voice
from vivavoce.voice.tokens import tokenise
from vivavoce.voice.unit_upsampler import MODAL_SHARE

HIGHER_SEMITONES, LOUDER_NEPERS, LONGER = 1.0, 0.35, 0.1


@dataclass(frozen=True, slots=True)
class Emphasis:
    """What emphasis did to one word."""

    semitones: float
    energy: float
    """Nepers of the power of what the decoder reads."""
    length: float
    """A share of the length without emphasis."""

    @property
    def heard(self) -> bool:
        return self.semitones >= HIGHER_SEMITONES or self.energy >= LOUDER_NEPERS or self.length >= LONGER


def emphasised(data: Path, system: str, count: int = 100) -> Iterator[Emphasis]:
    """A content word in the middle of each of `count` sentences of `data/text`, with the emphasis `moderate`."""
    voice, prosody = load_voice(), prosody_source(system)
    lines = [line for kind in (*QUESTIONS, *STATEMENTS) for line in sentences_of_kind(data, kind)]
    for number, line in enumerate(lines[:: max(1, len(lines) // count)][:count]):
        sentence = analyse(line).sentences[0]
        speaker = voice.speakers[number % len(voice.speakers)].name
        content = [i for i, word in enumerate(sentence.words) if is_open_class(word)] or [0]
        chosen = content[len(content) // 2]
        plain, marked = (_word(voice, prosody, s, chosen, speaker) for s in (sentence, _marked(sentence, chosen)))
        yield Emphasis(marked[0] - plain[0], marked[1] - plain[1], marked[2] / plain[2] - 1)


def _marked(sentence: Sentence, word: int) -> Sentence:
    words = list(sentence.words)
    words[word] = replace(words[word], control=replace(words[word].control, emphasis="moderate"))
    return replace(sentence, words=tuple(words))


def _word(
    voice: Voice, prosody: ProsodySource | None, sentence: Sentence, word: int, speaker: str
) -> tuple[float, float, float]:
    """Mean semitones and energy where it is voiced, and frames, of a word as the decoder is told to say it."""
    made = voice.predict(sentence, voice.style(speaker, prosody=prosody))
    assert made is not None
    own = np.repeat(tokenise(sentence).words == word, made.durations)
    f0, energy = made.tracks["f0"], made.tracks["energy"] + 2.0 * made.tracks["gain"]
    sung = own & (f0 > MODAL_SHARE * voice.details.median_f0_hz[speaker])
    sung = sung if sung.any() else own
    return float(12.0 * np.log2(np.maximum(f0[sung], 1.0)).mean()), float(energy[sung].mean()), float(own.sum())
