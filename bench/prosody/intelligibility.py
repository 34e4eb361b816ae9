"""Is every system understood? Word error rates of what each says, beside the voice left to itself.

Of no sentence more words are counted as wrong than it has; the rate with all that the recogniser made up stands beside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.prosody.transfer import TARGETS, cases, copier
from bench.shared.estimates import ratio
from bench.shared.metrics import WordErrorRate
from bench.shared.results import Table
from bench.shared.sentences import QUESTIONS, STATEMENTS, held_out, sentences_of_kind
from bench.shared.significance import bootstrap, holm, interval, p_value
from bench.shared.transcripts import compare
from vivavoce.audio import Audio
from vivavoce.errors import InputError
from vivavoce.features import RATE_HZ
from vivavoce.prosody import prosody_source, prosody_systems
from vivavoce.text import analyse
from vivavoce.training.prosody.sentence import spoken_language
from vivavoce.training.voice.utterances import SPEAKERS
from vivavoce.voice import load_voice

KINDS = (*QUESTIONS, *STATEMENTS)
ALONE = "none"
"""The voice left to itself: what every other system is compared with."""
TEST = "test"


@dataclass(frozen=True, slots=True)
class Heard:
    """What was understood of one sentence."""

    kind: str
    speaker: str
    text: str
    transcript: str
    errors: int
    """All words at most: a recogniser that loops or makes up sentences says nothing of how many words were lost."""
    words: int
    uncapped: int
    """The errors with what it made up."""


@dataclass(frozen=True, slots=True)
class WordErrors:
    """Of one system on one kind of sentence; shares of words."""

    system: str
    kind: str
    sentences: int
    rate: float
    uncapped: float
    """The rate with all that the recogniser made up."""
    more: float
    """More than the voice left to itself, with the bounds of its 95 % interval."""
    low: float
    high: float
    p: float
    """Of the difference, corrected for the number of systems."""


def texts(data: Path, each: int) -> Iterator[tuple[str, str, str]]:
    """At most `each` sentences of every kind and of the test recordings: kind, speaker, text; speakers in turn."""
    for kind in KINDS:
        for number, text in enumerate(sentences_of_kind(data, kind)[:each]):
            yield kind, SPEAKERS[number % len(SPEAKERS)], text
    for corpus in ("kathleen", "ensemble"):
        rows = held_out(data, corpus)
        for row in rows[:: max(1, len(rows) // each)][:each]:
            yield TEST, row.speaker, row.text


def understood(data: Path, each: int) -> dict[str, list[Heard]]:
    """Every system over the same sentences, by the same speakers."""
    voice, listener = load_voice(), WordErrorRate(1)
    wanted = list(texts(data, each))
    found: dict[str, list[Heard]] = {}
    for name in prosody_systems():
        prosody = prosody_source(name)
        found[name] = []
        for kind, speaker, text in wanted:
            sentences = analyse(text, language=spoken_language(speaker)).sentences
            sound = voice.synthesize(sentences, speaker=speaker, prosody=prosody).samples
            found[name].append(_heard(listener, kind, speaker, text, sound))
    return found


def copies_understood(data: Path, runs: Path, count: int) -> dict[str, list[Heard]]:
    """Copies of `count` recordings of each corpus of sources onto every target, and the same texts without a source."""
    voice, listener, copy = load_voice(), WordErrorRate(1), copier("copycat", runs)
    found: dict[str, list[Heard]] = {ALONE: [], "copycat": []}
    for case in cases(data, count, len(TARGETS)):
        try:
            copied = copy(case)
        except InputError:
            continue
        for name, prosody in ((ALONE, None), ("copycat", copied)):
            sound = voice.synthesize([case.sentence], speaker=case.target, prosody=prosody).samples
            found[name].append(_heard(listener, case.row.corpus, case.target, case.row.text, sound))
    return found


def _heard(listener: WordErrorRate, kind: str, speaker: str, text: str, samples: np.ndarray) -> Heard:
    transcript = listener.transcribe(Audio(samples, RATE_HZ))
    result = compare(text, transcript)
    capped = min(result.errors, result.words)
    return Heard(kind, speaker, text, transcript, capped, result.words, result.errors)


def rates(found: Mapping[str, Sequence[Heard]], kind: str | None = None) -> list[WordErrors]:
    """Each system's word errors over all sentences or one kind, resampled over sentences."""
    counts = {
        name: np.array([(h.errors, h.words) for h in rows if kind in (None, h.kind)], float)
        for name, rows in found.items()
    }
    alone = counts[ALONE]
    chances, made = {}, []
    for name, own in counts.items():
        draws = bootstrap(lambda picks, own=own: _rate(own[picks]) - _rate(alone[picks]), len(own))
        if name != ALONE:
            chances[name] = p_value(draws)
        kept = [h for h in found[name] if kind in (None, h.kind)]
        uncapped = sum(h.uncapped for h in kept) / sum(h.words for h in kept)
        made.append((name, len(own), _rate(own), uncapped, interval(draws)))
    corrected = holm(chances)
    return [
        WordErrors(
            name,
            kind or "all",
            sentences,
            rate,
            uncapped,
            rate - _rate(alone),
            low,
            high,
            corrected.get(name, float("nan")),
        )
        for name, sentences, rate, uncapped, (low, high) in made
    ]


def _rate(counts: np.ndarray) -> float:
    return float(counts[:, 0].sum() / counts[:, 1].sum())


def table(found: Mapping[str, Sequence[Heard]]) -> Table:
    """Systems down; all sentences with the difference, then each kind."""
    kinds = list(dict.fromkeys(h.kind for h in found[ALONE]))
    by_kind = {kind: {row.system: row for row in rates(found, kind)} for kind in kinds}
    lines = []
    for row in rates(found):
        heard = found[row.system]
        overall = ratio([h.errors for h in heard], [h.words for h in heard])
        more = "" if row.system == ALONE else f"{_points(row.more)} ({_points(row.low)} to {_points(row.high)})"
        share = f"{100 * overall.value:.1f} ± {100 * overall.standard_error:.1f}"
        lines.append(
            [
                row.system,
                share,
                more,
                f"{100 * row.uncapped:.1f}",
                *(f"{100 * by_kind[kind][row.system].rate:.1f}" for kind in kinds),
            ]
        )
    return Table(["", "all", f"more than {ALONE}", "uncapped", *kinds], lines)


def _points(share: float) -> str:
    return f"{100 * share:+.1f}"
