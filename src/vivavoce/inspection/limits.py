"""Resource limits for untrusted media."""

from __future__ import annotations

from dataclasses import dataclass

from vivavoce.inspection.tiers import FULL, Tier


@dataclass(frozen=True, slots=True)
class Limits:
    """What a media file may ask for."""

    pixels: int = 4096 * 2304
    seconds: float = 12 * 3600.0
    streams: int = 64
    sound_streams: int = 16
    channels: int = 16
    caption_streams: int = 16
    caption_bytes: int = 16 << 20
    cues: int = 100_000
    events: int = 10_000
    """Of one file. A detector that says more has lost its mind; the rest is counted, not kept."""

    memory_bytes: int = 16 << 30
    """Address space of a worker, mapped libraries and stacks of threads included."""

    tier: Tier = FULL
    """How much of the pictures is looked at."""


DEFAULT_LIMITS = Limits()
