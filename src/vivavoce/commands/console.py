"""Where tables and trees are shown."""

from __future__ import annotations

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
