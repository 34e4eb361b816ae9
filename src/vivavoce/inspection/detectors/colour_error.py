"""Colour error: planes lost or swapped, or luma scaled to the wrong range, from one picture up.

Against the picture before: luma shows the same scene and chroma does not, or chroma agrees and luma was stretched or
squeezed by the two ranges' ratio. The right colours are remembered until they come back. By itself, without any
picture before: chroma planes of zeros, as decoders leave them (green), or all but saturated violet.

Fails on an error that lasts for a whole file other than those; a change to black and white on purpose, within one
shot, looks the same as lost chroma.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from vivavoce.inspection.detector import Detector
from vivavoce.inspection.event import Event
from vivavoce.inspection.media import MediaInfo, Picture
from vivavoce.inspection.motion import Blocks, block_means

SAME_SCENE = 0.93
CHROMA_STEP = 5.0
RANGE_RATIO, RANGE_TOLERANCE = 255 / 219, 0.045
RANGE_STEP = 6.0
FORGET_S = 8.0
CAST = 60.0
FLAT = 6.0
LEAST_COLOUR = 3.0


@dataclass(frozen=True, slots=True)
class _Look:
    """A picture in means of blocks."""

    luma: Blocks
    blue: Blocks
    red: Blocks


@dataclass(slots=True)
class _Wrong:
    start_s: float
    end_s: float
    kind: str
    strength: float
    right: _Look | None
    """How it looked before."""


class ColourError(Detector):
    names = ("colour_error",)

    def __init__(self, media: MediaInfo) -> None:
        super().__init__(media)
        self._before: _Look | None = None
        self._wrong: _Wrong | None = None

    def see(self, picture: Picture) -> Iterator[Event]:
        blue, red = picture.small_chroma
        look = _Look(block_means(picture.small), block_means(blue, 4), block_means(red, 4))
        end_s = picture.time_s + picture.seconds
        wrong = self._wrong
        if wrong and self._goes_on(wrong, look, end_s):
            wrong.end_s = end_s
        else:
            if wrong:
                self._wrong = None
                yield from self._told(wrong, self._cured(wrong, look))
            found = _absolute(look) or (_against(self._before, look) if self._before and not wrong else None)
            if found:
                self._wrong = _Wrong(picture.time_s, end_s, *found, self._before)
        self._before = look

    def finish(self, end_s: float) -> Iterator[Event]:
        if self._wrong:
            yield from self._told(self._wrong, False)

    def _goes_on(self, wrong: _Wrong, look: _Look, end_s: float) -> bool:
        if _absolute(look):
            return True
        if wrong.right is None or end_s - wrong.start_s > FORGET_S:
            return False
        assert self._before is not None
        changed_again = _against(self._before, look)
        return changed_again is None and _same_scene(self._before, look)

    def _cured(self, wrong: _Wrong, look: _Look) -> bool:
        """Whether the colours changed back in one step, as they had changed."""
        return self._before is not None and _against(self._before, look) is not None

    def _told(self, wrong: _Wrong, cured: bool) -> Iterator[Event]:
        """What never changed back must be gross: a film may turn to black and white."""
        if cured or wrong.kind in ("green", "violet"):
            yield Event("colour_error", wrong.start_s, wrong.end_s, wrong.strength, {"kind": wrong.kind})


def _absolute(look: _Look) -> tuple[str, float] | None:
    """An error that needs nothing to compare with."""
    blue, red = look.blue - 128.0, look.red - 128.0
    if np.median(blue) < -CAST and np.median(red) < -CAST:
        return "green", 0.95
    if np.median(blue) > CAST and np.median(red) > CAST:
        return "violet", 0.95
    return None


def _against(before: _Look, now: _Look) -> tuple[str, float] | None:
    """What went wrong between two pictures of one scene; None if nothing did, or the scene is another."""
    if before.luma.shape != now.luma.shape or not _same_scene(before, now):
        return None
    was, is_ = _colours(before), _colours(now)
    step = float(np.abs(is_ - was).mean())
    if step > CHROMA_STEP:
        return _kind(was, is_), min(0.95, 0.5 + step / 60)
    return _range(before.luma, now.luma)


def _colours(look: _Look) -> Blocks:
    return np.stack([look.blue, look.red]) - 128.0


def _kind(was: Blocks, is_: Blocks) -> str:
    strength = float(np.abs(was).mean())
    if float(np.abs(is_).mean()) < 0.5 * strength:
        return "lost"
    if float(np.abs(is_ - was[::-1]).mean()) < 0.6 * float(np.abs(is_ - was).mean()):
        return "swapped"
    return "cast"


def _range(before: Blocks, now: Blocks) -> tuple[str, float] | None:
    gain = _gain(before, now)
    step = float(np.abs(now - before).mean())
    if step < RANGE_STEP * 0.4 or before.std() < 12.0:
        return None
    for kind, ratio in (("stretched", RANGE_RATIO), ("squeezed", 1 / RANGE_RATIO)):
        if abs(gain - ratio) < RANGE_TOLERANCE:
            return kind, 0.75
    return None


def _same_scene(before: _Look, now: _Look) -> bool:
    one, two = before.luma.ravel(), now.luma.ravel()
    spread = float(one.std() * two.std())
    if spread < 4.0:
        return abs(float(one.mean() - two.mean())) < FLAT
    return float(np.mean((one - one.mean()) * (two - two.mean()))) / spread > SAME_SCENE


def _gain(before: Blocks, now: Blocks) -> float:
    centred = before - before.mean()
    return float((centred * (now - now.mean())).sum() / (centred**2).sum())
