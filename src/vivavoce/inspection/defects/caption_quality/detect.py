"""Caption quality: speed, length, lines, overlap, order, gaps, garbled text, and captions apart from the speech.

The rules are those of a public timed-text guide: 5/6 s to 7 s a caption, two lines, 42 characters a line, 20
characters a second with tolerance, captions in order and not on top of each other; a profile may set its own
(`netflix`, `bbc`). Tracks are judged each by itself. Captions are set against the
speech that is heard, by level alone: a common shift of over 0.6 s is told, a single caption that would fit speech
nearby much better, and speech of 6 s and more without any.

Fails where music or noise is as loud as the speech (then nothing is said of sync), with captions of what is not
speech, and on a wrong language.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vivavoce.inspection.captions.garble import garbled_share
from vivavoce.inspection.captions.speech import Active, Shown, SpeechTrack, find_displaced, find_uncaptioned, shift_of
from vivavoce.inspection.detector import Detector
from vivavoce.inspection.event import Event
from vivavoce.inspection.event_grouper import ratio_to_threshold
from vivavoce.inspection.media import AudioBlock, Cue, MediaInfo

GARBLED = 0.06
OVERLAP_S = 0.1
SHORT_TEXT, FEW_WORDS = 12, 3
"""Characters, and words, up to which nobody minds the speed."""

ROUNDING_S = 0.002
"""By how much times that a file rounds may be off."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a profile may set."""

    least_s: float = 0.5
    most_s: float = 7.5
    lines: float = 3
    line_characters: float = 50
    characters_a_second: float = 24.0
    words_a_minute: float = 0.0
    """Faster is too fast; 0: not judged."""
    least_gap_s: float = 0.0
    """From one caption to the next, where there is a gap at all or the next begins at once; 0: not judged."""


@dataclass(slots=True)
class _Track:
    """One track of captions: the last one, and the times of all."""

    before: Cue | None = None
    shown: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])


class CaptionQuality(Detector):
    names = ("caption_quality",)
    Thresholds = Thresholds

    def __init__(self, media: MediaInfo, thresholds: Any = None) -> None:
        super().__init__(media, thresholds)
        self._tracks: dict[str, _Track] = {}
        self._speech = SpeechTrack()

    def on_caption(self, cue: Cue) -> Iterator[Event]:
        if cue.problem:
            yield Event(
                "caption_quality", cue.start_s, max(cue.end_s, cue.start_s + 0.1), 0.8 if not cue.lines else 0.4,
                {"problem": cue.problem, "caption": cue.number},
            )  # fmt: skip
            if not cue.lines:
                return
        track = self._tracks.setdefault(cue.track, _Track())
        before, track.before = track.before, cue
        track.shown.append((cue.start_s, cue.end_s))
        rolled = _rolled_lines(before, cue)
        seconds, signs = cue.end_s - cue.start_s, len(" ".join(cue.lines[rolled:]))
        if seconds <= 0:
            yield _event(cue, 0.8, "ends before it starts")
            return
        limits: Thresholds = self.thresholds
        words = sum(len(line.split()) for line in cue.lines[rolled:])
        speed, pace = signs / seconds, 60 * words / seconds
        if speed > limits.characters_a_second and signs > SHORT_TEXT:
            score = ratio_to_threshold(speed / limits.characters_a_second)
            yield _event(cue, score, "too fast", characters_a_second=round(speed, 1))
        elif 0 < limits.words_a_minute < pace and words > FEW_WORDS:
            score = ratio_to_threshold(pace / limits.words_a_minute)
            yield _event(cue, score, "too fast", words_a_minute=round(pace))
        elif seconds < limits.least_s - ROUNDING_S and signs > 4:
            yield _event(cue, 0.5, "too short")
        if seconds > limits.most_s + ROUNDING_S:
            yield _event(cue, ratio_to_threshold(seconds / limits.most_s), "too long")
        longest = max((len(line) for line in cue.lines), default=0)
        if len(cue.lines) > limits.lines or longest > limits.line_characters:
            yield _event(cue, 0.5, "too many lines or too long a line", lines=len(cue.lines), longest=longest)
        gap_s = cue.start_s - before.end_s if before else float("inf")
        if -OVERLAP_S <= gap_s < limits.least_gap_s - ROUNDING_S and not rolled:
            yield _event(cue, 0.5, "too close to the one before", gap_s=round(gap_s, 3))
        garbled = garbled_share(cue.text)
        if garbled > GARBLED:
            yield _event(cue, ratio_to_threshold(garbled / GARBLED), "garbled", share=round(garbled, 2))
        if before and cue.start_s < before.start_s:
            yield _event(cue, 0.8, "out of order")
        elif before and cue.start_s < before.end_s - OVERLAP_S and cue.position == before.position and not rolled:
            overlap_s = min(before.end_s, cue.end_s) - cue.start_s
            yield Event(
                "caption_quality", cue.start_s, cue.start_s + overlap_s, ratio_to_threshold(1 + overlap_s),
                {"problem": "overlaps the one before", "caption": cue.number},
            )  # fmt: skip

    def on_audio(self, block: AudioBlock) -> Iterator[Event]:
        if block.stream == 0:
            self._speech.on_audio(block)
        return iter(())

    def finish(self, end_s: float) -> Iterator[Event]:
        shown = [track.shown for track in self._tracks.values() if track.shown]
        speech = self._speech.active() if shown else None
        if speech is None:
            return
        for track in shown:
            yield from self._compare(np.array(sorted(track)), speech)
        together = np.array(sorted(span for track in shown for span in track))
        for start_s, last_s in find_uncaptioned(together, speech):
            evidence = {"problem": "speech without captions"}
            yield Event("caption_quality", start_s, last_s, ratio_to_threshold((last_s - start_s) / 6.0), evidence)

    @staticmethod
    def _compare(shown: Shown, speech: Active) -> Iterator[Event]:
        """Captions of one track apart from the speech: all of them, or single ones."""
        shift = shift_of(shown, speech)
        if shift is not None:
            start_s, last_s = max(0.0, float(shown[0, 0])), float(shown[-1, 1])
            evidence = {"problem": "captions apart from the speech", "late_s": round(shift, 2)}
            yield Event("caption_quality", start_s, last_s, ratio_to_threshold(abs(shift) / 0.6), evidence)
            return
        for start_s, last_s, late_s in find_displaced(shown, speech):
            evidence = {"problem": "caption apart from its speech", "late_s": round(late_s, 2)}
            yield Event("caption_quality", start_s, last_s, ratio_to_threshold(abs(late_s)), evidence)


def _rolled_lines(before: Cue | None, cue: Cue) -> int:
    """How many lines of a roll-up caption stood there before: its first ones are the last ones of the one before."""
    lines = before.lines if before else ()
    most = min(len(lines), len(cue.lines) - 1)
    return next((count for count in range(most, 0, -1) if lines[-count:] == cue.lines[:count]), 0)


def _event(cue: Cue, score: float, problem: str, **more: float) -> Event:
    evidence = {"problem": problem, "caption": cue.number, **more}
    return Event("caption_quality", cue.start_s, max(cue.end_s, cue.start_s + 0.1), score, evidence)
