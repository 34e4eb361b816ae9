"""The contract of a detector: pictures, sounds and cues go in, events come out; it never opens a file."""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from vivavoce.errors import InputError
from vivavoce.inspection.event import Event
from vivavoce.inspection.media import Cue, MediaInfo, Picture, Sound

NO_EVENTS: tuple[Event, ...] = ()


class UnavailableError(InputError):
    """A detector cannot run here: its addon or an optional package is missing. The others go on."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which pictures a detector sees: `burst` pictures in a row, once every `every_s` seconds."""

    every_s: float = 0.0
    burst: int = 1


EVERY_PICTURE = Sampling()


class Detector(ABC):
    """Looks for one kind of defect (`names` lists several where one network tells them apart).

    One object serves one file, or one stretch of it with pictures of one size, and keeps bounded memory. Times are
    in seconds from the start of the file and never go back. Subclasses take the senses that they need.
    """

    names: ClassVar[tuple[str, ...]]
    sampling: ClassVar[Sampling] = EVERY_PICTURE

    def __init__(self, media: MediaInfo) -> None:
        """Raises `UnavailableError` when it cannot run here."""
        self.media = media

    def see(self, picture: Picture) -> Iterable[Event]:
        """Take the next picture; give what is known by now. Never called for pictures under 16 x 16."""
        del picture
        return NO_EVENTS

    def hear(self, sound: Sound) -> Iterable[Event]:
        """Take the next second of one sound stream."""
        del sound
        return NO_EVENTS

    def read(self, cue: Cue) -> Iterable[Event]:
        """Take the next caption, in the order of the file."""
        del cue
        return NO_EVENTS

    def finish(self, end_s: float) -> Iterable[Event]:
        """The file ends here: give the rest."""
        del end_s
        return NO_EVENTS


class Sampler:
    """Tells which pictures fall to a detector."""

    def __init__(self, sampling: Sampling) -> None:
        self._sampling = sampling
        self._due_s = float("-inf")
        self._left = 0

    def takes(self, picture: Picture) -> bool:
        """Whether the next picture, in order, is one of its."""
        if self._sampling.every_s <= 0:
            return True
        if self._left == 0:
            if picture.time_s < self._due_s:
                return False
            self._due_s = picture.time_s + self._sampling.every_s - 1e-6
            self._left = self._sampling.burst
        self._left -= 1
        return True
