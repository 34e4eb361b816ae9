"""A held picture, with fresh noise on it as a camera or a grain filter adds."""

from __future__ import annotations

import numpy as np

from vivavoce.inspection.simulation.clip import Clip, Truth, Yuv
from vivavoce.inspection.simulation.injection import Injection, make_truth


def simulate(clip: Clip, at: Injection) -> tuple[Clip, Truth]:
    """Hold the picture before the stretch; the weaker the defect, the more noise hides it (sigma 0 to 2)."""
    span = clip.picture_span(at.start_s, at.seconds)
    held, sigma = clip.frames[span.start], 2.0 * (1.0 - at.strength)
    frames = [held if sigma < 0.1 else _noisy(held, sigma, at.random) for _ in span]
    return clip.with_frames(span, frames), make_truth("freeze", clip, span, at, noise_sigma=round(sigma, 2))


def _noisy(yuv: Yuv, sigma: float, random: np.random.Generator) -> Yuv:
    noise = random.normal(0.0, sigma, yuv.luma.shape).astype(np.float32)
    return yuv.mapped(np.clip(np.rint(yuv.luma + noise), 0, 255).astype(np.uint8))
