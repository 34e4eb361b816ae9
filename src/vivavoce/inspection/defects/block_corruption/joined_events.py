"""One event for one damage, however it was seen and however often it came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from vivavoce.inspection.event import Event, graver

JOIN_S = 1.2
"""Damage smears from picture to picture, and comes again with every intra picture that is lost: what lies closer
together is one event."""


class JoinedEvents:
    """Keeps an event until no other can join it."""

    def __init__(self) -> None:
        self._event: Event | None = None

    def add(self, event: Event) -> Iterator[Event]:
        """Take an event; give the one before it where they are apart."""
        before = self._event
        if before is None or event.start_s > before.end_s + JOIN_S or before.start_s > event.end_s + JOIN_S:
            yield from self.finish()
            self._event = event
        else:
            start_s, end_s = min(before.start_s, event.start_s), max(before.end_s, event.end_s)
            self._event = replace(graver(before, event), start_s=start_s, end_s=end_s)

    def release(self, time_s: float) -> Iterator[Event]:
        """Give the event where those that are still open all began after this time, too late to join it."""
        if self._event and self._event.end_s + JOIN_S < time_s:
            yield from self.finish()

    def finish(self) -> Iterator[Event]:
        """Give the event that is kept."""
        event, self._event = self._event, None
        if event:
            yield event
