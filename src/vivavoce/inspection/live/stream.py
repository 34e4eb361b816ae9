"""One live source, inspected as it comes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from vivavoce.errors import InputError
from vivavoce.inspection.decode import Media, open_media
from vivavoce.inspection.errors import MediaError
from vivavoce.inspection.event import Event, graver
from vivavoce.inspection.limits import DEFAULT_LIMITS, Limits
from vivavoce.inspection.live.channels import Channel
from vivavoce.inspection.live.dash_bridge import DashBridge, is_dash
from vivavoce.inspection.live.source import LiveSource
from vivavoce.inspection.session import Inspection, InspectionSession, Settings

PROGRESS_EVERY_S, ISSUES_EVERY_S = 1.0, 10.0


@dataclass(frozen=True, slots=True)
class LiveJob:
    """What every channel of a run is asked."""

    names: tuple[str, ...]
    limits: Limits = DEFAULT_LIMITS
    settings: Settings | None = None
    """Thresholds that differ from the defaults."""
    min_score: float = 0.0
    idle_s: float = 30.0
    """A source from which nothing came for so long has stalled."""
    stall_s: float = 60.0
    """A channel that decoded nothing for so long is given up and opened again."""
    allow_url: bool = False


class LiveStream:
    """The inspection of one channel from where it is opened to its end. Memory stays bounded: of the events only
    their number and the gravest are kept."""

    def __init__(self, channel: Channel, job: LiveJob, from_end: bool = False) -> None:
        """`from_end` passes over what a growing file holds already. Raises `InputError` for an address that is not
        allowed."""
        if channel.is_address and not job.allow_url:
            raise InputError(f"--live {channel.source}: an address, add --allow-url to open it")
        self.channel, self.count = channel, 0
        self._job, self._from_end = job, from_end
        self._limits = replace(job.limits, seconds=float("inf"), events=sys.maxsize)
        self._worst: Event | None = None

    def events(self, progress: Callable[[float], None] | None = None) -> Iterator[Event]:
        """Events as they become known; `progress` is called with the seconds that were inspected, once a second.

        Raises `MediaError` where the source cannot be opened. Where it breaks off `result` says so.
        """
        with self._open() as media:
            self._session = session = InspectionSession(media.info, self._job.names, self._limits, self._job.settings)
            told_s = issues_s = time.monotonic()
            try:
                for part in media.parts():
                    yield from map(self._keep, filter(self._counts, session.process(part)))
                    now_s = time.monotonic()
                    if progress and now_s - told_s > PROGRESS_EVERY_S:
                        told_s = now_s
                        progress(session.end_s)
                    if now_s - issues_s > ISSUES_EVERY_S:
                        issues_s = now_s
                        yield from map(self._keep, filter(self._counts, media.issues.drain()))
            except MediaError as error:
                session.error = str(error)
            rest = (*session.finish(), *media.issues.drain())
            yield from map(self._keep, filter(self._counts, rest))

    def result(self) -> Inspection:
        """What there is to say at the end; of the events the gravest alone."""
        return self._session.summary([self._worst] if self._worst else [])

    def _counts(self, event: Event) -> bool:
        return event.score >= self._job.min_score

    def _keep(self, event: Event) -> Event:
        self.count += 1
        self._worst = graver(self._worst, event)
        return event

    @contextmanager
    def _open(self) -> Generator[Media, None, None]:
        if self.channel.is_address:
            with _reachable(self.channel.source) as url, open_media(
                url, self._limits, url=True, timeout_s=self._job.idle_s, name=self.channel.source
            ) as media:  # fmt: skip
                yield media
            return
        path = None if self.channel.is_standard_input else Path(self.channel.source)
        source = LiveSource(path, self._job.idle_s, self._from_end)
        try:
            with open_media(source, self._limits) as media:
                yield media
            if source.stalled:
                self._session.error = self._session.error or f"{source.name}: nothing came any more"
        finally:
            source.close()


@contextmanager
def _reachable(url: str) -> Generator[str, None, None]:
    """An address that the decoder can follow."""
    if not is_dash(url):
        yield url
        return
    with DashBridge(url) as bridge:
        yield bridge.url
