"""The contract of a detector: video frames, audio blocks and cues go in, events come out; it never opens a file."""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from vivavoce.inspection.event import Event
from vivavoce.inspection.media import AudioBlock, Cue, MediaInfo, VideoFrame

NO_EVENTS: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which frames a detector is given: `burst` frames in a row, once every `every_s` seconds."""

    every_s: float = 0.0
    burst: int = 1


EVERY_FRAME = Sampling()


@dataclass(frozen=True, slots=True)
class NoThresholds:
    """Of a detector with nothing to set."""


class Detector(ABC):
    """Looks for one kind of defect (`names` lists several where one network tells them apart).

    One object serves one file, or one stretch of it with frames of one size, and keeps bounded memory. Times are in
    seconds from the start of the file and never go back. Subclasses override the callbacks that they need.
    """

    names: ClassVar[tuple[str, ...]]
    sampling: ClassVar[Sampling] = EVERY_FRAME
    restarts_on_resize: ClassVar[bool] = True
    """Whether another frame size ends this object and begins another: what it remembers is of one size."""
    Thresholds: ClassVar[type[Any]] = NoThresholds
    """A frozen dataclass of numbers with defaults: what a profile may set for this detector."""

    def __init__(self, media: MediaInfo, thresholds: Any = None) -> None:
        """`thresholds` is one of the class's `Thresholds`; None: as they are. Raises `UnavailableError` when it
        cannot run here."""
        self.media = media
        self.thresholds: Any = thresholds if thresholds is not None else self.Thresholds()

    def on_frame(self, frame: VideoFrame) -> Iterable[Event]:
        """Take the next frame; give what is known by now. Never called for frames under 16 x 16 pixels."""
        del frame
        return NO_EVENTS

    def on_audio(self, block: AudioBlock) -> Iterable[Event]:
        """Take the next second of one sound stream."""
        del block
        return NO_EVENTS

    def on_caption(self, cue: Cue) -> Iterable[Event]:
        """Take the next caption, in the order of the file."""
        del cue
        return NO_EVENTS

    def finish(self, end_s: float) -> Iterable[Event]:
        """The file has ended: give the events that are still open. `end_s` is its length in seconds."""
        del end_s
        return NO_EVENTS


class Sampler:
    """Tells which frames fall to a detector."""

    def __init__(self, sampling: Sampling) -> None:
        self._sampling = sampling
        self._due_s = float("-inf")
        self._left = 0

    def takes(self, frame: VideoFrame) -> bool:
        """Whether the next frame, in order, is one of its."""
        if self._sampling.every_s <= 0:
            return True
        if self._left == 0:
            if frame.time_s < self._due_s:
                return False
            self._due_s = frame.time_s + self._sampling.every_s - 1e-6
            self._left = self._sampling.burst
        self._left -= 1
        return True
