"""False contours: too few levels for a smooth slope."""

from __future__ import annotations

import numpy as np

from vivavoce.inspection.simulation.clip import Clip, Plane, Truth, Yuv
from vivavoce.inspection.simulation.injection import Injection, make_truth


def simulate(clip: Clip, at: Injection) -> tuple[Clip, Truth]:
    """Luma keeps 6 bits (weak) down to 4 (strong), chroma one more."""
    span = clip.picture_span(at.start_s, at.seconds)
    bits = round(6 - 2 * at.strength)
    frames = [_cut(clip.frames[number], bits) for number in span]
    return clip.with_frames(span, frames), make_truth("banding", clip, span, at, bits=bits)


def _cut(yuv: Yuv, bits: int) -> Yuv:
    return Yuv(_levels(yuv.luma, bits), _levels(yuv.blue, bits + 1), _levels(yuv.red, bits + 1))


def _levels(plane: Plane, bits: int) -> Plane:
    step = 1 << (8 - bits)
    return (plane // step * step + step // 2).astype(np.uint8)
