"""Numbers in words, for what commands say when they are done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def with_noun(number: int, noun: str) -> str:
    """A number and what it counts: "1 file", "2 files"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def counts(played: Mapping[Any, int]) -> str:
    """How often each kind of sound was played, in words; `played` counts packets by kind."""
    return ", ".join(f"{count} by {source}" for source, count in played.items())
