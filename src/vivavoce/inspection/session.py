"""One file, one pass: decoded parts fan out to every detector and every meter."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import chain
from pathlib import Path
from typing import Any

from vivavoce.errors import InputError
from vivavoce.inspection.captions import CAPTION_SUFFIXES, CaptionFile, find_sidecar, read_caption_file
from vivavoce.inspection.decode import Media, Part, open_media
from vivavoce.inspection.detector import Detector, Sampler
from vivavoce.inspection.errors import MediaError, UnavailableError
from vivavoce.inspection.event import Event
from vivavoce.inspection.limits import DEFAULT_LIMITS, Limits
from vivavoce.inspection.measurements import Meters
from vivavoce.inspection.media import AudioBlock, Cue, MediaInfo, VideoFrame
from vivavoce.inspection.registry import defect_names, find_defect
from vivavoce.inspection.tiers import FULL

Progress = Callable[[float, float | None], None]
"""Called now and then with the seconds done and the seconds in all (None: not known)."""

SMALLEST = 16
PALETTE_FORMATS = frozenset({"gif", "apng"})
PROGRESS_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found in one file."""

    file: str
    events: tuple[Event, ...]
    seconds: float = 0.0
    detectors: tuple[str, ...] = ()
    skipped: dict[str, str] = field(default_factory=dict[str, str])
    """Detectors that could not run, and why."""
    measurements: dict[str, Any] = field(default_factory=dict[str, Any])
    error: str | None = None
    """Why the file could not be inspected, or not to its end. Events up to there are kept."""
    notices: tuple[str, ...] = ()
    """What else is to be known of the inspection: events left out, frames that were not looked at."""

    def as_json(self) -> dict[str, Any]:
        """Plain values, without the events."""
        return {
            "file": self.file,
            "seconds": round(self.seconds, 3),
            "events": len(self.events),
            "detectors": list(self.detectors),
            "skipped": self.skipped,
            "notices": list(self.notices),
            "measurements": self.measurements,
            "error": self.error,
        }


Settings = Mapping[str, Mapping[str, float]]
"""Thresholds by defect and by name, as a profile gives them; what is left out keeps its default."""


class InspectionSession:
    """Detectors and meters at work on one file; give it parts in the order of the file."""

    def __init__(
        self,
        info: MediaInfo,
        names: Sequence[str],
        limits: Limits = DEFAULT_LIMITS,
        settings: Settings | None = None,
    ) -> None:
        """`names` are registered defects. Raises `InputError` for a name, or a setting, that there is not."""
        self.info, self.end_s = info, 0.0
        self.skipped: dict[str, str] = {}
        self.notices: list[str] = []
        self.error: str | None = None
        self.meters = Meters(info)
        self._names, self._limits, self._events = set(names), limits, 0
        self._settings = settings or {}
        self._working: list[tuple[Detector, Sampler]] = []
        self._size: tuple[int, ...] | None = None
        self._close = False
        """Whether the last picture was one of a stretch that is looked at closer."""
        if info.video and limits.tier != FULL:
            self.notices.append(f"tier {limits.tier.name}: {limits.tier.summary}")
        for kind in self._kinds(names):
            self._start(kind)

    @property
    def running(self) -> tuple[str, ...]:
        """Names of the detectors at work, of those that were asked for."""
        working = {name for detector, _ in self._working for name in detector.names}
        return tuple(sorted(working & self._names))

    def process(self, part: Part) -> Iterator[Event]:
        """Show one part to all; give the events that are now known."""
        if isinstance(part, VideoFrame):
            self.end_s = max(self.end_s, part.time_s + part.seconds)
            yield from self._limit(self._show(part))
        elif isinstance(part, AudioBlock):
            self.end_s = max(self.end_s, part.end_s)
            self.meters.on_audio(part)
            yield from self._limit(event for detector, _ in self._working for event in detector.on_audio(part))
        else:
            self.meters.on_caption(part)
            yield from self._limit(event for detector, _ in self._working for event in detector.on_caption(part))

    def finish(self) -> Iterator[Event]:
        """The rest of the events."""
        yield from self._limit(event for detector, _ in self._working for event in detector.finish(self.end_s))
        surplus = self._events - self._limits.events
        if surplus > 0:
            self.notices.append(f"only the first {self._limits.events} events are kept, {surplus} more were found")

    def summary(self, events: Sequence[Event]) -> Inspection:
        """All that was found, once the last event was given."""
        ordered = tuple(sorted(events, key=lambda event: (event.start_s, event.defect)))
        notices = tuple(dict.fromkeys((*self.notices, *self.meters.notices())))
        return Inspection(
            self.info.name, ordered, self.end_s, self.running, self.skipped, self.meters.readings(), self.error, notices
        )

    def _show(self, frame: VideoFrame) -> Iterator[Event]:
        self.meters.on_frame(frame)
        if min(frame.luma.shape) < SMALLEST:
            if self._size is None:
                self.notices.append(f"frames under {SMALLEST} x {SMALLEST} pixels were not looked at")
            return
        closer = self._limits.tier.closer
        if self._size not in (None, frame.luma.shape):
            watching = (type(d) for d, _ in self._working if type(d).on_frame is not Detector.on_frame)
            yield from self._restart([kind for kind in watching if kind.restarts_on_resize], frame.time_s)
        elif self._close and frame.sparse:
            yield from self._restart([type(d) for d, _ in self._working if d.names[0] in closer], frame.time_s)
        self._size, self._close = frame.luma.shape, not frame.sparse
        for detector, sampler in self._working:
            if (self._close or detector.names[0] not in closer) and sampler.takes(frame):
                yield from detector.on_frame(frame)

    def _restart(self, kinds: Sequence[type[Detector]], time_s: float) -> Iterator[Event]:
        """End some detectors and start them anew: at a new frame size, or where a closer look is over."""
        for index, (detector, _) in enumerate(self._working):
            kind = type(detector)
            if kind in kinds:
                yield from detector.finish(time_s)
                self._working[index] = kind(self.info, detector.thresholds), Sampler(kind.sampling)

    def _kinds(self, names: Sequence[str]) -> list[type[Detector]]:
        """The detectors behind some names, each once."""
        kinds: dict[type[Detector], None] = {}
        for name in names:
            try:
                defect = find_defect(name)
                if name in self._limits.tier.blind:
                    self.skipped[name] = f"the tier {self._limits.tier.name} leaves too little to see it in"
                elif defect.looks_dithered and self.info.container in PALETTE_FORMATS:
                    self.skipped[name] = "pictures with a palette are dithered, which looks the same"
                else:
                    kinds[defect.detector] = None
            except UnavailableError as error:
                self.skipped[name] = str(error)
        return list(kinds)

    def _start(self, kind: type[Detector]) -> None:
        given = {key: value for name in kind.names for key, value in self._settings.get(name, {}).items()}
        unknown = given.keys() - {field.name for field in fields(kind.Thresholds)}
        if unknown:
            known = ", ".join(field.name for field in fields(kind.Thresholds)) or "none"
            raise InputError(f"{kind.names[0]}: has no threshold {sorted(unknown)[0]}, there are {known}")
        try:
            self._working.append((kind(self.info, kind.Thresholds(**given)), Sampler(kind.sampling)))
        except UnavailableError as error:
            self.skipped.update(dict.fromkeys(self._names.intersection(kind.names), str(error)))

    def _limit(self, events: Iterable[Event]) -> Iterator[Event]:
        for event in events:
            if event.defect in self._names:
                self._events += 1
                if self._events <= self._limits.events:
                    yield event


def missing_detectors(names: Sequence[str]) -> dict[str, str]:
    """Which of some detectors cannot run here now, and why."""
    return InspectionSession(MediaInfo("none"), names).skipped


def inspect_events(
    media: Media, session: InspectionSession, cues: Iterable[Cue] = (), progress: Progress | None = None
) -> Iterator[Event]:
    """Events of an open file, in the order in which they become known.

    `cues` are captions from files beside it. Where decoding fails, `session.error` says so and the events up to there
    are given all the same.
    """
    reported_s = 0.0
    try:
        for part in chain(cues, media.parts()):
            yield from session.process(part)
            if progress and time.monotonic() - reported_s > PROGRESS_EVERY_S:
                reported_s = time.monotonic()
                progress(session.end_s, media.info.seconds)
    except MediaError as error:
        session.error = str(error)
    yield from session.finish()
    yield from media.issues.events()


def inspect_file(
    path: Path,
    names: Sequence[str] | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress | None = None,
    settings: Settings | None = None,
) -> Inspection:
    """Inspect one media file with the captions beside it, or one caption file, for some defects (None: all).

    A file that cannot be inspected gives an `Inspection` with an `error`, not an exception.
    """
    names = defect_names() if names is None else names
    try:
        if path.suffix.lower() in CAPTION_SUFFIXES:
            return _inspect_captions(path, names, limits, settings)
        sidecar = find_sidecar(path)
        captions = read_caption_file(sidecar, limits) if sidecar else CaptionFile([])
        beside = (sidecar.name,) if sidecar else ()
        with open_media(path, limits) as media:
            info = replace(media.info, captions=media.info.captions + beside)
            session = InspectionSession(info, names, limits, settings)
            session.notices += [*captions.notices, *media.notices]
            cues = (replace(cue, track=sidecar.name if sidecar else "") for cue in captions.cues)
            return session.summary(tuple(inspect_events(media, session, cues, progress)))
    except InputError as error:
        return Inspection(str(path), (), error=str(error))


def _inspect_captions(path: Path, names: Sequence[str], limits: Limits, settings: Settings | None) -> Inspection:
    captions = read_caption_file(path, limits)
    cues = captions.cues
    info = MediaInfo(str(path), container=path.suffix[1:].lower(), captions=(path.name,))
    session = InspectionSession(info, names, limits, settings)
    session.notices += captions.notices
    events = [event for cue in cues for event in session.process(cue)]
    session.end_s = max((cue.end_s for cue in cues), default=0.0)
    return session.summary((*events, *session.finish()))
