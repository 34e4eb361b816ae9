"""How far a reading has come, for people who watch."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

Tell = Callable[[int, float], None]


@contextmanager
def progress(total: int) -> Generator[Tell, None, None]:
    """A bar on standard error if that is a terminal; it hears the bytes of `total` that are said, and their seconds."""
    if not (sys.stderr and sys.stderr.isatty()):
        yield lambda done, seconds: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    spoken, percentage = TextColumn("{task.description} spoken"), TextColumn("{task.percentage:.0f} %")
    columns = (spoken, BarColumn(), percentage, TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        shown = bars.add_task("", total=total)

        def tell(done: int, seconds: float) -> None:
            bars.update(shown, completed=done, description=f"{seconds:.0f} s")

        yield tell
