"""From what the encoders answered and what markup asked for to frames: whole durations, pitch, energy, marks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vivavoce.features import FRAME_S, Array
from vivavoce.text.ssml_values import SILENT_DB
from vivavoce.text.utterance import Sentence, Word
from vivavoce.voice.contour import Frames
from vivavoce.voice.tokens import Tokens

FloatArray = npt.NDArray[np.floating[Any]]

MOST_END_FRAMES = 25
"""Silence after the last word where markup asks for none. Some recordings have three times as much, for no listener."""
NEPERS_PER_DB = np.log(10.0) / 20.0
NEPERS_PER_SEMITONE = np.log(2.0) / 12.0
EMPHASIS = {
    "none": (1.0, 0.0, 0.0),
    "reduced": (1.08, -1.0, -2.0),
    "moderate": (0.85, 2.0, 1.5),
    "strong": (0.75, 4.0, 3.0),
}
"""Level: rate factor, semitones, decibels."""


@dataclass(frozen=True, slots=True)
class TokenControls:
    """What markup asks of each token; every array is (tokens,)."""

    rate: Array
    pitch_shift: Array
    """Nepers added to log f0."""
    pitch_range: Array
    """Factor on the distance of log f0 from the sentence's mean."""
    gain: Array
    """Nepers added to energy and to the sound."""
    silence: npt.NDArray[np.int64]
    """Frames that a gap is to last, -1 where the model decides."""

    def tensors(self) -> dict[str, np.ndarray]:
        """For the upsampler, with a batch axis."""
        return {
            "rate": self.rate[None], "pitch_shift": self.pitch_shift[None], "pitch_range": self.pitch_range[None],
            "gain": self.gain[None], "silence": self.silence[None],
        }  # fmt: skip

    def asked(self) -> dict[str, str]:
        """The tensors that differ from what every voice does unasked, each with words for it."""
        differs = {
            "rate": ("a change of rate", bool((self.rate != 1.0).any())),
            "pitch_shift": ("a change of pitch", bool(self.pitch_shift.any())),
            "pitch_range": ("a change of pitch range", bool((self.pitch_range != 1.0).any())),
            "gain": ("a change of volume", bool(self.gain.any())),
            "silence": ("breaks of a given length", bool((self.silence >= 0).any())),
        }
        return {name: words for name, (words, is_asked) in differs.items() if is_asked}


def controls_of(sentence: Sentence, tokens: Tokens, rate: float = 1.0, pitch_semitones: float = 0.0) -> TokenControls:
    """The controls of a sentence's words over their tokens, on top of those of the whole; gaps follow the word before
    them."""
    count = len(tokens.symbols)
    rates = np.full(count, rate, np.float32)
    shifts = np.full(count, pitch_semitones * NEPERS_PER_SEMITONE, np.float32)
    ranges, gains = np.ones(count, np.float32), np.zeros(count, np.float32)
    silence = np.full(count, -1, np.int64)
    owner = np.maximum.accumulate(tokens.words)
    for number, word in enumerate(sentence.words):
        control = word.control
        slower, semitones, decibels = EMPHASIS[control.emphasis]
        sounds = tokens.words == number
        mine = owner == number
        rates[mine] *= control.rate
        rates[sounds] *= slower
        shifts[mine] += control.pitch_semitones * NEPERS_PER_SEMITONE
        shifts[sounds] += semitones * NEPERS_PER_SEMITONE
        ranges[mine] *= control.range_factor
        gains[mine] += control.volume_db * NEPERS_PER_DB
        gains[sounds] += decibels * NEPERS_PER_DB
        if word.break_s is not None:
            silence[np.flatnonzero(mine)[-1]] = round(word.break_s / FRAME_S)
    if sentence.lead_s:
        silence[0] = round(sentence.lead_s / FRAME_S)
    return TokenControls(rates, shifts, ranges, gains, silence)


def is_silent(word: Word) -> bool:
    """Whether markup wants to hear nothing of it, which is more than to have it soft."""
    return word.control.volume_db <= SILENT_DB


def silent_frames(sentence: Sentence, tokens: Tokens, durations: Frames) -> npt.NDArray[np.bool_]:
    """Frames (frames,) of words that markup makes silent, of the gaps after them, and before a first one."""
    silent = np.array([is_silent(word) for word in sentence.words], bool)
    return np.repeat(silent[np.maximum(tokens.owner, 0)], durations)


def frame_durations(log_durations: Array, gaps: npt.NDArray[np.bool_], rate: Array, silence: Frames) -> Frames:
    """Whole frames of each token (tokens,): rounding errors are carried on, sounds last at least one frame, a gap at
    the end a quarter of a second at most unless `silence` says otherwise.

    `log_durations` are log(1 + frames), as the duration encoder answers them.
    """
    wanted = np.expm1(np.clip(log_durations, 0.0, 6.0)) / rate
    wanted = np.where(gaps, np.where(wanted < 1.0, 0.0, wanted), np.maximum(wanted, 1.0))
    if len(gaps) and gaps[-1]:
        wanted[-1] = min(wanted[-1], MOST_END_FRAMES)
    wanted = np.where(gaps & (silence >= 0), silence, wanted)
    ends = np.round(np.cumsum(wanted)).astype(np.int64)
    durations = np.diff(ends, prepend=0)
    return np.maximum(durations, np.where(gaps, 0, 1))


@dataclass(frozen=True, slots=True)
class SpeechMark:
    """When something is said; `start` and `end` are byte offsets in the input."""

    time_s: float
    end_s: float
    """Equal to `time_s` for a place without length, and where the voice does not know the length in advance."""
    type: str
    """`sentence`, `word` or `ssml`."""
    start: int
    end: int
    value: str


def marks_of(sentence: Sentence, tokens: Tokens, durations: Frames | None, begin_s: float) -> tuple[SpeechMark, ...]:
    """Sentence, word and SSML marks of a sentence that begins at `begin_s`, in time order.

    Without `durations`, which an attention model cannot tell, the mark of the sentence alone.
    """
    if durations is None:
        return (SpeechMark(begin_s, begin_s, "sentence", *sentence.span, sentence.text),)
    ends = begin_s + np.cumsum(durations) * FRAME_S
    starts = ends - durations * FRAME_S
    spoken = [_extent(tokens.words == number, starts, ends) for number in range(len(sentence.words))]
    marks = [SpeechMark(begin_s, float(ends[-1]), "sentence", *sentence.span, sentence.text)]
    for word, (start_s, end_s) in zip(sentence.words, spoken, strict=True):
        marks.append(SpeechMark(start_s, end_s, "word", *word.span, word.text))
    for mark in sentence.marks:
        time_s = spoken[mark.word][0] if mark.word < len(spoken) else float(ends[-1])
        marks.append(SpeechMark(time_s, time_s, "ssml", *sentence.span, mark.name))
    return tuple(sorted(marks, key=lambda m: m.time_s))


def _extent(sounds: npt.NDArray[np.bool_], starts: FloatArray, ends: FloatArray) -> tuple[float, float]:
    places = np.flatnonzero(sounds)
    if len(places) == 0:
        return float(starts[0]), float(starts[0])
    return float(starts[places[0]]), float(ends[places[-1]])
