"""Sound that is gone: a gap, one channel, or one channel turned upside down."""

from __future__ import annotations

from vivavoce.inspection.media import SAMPLE_RATE_HZ
from vivavoce.inspection.simulation.clip import Clip, Truth
from vivavoce.inspection.simulation.injection import Injection

KINDS = ("gap", "channel", "phase")


def simulate(clip: Clip, at: Injection, kind: str = "gap") -> tuple[Clip, Truth]:
    """Silence for the stretch; `kind` "channel" silences the right channel alone, "phase" inverts it.

    Low strength leaves a trace: the gap is 60 dB down rather than digital silence.
    """
    span = clip.sound_span(at.start_s, at.seconds)
    sound = clip.heard[:, span].copy()
    trace = 0.0 if at.strength >= 0.5 else 0.001
    if kind == "gap" or len(sound) < 2:
        kind = "gap"
        sound *= trace
    else:
        sound[1] *= trace if kind == "channel" else -1.0
    end_s = span.stop / SAMPLE_RATE_HZ
    return clip.with_sound(span, sound), Truth("audio_dropout", at.start_s, end_s, at.strength, {"kind": kind})
