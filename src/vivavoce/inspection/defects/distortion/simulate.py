"""Overdriven sound: clipped hard or soft, or coded with far too few bits."""

from __future__ import annotations

import numpy as np

from vivavoce.inspection.media import SAMPLE_RATE_HZ, Samples
from vivavoce.inspection.simulation.clip import Clip, Truth
from vivavoce.inspection.simulation.codec import transcode_audio
from vivavoce.inspection.simulation.filters import level
from vivavoce.inspection.simulation.injection import Injection

KINDS = ("hard", "soft", "coded")


def simulate(clip: Clip, at: Injection, kind: str | None = None) -> tuple[Clip, Truth]:
    """Clipping by 3 dB (weak) to 20 dB (strong), or MP3 at 24 to 8 kb/s a channel; the loudness is kept."""
    span = clip.sound_span(at.start_s, at.seconds)
    sound = clip.heard[:, span]
    chosen = kind or str(at.random.choice(KINDS, p=(0.4, 0.4, 0.2)))
    over_db = 3.0 + 17.0 * at.strength
    if chosen == "coded":
        bits = round(24_000 - 16_000 * at.strength) * sound.shape[0]
        wrong = transcode_audio(sound, "libmp3lame", bits)
    else:
        wrong = _clip(sound, over_db, soft=chosen == "soft")
    details = {"kind": chosen} | ({} if chosen == "coded" else {"over_db": round(over_db, 1)})
    return clip.with_sound(span, wrong), Truth(
        "distortion", at.start_s, span.stop / SAMPLE_RATE_HZ, at.strength, details
    )


def _clip(sound: Samples, over_db: float, soft: bool) -> Samples:
    ceiling = float(np.quantile(np.abs(sound), 0.999)) * 10 ** (-over_db / 20) + 1e-6
    limited = ceiling * np.tanh(sound / ceiling) if soft else np.clip(sound, -ceiling, ceiling)
    limited = limited.astype(np.float32)
    return limited * np.float32(level(sound) / level(limited))
