"""Stutter: motion that halts and leaps: pictures repeated, dropped, or shown at uneven times.

A halt is a picture that hardly differs from the one before among pictures that move, neither in what its blocks show
nor within them (a line of rolling titles may cross a block for some pictures); it counts with the leap after it, or
when it lasts for two pictures or more. Halts at a steady beat (film at 24 shown at 30, drawings held for two
or three pictures, also where only their background stands still) are no stutter, nor are single repeats up to seven.
What had come to rest gathers speed behind a halt, and missed nothing. Uneven times count where the stamps themselves
jump about while something moves, but for the ticks of a coarse clock.

Fails on slow motion, where a repeat hides in the noise, and on drops without a halt, which look like faster motion.
Pages, charts, screens and drawings are passed over: they rest and scroll as they please. Those are pictures of few
levels, and such as have no noise: all but what moves is exactly as it was.
A source with a variable rate that was coded at a constant one has real repeats, and they are reported.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from vivavoce.inspection.content import is_drawn
from vivavoce.inspection.defects.freeze.detect import ACTIVE_STEPS, moved_blocks
from vivavoce.inspection.defects.freeze.detect import LEAST_S as FREEZE_S
from vivavoce.inspection.defects.stutter.cadence import CUT, Look, at_one_rate, is_departure
from vivavoce.inspection.defects.stutter.halts import Halt, came_to_rest, has_no_noise, on_beat, sets_out_slowly
from vivavoce.inspection.defects.stutter.stamps import GAP_S, Stamps
from vivavoce.inspection.detector import Detector
from vivavoce.inspection.event import Event
from vivavoce.inspection.event_grouper import EventGroup, EventGrouper, ratio_to_threshold
from vivavoce.inspection.media import BLOCK, MediaInfo, Plane, VideoFrame, apart
from vivavoce.inspection.motion import Blocks, Motion, Step, block_means, inner, rank_magnitude

EDGE = 1
"""Blocks at each side of the picture that are not looked at: lines of an analogue source flicker there."""

HALT, HALT_SHARE, HALT_MOST = 0.6, 0.15, 3.0
INSIDE, NOISE = 2.0, 2.0
"""Levels by which the pixels of a block may differ in a repeat, over so many times what all blocks do."""

MOVING = 2.0
LEAP, RESUMED = 1.3, 0.6
SAME_SCENE = 0.75
"""Likeness to the held picture under which a cut may have ended the only halt of an event, and nothing leapt."""

SAME_PLACE = 0.1
"""Part of what moved before a halt that must move again after it: one thing may leave, and later another come."""

SEEN = 600
"""Pictures, and halts, that are remembered: of twenty seconds at 30 a second."""

PAST, STEADY = 60, 0.5
"""Pictures that are kept: a halt, and as many before it, at 60 a second; and levels of a way that is none."""

AROUND_S = 1.5
"""Repeats at one rate must have begun so long before a stretch to be no part of it."""

LEAPT, MOST_LEAP = 1.15, 4.0
"""Typical steps by which the picture leaps after the halts of an event, on average, for the clock went on: drawings
that are held go on from where they were; and what a single leap counts at most."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What may be set."""

    halts: float = 2.0
    """Halts that make an event where each is of one picture or two."""
    repeated_pictures: float = 3.0
    """Repeated pictures that make one in a single halt."""
    usual_repeats: float = 0.15
    """Part of the pictures around that may be repeated too."""
    uneven: float = 0.35
    """How far the time between two pictures is off the usual one, in parts of it."""


class Stutter(Detector):
    names = ("stutter",)
    Thresholds = Thresholds

    def __init__(self, media: MediaInfo, thresholds: Any = None) -> None:
        super().__init__(media, thresholds)
        self._motion = Motion(EDGE)
        self._small: Plane | None = None
        self._moving: deque[float] = deque(maxlen=25)
        self._same: deque[float] = deque(maxlen=25)
        """What part of the pixels is exactly as in the picture before, in the last steps that moved."""
        self._recent: deque[Blocks] = deque(maxlen=ACTIVE_STEPS + 1)
        """Blocks of the last pictures before a halt."""
        self._past: deque[Step] = deque(maxlen=PAST)
        """The last steps before this one, repeats among them."""
        self._repeats: list[Step] = []
        self._drawn = False
        """Whether what is repeated is a page, a chart or a screen."""
        self._seen: deque[Look] = deque(maxlen=SEEN)
        self._shot = 0
        self._halts: deque[Halt] = deque(maxlen=SEEN)
        self._spans = EventGrouper(GAP_S)
        self._lead: list[Look] = []
        """Of `_seen`, what was just before the halts that are joined now."""
        self._stamps = Stamps(self.thresholds.uneven)

    def on_frame(self, frame: VideoFrame) -> Iterator[Event]:
        before, self._small = self._small, inner(frame.small, EDGE * BLOCK).copy()
        step = self._motion.step(frame)
        moves = step is not None and step.motion >= HALT
        yield from self._stamps.add(frame.time_s, lambda: moves and not is_drawn(frame.small))
        if step is None or before is None:
            return
        if self._halts:
            self._halts[-1].follow(step.speed)
        typical = float(np.median(self._moving)) if len(self._moving) >= 5 else 0.0
        limit = min(HALT_MOST, max(HALT, HALT_SHARE * typical))
        again = step.speed < limit and _moved_inside(before, self._small) < INSIDE
        self._shot += step.likeness < CUT
        self._seen.append(Look(step.time_s, again, self._shot))
        self._past.append(step)
        if typical >= MOVING and again:
            self._drawn = is_drawn(frame.small) if not self._repeats else self._drawn
            if not self._repeats or step.time_s - self._repeats[0].time_s < 2 * FREEZE_S:  # what lasts is a freeze
                self._repeats.append(step)
            return
        yield from self._judge_halt(step, typical, limit)
        for span in self._spans.close(step.time_s):
            yield from self._make_events(span)
        self._recent.append(step.blocks)
        if step.motion > 0.5 * HALT:
            self._moving.append(step.motion)
            self._same.append(_same_pixels(before, self._small))

    def finish(self, end_s: float) -> Iterator[Event]:
        for span in self._spans.finish():
            yield from self._make_events(span)
        yield from self._stamps.finish()

    def _judge_halt(self, step: Step, typical: float, limit: float) -> Iterator[Event]:
        """Motion is back: what was the halt before it?"""
        repeats, self._repeats = self._repeats, []
        if not repeats or self._drawn:
            return
        start_s, end_s = repeats[0].time_s - repeats[0].seconds, step.time_s
        if end_s - start_s >= FREEZE_S + repeats[0].seconds or step.motion < MOVING:
            return
        active = moved_blocks(self._recent)
        again = moved_blocks((repeats[-1].blocks, step.blocks))
        same_size = active.shape == again.shape and active.any()
        moved = float((again & active).sum() / active.sum()) if same_size else 1.0
        if moved < SAME_PLACE:
            return
        leap = step.speed / max(typical, 1e-6)
        if leap < (LEAP if len(repeats) < 2 else RESUMED):
            return
        past = list(self._past)[: -len(repeats) - 1]  # to the picture that is held
        way = rank_magnitude(past[-1].blocks - past[-min(len(past), len(repeats) + 2)].blocks) if past else 0.0
        still = float(np.median([repeat.speed for repeat in repeats]))
        halt = Halt(
            start_s,
            end_s,
            len(repeats),
            min(4.0, limit / max(still, 0.3)) * max(1.0, min(leap, 2.0)),
            leap,
            step.likeness,
            moved,
            step.speed,
            past[-1].speed / max(typical, 1e-6) if past else 1.0,
            step.speed / max(way, STEADY),
            float(np.median(self._same)),
        )
        self._halts.append(halt)
        for span in self._spans.add(start_s, end_s, max(1.0, halt.strength)):
            yield from self._make_events(span)
        if self._spans.open_s == start_s:
            self._lead = [seen for seen in self._seen if start_s - AROUND_S <= seen.time_s < start_s]

    def _around(self, span: EventGroup) -> list[Look]:
        """The pictures shortly before a stretch, and the latest ones since it began."""
        return [*self._lead, *(seen for seen in self._seen if seen.time_s >= span.start_s)]

    def _make_events(self, span: EventGroup) -> Iterator[Event]:
        halts = [halt for halt in self._halts if span.start_s <= halt.start_s <= span.end_s]
        held = sum(halt.pictures for halt in halts)
        many = len(halts) >= self.thresholds.halts or held >= self.thresholds.repeated_pictures
        if len(halts) == 1 and halts[0].alike < SAME_SCENE:
            return
        around = self._around(span)
        leapt = bool(halts) and float(np.mean([min(halt.leap, MOST_LEAP) for halt in halts])) >= LEAPT
        if (
            many
            and leapt
            and not sets_out_slowly(halts)
            and not came_to_rest(halts)
            and not has_no_noise(halts)
            and is_departure(around, span, self.thresholds.usual_repeats)
            and not on_beat(halts, self.media.picture_seconds)
            and not at_one_rate(around)
        ):
            evidence = {"halts": len(halts), "repeated_pictures": held}
            yield Event("stutter", span.start_s, span.end_s, ratio_to_threshold(span.mean), evidence)


def _moved_inside(before: Plane, now: Plane) -> float:
    """Difference of the pixels of the fifth most changed block, in levels, less that of noise everywhere."""
    blocks = block_means(apart(before, now))
    return rank_magnitude(blocks) - NOISE * float(np.median(blocks))


def _same_pixels(before: Plane, now: Plane) -> float:
    """What part of the pixels is exactly the same."""
    return float((before == now).mean()) if before.shape == now.shape else 0.0
