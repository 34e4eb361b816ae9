"""Uneven motion: pictures repeated, dropped, or shown at the wrong time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vivavoce.inspection.simulation.clip import Clip, Truth
from vivavoce.inspection.simulation.injection import Injection, make_truth

KINDS = ("hold", "drop", "jitter")


def simulate(clip: Clip, at: Injection, kind: str | None = None) -> tuple[Clip, Truth]:
    """Hold pictures for 2 to 8, or drop as many and go on, or jitter their times, several times in the stretch."""
    span = clip.picture_span(at.start_s, at.seconds)
    chosen = kind or KINDS[int(at.random.integers(2))]
    count = 2 + round(6 * at.strength)
    truth = make_truth("stutter", clip, span, at, kind=chosen, pictures=count)
    if chosen == "jitter":
        delays = np.zeros(len(clip.frames))
        delays[span.start : span.stop] = at.random.uniform(0, 0.9, len(span)) * (0.5 + 0.5 * at.strength) / clip.rate_hz
        return replace(clip, delays_s=tuple(np.round(delays, 5).tolist())), truth
    shown = (
        _hold_frames(span, count, at.random)
        if chosen == "hold"
        else _skip_frames(span, count, len(clip.frames), at.random)
    )
    return clip.with_frames(span, [clip.frames[number] for number in shown]), truth


def _hold_frames(span: range, count: int, random: np.random.Generator) -> list[int]:
    """Every so often one picture stands for `count` more, and then motion catches up."""
    shown = list(span)
    place = 0
    while place + count < len(shown):
        shown[place : place + count + 1] = [shown[place]] * (count + 1)
        place += count + 1 + int(random.integers(2, 7))
    return shown


def _skip_frames(span: range, count: int, length: int, random: np.random.Generator) -> list[int]:
    """Motion runs slow on repeats and then leaps: as many pictures are shown, but not the right ones."""
    shown: list[int] = []
    source = span.start
    while len(shown) < len(span):
        run = int(random.integers(3, 8))
        shown.extend(range(source, source + run))
        source += run + count
        if source - (span.start + len(shown)) > count:
            shown.extend([shown[-1]] * count)
    return [min(number, length - 1) for number in shown[: len(span)]]
