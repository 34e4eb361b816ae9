"""`vivavoce speak … --inspect`: listen to what was written, as to anybody's file."""

from __future__ import annotations

import sys
from pathlib import Path

from vivavoce.errors import InputError

HEARD = ("audio_dropout", "hum", "hiss", "distortion", "clicks")
DEFECTS_FOUND, NOT_INSPECTED = 3, 4


def check_inspection(output: Path | None) -> None:
    """Say before the work that `--inspect` cannot be done after it. Raises `InputError`."""
    if output is None:
        raise InputError("--inspect needs -o with a file, a stream cannot be listened to again")
    from vivavoce.inspection import require_pyav

    require_pyav()


def inspect_spoken(path: Path) -> int:
    """Print what is wrong with a file's sound; 3 for a defect that is more than minor, 4 if it cannot be read, or 0."""
    from vivavoce.inspection import Severity, inspect_file

    result = inspect_file(path, HEARD)
    for event in result.events:
        times = f"{event.start_s:.2f} to {event.end_s:.2f} s"
        print(f"{path}: {event.defect}, {times}, {event.severity.name.lower()}", file=sys.stderr)
    for name, reason in sorted(result.skipped.items()):
        print(f"vivavoce: {name} did not run: {reason}", file=sys.stderr)
    if result.error:
        print(f"vivavoce: {result.error}", file=sys.stderr)
        return NOT_INSPECTED
    print(f"{path}: listened to {result.seconds:.2f} s, {len(result.events)} defects", file=sys.stderr)
    return DEFECTS_FOUND if any(event.severity > Severity.MINOR for event in result.events) else 0
