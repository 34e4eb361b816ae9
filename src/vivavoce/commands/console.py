"""Where tables and trees are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

MIN_COLUMNS = 60


class OutputConsole(Console):
    """Standard output; that nobody reads it any more is the command line's to end on, not the console's."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def wide_console(*, soft_wrap: bool = False) -> Console:
    """Standard output, taken to be wide enough that no column vanishes: a narrow terminal wraps by itself."""
    console = OutputConsole(soft_wrap=soft_wrap)
    console.width = max(console.width, MIN_COLUMNS)
    return console


def with_noun(number: int, noun: str) -> str:
    """A number and what it counts: "1 file", "2 files"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def counts(played: Mapping[Any, int]) -> str:
    """How often each kind of sound was played, in words; `played` counts packets by kind."""
    return ", ".join(f"{count} by {source}" for source, count in played.items())
