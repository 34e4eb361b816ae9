"""Caption quality: speed, length, lines, overlap, order, gaps, garbled text, and captions apart from the speech.

The rules are those of a public timed-text guide: 5/6 s to 7 s a caption, two lines, 42 characters a line, 20
characters a second with tolerance, captions in order and not on top of each other. Captions are set against the
speech that is heard, by level alone: a common shift of over 0.6 s is told, a single caption that would fit speech
nearby much better, and speech of 6 s and more without any.

Fails where music or noise is as loud as the speech (then nothing is said of sync), with captions of what is not
speech, and on a wrong language. CEA-608/708 captions inside video packets are not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from vivavoce.inspection.captions.garble import garbled_share
from vivavoce.inspection.captions.speech import SpeechTrack, find_displaced, find_uncaptioned, shift_of
from vivavoce.inspection.detector import Detector
from vivavoce.inspection.event import Event
from vivavoce.inspection.event_grouper import ratio_to_threshold
from vivavoce.inspection.media import AudioBlock, Cue, MediaInfo

LEAST_S, MOST_S = 0.5, 7.5
LINES, LINE_CHARACTERS = 3, 50
CHARACTERS_A_SECOND = 24.0
GARBLED = 0.06
OVERLAP_S = 0.1


class CaptionQuality(Detector):
    names = ("caption_quality",)

    def __init__(self, media: MediaInfo, thresholds: Any = None) -> None:
        super().__init__(media, thresholds)
        self._before: Cue | None = None
        self._shown: list[tuple[float, float]] = []
        self._speech = SpeechTrack()

    def on_caption(self, cue: Cue) -> Iterator[Event]:
        if cue.problem:
            yield Event(
                "caption_quality", cue.start_s, max(cue.end_s, cue.start_s + 0.1), 0.8 if not cue.lines else 0.4,
                {"problem": cue.problem, "caption": cue.number},
            )  # fmt: skip
            if not cue.lines:
                return
        before, self._before = self._before, cue
        self._shown.append((cue.start_s, cue.end_s))
        rolled = _rolled_lines(before, cue)
        seconds, signs = cue.end_s - cue.start_s, len(" ".join(cue.lines[rolled:]))
        if seconds <= 0:
            yield _event(cue, 0.8, "ends before it starts")
            return
        speed = signs / seconds
        if speed > CHARACTERS_A_SECOND and signs > 12:
            yield _event(
                cue, ratio_to_threshold(speed / CHARACTERS_A_SECOND), "too fast", characters_a_second=round(speed, 1)
            )
        elif seconds < LEAST_S and signs > 4:
            yield _event(cue, 0.5, "too short")
        if seconds > MOST_S:
            yield _event(cue, ratio_to_threshold(seconds / MOST_S), "too long")
        longest = max((len(line) for line in cue.lines), default=0)
        if len(cue.lines) > LINES or longest > LINE_CHARACTERS:
            yield _event(cue, 0.5, "too many lines or too long a line", lines=len(cue.lines), longest=longest)
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
        if block.stream == 0 and self.media.captions:
            self._speech.on_audio(block)
        return iter(())

    def finish(self, end_s: float) -> Iterator[Event]:
        speech = self._speech.active()
        if not self._shown or speech is None:
            return
        shown = np.array(sorted(self._shown))
        shift = shift_of(shown, speech)
        if shift is not None:
            start_s, last_s = max(0.0, float(shown[0, 0])), float(shown[-1, 1])
            evidence = {"problem": "captions apart from the speech", "late_s": round(shift, 2)}
            yield Event("caption_quality", start_s, last_s, ratio_to_threshold(abs(shift) / 0.6), evidence)
            return
        for start_s, last_s, late_s in find_displaced(shown, speech):
            evidence = {"problem": "caption apart from its speech", "late_s": round(late_s, 2)}
            yield Event("caption_quality", start_s, last_s, ratio_to_threshold(abs(late_s)), evidence)
        for start_s, last_s in find_uncaptioned(shown, speech):
            evidence = {"problem": "speech without captions"}
            yield Event("caption_quality", start_s, last_s, ratio_to_threshold((last_s - start_s) / 6.0), evidence)


def _rolled_lines(before: Cue | None, cue: Cue) -> int:
    """How many lines of a roll-up caption stood there before: its first ones are the last ones of the one before."""
    lines = before.lines if before else ()
    most = min(len(lines), len(cue.lines) - 1)
    return next((count for count in range(most, 0, -1) if lines[-count:] == cue.lines[:count]), 0)


def _event(cue: Cue, score: float, problem: str, **more: float) -> Event:
    evidence = {"problem": problem, "caption": cue.number, **more}
    return Event("caption_quality", cue.start_s, max(cue.end_s, cue.start_s + 0.1), score, evidence)
