"""Values of SSML attributes as numbers. Each function raises `InputError` if the value is no such thing."""

from __future__ import annotations

import math
import re

from vivavoce.errors import InputError

SILENT_DB = -96.0
MAX_BREAK_S = 30.0
_ROUNDING = 1e-9

_STRENGTHS_S = {"none": 0.0, "x-weak": 0.1, "weak": 0.2, "medium": 0.4, "strong": 0.7, "x-strong": 1.2}
_RATES = {"x-slow": 0.5, "slow": 0.75, "medium": 1.0, "default": 1.0, "fast": 1.25, "x-fast": 1.6}
_PITCHES_ST = {"x-low": -6.0, "low": -3.0, "medium": 0.0, "default": 0.0, "high": 3.0, "x-high": 6.0}
_RANGES = {"x-low": 0.4, "low": 0.7, "medium": 1.0, "default": 1.0, "high": 1.4, "x-high": 1.8}
_VOLUMES_DB = {
    "silent": SILENT_DB, "x-soft": -12.0, "soft": -6.0, "medium": 0.0, "default": 0.0, "loud": 4.0, "x-loud": 8.0,
}  # fmt: skip
_PERCENT = re.compile(r"([+-]?)(\d+(?:\.\d+)?)%")
_NUMBER = re.compile(r"\d+(?:\.\d+)?|\.\d+")
_SEMITONES = re.compile(r"([+-]?\d+(?:\.\d+)?)\s?(?:st|semitones?)", re.IGNORECASE)
_CHANGE = re.compile(r"([+-])(\d+(?:\.\d+)?)")
_DECIBELS = re.compile(r"([+-]?\d+(?:\.\d+)?)\s?dB", re.IGNORECASE)
_TIME = re.compile(r"\+?(\d+(?:\.\d+)?|\.\d+)(ms|s)")


def rate_factor(value: str) -> float:
    """A label, a percentage of the ordinary rate ("80%"), a change of it ("+30%") or a factor ("1.2"); 20% to 500%."""
    if value in _RATES:
        return _RATES[value]
    if _NUMBER.fullmatch(value):
        return _between(float(value), 0.2, 5.0, f"rate {value!r} must lie from 0.2 to 5")
    match = _PERCENT.fullmatch(value)
    if not match:
        raise InputError(f"rate {value!r} is neither a percentage such as 80% nor one of {_list(_RATES)}")
    factor = (1.0 if match[1] else 0.0) + float(match[1] + match[2]) / 100
    return _between(factor, 0.2, 5.0, f"rate {value!r} must lie from 20% to 500%")


def pitch_semitones(value: str) -> float:
    """A label, "+2st" or "-10%". At most two octaves."""
    if value in _PITCHES_ST:
        return _PITCHES_ST[value]
    if value.lower().endswith("hz"):
        raise InputError(f"pitch {value!r}: what a Hz means depends on the speaker; say it in st or %")
    if match := _SEMITONES.fullmatch(value):
        semitones = float(match[1])
    elif (match := _PERCENT.fullmatch(value)) and match[1]:
        ratio = 1.0 + float(match[1] + match[2]) / 100
        semitones = 12.0 * math.log2(ratio) if ratio > 0 else -math.inf
    else:
        raise InputError(f"pitch {value!r} is neither as +2st or -10% nor one of {_list(_PITCHES_ST)}")
    return _between(semitones, -24.0, 24.0, f"pitch {value!r} is more than two octaves away")


def range_factor(value: str) -> float:
    """A label, or a change of the ordinary range: "+20%"."""
    if value in _RANGES:
        return _RANGES[value]
    match = _PERCENT.fullmatch(value)
    if not match or not match[1]:
        raise InputError(f"range {value!r} is neither a change such as +20% nor one of {_list(_RANGES)}")
    factor = 1.0 + float(match[1] + match[2]) / 100
    return _between(factor, 0.0, 4.0, f"range {value!r} must lie from -100% to +300%")


def volume_db(value: str) -> float:
    """A label, "+6dB", a loudness from 0 to 100, or a change of it ("-50%", "+10")."""
    if value in _VOLUMES_DB:
        return _VOLUMES_DB[value]
    change = _PERCENT.fullmatch(value) or _CHANGE.fullmatch(value)
    if change and change[1]:
        return _level_db(1.0 + float(change[1] + change[2]) / 100, value)
    if _NUMBER.fullmatch(value):
        return _level_db(float(value) / 100, value)
    match = _DECIBELS.fullmatch(value)
    if not match:
        raise InputError(f"volume {value!r} is neither as +6dB nor one of {_list(_VOLUMES_DB)}")
    return _between(float(match[1]), SILENT_DB, 20.0, f"volume {value!r} must lie from -96dB to +20dB")


def _level_db(factor: float, value: str) -> float:
    """Decibels of an amplitude; 0 is silence, and twice the ordinary loudness is the most."""
    _between(factor, 0.0, 2.0, f"volume {value!r} must lie from 0 to 100, or from -100% to +100%")
    return max(20.0 * math.log10(factor), SILENT_DB) if factor > 0 else SILENT_DB


def break_seconds(strength: str | None, time: str | None) -> float:
    """The time, or what the strength stands for; a break without either is medium."""
    if strength is not None and strength not in _STRENGTHS_S:
        raise InputError(f"break strength {strength!r} is none of {_list(_STRENGTHS_S)}")
    if time is None:
        return _STRENGTHS_S[strength or "medium"]
    match = _TIME.fullmatch(time)
    if not match:
        raise InputError(f"break time {time!r} is not a time such as 250ms or 1.5s")
    seconds = float(match[1]) / (1000 if match[2] == "ms" else 1)
    return _between(seconds, 0.0, MAX_BREAK_S, f"break time {time!r} is more than {MAX_BREAK_S:.0f}s")


def within_rates(factor: float) -> float:
    """What nested rates come to: a sound of a tenth of a second must not last for hours."""
    return _between(factor, 0.2, 5.0, f"with the elements around it the rate is {factor:.3g}, use 0.2 to 5 altogether")


def within_octaves(semitones: float) -> float:
    """Nested pitches add, up to two octaves either way. Raises `InputError` beyond."""
    return _between(
        semitones, -24.0, 24.0, f"with the elements around it the pitch is {semitones:+g}st, use 24 at most"
    )


def within_ranges(factor: float) -> float:
    """Check the product of nested pitch ranges, 0 to 4. Raises `InputError` beyond that."""
    return _between(factor, 0.0, 4.0, f"with the elements around it the range is {factor:.3g}, use 4 at most")


def within_volumes(decibels: float) -> float:
    """Check the sum of nested volumes in dB, which never falls below silence. Raises `InputError` for more than +20."""
    complaint = f"with the elements around it the volume is {decibels:+g}dB, use +20dB at most"
    return _between(max(decibels, SILENT_DB), SILENT_DB, 20.0, complaint)


def _between(value: float, low: float, high: float, complaint: str) -> float:
    if not low - _ROUNDING <= value <= high + _ROUNDING:
        raise InputError(complaint)
    return value


def _list(labels: dict[str, float]) -> str:
    return ", ".join(labels)
