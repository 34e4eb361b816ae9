"""One file, one pass: decoded parts fan out to every detector and every meter."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any

from vivavoce.errors import InputError
from vivavoce.inspection.captions import CAPTION_SUFFIXES, read_captions, read_sidecars
from vivavoce.inspection.decode import Media, Part, open_media
from vivavoce.inspection.detector import Detector, Sampler, UnavailableError
from vivavoce.inspection.event import Event
from vivavoce.inspection.limits import DEFAULT_LIMITS, Limits, MediaError
from vivavoce.inspection.measurements import Meters
from vivavoce.inspection.media import Cue, MediaInfo, Picture, Sound
from vivavoce.inspection.registry import DETECTORS, detector_types

Progress = Callable[[float, float | None], None]
"""Called now and then with the seconds done and the seconds in all (None: not known)."""

SMALLEST = 16
PROGRESS_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found in one file."""

    file: str
    events: tuple[Event, ...]
    seconds: float = 0.0
    detectors: tuple[str, ...] = ()
    skipped: dict[str, str] = field(default_factory=dict)
    """Detectors that could not run, and why."""
    measurements: dict[str, Any] = field(default_factory=dict)
    error: str | None = None
    """Why the file could not be inspected, or not to its end. Events up to there are kept."""

    def as_json(self) -> dict[str, Any]:
        """Plain values, without the events."""
        return {
            "file": self.file,
            "seconds": round(self.seconds, 3),
            "events": len(self.events),
            "detectors": list(self.detectors),
            "skipped": self.skipped,
            "measurements": self.measurements,
            "error": self.error,
        }


class Pass:
    """Detectors and meters at work on one file; give it parts in the order of the file."""

    def __init__(self, info: MediaInfo, names: Sequence[str], limits: Limits = DEFAULT_LIMITS) -> None:
        self.info, self.end_s = info, 0.0
        self.skipped: dict[str, str] = {}
        self.error: str | None = None
        self.meters = Meters(info)
        self._names, self._limits, self._events = set(names), limits, 0
        self._working: list[tuple[Detector, Sampler]] = []
        self._size: tuple[int, ...] | None = None
        for kind in detector_types(names):
            self._start(kind)

    @property
    def running(self) -> tuple[str, ...]:
        """Names of the detectors at work, of those that were asked for."""
        working = [name for detector, _ in self._working for name in detector.names]
        return tuple(name for name in DETECTORS if name in working and name in self._names)

    def take(self, part: Part) -> Iterator[Event]:
        """Show one part to all; give the events that are now known."""
        if isinstance(part, Picture):
            self.end_s = max(self.end_s, part.time_s + part.seconds)
            yield from self._kept(self._see(part))
        elif isinstance(part, Sound):
            self.end_s = max(self.end_s, part.end_s)
            self.meters.hear(part)
            yield from self._kept(event for detector, _ in self._working for event in detector.hear(part))
        else:
            yield from self._kept(event for detector, _ in self._working for event in detector.read(part))

    def finish(self) -> Iterator[Event]:
        """The rest of the events."""
        yield from self._kept(event for detector, _ in self._working for event in detector.finish(self.end_s))

    def summary(self, events: Sequence[Event]) -> Inspection:
        """All that was found, once the last event was given."""
        ordered = tuple(sorted(events, key=lambda event: (event.start_s, event.defect)))
        seconds, measurements = self.end_s, self.meters.readings()
        return Inspection(self.info.name, ordered, seconds, self.running, self.skipped, measurements, self.error)

    def _see(self, picture: Picture) -> Iterator[Event]:
        self.meters.see(picture)
        if min(picture.luma.shape) < SMALLEST:
            self.skipped.setdefault("pictures", f"under {SMALLEST} x {SMALLEST} pixels, not looked at")
            return
        if self._size not in (None, picture.luma.shape):
            yield from self._start_anew(picture)
        self._size = picture.luma.shape
        for detector, sampler in self._working:
            if sampler.takes(picture):
                yield from detector.see(picture)

    def _start_anew(self, picture: Picture) -> Iterator[Event]:
        """Detectors of pictures remember what they saw at one size, so a new size ends them and starts others."""
        for index, (detector, _) in enumerate(self._working):
            kind = type(detector)
            if kind.see is not Detector.see and kind.hear is Detector.hear:
                yield from detector.finish(picture.time_s)
                self._working[index] = kind(self.info), Sampler(kind.sampling)

    def _start(self, kind: type[Detector]) -> None:
        try:
            self._working.append((kind(self.info), Sampler(kind.sampling)))
        except UnavailableError as error:
            self.skipped.update(dict.fromkeys(self._names.intersection(kind.names), str(error)))

    def _kept(self, events: Iterable[Event]) -> Iterator[Event]:
        for event in events:
            if event.defect in self._names:
                self._events += 1
                if self._events <= self._limits.events:
                    yield event
                else:
                    self.skipped["events"] = f"only the first {self._limits.events} are kept"


def inspect_events(
    media: Media, work: Pass, cues: Iterable[Cue] = (), progress: Progress | None = None
) -> Iterator[Event]:
    """Events of an open file as they become known, ordered by when that is.

    `cues` are captions from files beside it. Where decoding fails, `work.error` says so and the events up to there
    are given all the same.
    """
    told_s = 0.0
    try:
        for part in chain(cues, media.parts()):
            yield from work.take(part)
            if progress and time.monotonic() - told_s > PROGRESS_EVERY_S:
                told_s = time.monotonic()
                progress(work.end_s, media.info.seconds)
    except MediaError as error:
        work.error = str(error)
    yield from work.finish()
    yield from media.problems.events()


def inspect_file(
    path: Path,
    names: Sequence[str] = tuple(DETECTORS),
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> Inspection:
    """Inspect one media file with the captions beside it, or one caption file.

    A file that cannot be inspected gives an `Inspection` with an `error`, not an exception.
    """
    try:
        if path.suffix.lower() in CAPTION_SUFFIXES:
            return _inspect_captions(path, names, limits)
        cues, captions = read_sidecars(path, limits)
        with open_media(path, limits) as media:
            work = Pass(replace(media.info, captions=media.info.captions + captions), names, limits)
            return work.summary(tuple(inspect_events(media, work, cues, progress)))
    except InputError as error:
        return Inspection(str(path), (), error=str(error))


def _inspect_captions(path: Path, names: Sequence[str], limits: Limits) -> Inspection:
    cues = read_captions(path, limits)
    work = Pass(MediaInfo(str(path), container=path.suffix[1:].lower(), captions=(path.name,)), names, limits)
    events = [event for cue in cues for event in work.take(cue)]
    work.end_s = max((cue.end_s for cue in cues), default=0.0)
    return work.summary((*events, *work.finish()))
