"""Unexpected black, from one picture up, with or without the channel's logo."""

from __future__ import annotations

import numpy as np

from vivavoce.inspection.simulation.clip import Clip, Truth, Yuv
from vivavoce.inspection.simulation.injection import Injection, make_truth


def simulate(clip: Clip, at: Injection) -> tuple[Clip, Truth]:
    """Black in place of pictures. The weaker the defect, the larger the logo that stays on: 8 % of the area to none."""
    span = clip.picture_span(at.start_s, at.seconds)
    share = 0.08 * (1.0 - at.strength) if at.strength < 0.9 else 0.0
    height, width = clip.frames[0].luma.shape
    luma = np.full((height, width), 16, np.uint8)
    if share:
        tall, wide = (max(2, round(side * share**0.5)) for side in (height, width))
        top, left = height // 16, width - wide - width // 16
        pattern = (np.indices((tall, wide)).sum(axis=0) // max(2, tall // 4)) % 2
        luma[top : top + tall, left : left + wide] = np.where(pattern, 200, 120)
    half = clip.frames[0].blue.shape
    grey = np.full(half, 128, np.uint8)
    frames = [Yuv(luma, grey, grey)] * len(span)
    return clip.with_frames(span, frames), make_truth("black", clip, span, at, logo_share=round(share, 3))
