"""Events of this detector."""

from __future__ import annotations

from vivavoce.inspection.event import Event


def dropout_event(stream: int, start_s: float, end_s: float, score: float, kind: str, **more: float) -> Event:
    """What was lost in a stream of sound: a gap, a channel, its phase, silence, or the end."""
    return Event("audio_dropout", start_s, end_s, score, {"kind": kind, "stream": stream, **more})
