"""Melodies by rule on exact labels: what a sentence's pitch and energy are to be where its kind asks for it.

The teacher, like most voices, lets every question fall. Contours are in semitones about the sentence's median, so that
each can be learned under each speaker; where the voice rises it also grows louder, or the rise is lost in the fading
end that the teacher gives every sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vivavoce.training.corpora.intonation import VALUES_PER_UNIT, VOICED_HZ, SpokenWord, rewrite_pitch, spoken_words
from vivavoce.training.voice.hibari import vocabulary
from vivavoce.training.voice.sound import Array
from vivavoce.training.voice.utterances import Utterance

LAG_FRAMES = 4
"""How much earlier than its label a sound is heard: 45 ms."""
STRESS_FRAMES = 5
LIFT_NATS, MOST_LIFT_NATS, LOUD_PERCENTILE = 0.35, 2.5, 90
"""Energy for each semitone above the median, at most so much, and never above that percentile of the sentence."""
END_FRAMES, WORD_END_FRAMES = 6, 3
"""How much before the end of a sentence, and of a word in it, a melody is where it goes."""
MOST_RISE_ST = 1.0
"""At the end of a statement."""
_VOWELS = frozenset("AIOQWYaiuæɑɐɒɔəɛɜɪʊʌᵊᵻ")


def with_melody(
    spoken: Utterance, kind: str, chosen: Sequence[int], random: np.random.Generator, name: str | None = None
) -> Utterance | None:
    """The utterance as its kind asks; `chosen` as `rewrite_pitch` wants it; None where it has no such words."""
    symbols = symbols_of(spoken)
    words = [_perceived_word(word) for word in spoken_words(symbols, spoken.units.tolist())]
    if not words or len(words) != len(spoken.text.split()) or any(n >= len(words) for n in chosen):
        return None
    if kind in ("or", "list", "emphasis", "compound") and not chosen:
        return None
    sung = _with_vowels(spoken, symbols)
    if (sung > VOICED_HZ).sum() < 8:
        return None
    f0 = _reached_early(sung, words, kind, chosen, random)
    return replace(
        spoken, id=name or spoken.id, kind=kind, f0_hz=f0, energy=lift_energy(spoken.energy, f0, spoken.f0_hz)
    )  # fmt: skip


def with_fall(spoken: Utterance, random: np.random.Generator) -> Utterance:
    """A statement that ends as statements do; the teacher lets some end on a rise, the voice `af_bella` two in five."""
    words = [_perceived_word(word) for word in spoken_words(symbols_of(spoken), spoken.units.tolist())]
    if not words or last_rise(spoken.f0_hz) < MOST_RISE_ST:
        return spoken
    f0 = _reached_early(spoken.f0_hz, words, "list", [], random)
    return replace(spoken, f0_hz=f0, energy=lift_energy(spoken.energy, f0, spoken.f0_hz))


def last_rise(f0_hz: Array) -> float:
    """How far the last 60 ms of voice lie above the low of the last 400 ms, in semitones; 0 where there is none."""
    tail = 12.0 * np.log2(f0_hz[f0_hz > VOICED_HZ][-32:])
    return float(np.median(tail[-5:]) - np.quantile(tail, 0.1)) if len(tail) > 8 else 0.0


def _reached_early(
    f0_hz: Array, words: Sequence[SpokenWord], kind: str, chosen: Sequence[int], random: np.random.Generator
) -> Array:
    """f0 with the melody of a kind whose ends are reached a little before the voice fades, and held: what comes last is
    too soft to be heard to rise or fall."""
    last = int(np.flatnonzero(f0_hz > VOICED_HZ)[-1])
    cut = last - END_FRAMES if last - words[-1].accent > 2 * END_FRAMES else last
    early = [
        SpokenWord(w.symbols, w.start, w.accent, max(w.accent + 1, w.end - WORD_END_FRAMES)) if n in chosen else w
        for n, w in enumerate(words)
    ]
    made = f0_hz.copy()
    made[: cut + 1] = rewrite_pitch(f0_hz[: cut + 1], early, kind, chosen, random)
    held = [(cut, len(made)), *((early[n].end, words[n].end + 1) for n in chosen if kind in ("or", "list"))]
    for start, stop in held:
        voiced = made[start:stop] > VOICED_HZ
        if start < len(made) and made[start] > VOICED_HZ:
            made[start:stop][voiced] = made[start]
    return made


def lift_energy(energy: Array, f0_hz: Array, before_hz: Array) -> Array:
    """Energy raised where the new pitch is above the median, and above what it was."""
    voiced = f0_hz > VOICED_HZ
    median = float(np.median(f0_hz[voiced]))
    high = 12.0 * np.log2(np.maximum(f0_hz, VOICED_HZ) / median)
    gained = 12.0 * np.log2(np.maximum(f0_hz, VOICED_HZ) / np.maximum(before_hz, VOICED_HZ))
    lift = np.where(voiced, np.clip(LIFT_NATS * np.minimum(high, gained), 0.0, MOST_LIFT_NATS), 0.0)
    lift = np.convolve(np.pad(lift, 2, "edge"), np.ones(5) / 5, "valid")
    top = float(np.percentile(energy[voiced], LOUD_PERCENTILE))
    return np.maximum(energy, np.minimum(energy + lift, top)).astype(np.float32)


def symbols_of(spoken: Utterance) -> list[str]:
    """The symbols of an utterance without the silence at its ends."""
    return [_SYMBOL[int(number)] for number in spoken.ids[1:-1]]


def _with_vowels(spoken: Utterance, symbols: Sequence[str]) -> Array:
    """f0 with voice in every vowel: at the end of a sentence the teacher creaks, which has no pitch to rise with."""
    edges = VALUES_PER_UNIT * np.cumsum(spoken.units.numpy()) - LAG_FRAMES
    meant = spoken.f0_hz > VOICED_HZ
    if meant.sum() < 2:
        return spoken.f0_hz
    sung = meant.copy()
    for symbol, start, end in zip(symbols, edges[:-2], edges[1:-1], strict=True):
        if symbol in _VOWELS:
            sung[max(0, start) : max(0, min(end, start + 16))] = True
    places = np.arange(len(meant))
    line = np.exp(np.interp(places, places[meant], np.log(spoken.f0_hz[meant])))
    return np.where(sung, line, spoken.f0_hz).astype(np.float32)


def _perceived_word(word: SpokenWord) -> SpokenWord:
    """Where a word is heard: earlier than its label, and its accent where the stress mark stands, which takes the first
    half of the vowel."""
    start, accent, end = (max(0, place - LAG_FRAMES) for place in (word.start, word.accent, word.end))
    return SpokenWord(word.symbols, start, max(start, accent - STRESS_FRAMES), end)


_SYMBOL = {number: symbol for symbol, number in vocabulary().items()}
