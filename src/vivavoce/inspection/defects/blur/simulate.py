"""Soft pictures: out of focus, or scaled up from too few pixels."""

from __future__ import annotations

from vivavoce.inspection.simulation.clip import Clip, Truth, Yuv
from vivavoce.inspection.simulation.filters import blur_plane, resize_plane
from vivavoce.inspection.simulation.injection import Injection, make_truth


def simulate(clip: Clip, at: Injection) -> tuple[Clip, Truth]:
    """Gaussian blur with sigma 0.8 to 2, or down to 1 / 1.7 to 1 / 4 of the size and up again."""
    span = clip.picture_span(at.start_s, at.seconds)
    sigma = 0.8 + 1.2 * at.strength
    scaled = bool(at.random.integers(2))
    frames = [_scale(clip.frames[n], 2.1 * sigma) if scaled else _soft(clip.frames[n], sigma) for n in span]
    how = "scaled" if scaled else "gaussian"
    return clip.with_frames(span, frames), make_truth("blur", clip, span, at, kind=how, sigma=round(sigma, 2))


def _soft(yuv: Yuv, sigma: float) -> Yuv:
    return Yuv(blur_plane(yuv.luma, sigma), blur_plane(yuv.blue, sigma / 2), blur_plane(yuv.red, sigma / 2))


def _scale(yuv: Yuv, factor: float) -> Yuv:
    height, width = yuv.luma.shape
    down = max(2, round(height / factor)), max(2, round(width / factor))
    return yuv.mapped(resize_plane(resize_plane(yuv.luma, *down), height, width))
