"""Steady noise of a bad line, tape or preamplifier."""

from __future__ import annotations

import numpy as np

from vivavoce.inspection.media import SAMPLE_RATE_HZ
from vivavoce.inspection.simulation.clip import Clip, Truth
from vivavoce.inspection.simulation.filters import fade_envelope, level
from vivavoce.inspection.simulation.injection import Injection


def simulate(clip: Clip, at: Injection) -> tuple[Clip, Truth]:
    """Noise 30 dB (weak) to 12 dB (strong) below the sound, its spectrum tilted by -3 to +6 dB an octave."""
    span = clip.sound_span(at.start_s, at.seconds)
    sound = clip.heard[:, span]
    below_db = 30.0 - 18.0 * at.strength
    tilt_db = at.random.uniform(-3.0, 6.0)
    noise = np.stack([_shape_noise(sound.shape[1], tilt_db, at.random) for _ in sound])
    noise *= level(sound) * 10 ** (-below_db / 20) * fade_envelope(sound.shape[1], SAMPLE_RATE_HZ // 50)
    details = {"below_db": round(below_db, 1), "tilt_db_per_octave": round(tilt_db, 1)}
    truth = Truth("hiss", at.start_s, span.stop / SAMPLE_RATE_HZ, at.strength, details)
    return clip.with_sound(span, sound + noise), truth


def _shape_noise(length: int, tilt_db: float, random: np.random.Generator) -> np.ndarray:
    """Noise of unit level whose spectrum is tilted about 1 kHz and starts at 100 Hz."""
    spectrum = np.fft.rfft(random.standard_normal(length))
    hertz = np.fft.rfftfreq(length, 1 / SAMPLE_RATE_HZ)
    gain = np.where(hertz > 100.0, (np.maximum(hertz, 100.0) / 1000.0) ** (tilt_db / 6.02), 0.0)
    noise = np.fft.irfft(spectrum * gain, length)
    return noise / (noise.std() + 1e-12)
