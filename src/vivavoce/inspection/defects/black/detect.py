"""Black: unexpected black, from one picture up, also where a logo stays on.

A picture is black when all but a tenth of it is near black level; what is brighter must stand still, as a logo does,
and take up no more of the width than one and lie apart from the middle, or have been there before: a title on black
is none.
Black is unexpected when it comes at once and goes at once: fades to or from black, and black before the first or
after the last picture, are meant. So is black between two scenes, unless it is of a few pictures, which are left over
at a cut, or long. Where scenes are shorter than the black, another scene says little, unless the film has faded to or
from black shortly before: a trailer's pauses. A film that cuts hard to black and back to the same scene on purpose
looks the same.
What goes from a black ground, as a title that grows out of the picture, leaves it, and nothing is lost.
A picture or two of darkness that comes again and again, with hardly more light between, is a strobe, and meant.

Lifted black, up to a level of 40, is told by how even it is.

Fails on black that is lifted further or noisy, and with logos over a tenth of the picture.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.detector import Detector
from vivavoce.inspection.event import Event
from vivavoce.inspection.media import MediaInfo, Plane, VideoFrame, apart
from vivavoce.inspection.motion import Blocks, likeness

LOGO_SHARE, NO_LOGO = 0.12, 0.01
LEAST_LIGHT = 34.0
BEFORE_S, AT_ONCE = 0.4, 0.6
STILL_LOGO = 6.0
LOGO_LEVELS, LOGO_WIDTH, STAYS, ALIKE = 16, 0.4, 0.7, 12
"""How far a logo stands out, in levels, and how much of the width it takes up at most; of a wider one, the part that
was there before, alike to so many levels."""
MIDDLE = 0.1
"""How far from the middle of the picture, in parts of a side, a title lies at most."""
BLACK_GROUND = 0.3
"""Share of a picture that is brighter than black, up to which the rest is its ground."""

LEAST_END_S = 0.5
EVEN = 3.0
"""Levels by which lifted black may differ from its median."""

SAME_SCENE, OTHER_SCENE = 0.5, 0.3
"""Likeness of two pictures from which they show one scene, and under which they show two."""
LEFT_OVER_S, LONG_S = 0.13, 3.0
"""How long black between two scenes lasts at most where it is left over at a cut, and at least where nobody would have
made so long a pause."""

FADES, FADES_WITHIN_S, FADES_APART_S = 2, 60.0, 1.0
"""How often a film has faded to or from black, and how long ago at most, where black is one of its editor's means; with
less light between two they are one."""

STROBE_S, STROBE_TIMES = 0.2, 3
"""How long it is light at most between two moments of darkness of one strobe, and how many it has at least."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Settings, in levels of luma."""

    dark: float = 26.0
    """Brighter is not black."""
    dark_full_range: float = 12.0
    """The same where black is 0."""
    lifted: float = 40.0
    """Up to here an even picture is lifted black."""


@dataclass(frozen=True, slots=True)
class _Light:
    """A picture that is not black: the mean of its luma in levels, the share of it that is bright, and its blocks."""

    time_s: float
    mean: float
    bright: float
    blocks: Blocks


@dataclass(slots=True)
class _Dark:
    start_s: float
    end_s: float
    sudden: bool
    logo: float
    blocks: Blocks
    moved: float = 0.0
    pictures: int = 1
    title: bool = False
    """Whether something bright came with it, as a title does."""


class Black(Detector):
    names = ("black",)
    Thresholds = Thresholds

    def __init__(self, media: MediaInfo, thresholds: Any = None) -> None:
        super().__init__(media, thresholds)
        self._light: deque[_Light] = deque(maxlen=64)
        self._dark: _Dark | None = None
        self._last_light: Plane | None = None
        self._faded_s: deque[float] = deque(maxlen=FADES)
        """When it last was black after a fade, or before one."""
        self._held: list[Event] = []
        """Of darkness that may be a strobe's: its next moment may still come."""
        self._times, self._dark_until_s = 0, float("-inf")
        """How often it went dark in a row, with hardly any light between, and when it last grew light."""

    def on_frame(self, frame: VideoFrame) -> Iterator[Event]:
        level = self.thresholds.dark_full_range if frame.full_range else self.thresholds.dark
        bright = float(np.count_nonzero(frame.small > level)) / frame.small.size
        if bright > LOGO_SHARE:
            bright = min(bright, self._lifted_share(frame.small))
        mean = float(frame.small.mean())
        if bright <= LOGO_SHARE:
            self._note_darkness(frame, bright, mean)
            return
        if self._dark:
            self._held += self._judge_group(self._dark, frame.time_s, mean, frame.blocks)
            self._dark = None
            self._light.clear()
            self._dark_until_s = frame.time_s
            if self._times >= STROBE_TIMES:
                yield from self._let_go()
        elif frame.time_s - self._dark_until_s > STROBE_S:
            yield from self._let_go()
            self._times = 0
        self._light.append(_Light(frame.time_s, mean, bright, frame.blocks))
        self._last_light = frame.small.copy()

    def _lifted_share(self, small: Plane) -> float:
        """Part of a picture that is not of its usual level, where that is dark: lifted black is even."""
        usual = float(np.median(small))
        if usual > self.thresholds.lifted:
            return 1.0
        return float(np.count_nonzero(np.abs(small.astype(np.int16) - usual) > EVEN)) / small.size

    def finish(self, end_s: float) -> Iterator[Event]:
        dark = self._dark
        if dark and dark.end_s < end_s - LEAST_END_S:
            self._held += self._judge_group(dark, dark.end_s, 255.0, None)
        yield from self._let_go()

    def _let_go(self) -> list[Event]:
        """What was held back; of a strobe only what is longer than its moments."""
        kept = [event for event in self._held if self._times < STROBE_TIMES or event.seconds > LEFT_OVER_S]
        self._held = []
        return kept

    def _note_darkness(self, frame: VideoFrame, bright: float, mean: float) -> None:
        end_s = frame.time_s + frame.seconds
        blocks = frame.blocks
        dark = self._dark
        if dark is None:
            recent = [light for light in self._light if light.time_s > frame.time_s - BEFORE_S]
            title = bright > NO_LOGO and not was_there(frame.small, self._last_light)
            sudden = _is_sudden(recent, mean) and (not title or is_narrow(frame.small))
            self._dark = _Dark(frame.time_s, end_s, sudden, bright, blocks, title=title)
            self._times += 1
            return
        dark.moved = max(dark.moved, float(np.abs(blocks - dark.blocks).max()))
        dark.logo, dark.end_s, dark.pictures = max(dark.logo, bright), end_s, dark.pictures + 1

    def _judge_group(self, dark: _Dark, end_s: float, light_after: float, after: Blocks | None) -> Iterator[Event]:
        if not dark.sudden or light_after < LEAST_LIGHT:
            if self._light:
                if self._faded_s and dark.start_s - self._faded_s[-1] < FADES_APART_S:
                    self._faded_s.pop()
                self._faded_s.append(end_s)
            return
        if dark.logo > NO_LOGO and dark.moved > STILL_LOGO:
            return
        seconds = end_s - dark.start_s
        may_be_meant = seconds > LEFT_OVER_S and (seconds < LONG_S or dark.title)  # a title lasts as it likes
        if may_be_meant and self._is_pause(seconds, after):
            return
        evidence = {"logo_share": round(dark.logo, 3), "pictures": dark.pictures}
        yield Event("black", dark.start_s, end_s, 0.95 if dark.logo <= NO_LOGO else 0.8, evidence)

    def _is_pause(self, seconds: float, after: Blocks | None) -> bool:
        """Whether another scene follows: one that changed less before, in as long a time as it was black, or in a film
        that fades to black."""
        if after is None or not self._light:
            return False
        last = self._light[-1]
        if likeness(last.blocks, after) >= OTHER_SCENE:
            return False
        if len(self._faded_s) == FADES and last.time_s - self._faded_s[0] <= FADES_WITHIN_S:
            return True
        earlier = [light for light in self._light if light.time_s <= last.time_s - seconds] or [self._light[0]]
        return likeness(earlier[-1].blocks, last.blocks) > SAME_SCENE


def is_narrow(small: Plane) -> bool:
    """Whether what is bright in a dark picture (rows, columns) is as narrow as a logo, and not in the middle of it."""
    rows, columns = np.nonzero(_bright(small))
    if not len(columns):
        return True
    left, right = np.percentile(columns, (2, 98))
    off = max(abs(float(np.mean(at)) / side - 0.5) for at, side in zip((rows, columns), small.shape, strict=True))
    return bool(right - left <= LOGO_WIDTH * small.shape[1]) and off > MIDDLE


def was_there(small: Plane, before: Plane | None) -> bool:
    """Whether what is bright in a dark picture (rows, columns) was in the one before, as a logo is."""
    bright = _bright(small)
    if before is None or before.shape != small.shape or not bright.any():
        return False
    return float(np.mean(apart(small[bright], before[bright]) <= ALIKE)) >= STAYS


def _bright(small: Plane) -> npt.NDArray[np.bool_]:
    return small > np.median(small) + LOGO_LEVELS


def _is_sudden(recent: Sequence[_Light], mean: float) -> bool:
    """Whether the pictures before were light, none on a black ground, and did not grow darker: most of the light went
    in one step."""
    if min((light.bright for light in recent), default=0.0) <= BLACK_GROUND:
        return False
    highest, last = max(light.mean for light in recent), recent[-1].mean
    return highest >= LEAST_LIGHT and last - mean >= AT_ONCE * (highest - mean)
