"""The beginning of a file inspected: what long music and films are counted by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from vivavoce.inspection.decode import Part, open_media
from vivavoce.inspection.event import Event
from vivavoce.inspection.media import AudioBlock, VideoFrame
from vivavoce.inspection.session import InspectionSession

BEHIND_S = 5.0


def inspect_beginning(
    path: Path, names: Sequence[str], seconds: float, least_s: float, *, only_sound: bool = False
) -> tuple[float, list[Event]]:
    """Seconds inspected of a file, for some defects, and its events; none of a file shorter than `least_s`.

    Raises `InputError` for what cannot be read.
    """
    with open_media(path) as media:
        if (media.info.seconds or least_s) < least_s:
            return 0.0, []
        session = InspectionSession(media.info, names)
        parts = _until(media.parts(), seconds)
        heard = (part for part in parts if isinstance(part, AudioBlock)) if only_sound else parts
        events = [event for part in heard for event in session.process(part)]
        return session.end_s, [*events, *session.finish(), *media.issues.events()]


def _until(parts: Iterable[Part], seconds: float) -> Iterator[Part]:
    """Parts up to a moment; sound may lie in a file a few seconds behind its pictures."""
    for part in parts:
        start_s = part.time_s if isinstance(part, VideoFrame) else part.start_s
        if start_s < seconds:
            yield part
        elif start_s >= seconds + BEHIND_S:
            return
