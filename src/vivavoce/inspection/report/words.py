"""Values as the page writes them, escaped where they are text."""

from __future__ import annotations

import html

from vivavoce.json_types import is_sequence

UNITS = {
    "bps": "bit/s", "db": "dB", "dbfs": "dBFS", "dbtp": "dBTP", "hz": "Hz", "lu": "LU", "lufs": "LUFS", "ms": "ms",
    "percent": "%", "s": "s",
}  # fmt: skip
"""By the end of a figure's name."""


def as_text(value: str) -> str:
    """Safe inside HTML and its attributes."""
    return html.escape(value)


def as_value(value: object) -> str:
    """A figure, a list or a name, not yet escaped."""
    if isinstance(value, float):
        return f"{value:.6g}"
    if is_sequence(value):
        return ", ".join(as_value(item) for item in value[:12]) or "–"
    return "–" if value is None or value == "" else str(value)


def as_label(name: str) -> str:
    """The name of a figure in words, its unit behind it: `rate_hz` is "rate (Hz)"."""
    stem, _, unit = name.rpartition("_")
    words = f"{stem} ({UNITS[unit]})" if stem and unit in UNITS else name
    return words.replace("_", " ")


def as_clock(seconds: float) -> str:
    """1:02:03.45, without hours where there are none."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02d}:{rest:05.2f}" if hours else f"{minutes}:{rest:05.2f}"


def as_duration(seconds: float) -> str:
    """A duration in the largest unit that fits."""
    if seconds >= 3600:
        return f"{seconds / 3600:.2f} h"
    return f"{seconds / 60:.1f} min" if seconds >= 60 else f"{seconds:.1f} s"
