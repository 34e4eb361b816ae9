"""The grid of a starved encoder."""

from __future__ import annotations

from vivavoce.inspection.simulate.clip import Clip, Truth
from vivavoce.inspection.simulate.codec import coded_frames
from vivavoce.inspection.simulate.simulator import Damage, truth_of


def damage(clip: Clip, at: Damage) -> tuple[Clip, Truth]:
    """Through H.264 without deblocking at a quantiser of 35 (weak) to 51 (strong) of H.264's scale."""
    span = clip.picture_span(at.start_s, at.seconds)
    quantiser = round(35 + 16 * at.strength)
    frames = coded_frames(clip.frames[span.start : span.stop], clip.rate_hz, quantiser, deblock=False)
    return clip.with_frames(span, frames), truth_of("blockiness", clip, span, at, quantiser=quantiser)
