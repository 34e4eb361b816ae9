"""Mouths of the same person from picture to picture, at 25 a second, until the shot or the face ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil

import numpy as np
import numpy.typing as npt

from vivavoce.blocks import Network
from vivavoce.inspection.lip_sync.faces import Face, find_faces, overlap
from vivavoce.inspection.lip_sync.mouths import cut_mouth
from vivavoce.inspection.media import Plane, VideoFrame

TICK_S = 0.04
"""Pictures are taken at 25 a second, whatever the file's rate."""

LOOK_EVERY, FORGET_AFTER, LOOK_WHEN_EMPTY = 2, 8, 10
"""In ticks: how often faces are looked for, when a lost one is given up, and how often where there are none."""
SAME_FACE, SMOOTHING = 0.35, 0.6
CUT_LEVEL = 28.0
MAX_TRACKS = 8


@dataclass(slots=True)
class FaceTrack:
    """One face; `mouths[n]` is its mouth at tick `first + n`."""

    number: int
    first: int
    face: Face
    seen: int
    mouths: list[Plane] = field(default_factory=list[Plane])
    changes: list[float] = field(default_factory=list[float])
    """Mean difference of each mouth from the one before in levels; NaN where another place was cut out, or the same
    picture was: a place that is found anew moves a little even on a still face."""

    @property
    def end(self) -> int:
        """The tick (a frame of 25 a second) after the last."""
        return self.first + len(self.mouths)

    def add(self, mouth: Plane, ticks: int, moved: bool) -> None:
        """Take a picture's mouth, shown for some ticks; `moved` says that another place was cut out than before."""
        known = self.mouths and not moved
        change = float(np.abs(mouth.astype(np.int16) - self.mouths[-1]).mean()) if known else np.nan
        self.changes += [change, *[np.nan] * (ticks - 1)]
        self.mouths += [mouth] * ticks

    def forget(self, before: int) -> None:
        """Drop the mouths of ticks that come before `before`."""
        gone = min(max(0, before - self.first), len(self.mouths))
        del self.mouths[:gone], self.changes[:gone]
        self.first += gone


class FaceTracks:
    """Follows faces through pictures in order; `tracks` holds those that live and those not yet forgotten."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.tracks: list[FaceTrack] = []
        self._living: list[FaceTrack] = []
        self._next, self._looked, self._begun = 0, -LOOK_WHEN_EMPTY, 0
        self._last: npt.NDArray[np.int16] | None = None

    @property
    def tick(self) -> int:
        """The tick after the last one seen."""
        return self._next

    def on_frame(self, frame: VideoFrame) -> None:
        """Take the ticks for which this picture is shown."""
        first = max(self._next, ceil((frame.time_s - 1e-3) / TICK_S))
        end = ceil((frame.time_s + frame.seconds - 1e-3) / TICK_S)
        if end <= first:
            return
        new_shot = self._is_cut(frame.small) or first > self._next
        if new_shot:
            self._living = []
        looks = new_shot or first - self._looked >= (LOOK_EVERY if self._living else LOOK_WHEN_EMPTY)
        if looks:
            self._look(frame, first)
        for track in self._living:
            track.add(cut_mouth(frame.luma, track.face.points), end - first, looks)
        self._next = end

    def forget(self, before: int) -> None:
        """Drop what lies under a tick."""
        for track in self.tracks:
            track.forget(before)
        self.tracks = [track for track in self.tracks if track.mouths or track in self._living]

    def _is_cut(self, small: Plane) -> bool:
        """Whether this picture begins a shot: it differs all over from the one before, or is of another size."""
        last, self._last = self._last, small[::4, ::4].astype(np.int16)
        if last is None or last.shape != self._last.shape:
            return True
        return float(np.abs(last - self._last).mean()) > CUT_LEVEL

    def _look(self, frame: VideoFrame, tick: int) -> None:
        self._looked = tick
        small = frame.small
        larger = frame.luma.shape[1] / small.shape[1]
        faces = [face.scaled(larger) for face in find_faces(self._network, small)]
        for track in self._living:
            near = max(faces, key=lambda face: overlap(face.box, track.face.box), default=None)
            if near is not None and overlap(near.box, track.face.box) > SAME_FACE:
                faces.remove(near)
                track.face, track.seen = _blend(track.face, near), tick
        self._living = [track for track in self._living if tick - track.seen <= FORGET_AFTER]
        for face in faces[: MAX_TRACKS - len(self._living)]:
            track = FaceTrack(self._begun, tick, face, tick)
            self._begun += 1
            self._living.append(track)
            self.tracks.append(track)


def _blend(before: Face, now: Face) -> Face:
    points = before.points + SMOOTHING * (now.points - before.points)
    return Face(now.box, points.astype(np.float32), now.score)
