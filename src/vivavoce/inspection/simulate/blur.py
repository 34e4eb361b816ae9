"""Soft pictures: out of focus, or scaled up from too few pixels."""

from __future__ import annotations

from vivavoce.inspection.simulate.clip import Clip, Truth, Yuv
from vivavoce.inspection.simulate.filters import blurred, resized
from vivavoce.inspection.simulate.simulator import Damage, truth_of


def damage(clip: Clip, at: Damage) -> tuple[Clip, Truth]:
    """Gaussian blur with sigma 0.8 to 2, or down to 1 / 1.7 to 1 / 4 of the size and up again."""
    span = clip.picture_span(at.start_s, at.seconds)
    sigma = 0.8 + 1.2 * at.strength
    scaled = bool(at.random.integers(2))
    frames = [_scaled(clip.frames[n], 2.1 * sigma) if scaled else _soft(clip.frames[n], sigma) for n in span]
    how = "scaled" if scaled else "gaussian"
    return clip.with_frames(span, frames), truth_of("blur", clip, span, at, kind=how, sigma=round(sigma, 2))


def _soft(yuv: Yuv, sigma: float) -> Yuv:
    return Yuv(blurred(yuv.luma, sigma), blurred(yuv.blue, sigma / 2), blurred(yuv.red, sigma / 2))


def _scaled(yuv: Yuv, factor: float) -> Yuv:
    height, width = yuv.luma.shape
    down = max(2, round(height / factor)), max(2, round(width / factor))
    return yuv.mapped(resized(resized(yuv.luma, *down), height, width))
