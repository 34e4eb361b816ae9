"""What the frames of an event tell together: one that looks torn is soon found where things move to and fro."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vivavoce.inspection.defects.tearing.seam import Seam

MOST_BEFORE = 5.0
"""Up to which one frame counts: of frames that fit exactly it is next to endless."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What may be set."""

    older_rows: float = 1.3
    """How much better rows on one side of a line fit an earlier frame than those since, and than the other side."""
    suspected: float = 0.15
    """Probability that a frame is torn, by the network."""
    certain: float = 0.85
    """The same of one frame of an event at least."""
    width: float = 0.05
    """Share of the width that moved at a line, for a seam."""
    seam: float = 0.3
    """Share of what moved at the line in which a seam is seen."""
    seams: float = 0.1
    """Share of the torn frames of an event that show a seam."""
    across: float = 0.6
    """Share of what moved at the lines of an event in which each band shows older rows by itself: tears go across."""
    before: float = 2.0
    """How much worse, on average over an event, the best of the frames before fits than the one that shows again: what
    swings, or comes round, was there before that too."""
    strip: float = 0.25
    """Share of all that shows again in an event that lies in one strip of whole rows: the rest of a picture goes on."""
    looks: float = 3.0
    """Torn frames, none over 0.9 s after the one before, that make an event."""


@dataclass(slots=True)
class TornFrames:
    """Sums over the frames of an event."""

    frames: int = 0
    seams: int = 0
    """Frames that show one."""
    torn: float = 0.0
    """Probability of the likeliest."""
    fits: float = 0.0
    before: float = 0.0
    strips: int = 0
    """Frames with a strip in which older rows lie, and the sum of the shares in it: others say nothing of it."""
    strip: float = 0.0
    clearest: tuple[float, float] | None = None
    """How far the seam of the clearest frame stands out, in levels, and its row."""

    def add(
        self, torn: float, seams: Sequence[Seam], strip: float | None, clearest: tuple[float, float] | None
    ) -> None:
        """Take a frame: its probability, its lines, where what shows again lies, and its clearest seam."""
        self.frames += 1
        self.torn = max(self.torn, torn)
        self.fits += max(seam.fits for seam in seams)
        self.before += min(MOST_BEFORE, max(seams, key=lambda seam: seam.ratio).before)
        if strip is not None:
            self.strips += 1
            self.strip += strip
        if clearest is not None:
            self.seams += 1
            self.clearest = max(clearest, self.clearest or clearest)

    def is_tear(self, limits: Thresholds) -> bool:
        """Whether they are torn, rather than something that moves to and fro."""
        return (
            self.torn >= limits.certain
            and self.seams >= limits.seams * self.frames
            and self.fits >= limits.across * self.frames
            and self.before >= limits.before * self.frames
            and self.strip >= limits.strip * max(1, self.strips)
        )
