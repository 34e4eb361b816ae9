"""Banding: false contours, where a smooth slope has too few levels.

The levels that occur in smooth parts of the picture: cut to fewer bits, they bunch at every fourth, eighth or
sixteenth level, and a lossy codec afterwards smears the bunches without filling the valleys. What is measured is the
strength of such a period in the histogram of luma over smooth areas alone, which must stand out over other periods and
have valleys between neighbouring bunches; and the histogram's entropy, which falls at once where levels are lost within
a scene, also without the commonest level: a flat ground that grows loses none. A picture in the middle of a dissolve
has more levels than either end: what is lost must have been there at two looks at least. Drawings in few colours and
test patterns are meant, so of them only the fall counts.

Fails on contours that are one level of eight bits high, which no histogram shows, on drawings that are banded
throughout, and in pictures without smooth areas, where contours do not show either.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vivavoce.inspection.content import is_chart
from vivavoce.inspection.defects.banding.comb import Comb, find_comb
from vivavoce.inspection.detector import Detector, Sampling
from vivavoce.inspection.event import Event
from vivavoce.inspection.event_grouper import EventGroup, EventGrouper, ratio_to_threshold
from vivavoce.inspection.levels import DRAWN_BITS, Levels, entropy, smooth_levels
from vivavoce.inspection.media import MediaInfo, VideoFrame
from vivavoce.inspection.motion import Blocks, likeness

EVERY_S = 0.24
CONTRAST, LOST_BITS, CHART_BITS, HOLD = 0.33, 0.6, 0.9, 0.8
GROUND, BUNCHED = 1, 0.2
"""Levels on either side of the commonest that are of the same ground, and the periodicity of levels from which the
ground itself may be what is left of many."""

GROWN = 1.5
"""Loss against that of the look before from which it was not lost at once: a dissolve to a drawing."""

STEADY = 2
"""Looks at a scene with all its levels, of which none lost any, before the one at which they are lost: a dissolve shows
more for a moment, a fade loses them look by look."""

DARK = 24.0
"""Mean level under which hardly anything is left whose levels could be counted."""

SAME_SCENE, SAME_LIGHT = 0.9, 6.0
GAP_S, LEAST_S = 0.5, 0.7


class Banding(Detector):
    names = ("banding",)
    sampling = Sampling(EVERY_S)

    def __init__(self, media: MediaInfo, thresholds: Any = None) -> None:
        super().__init__(media, thresholds)
        self._spans = EventGrouper(GAP_S, LEAST_S, HOLD)
        self._look: Blocks | None = None
        self._whole: tuple[float, float, float] | None = None
        """Entropy, that without the ground, and light of the scene before levels were lost."""
        self._looks = 0
        """At this scene, with all its levels."""
        self._lost = 0.0
        """Bits that had been lost at the look before."""

    def on_frame(self, frame: VideoFrame) -> Iterator[Event]:
        levels = smooth_levels(frame.luma) if float(frame.blocks.mean()) >= DARK else None
        chart = is_chart(frame.small)
        comb = find_comb(levels) if levels is not None else Comb()
        meant = levels is None or entropy(levels) < DRAWN_BITS
        bunching = 0.0 if meant else comb.bunching
        lost = self._lost_entropy(frame, levels, comb.tone) / (CHART_BITS if chart else LOST_BITS)
        strength = max(lost, 0.0 if chart else bunching / CONTRAST)
        for span in self._spans.add(frame.time_s, frame.time_s + EVERY_S, strength):
            yield _event(span)

    def finish(self, end_s: float) -> Iterator[Event]:
        for span in self._spans.finish():
            yield _event(span)

    def _lost_entropy(self, frame: VideoFrame, levels: Levels | None, tone: float) -> float:
        """Bits of entropy that were lost at once in this scene and are not back."""
        look, before = frame.blocks, self._look
        self._look = look
        if levels is None or before is None or likeness(before, look) < SAME_SCENE:
            self._whole = None
        if levels is None:
            return 0.0
        now = entropy(levels), entropy(without_ground(levels)), float(look.mean())
        if self._whole is None or abs(now[2] - self._whole[2]) > SAME_LIGHT:
            self._whole, self._looks = now, 0
        lost = self._whole[0] - now[0]
        if tone < BUNCHED:
            lost = min(lost, self._whole[1] - now[1])
        steady = lost < HOLD * LOST_BITS
        if steady or lost > GROWN * self._lost > 0.0 or self._looks < STEADY:
            self._whole, lost = now, 0.0
            self._looks = self._looks + 1 if steady else 0
        self._lost = lost
        return lost


def without_ground(levels: Levels) -> Levels:
    """Levels (256,) without the commonest and those beside it."""
    rest, ground = levels.copy(), int(levels.argmax())
    rest[max(0, ground - GROUND) : ground + GROUND + 1] = 0.0
    return rest


def _event(span: EventGroup) -> Event:
    return Event("banding", span.start_s, span.end_s, ratio_to_threshold(span.mean), {"strength": round(span.mean, 3)})
