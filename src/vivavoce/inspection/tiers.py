"""Sampling tiers: how much of the pictures is decoded and looked at, for who watches many channels on one machine.

All sound and all captions are taken in each tier. What a tier misses is measured by `bench/inspection/tiers.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vivavoce.errors import InputError


@dataclass(frozen=True, slots=True)
class Tier:
    """What is left out of the pictures."""

    name: str
    summary: str
    frames: Literal["DEFAULT", "NONREF", "NONKEY"] = "DEFAULT"
    """Which ones the decoder gives, in FFmpeg's words."""
    loop_filter: str = "default"
    """Where the decoder smoothes the edges of blocks, in FFmpeg's words."""
    width: int = 0
    """Wider pictures are averaged down to it, in pixels; 0: as they are."""
    blind: tuple[str, ...] = ()
    """Defects that cannot be seen in what is left."""
    closer: tuple[str, ...] = ()
    """Defects that are looked for where signs of something unusual make all pictures be decoded, and only there."""


FULL = Tier("full", "every picture as it is")
TIERS = {
    tier.name: tier
    for tier in (
        FULL,
        Tier(
            "live", "pictures not between others, at 640 pixels' width; all where something seems unusual", "NONREF",
            "bidir", 640, (), ("stutter", "combing", "tearing"),
        ),
        Tier(
            "keyframes", "key pictures, at 640 pixels' width", "NONKEY", "default", 640,
            ("stutter", "combing", "av_sync", "tearing", "banding", "freeze", "flash", "black", "block_corruption"),
        ),
    )
}  # fmt: skip


def find_tier(name: str) -> Tier:
    """A tier by its name. Raises `InputError` for another name."""
    if name not in TIERS:
        raise InputError(f"--tier {name}: no such tier, there are {', '.join(TIERS)}")
    return TIERS[name]
