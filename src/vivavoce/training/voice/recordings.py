"""A person's recordings labelled as the teacher labels its own speech: symbols, units, pitch and energy.

The teacher's habits, measured in 2,724 of its sentences, are kept so that one network can learn both: boundaries lie
45 ms after what is heard, a sentence begins with 13 units of silence, a pause belongs to the sound before it but for
the few units of the punctuation and the space, and a stress mark takes half of its vowel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vivavoce.audio import Audio
from vivavoce.features import FRAME_S, Array, mel_spectrogram, pitch
from vivavoce.prosody.alignment import aligner, whole_sentence
from vivavoce.text.phonemes import STRESSES
from vivavoce.text.utterance import Sentence
from vivavoce.training.voice.labels import Labels
from vivavoce.training.voice.sound import FRAME_SAMPLES, RATE_HZ, cut, mel_norm
from vivavoce.voice.tokens import GAPS, SYMBOL_ID, Tokens, tokenise

UNIT_S = 0.025
LAG_S = 0.045
LEAD_S, TAIL_S = 0.280, 0.420
"""Silence before the first and after the last sound, with digital silence where the recording has less."""
PUNCTUATION_UNITS, SPACE_UNITS, END_UNITS = 3, 2, 8
ENERGY_SLOPE, ENERGY_OFFSET = 0.955, -0.03
"""From the log norm of a mel spectrogram to what the teacher calls energy; r = .993 to .996."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A recording, trimmed, samples (samples,) at 24 kHz in whole units, and its labels."""

    samples: Array
    labels: Labels


def label_recording(audio: Audio, text: str, language: str, vocabulary: dict[str, int], gain: float) -> Spoken:
    """Align, trim and measure one recording; `gain` brings it to the loudness of the voice.

    Raises `InputError` for a recording that does not say its text.
    """
    audio = audio.resampled(RATE_HZ)
    sentence = whole_sentence(text, language)
    tokens = tokenise(sentence)
    frames = aligner().align(mel_spectrogram(audio.samples), tokens)
    edges = np.concatenate([[0], np.cumsum(frames)]) * FRAME_S
    begin, close = edges[1] - LEAD_S, edges[-2] + TAIL_S
    ids, ends = symbol_ends(sentence, tokens, edges - begin, close - begin - LAG_S, vocabulary)
    units = whole_units(ends)
    samples = gain * cut(audio.samples, round(begin * RATE_HZ), 2 * int(units.sum()) * FRAME_SAMPLES)
    times = (np.arange(2 * units.sum()) + 0.5) * FRAME_SAMPLES / RATE_HZ + begin
    f0 = pitch(audio)
    energy = ENERGY_SLOPE * mel_norm(samples)[: len(times)] + ENERGY_OFFSET
    return Spoken(samples, Labels(ids, units, at_times(f0, times), energy.astype(np.float32)))


def symbol_ends(
    sentence: Sentence, tokens: Tokens, edges: npt.NDArray[np.float64], close: float, vocabulary: dict[str, int]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """The ids of a sentence's phonemes, padded (ids,), and where each ends in seconds (ids,), from the edges of its
    tokens (tokens + 1,); the recording ends at `close` seconds."""
    ids, ends = [0], [float(edges[1])]
    sounds = iter(np.flatnonzero(~tokens.gaps))
    stresses: list[int] = []
    marks: list[str] = []
    for symbol in sentence.phonemes:
        if symbol not in vocabulary:
            continue
        if symbol in STRESSES:
            stresses.append(vocabulary[symbol])
        elif symbol in SYMBOL_ID and symbol not in GAPS:
            place = next(sounds)
            start, end = float(edges[place]), float(edges[place + 1])
            if marks:
                ends[-1:] = pause_ends(ends[-1], start, marks)
                ids += [vocabulary[mark] for mark in marks]
                marks = []
            shares = np.arange(1, len(stresses) + 1) / max(1, 2 * len(stresses))
            ids += [*stresses, vocabulary[symbol]]
            ends += [*(start + (end - start) * shares).tolist(), end]
            stresses = []
        else:
            marks.append(symbol)
    ids += [*(vocabulary[mark] for mark in marks), 0]
    first = max(ends[-1], close - END_UNITS * UNIT_S)
    steps = np.linspace(first, max(first, close - UNIT_S), len(marks) + 1)
    ends[-1:] = [*steps.tolist(), close]
    return np.array(ids), np.array(ends)


def pause_ends(end: float, start: float, marks: list[str]) -> list[float]:
    """Where the sound before the marks and each of them end: the sound ends at `end`, the next one starts at `start`.

    What is more than the marks' own few units goes to the sound; what is less is taken from both neighbours.
    """
    units = [SPACE_UNITS if mark == " " else PUNCTUATION_UNITS for mark in marks]
    first = start - sum(units) * UNIT_S
    last = start
    if first < end:
        first, last = end - UNIT_S, start + UNIT_S
    return (first + (last - first) * np.cumsum([0, *units]) / sum(units)).tolist()


def whole_units(ends: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Units of symbols that end at `ends` in what is heard: at least one each, the boundaries 45 ms late."""
    units, reached = np.zeros(len(ends), np.int64), 0
    for number, end in enumerate(ends):
        place = max(reached + 1, round((end + LAG_S) / UNIT_S))
        units[number], reached = place - reached, place
    return units


def at_times(f0_hz: Array, times: npt.NDArray[np.float64]) -> Array:
    """f0 of frames of 10 ms (frames,), 0 where unvoiced, at other times in s (times,)."""
    own = (np.arange(len(f0_hz)) + 0.5) * FRAME_S
    voiced = f0_hz > 0
    if voiced.sum() < 2:
        return np.zeros(len(times), np.float32)
    found = np.exp(np.interp(times, own[voiced], np.log(f0_hz[voiced])))
    return np.where(np.interp(times, own, voiced.astype(float)) >= 0.5, found, 0.0).astype(np.float32)
