"""Mains hum: 50 or 60 Hz and its harmonics."""

from __future__ import annotations

import numpy as np

from vivavoce.inspection.media import SAMPLE_RATE_HZ
from vivavoce.inspection.simulation.clip import Clip, Truth
from vivavoce.inspection.simulation.filters import fade_envelope, level
from vivavoce.inspection.simulation.injection import Injection


def simulate(clip: Clip, at: Injection) -> tuple[Clip, Truth]:
    """Hum 25 dB (weak) to 5 dB (strong) below the sound, with harmonics that fall off at a random slope."""
    span = clip.sound_span(at.start_s, at.seconds)
    sound = clip.heard[:, span]
    mains_hz = float(at.random.choice([50.0, 60.0])) * (1.0 + at.random.normal(0.0, 0.002))
    below_db = 25.0 - 20.0 * at.strength
    time_s = np.arange(int(sound.shape[1])) / SAMPLE_RATE_HZ
    slope = at.random.uniform(0.4, 1.5)
    weights = np.arange(1, 13) ** -slope * at.random.uniform(0.2, 1.0, 12)
    weights[0] = max(weights[0], 0.5)
    tones = [w * np.sin(2 * np.pi * (mains_hz * k * time_s + at.random.random())) for k, w in enumerate(weights, 1)]
    hum = np.sum(tones, axis=0)
    hum *= level(sound) * 10 ** (-below_db / 20) / hum.std() * fade_envelope(len(hum), SAMPLE_RATE_HZ // 50)
    details = {"mains_hz": round(mains_hz, 2), "below_db": round(below_db, 1)}
    return clip.with_sound(span, sound + hum), Truth(
        "hum", at.start_s, span.stop / SAMPLE_RATE_HZ, at.strength, details
    )
