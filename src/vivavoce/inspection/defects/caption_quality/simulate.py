"""Captions late, missing, on top of each other, too fast, out of order, or garbled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from vivavoce.inspection.errors import MediaError
from vivavoce.inspection.media import Cue
from vivavoce.inspection.simulation.clip import Clip, Truth
from vivavoce.inspection.simulation.injection import Injection

Cues = list[Cue]


def simulate(clip: Clip, at: Injection, kind: str | None = None) -> tuple[Clip, Truth]:
    """One of shift, drop, overlap, fast, order, garble, on the cues that start in the stretch.

    Raises `MediaError` where no caption starts there.
    """
    end_s = at.start_s + at.seconds
    hit = [cue for cue in clip.cues if at.start_s <= cue.start_s < end_s]
    if not hit:
        raise MediaError(f"no caption starts between {at.start_s:g} and {end_s:g} s")
    chosen = kind or tuple(KINDS)[int(at.random.integers(len(KINDS)))]
    wrong = KINDS[chosen](hit, at)
    kept = [cue for cue in clip.cues if cue not in hit]
    cues = [*kept, *wrong] if chosen == "order" else sorted([*kept, *wrong], key=lambda cue: cue.start_s)
    numbered = tuple(replace(cue, number=number) for number, cue in enumerate(cues, 1))
    edges = [time for cue in (*hit, *wrong) for time in (cue.start_s, cue.end_s)]
    truth = Truth("caption_quality", min(edges), max(edges), at.strength, {"kind": chosen, "cues": len(hit)})
    return replace(clip, cues=numbered), truth


def _shift(cues: Cues, at: Injection) -> Cues:
    by_s = 1.0 + 3.0 * at.strength
    return [replace(cue, start_s=cue.start_s + by_s, end_s=cue.end_s + by_s) for cue in cues]


def _drop(cues: Cues, at: Injection) -> Cues:
    return []


def _overlap(cues: Cues, at: Injection) -> Cues:
    return [replace(cue, end_s=cue.end_s + 1.0 + 2.0 * at.strength) for cue in cues]


def _fast(cues: Cues, at: Injection) -> Cues:
    return [replace(cue, end_s=cue.start_s + len(cue.text) / (25 + 25 * at.strength)) for cue in cues]


def _order(cues: Cues, at: Injection) -> Cues:
    return cues[::-1]


def _garble(cues: Cues, at: Injection) -> Cues:
    return [replace(cue, lines=tuple(_garble_line(line, at.strength, at.random) for line in cue.lines)) for cue in cues]


def _garble_line(line: str, strength: float, random: np.random.Generator) -> str:
    """As teletext errors and wrong code pages leave it."""
    wrong = "\ufffdÃ©â€™#¤%&@~^|\\"
    hit = random.random(len(line)) < 0.15 + 0.35 * strength
    return "".join(
        wrong[int(random.integers(len(wrong)))] if bad else sign for sign, bad in zip(line, hit, strict=True)
    )


KINDS: dict[str, Callable[[Cues, Injection], Cues]] = {
    "shift": _shift, "drop": _drop, "overlap": _overlap, "fast": _fast, "order": _order, "garble": _garble,
}  # fmt: skip
