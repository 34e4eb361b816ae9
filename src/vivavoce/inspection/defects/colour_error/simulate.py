"""Planes lost, swapped or scaled wrongly."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vivavoce.inspection.simulation.clip import Clip, Plane, Truth, Yuv
from vivavoce.inspection.simulation.injection import Injection, make_truth


def simulate(clip: Clip, at: Injection, kind: str | None = None) -> tuple[Clip, Truth]:
    """One of green, purple, swapped, grey, squeezed, stretched; weak damage leaves some of the right colour."""
    span = clip.picture_span(at.start_s, at.seconds)
    chosen = kind or tuple(KINDS)[int(at.random.integers(len(KINDS)))]
    share = 0.6 + 0.4 * at.strength
    frames = [KINDS[chosen](clip.frames[number], share) for number in span]
    return clip.with_frames(span, frames), make_truth("colour_error", clip, span, at, kind=chosen)


def _mix(right: Plane, wrong: Plane | int, share: float) -> Plane:
    return np.clip(np.rint(right * (1.0 - share) + np.asarray(wrong, np.float32) * share), 0, 255).astype(np.uint8)


def _tint(yuv: Yuv, blue: int, red: int, share: float) -> Yuv:
    return Yuv(yuv.luma, _mix(yuv.blue, blue, share), _mix(yuv.red, red, share))


def _scale_luma(yuv: Yuv, gain: float, low: float) -> Yuv:
    luma = np.clip(np.rint((yuv.luma.astype(np.float32) - 16.0) * gain + low), 0, 255).astype(np.uint8)
    chroma = [np.clip(np.rint((plane.astype(np.float32) - 128) * gain + 128), 0, 255) for plane in (yuv.blue, yuv.red)]
    return Yuv(luma, *(plane.astype(np.uint8) for plane in chroma))


KINDS: dict[str, Callable[[Yuv, float], Yuv]] = {
    "green": lambda yuv, share: _tint(yuv, 0, 0, share),
    "purple": lambda yuv, share: _tint(yuv, 220, 220, share),
    "swapped": lambda yuv, share: Yuv(yuv.luma, _mix(yuv.blue, yuv.red, share), _mix(yuv.red, yuv.blue, share)),
    "grey": lambda yuv, share: _tint(yuv, 128, 128, share),
    "squeezed": lambda yuv, share: _scale_luma(yuv, 219 / 255, 30.0),
    "stretched": lambda yuv, share: _scale_luma(yuv, 255 / 219, 0.0),
}
