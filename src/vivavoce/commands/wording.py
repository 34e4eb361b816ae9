"""Numbers in words, for what commands say when they are done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def with_noun(number: int, noun: str) -> str:
    """A number and what it counts: "1 file", "2 files"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def as_list(names: Sequence[str]) -> str:
    """Names in words: "anna", "anna and ben", "anna, ben and clara"."""
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def counts(played: Mapping[Any, int]) -> str:
    """How often each kind of sound was played, in words; `played` counts packets by kind."""
    return ", ".join(f"{count} by {source}" for source, count in played.items())
