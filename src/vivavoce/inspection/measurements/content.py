"""What is shown and heard that is not programme: line-up bars and tone, slates, and the borders of letterboxes.

They are named with their times and are no defects. Pictures are looked at twice a second, so times of pictures are
within half a second; a stretch is told from two looks on, a slate from two seconds on in the first two minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vivavoce.inspection.media import AudioBlock, Plane, Samples, VideoFrame
from vivavoce.inspection.tones import find_pure_tone

MOST_SPANS = 1000
DARK, DARK_FULL_RANGE, LIGHT, EVEN = 22, 8, 40.0, 4.0
LEAST_BORDER, BORDER_DIFFERENCE = 0.03, 0.02
BAR_ROWS, BAR_STEP, LEAST_BARS, MOST_BARS, COLOURFUL = 0.6, 8.0, 4, 24, 20.0
SLATE_WITHIN_S, LEAST_SLATE_S, STILL, MOVED_SHARE = 120.0, 2.0, 3.0, 0.1
PLAIN, LEAST_TEXT, MOST_TEXT = 0.5, 0.01, 0.35
CREST = 1.38, 1.46


@dataclass(slots=True)
class _Span:
    kind: str
    start_s: float
    end_s: float
    more: dict[str, Any]
    looks: int = 1

    def as_json(self) -> dict[str, Any]:
        times = {"start_s": round(self.start_s, 3), "end_s": round(self.end_s, 3)}
        return {"kind": self.kind, **times, **self.more}


@dataclass(slots=True)
class ContentMeter:
    """Names bars, slates, letterboxes and tones as they go by."""

    spans: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    _open: dict[str, _Span] = field(default_factory=dict[str, _Span])
    _before: Plane | None = None

    def on_look(self, frame: VideoFrame, every_s: float) -> None:
        """Take a picture, about one each `every_s` seconds."""
        small, dark = frame.small, DARK_FULL_RANGE if frame.full_range else DARK
        still = self._before is not None and self._before.shape == small.shape and is_still(self._before, small)
        self._before = small.copy()
        bars = is_bars(small, frame.small_chroma)
        found: dict[str, dict[str, Any]] = {"bars": {}} if bars else {}
        text = not bars and is_page_of_text(small)
        if text and still and frame.time_s < SLATE_WITHIN_S:
            found["slate"] = {}
        if not bars and not text and (borders := find_borders(small, dark)):
            name, share = borders
            found[name] = {"border_share": share}
        self._go_on("picture", frame.time_s, frame.time_s + every_s, every_s, found)

    def on_audio(self, block: AudioBlock) -> None:
        """Take a second of sound."""
        tone = find_tone(block.samples[0], block.rate_hz)
        found = {"tone": {"hertz": tone[0], "level_dbfs": tone[1], "stream": block.stream}} if tone else {}
        self._go_on(f"sound {block.stream}", block.start_s, block.end_s, 0.1, found)

    def reading(self) -> list[dict[str, Any]]:
        """All stretches, those that are open too, by time."""
        spans = [*self.spans, *(span.as_json() for span in self._open.values() if self._counts(span))]
        return sorted(spans, key=lambda span: (span["start_s"], span["kind"]))

    def _go_on(
        self, source: str, start_s: float, end_s: float, gap_s: float, found: Mapping[str, dict[str, Any]]
    ) -> None:
        """Stretch what goes on, begin what is new, end what is over."""
        for key in [key for key in self._open if key.startswith(f"{source}: ")]:
            span = self._open[key]
            goes_on = span.kind in found and start_s <= span.end_s + gap_s and _alike(span.more, found[span.kind])
            if goes_on:
                span.end_s, span.looks = end_s, span.looks + 1
            else:
                self._close(key)
        for kind, more in found.items():
            self._open.setdefault(f"{source}: {kind}", _Span(kind, start_s, end_s, more))

    def _close(self, key: str) -> None:
        span = self._open.pop(key)
        if self._counts(span) and len(self.spans) < MOST_SPANS:
            self.spans.append(span.as_json())

    @staticmethod
    def _counts(span: _Span) -> bool:
        least_s = LEAST_SLATE_S if span.kind == "slate" else 0.0
        return (span.looks >= 2 or span.kind == "tone") and span.end_s - span.start_s >= least_s


def _alike(one: Mapping[str, Any], two: Mapping[str, Any]) -> bool:
    """Whether a stretch goes on: borders within 2 % of the picture, tones within 2 Hz and 1 dB."""
    off = {"border_share": BORDER_DIFFERENCE, "hertz": 2.0, "level_dbfs": 1.0, "stream": 0.0}
    return all(abs(one[name] - two[name]) <= off[name] for name in one)


def is_still(one: Plane, two: Plane) -> bool:
    """Whether two pictures, (height, width), differ in less than a tenth: the hand of a clock may move."""
    moved = np.abs(one.astype(np.int16) - two) > STILL
    return float(np.count_nonzero(moved)) < MOVED_SHARE * one.size


def is_bars(small: Plane, chroma: tuple[Plane, Plane]) -> bool:
    """Whether the upper 60 % of luma (height, width) and chroma (height / 2, width / 2) are upright colour bars: every
    column even, a few of them apart from the next, and in colour."""
    upper = small[: int(BAR_ROWS * len(small))].astype(np.float32)
    if float(np.quantile(upper.std(axis=0), 0.9)) > EVEN:
        return False
    steps = int(np.count_nonzero(np.diff(np.abs(np.diff(upper.mean(axis=0), prepend=0.0)[1:]) > BAR_STEP) > 0))
    spread = max(float(plane[: int(BAR_ROWS * len(plane))].std()) for plane in chroma)
    return LEAST_BARS <= steps <= MOST_BARS and spread > COLOURFUL


def is_page_of_text(small: Plane) -> bool:
    """Whether luma (height, width) is one plain level for the most part, with the edges of a few lines of text."""
    counts = np.bincount(small.ravel(), minlength=256)
    usual = int(counts.argmax())
    plain = counts[max(0, usual - 3) : usual + 4].sum() / small.size
    edges = float(np.count_nonzero(np.abs(np.diff(small.astype(np.int16), axis=1)) > LIGHT)) / small.size
    return bool(plain >= PLAIN and LEAST_TEXT <= edges <= MOST_TEXT)


def find_borders(small: Plane, dark: int) -> tuple[str, float] | None:
    """`letterbox`, `pillarbox` or `windowbox` and the share of the picture that one border takes, of luma
    (height, width); None where there are no black borders alike on two sides, or nothing light between them."""
    light = small > dark
    rows, columns = (np.flatnonzero(light.mean(axis=axis) > 0.02) for axis in (1, 0))
    if not len(rows) or not len(columns):
        return None
    upright = _border(int(rows[0]), int(rows[-1]), small.shape[0])
    sideways = _border(int(columns[0]), int(columns[-1]), small.shape[1])
    inside = small[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if max(upright, sideways) < LEAST_BORDER or float(inside.mean()) < LIGHT or inside.size < small.size / 4:
        return None
    if min(upright, sideways) >= LEAST_BORDER:
        return "windowbox", round(max(upright, sideways), 3)
    return ("letterbox", round(upright, 3)) if upright > sideways else ("pillarbox", round(sideways, 3))


def _border(first: int, last: int, length: int) -> float:
    """The share of each of two borders that are alike, 0 where they are not."""
    one, other = first / length, (length - 1 - last) / length
    return min(one, other) if abs(one - other) <= BORDER_DIFFERENCE else 0.0


def find_tone(channel: Samples, rate_hz: int) -> tuple[float, float] | None:
    """Hertz and level (dBFS, root mean square of a full-scale sine as 0) of one pure tone that fills a stretch
    (samples,); None where it is anything else."""
    power = float(np.mean(np.square(channel, dtype=np.float64)))
    if power < 1e-6 or len(channel) < rate_hz // 2:
        return None
    if not CREST[0] <= float(np.abs(channel).max()) / power**0.5 <= CREST[1]:
        return None
    peak_hz = find_pure_tone(channel, rate_hz)
    return None if peak_hz is None else (round(peak_hz, 1), round(10 * float(np.log10(2 * power)), 1))
