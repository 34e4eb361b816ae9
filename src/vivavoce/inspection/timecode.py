"""SMPTE timecode of a time in a file, drop-frame too."""

from __future__ import annotations

DROP_RATES = {30000 / 1001: 2, 60000 / 1001: 4}
"""Frame rates that are counted as 30 and 60, and the numbers that are left out each minute but every tenth."""


def frame_number(time_s: float, rate_hz: float) -> int:
    """The number of the frame that is shown at `time_s`, from 0."""
    return max(0, int(time_s * rate_hz + 1e-6))


def dropped_per_minute(rate_hz: float) -> int:
    """Numbers that drop-frame timecode leaves out in a minute at this rate; 0 where none are."""
    return next((count for rate, count in DROP_RATES.items() if abs(rate_hz - rate) < 0.005), 0)


def timecode(time_s: float, rate_hz: float) -> str:
    """`01:02:03:04`, or `01:02:03;04` where numbers are dropped, of a time in seconds at a frame rate in hertz.

    Raises `ValueError` for a rate under 1 Hz.
    """
    if rate_hz < 1:
        raise ValueError(f"no timecode at {rate_hz:g} frames a second")
    number, base, dropped = frame_number(time_s, rate_hz), round(rate_hz), dropped_per_minute(rate_hz)
    if dropped:
        ten_minutes, minute = 600 * base - 9 * dropped, 60 * base - dropped
        tens, rest = divmod(number, ten_minutes)
        number += 9 * dropped * tens + dropped * max(0, (rest - dropped) // minute)
    seconds, frames = divmod(number, base)
    separator = ";" if dropped else ":"
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{separator}{frames:02d}"
