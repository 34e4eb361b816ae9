"""Flashes that can harm photosensitive viewers."""

from __future__ import annotations

import numpy as np

from vivavoce.inspection.simulation.clip import Clip, Truth, Yuv
from vivavoce.inspection.simulation.injection import Injection, make_truth


def simulate(clip: Clip, at: Injection) -> tuple[Clip, Truth]:
    """The whole picture between its own and a brighter level, at 4 (weak) to 12 Hz (strong)."""
    span = clip.picture_span(at.start_s, at.seconds)
    rate_hz = min(4.0 + 8.0 * at.strength, clip.rate_hz / 2)
    frames: list[Yuv] = []
    for number in span:
        bright = ((number - span.start) / clip.rate_hz * rate_hz) % 1.0 < 0.5
        luma = clip.frames[number].luma.astype(np.float32)
        shown = luma * 0.3 + 165.0 if bright else luma * 0.5 + 8.0
        frames.append(clip.frames[number].mapped(np.clip(shown, 16, 235).astype(np.uint8)))
    return clip.with_frames(span, frames), make_truth("flash", clip, span, at, rate_hz=round(rate_hz, 2))
