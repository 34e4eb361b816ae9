"""Loss traces: one line for each packet of 20 ms, 1 where it was lost."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vivavoce.errors import InputError

_MAX_BYTES = 16 << 20


def read_trace(path: Path) -> tuple[bool, ...]:
    """Which packets were lost. Raises `InputError` naming the line that is neither 0 nor 1."""
    with open(path, "rb") as file:
        data = file.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        raise InputError(f"{path}: over {_MAX_BYTES >> 20} MiB, not a trace of a call")
    lost: list[bool] = []
    for number, line in enumerate(data.splitlines(), start=1):
        value = line.strip()
        if value not in (b"0", b"1", b""):
            raise InputError(f"{path}:{number}: not a trace: give 0 or 1 on each line, 1 where a packet is lost")
        if value:
            lost.append(value == b"1")
    if not lost:
        raise InputError(f"{path}: an empty trace")
    return tuple(lost)


def repeat_trace(lost: Sequence[bool], count: int) -> tuple[bool, ...]:
    """The trace for `count` packets, begun again where it ends."""
    return tuple(lost[number % len(lost)] for number in range(count))


def longest_burst(lost: Sequence[bool]) -> int:
    """The most packets lost in a row."""
    longest = run = 0
    for missing in lost:
        run = run + 1 if missing else 0
        longest = max(longest, run)
    return longest
