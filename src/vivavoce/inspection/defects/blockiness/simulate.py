"""The grid of a starved encoder."""

from __future__ import annotations

from vivavoce.inspection.simulation.clip import Clip, Truth
from vivavoce.inspection.simulation.codec import transcode_frames
from vivavoce.inspection.simulation.injection import Injection, make_truth


def simulate(clip: Clip, at: Injection) -> tuple[Clip, Truth]:
    """Through H.264 without deblocking at a quantiser of 35 (weak) to 51 (strong) of H.264's scale."""
    span = clip.picture_span(at.start_s, at.seconds)
    quantiser = round(35 + 16 * at.strength)
    frames = transcode_frames(clip.frames[span.start : span.stop], clip.rate_hz, quantiser, deblock=False)
    return clip.with_frames(span, frames), make_truth("blockiness", clip, span, at, quantiser=quantiser)
