"""Tearing: one picture above a line and an older one below it, or the other way round."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.addon import load_learned
from vivavoce.inspection.content import is_chart
from vivavoce.inspection.defects.tearing.evidence import Evidence
from vivavoce.inspection.defects.tearing.features import BURST, row_profiles
from vivavoce.inspection.defects.tearing.older_rows import BORDER, older_rows_ratio
from vivavoce.inspection.defects.tearing.seam import Seam, find_seam, narrowed
from vivavoce.inspection.defects.tearing.strip import strip_share
from vivavoce.inspection.detector import Detector
from vivavoce.inspection.event import Event
from vivavoce.inspection.event_grouper import EventGroup, EventGrouper
from vivavoce.inspection.media import MediaInfo, Plane, VideoFrame, apart

GAP_S = 0.9
LOOKED_BACK = BURST + 1
"""Frames that are kept: those that the network reads, and one before the oldest that a tear may show again."""

EARLIER_STEP, EARLIER_KEPT = 4, 6
"""Of the frames before those, about a second in all, every fourth is kept: how a place looks at rest."""

PLACES, NEAR, LEAST_LIKELY = 3, 4, 0.05
"""Lines of a frame that are looked at, rows by which they are apart, and probability of one at least."""

LEAST_SHARE = 0.1
"""Of lines where older rows go as far across, that counts which shows more of a seam; this much where none does."""

MIN_HEIGHT = 48
COLUMN_STEP, ROW_STEP, REACH = 16, 4, 8
"""Which columns and rows are looked at for scrolling, and by what part of the height, one over it, a frame scrolls at
most."""

LEAST_CHANGE, LEFT_OVER = 0.2, 0.35
PLAIN_SHARE, NEXT = 0.8, 1
"""A plain ground is one level, give or take the next ones, on so much of the picture; of films it is under half."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What may be set."""

    older_rows: float = 1.3
    """How much better rows on one side of a line fit an earlier frame than those since, and than the other side."""
    suspected: float = 0.15
    """Probability that a frame is torn, by the network."""
    event: float = 0.5
    """Probability that an event is tearing, by what its frames show."""
    looks: float = 2.0
    """Frames with older rows, none over 0.9 s after the one before, that make an event."""


class Tearing(Detector):
    """A frame that was shown before it was whole: rows of two moments meet at a horizontal line.

    On one side of the line the rows are those of an earlier frame, two to five back, though they had moved on since,
    and were elsewhere before; on the other side they are not: time goes back. That is looked for in every frame, small.
    Where there are some, a network tells how likely the frame is torn and where: it reads how each row follows the one
    above, and the same rows of the frames before, in 16 bands of columns. At one of the three likeliest lines, older
    rows must be found in the frame as it is. How likely an event is tearing is told by four figures of its frames: how
    much better older rows fit, how sure the network was, whether what is older lies in a strip along the line and
    nowhere else, and whether the place had looked so before. Nor is it plain ground. Of interlaced frames one field is
    looked at.

    Limits: needs something that moves at the line, and a line that moves or a tear that comes and goes: then some
    rows are shown twice. A torn still is whole, and so is what rolls up or down as a whole, as credits do.
    Vertical tears and those of single windows on a screen are not meant. Test patterns and plain screens are passed
    over. Fails on: letterboxed inserts that flicker between two moments, loops of few frames in a part of the screen.
    """

    names: ClassVar[tuple[str, ...]] = ("tearing",)
    Thresholds = Thresholds

    def __init__(self, media: MediaInfo, thresholds: Any = None) -> None:
        super().__init__(media, thresholds)
        self._network = load_learned("tearing", "tearing").networks["tearing"]
        self._lumas: deque[Plane] = deque(maxlen=LOOKED_BACK)
        self._small: deque[Plane] = deque(maxlen=LOOKED_BACK)
        self._earlier: deque[Plane] = deque(maxlen=EARLIER_KEPT)
        self._frames = 0
        self._grouper = EventGrouper(GAP_S)
        self._evidence = Evidence()

    def judge(self, pictures: Sequence[Plane]) -> tuple[float, tuple[float, ...]]:
        """Luma of six frames in a row -> how likely the last is torn, and at which shares of its height, likeliest
        first."""
        made = self._network.run({"profiles": row_profiles(pictures)[None]})
        rows = made["rows"][0]
        return float(made["torn"][0]), tuple((row + 1) / (len(rows) + 1) for row in likeliest_rows(rows))

    def on_frame(self, frame: VideoFrame) -> Iterator[Event]:
        for group in self._grouper.close(frame.time_s):
            yield from self._event(group)
        rows = 2 if frame.interlaced else 1
        luma, small = frame.luma[::rows], frame.small[::rows]
        if self._lumas and self._lumas[-1].shape != luma.shape:
            self._lumas.clear()
            self._small.clear()
            self._earlier.clear()
        if len(self._lumas) == LOOKED_BACK and self._frames % EARLIER_STEP == 0:
            self._earlier.append(narrowed(self._lumas[0]))
        self._frames += 1
        self._lumas.append(luma)
        self._small.append(small)
        if len(self._small) < BURST or luma.shape[0] < MIN_HEIGHT:
            return
        limits = self.thresholds
        if older_rows_ratio(tuple(self._small)) < limits.older_rows or self._passed_over(frame):
            return
        torn, rows = self.judge(tuple(self._lumas)[-BURST:])
        if torn < limits.suspected:
            return
        seams = [(seam, row) for row in rows if (seam := self._seam_at(row)) is not None]
        if not seams:
            return
        ratio = max(seam.ratio for seam, _ in seams) / limits.older_rows
        for group in self._grouper.add(frame.time_s, frame.time_s + frame.seconds, ratio):
            yield from self._event(group)
        seam, row = max(seams, key=lambda found: found[0].fits * (found[0].share + LEAST_SHARE))
        self._evidence.add(torn, row, seam, strip_share(tuple(self._lumas), row, seam.age))

    def finish(self, end_s: float) -> Iterator[Event]:
        for group in self._grouper.finish():
            yield from self._event(group)

    def _passed_over(self, frame: VideoFrame) -> bool:
        """Whether something else shows rows twice."""
        return is_chart(frame.small) or is_plain(frame.small) or scrolls(tuple(self._lumas)[-BURST:])

    def _seam_at(self, row: float) -> Seam | None:
        """What is at a line, a share of the height, where rows on one side are older; None elsewhere."""
        seam = find_seam(tuple(self._lumas), row, self._earlier) if BORDER <= row <= 1.0 - BORDER else None
        return seam if seam is not None and seam.ratio >= self.thresholds.older_rows else None

    def _event(self, group: EventGroup) -> Iterator[Event]:
        evidence, self._evidence = self._evidence, Evidence()
        limits, likely = self.thresholds, evidence.probability()
        if evidence.frames < limits.looks or likely < limits.event:
            return
        row = evidence.clearest
        box = [0.0, max(0.0, row - 0.01), 1.0, min(1.0, row + 0.01)]
        shown = {"row": round(row, 3), "box": box, "pictures": evidence.frames}
        yield Event("tearing", group.start_s, group.end_s, likely, shown)


def likeliest_rows(likelihoods: npt.NDArray[np.float32]) -> tuple[int, ...]:
    """The rows at which a tear is likeliest, of likelihoods (rows,), none next to a likelier one."""
    left, found = likelihoods.copy(), list[int]()
    for _ in range(PLACES):
        row = int(left.argmax())
        if left[row] < LEAST_LIKELY:
            break
        found.append(row)
        left[max(0, row - NEAR) : row + NEAR + 1] = 0.0
    return tuple(found)


def is_plain(small: Plane) -> bool:
    """Whether luma (height, width) is that of something small on a plain ground: a title, or a figure that is drawn
    anew in each picture, is soon where it was before."""
    counts = np.bincount(small.ravel(), minlength=256)
    ground = int(counts.argmax())
    return bool(counts[max(0, ground - NEXT) : ground + NEXT + 1].sum() >= PLAIN_SHARE * small.size)


def scrolls(pictures: Sequence[Plane]) -> bool:
    """Whether all that moves in the last of some pictures is the one before, moved up or down, between bars that rest
    in all of them: nothing is left over, so nothing is torn."""
    first, older, newer = (plane[:, ::COLUMN_STEP] for plane in (pictures[0], *pictures[-2:]))
    reach = len(newer) // REACH
    change = np.maximum(apart(newer, older), apart(older, first))[reach:-reach].mean(axis=1)
    moving = reach + np.flatnonzero(change > LEAST_CHANGE)[::ROW_STEP]
    if not len(moving):
        return False
    left = {rows: float(apart(newer[moving], older[moving + rows]).mean()) for rows in range(-reach, reach + 1)}
    moved = min(left, key=left.__getitem__)
    return moved != 0 and left[moved] < LEFT_OVER * left[0]
