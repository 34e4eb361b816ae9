"""Colour error: planes lost or swapped, or luma scaled to the wrong range, from one picture up.

Against the picture before: luma shows the same scene and chroma does not, or chroma agrees and luma was stretched or
squeezed by the two ranges' ratio. The right colours are remembered until they come back. By itself, without any
picture before: chroma planes of zeros, as decoders leave them (green), or all but saturated violet.
Ranges and casts that jump to and fro are light that flickers. Stretches of one kind close to each other are one event.

Fails on an error that lasts for a whole file other than those; a change to black and white on purpose, within one
shot, looks the same as lost chroma.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from vivavoce.inspection.content import is_chart
from vivavoce.inspection.detector import Detector
from vivavoce.inspection.event import Event
from vivavoce.inspection.media import MediaInfo, VideoFrame
from vivavoce.inspection.motion import Blocks, block_means, likeness

SAME_SCENE = 0.85
LIT_STEP = 10.0
"""Mean change of luma in levels from which a cast is one of light, as a photographer's flash is."""

CHROMA_STEP, CAST_STEP, LEAST_COLOUR = 4.0, 9.0, 2.5
CAST_SPREAD = 0.6
"""Spread of the shift of a cast, against its mean: light of another colour leaves what is dark as it is."""
LOST_SHARE, SWAPPED_SHARE = 0.55, 0.6
OTHER_THINGS = 16.0
"""Mean change of luma in levels where colour was, from which other things are there: they took their colours along."""

RANGE_RATIO, RANGE_FIT = 255 / 219, 0.4
LIGHT_FIT = 0.8
"""Misfit of the ranges against that of light, which lifts all levels or scales them from black up, at most."""
LIGHT_KINDS, JOIN_S, FLICKER_TIMES = ("stretched", "squeezed", "cast"), 1.5, 4
"""Kinds that light can look like, how long colours are right at most between two stretches of one event, and how many
of these kinds are light that flickers."""

LEAST_SPREAD, BLACK = 12.0, 16.0
FADE_SHARE = 0.4
FORGET_S = 8.0
CAST, EVEN = 60.0, 8.0
"""How far above the middle chroma lies that is violet, and its greatest spread: a lost plane is even, stage light and
drawings are not."""

EMPTY = 105.0
"""How far below the middle chroma lies whose planes are empty; a green screen lies at 75 to 95."""


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

    def __init__(self, media: MediaInfo, thresholds: Any = None) -> None:
        super().__init__(media, thresholds)
        self._before: _Look | None = None
        self._wrong: _Wrong | None = None
        self._gain = 0.0
        self._held: dict[str, Event] = {}
        """Stretches close to each other, whose next may still come: those of one kind as one event."""
        self._light_times = 0
        """How many of them light can look like."""

    def on_frame(self, frame: VideoFrame) -> Iterator[Event]:
        blue, red = frame.small_chroma
        look = _Look(frame.blocks, block_means(blue, 4), block_means(red, 4))
        end_s = frame.time_s + frame.seconds
        wrong = self._wrong
        if wrong and self._goes_on(wrong, look, end_s):
            wrong.end_s = end_s
        else:
            if wrong:
                self._wrong = None
                self._hold(wrong, self._is_cured(wrong, look))
            found = _absolute(look) or (_against(self._before, look) if self._before and not wrong else None)
            if found and not self._fading(look) and not (is_chart(frame.small) and self._is_of_chart(found[0], look)):
                self._wrong = _Wrong(frame.time_s, end_s, *found, self._before)
        held_until_s = max((event.end_s for event in self._held.values()), default=frame.time_s)
        if not self._wrong and frame.time_s - held_until_s > JOIN_S:
            yield from self._let_go()
        self._gain = _gain(self._before, look) if self._before else 0.0
        self._before = look

    def finish(self, end_s: float) -> Iterator[Event]:
        if self._wrong:
            self._hold(self._wrong, False)
        yield from self._let_go()

    def _hold(self, wrong: _Wrong, cured: bool) -> None:
        """What never changed back must be gross: a film may turn to black and white."""
        if not (cured or wrong.kind in ("green", "violet")):
            return
        event = Event("colour_error", wrong.start_s, wrong.end_s, wrong.strength, {"kind": wrong.kind})
        if begun := self._held.get(wrong.kind):
            event = replace(begun, end_s=event.end_s, score=max(begun.score, event.score))
        self._held[wrong.kind] = event
        self._light_times += wrong.kind in LIGHT_KINDS

    def _let_go(self) -> Iterator[Event]:
        """What was held back; none of what light can look like, where it flickers."""
        held, flickers = self._held, self._light_times >= FLICKER_TIMES
        self._held, self._light_times = {}, 0
        yield from (event for kind, event in held.items() if not (flickers and kind in LIGHT_KINDS))

    def _fading(self, look: _Look) -> bool:
        """In a fade every picture is scaled against the one before; an error comes out of steady pictures."""
        return self._before is not None and self._gain > FADE_SHARE * _gain(self._before, look) > 0.02

    def _is_of_chart(self, kind: str, look: _Look) -> bool:
        """Whether a chart may look so: it may be of any colour, and have fields that change theirs."""
        before = self._before
        new = before is None or before.luma.shape != look.luma.shape or not _same_scene(before, look)
        return new or kind == "cast"

    def _goes_on(self, wrong: _Wrong, look: _Look, end_s: float) -> bool:
        if _absolute(look):
            return True
        if wrong.right is None or end_s - wrong.start_s > FORGET_S:
            return False
        assert self._before is not None
        return _same_scene(self._before, look) and not _differ(self._before, look)

    def _is_cured(self, wrong: _Wrong, look: _Look) -> bool:
        """Whether the colours changed back in one step, as they had changed: what is lost comes back, while the tint of
        a flash goes in steps and stays away."""
        if self._before is None:
            return False
        if wrong.kind in ("stretched", "squeezed"):
            back = _range(self._before.luma, look.luma)
            return back is not None and back[0] != wrong.kind
        if wrong.kind == "lost":
            return (back := _against(look, self._before)) is not None and back[0] == "lost"
        return _differ(self._before, look)


def _absolute(look: _Look) -> tuple[str, float] | None:
    """An error that needs nothing to compare with."""
    blue, red = look.blue - 128.0, look.red - 128.0
    if np.median(blue) < -EMPTY and np.median(red) < -EMPTY:
        return "green", 0.95
    if np.median(blue) > CAST and np.median(red) > CAST and max(float(blue.std()), float(red.std())) < EVEN:
        return "violet", 0.95
    return None


def _against(before: _Look, now: _Look) -> tuple[str, float] | None:
    """What went wrong between two pictures of one scene; None if nothing did, or the scene is another."""
    if before.luma.shape != now.luma.shape or not _same_scene(before, now):
        return None
    was, is_ = _colours(before), _colours(now)
    kind = _kind(was, is_, _light_left(before, now))
    if kind in ("lost", "swapped") and _change_where_coloured(before, now) > OTHER_THINGS:
        return None
    if kind == "cast" and abs(float(now.luma.mean() - before.luma.mean())) > LIT_STEP:
        return None
    if kind:
        return kind, min(0.95, 0.5 + float(np.abs(is_ - was).mean()) / 60)
    return _range(before.luma, now.luma)


def _gain(before: _Look, now: _Look) -> float:
    """How far the contrast of luma changed, 0 for not at all."""
    return abs(float(now.luma.std()) / max(float(before.luma.std()), 1.0) - 1.0)


def _differ(before: _Look, now: _Look) -> bool:
    """Whether an error begins or ends between two pictures."""
    return _against(before, now) is not None or _against(now, before) is not None


def _colours(look: _Look) -> Blocks:
    return np.stack([look.blue, look.red]) - 128.0


def _light_left(before: _Look, now: _Look) -> float:
    """Part of the light of what was coloured that is still there: where a lamp goes out, its colours go with it."""
    weight, whole = _weight(before)
    was, is_ = (float((weight * np.maximum(look.luma[whole] - BLACK, 0.0)).sum()) for look in (before, now))
    return min(1.0, is_ / max(was, 1e-6))


def _change_where_coloured(before: _Look, now: _Look) -> float:
    """Mean change of luma in levels, of every block as far as it was coloured."""
    weight, whole = _weight(before)
    return float((weight * np.abs(now.luma[whole] - before.luma[whole])).sum() / max(float(weight.sum()), 1e-6))


def _weight(look: _Look) -> tuple[Blocks, tuple[slice, slice]]:
    """How coloured each block is, and the part of luma that has chroma: either may have a block less at an edge."""
    weight = np.abs(_colours(look)).sum(axis=0)
    rows, columns = np.minimum(weight.shape, look.luma.shape)
    return weight[:rows, :columns], (slice(rows), slice(columns))


def _kind(was: Blocks, is_: Blocks, light: float) -> str | None:
    """Motion moves colours about; an error changes how much of them there is for the light, or which is which."""
    strength = float(np.abs(was).mean())
    if strength > LEAST_COLOUR and float(np.abs(is_).mean()) < LOST_SHARE * light * strength:
        return "lost"
    step = float(np.abs(is_ - was).mean())
    if step > CHROMA_STEP and float(np.abs(is_ - was[::-1]).mean()) < SWAPPED_SHARE * step:
        return "swapped"
    shift = (is_ - was).reshape(2, -1)
    means, spreads = np.abs(shift.mean(axis=1)), shift.std(axis=1)
    return "cast" if bool(np.any((means > CAST_STEP) & (spreads < CAST_SPREAD * means))) else None


def _range(before: Blocks, now: Blocks) -> tuple[str, float] | None:
    """Whether luma was scaled by the ratio of the ranges: in order of level, so that motion does not matter."""
    if before.std() < LEAST_SPREAD:
        return None
    before, now = np.sort(before, axis=None), np.sort(now, axis=None)
    for kind, ratio, offset in (("stretched", RANGE_RATIO, -16 * RANGE_RATIO), ("squeezed", 1 / RANGE_RATIO, 16.0)):
        expected = np.clip(before * ratio + offset, 0, 255)
        misfit = float(np.abs(now - expected).mean())
        if misfit < min(RANGE_FIT * float(np.abs(now - before).mean()), LIGHT_FIT * _misfit_of_light(before, now)):
            return kind, 0.75
    return None


def _misfit_of_light(before: Blocks, now: Blocks) -> float:
    """Mean difference in levels that is left between two pictures, sorted by level, where only light changed."""
    step = float(now.mean() - before.mean())
    scaled = (before - BLACK) * (step / max(float(before.mean()) - BLACK, 1.0))
    return min(float(np.abs(now - before - change).mean()) for change in (step, scaled))


def _same_scene(before: _Look, now: _Look) -> bool:
    return likeness(before.luma, now.luma) > SAME_SCENE
