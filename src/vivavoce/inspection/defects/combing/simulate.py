"""Two fields of different pictures woven into one, and not taken apart again."""

from __future__ import annotations

from vivavoce.inspection.simulation.clip import Clip, Plane, Truth, Yuv
from vivavoce.inspection.simulation.injection import Injection, make_truth


def simulate(clip: Clip, at: Injection) -> tuple[Clip, Truth]:
    """Odd rows come from 1 to 3 pictures later."""
    span = clip.picture_span(at.start_s, at.seconds)
    reach = 1 + round(2 * at.strength)
    last = len(clip.frames) - 1
    frames = [_woven(clip.frames[n], clip.frames[min(last, n + reach)]) for n in span]
    return clip.with_frames(span, frames), make_truth("combing", clip, span, at, apart=reach)


def _woven(top: Yuv, bottom: Yuv) -> Yuv:
    def weave(one: Plane, two: Plane) -> Plane:
        woven = one.copy()
        woven[1::2] = two[1::2]
        return woven

    return Yuv(*(weave(getattr(top, name), getattr(bottom, name)) for name in ("luma", "blue", "red")))
