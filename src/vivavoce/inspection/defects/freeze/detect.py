"""Freeze: motion stops at once, the picture is held for 0.4 s or more, motion goes on at once.

Adapts to noise: what counts is the mean of blocks, in which grain and coding noise cancel, against the motion just
before. A still that was cut or dissolved to, a title card, a slide and a scene that comes to rest are no freezes, nor
is a flat or black picture. The scene must have moved until the hold, and while the picture was held its clock went on:
the first picture after it is further away than pictures in a row are, before and behind it, over more of the picture,
and shows the same place unless the camera moved; it is far from the held one too, against the way that had led there.
What rests and goes on from where it was (a puppet, a drawn figure, a robot, a camera path, a freeze frame of the
director's) was never held up; nor was what another picture that rests follows, or what slows down or grows within it.
A fixed camera whose one moving thing has left holds nothing; nor does a screen, whose pages scroll and rest. Authors
hold the last picture for a moment, so a hold that lasts to the end must be long.

Fails where there was hardly any motion to stop (a waiting face), where a small part goes on moving in the held
picture (a burnt-in clock), and on a stream that waits and loses nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.content import is_drawn
from vivavoce.inspection.defects.freeze.ended_hold import EndedHold
from vivavoce.inspection.defects.freeze.hold import Hold
from vivavoce.inspection.detector import Detector
from vivavoce.inspection.event import Event
from vivavoce.inspection.event_grouper import ratio_to_threshold
from vivavoce.inspection.media import MediaInfo, VideoFrame
from vivavoce.inspection.motion import Blocks, Motion, Step, likeness, rank_magnitude

LEAST_S = 0.4
STILL, STILL_SHARE, STILL_MOST = 1.0, 0.25, 4.0
DRIFT = 2.0
FOLLOW = 0.1
POP = 4.0
CONTEXT_S, CONTEXT_LEAST_S = 0.8, 0.2
MOVING_SHARE = 0.6
CONTRAST = 3.0
BRAKED, CUT, SAME_SCENE = 0.2, 6.0, 0.5
"""The last step before the hold, against typical ones: no coming to rest, and no cut to a still."""

SUDDEN, JUMP = 3.0, 2.0
"""The last step before the hold against the largest of the first three in it, or the step after it against typical
ones: one of the two edges is sharp."""

WENT_ON, ELSEWHERE = 1.3, 0.5
"""The step after the hold against typical ones, from which the clock went on; and the likeness to the held picture
that the one after it must have where the camera stood still."""

CAUGHT_UP = 0.31
"""The step after the hold against the way that the picture had come in as long before it, within `CONTEXT_S`: the
clock went on while it was held, so the scene has moved on by as much. What had come to rest sets out from there."""

FADE_S, FADE_CONTRAST = 0.35, 1.4
"""How long before the hold contrast is looked at, and by what ratio it changes in a fade."""

UNTIL, END_LAST = 5, 0.5
"""Steps before the hold most of which must move; and the last of them against typical ones where nothing follows."""

ACTIVE, ACTIVE_STEPS, LEAST_ACTIVE = 2.0, 3, 5
"""Levels by which a block changes that moves, the steps before the hold in which it is looked for, and how many blocks
must move in them: else what moved had come to rest, or left."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What may be set."""

    seconds: float = LEAST_S
    """A hold that is shorter passes."""
    scene_share: float = 0.25
    """Part of the picture that must have moved before a hold that lasts to the end."""
    same_place: float = 0.5
    """Part of what moved before a hold that must move again after it."""
    end_seconds: float = 3.0
    """A hold to the end of the file, or to a change of the frame size, that is shorter passes."""
    contrast: float = 2.0
    """Spread of the levels of a picture under which it is flat, and nothing is held."""


MOST_SPEEDS = 10_000
"""Of a held picture: a channel may freeze for days."""


class Freeze(Detector):
    names = ("freeze",)
    Thresholds = Thresholds

    def __init__(self, media: MediaInfo, thresholds: Any = None) -> None:
        super().__init__(media, thresholds)
        self._motion = Motion()
        self._past: deque[Step] = deque(maxlen=200)
        self._hold: Hold | None = None
        self._ended: deque[EndedHold] = deque()

    def on_frame(self, frame: VideoFrame) -> Iterator[Event]:
        step = self._motion.step(frame)
        if step is None:
            return
        yield from self._follow(step)
        hold = self._hold
        if hold and self._stays(hold, step):
            if hold.moving:
                hold.follow(step.blocks, step.time_s)
            hold.anchor += FOLLOW * (step.blocks - hold.anchor)
            if len(hold.speeds) < MOST_SPEEDS:
                hold.speeds.append(step.speed)
            hold.end_s = frame.time_s + frame.seconds
        else:
            if hold and (event := self._judge_hold(hold, frame.time_s, step)):
                self._ended.append(EndedHold(event, hold, step.speed))
            self._hold = self._begin_hold(step, frame) if step.speed < self._threshold() else None
        self._past.append(step)

    def finish(self, end_s: float) -> Iterator[Event]:
        yield from (ended.event for ended in self._ended if ended.made_up_for)
        self._ended.clear()
        hold = self._hold
        if hold and hold.end_s - hold.start_s >= self.thresholds.end_seconds:
            event = self._judge_hold(hold, hold.end_s, None)
            yield from [event] if event else []

    def _follow(self, step: Step) -> Iterator[Event]:
        """Take a step behind holds that have ended, and tell of those that are known by now."""
        for ended in self._ended:
            ended.follow(step, leaps=self._leaps(ended.hold, step))
        while self._ended and self._ended[0].is_known(step.time_s):
            ended = self._ended.popleft()
            if ended.made_up_for:
                yield ended.event

    def _threshold(self) -> float:
        recent = [step.motion for step in self._past]
        typical = float(np.median(recent[-25:])) if recent else 0.0
        return min(STILL_MOST, max(STILL, STILL_SHARE * typical))

    def _begin_hold(self, step: Step, frame: VideoFrame) -> Hold:
        """The picture before this one is the one that is held."""
        start_s = self._past[-1].time_s if self._past else step.time_s - step.seconds
        recent = [s for s in self._past if s.time_s > start_s - CONTEXT_S]
        motions = [s.motion for s in recent]
        context = float(np.median(motions)) if motions else 0.0
        moving = sum(motion > STILL for motion in motions) >= MOVING_SHARE * max(1, len(motions))
        enough = bool(recent) and start_s - recent[0].time_s >= CONTEXT_LEAST_S
        last = recent[-1].motion if recent else 0.0
        sudden = enough and BRAKED * context <= last and recent[-1].speed <= CUT * max(context, STILL)
        sudden = sudden and not _fades_in([s for s in recent if s.time_s > start_s - FADE_S], step)
        sudden = sudden and recent[-1].likeness > SAME_SCENE and float(np.median(motions[-UNTIL:])) > STILL
        hold = Hold(
            start_s,
            context,
            last,
            moving and sudden,
            step.blocks.copy(),
            moved_blocks([past.blocks for past in list(self._past)[-ACTIVE_STEPS - 1 :]]),
            [step.speed],
        )
        hold.way = way_to(recent) if hold.moving else []
        hold.end_s = step.time_s + step.seconds
        hold.same_before = enough and likeness(recent[0].blocks, step.blocks) > SAME_SCENE
        hold.drawn = hold.moving and is_drawn(frame.small)
        return hold

    def _stays(self, hold: Hold, step: Step) -> bool:
        """A key picture may pop: once in a while more changes than noise, but less than the motion before."""
        drift = rank_magnitude(step.blocks - hold.anchor)
        limit = min(STILL_MOST, max(STILL, STILL_SHARE * hold.context))
        if step.speed < limit and drift < max(DRIFT, 2 * limit):
            return True
        if step.speed < min(POP, 0.5 * hold.context) and hold.popped < 1 + 2 * (step.time_s - hold.start_s):
            hold.popped += 1
            hold.anchor = step.blocks.copy()
            return True
        return False

    def _scene_moved(self, hold: Hold, resumed: Step | None) -> bool:
        """Whether what moved before the hold moves again after it, and something that could move is held."""
        if float(hold.anchor.std()) < self.thresholds.contrast:
            return False
        whole = float(hold.active.mean()) >= self.thresholds.scene_share
        if resumed is None or resumed.blocks.shape != hold.active.shape:
            return whole and hold.same_before and hold.last >= END_LAST * hold.context
        changed, active = changed_blocks(hold.anchor, resumed.blocks), int(hold.active.sum())
        return active >= LEAST_ACTIVE and int(changed.sum()) >= active and self._leaps(hold, resumed)

    def _leaps(self, hold: Hold, step: Step) -> bool:
        """Whether a step leads away from the held picture as the end of a freeze does: far, where it had moved before,
        and to the same place unless the camera moved."""
        if step.blocks.shape != hold.active.shape or step.speed < WENT_ON * hold.context:
            return False
        whole = float(hold.active.mean()) >= self.thresholds.scene_share
        if not whole and likeness(hold.anchor, step.blocks) < ELSEWHERE:
            return False
        again = float((changed_blocks(hold.anchor, step.blocks) & hold.active).sum())
        return again >= self.thresholds.same_place * max(1.0, float(hold.active.sum()))

    def _judge_hold(self, hold: Hold, end_s: float, resumed: Step | None) -> Event | None:
        """The event that a hold is, as far as it and the step that ended it can tell."""
        noise = float(np.median(hold.speeds))
        strength = hold.context / (CONTRAST * max(noise, 0.3))
        if end_s - hold.start_s < self.thresholds.seconds or not hold.moving or hold.drawn or strength < 1.0:
            return None
        jumped = resumed is not None and resumed.speed >= JUMP * hold.context
        if hold.last < SUDDEN * max(hold.speeds[:3]) and not jumped:
            return None
        if resumed is not None and resumed.speed < CAUGHT_UP * hold.way_in(len(hold.speeds)):
            return None
        if hold.slows or hold.grows:
            return None
        if not self._scene_moved(hold, resumed):
            return None
        evidence = {"noise": round(noise, 2), "motion_before": round(hold.context, 2)}
        return Event("freeze", hold.start_s, end_s, ratio_to_threshold(strength), evidence)


def _fades_in(before: Sequence[Step], held: Step) -> bool:
    """Whether the picture that is held came up out of black or white."""
    spread = [float(step.blocks.std()) + 1.0 for step in (before[0], held)] if before else [1.0, 1.0]
    return max(spread) > FADE_CONTRAST * min(spread)


def way_to(steps: Sequence[Step]) -> list[float]:
    """How far the last of some pictures is from the one before it, from the one before that, and so on until a cut, in
    levels."""
    way: list[float] = []
    for step, before in pairwise(reversed(steps)):
        if step.likeness <= SAME_SCENE:
            break
        way.append(rank_magnitude(steps[-1].blocks - before.blocks))
    return way


def moved_blocks(looks: Iterable[Blocks]) -> npt.NDArray[np.bool_]:
    """Which blocks (rows, columns) changed between some pictures of one size, given by their blocks."""
    looks = list(looks)
    if len(looks) < 2 or looks[0].shape != looks[-1].shape:
        return np.zeros((1, 1), bool)
    return np.any([changed_blocks(then, now) for then, now in pairwise(looks)], axis=0)


def changed_blocks(then: Blocks, now: Blocks) -> npt.NDArray[np.bool_]:
    """Which blocks (rows, columns) changed from one picture to another of the same size, as what moves does."""
    return np.abs(now - then) > ACTIVE
