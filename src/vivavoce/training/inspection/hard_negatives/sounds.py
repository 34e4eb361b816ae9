"""Sound without a defect that is easily taken for one: loud, dense, narrow, coded before, sharp by itself."""

from __future__ import annotations

import numpy as np

from vivavoce.inspection.media import SAMPLE_RATE_HZ, Samples
from vivavoce.inspection.simulation import transcode_audio

EARLIER_CODINGS = (
    ("aac", 64_000), ("aac", 96_000), ("libmp3lame", 64_000), ("libmp3lame", 96_000), ("libopus", 48_000),
)  # fmt: skip
"""Codec and bits a second of one channel: an honest earlier generation, at three times what counts as starved."""

NARROWEST_HZ, WIDEST_HZ = 3500.0, 18_000.0
MAX_RAISED_DB = 12.0
MAX_LIMITED_DB = 2.0
"""Peaks that a limiter may take off without a defect; the simulated one begins at 3 dB."""


def music(length: int, random: np.random.Generator) -> Samples:
    """A band of made-up instruments, (length,): chords that decay, held pads, bass, drums; tones that are not hum."""
    sound = chords(length, random)
    if random.random() < 0.5:
        sound = mix(sound, pad(length, random), random.uniform(-12, 6))
    if random.random() < 0.5:
        sound = mix(sound, drums(length, random), random.uniform(-12, 6))
    return sound


def chords(length: int, random: np.random.Generator) -> Samples:
    """Plucked notes with overtones at random times, `length` samples."""
    time_s = np.arange(length) / SAMPLE_RATE_HZ
    sound = np.zeros(length)
    for _ in range(int(random.integers(2, 10))):
        start = int(random.integers(length))
        pitch_hz = 40.0 * 2 ** (random.integers(0, 60) / 12)
        decay_s = random.uniform(0.1, 1.5)
        for overtone in range(1, int(random.integers(2, 8))):
            tone = np.sin(2 * np.pi * pitch_hz * overtone * time_s[: length - start]) / overtone
            sound[start:] += random.uniform(0.2, 1.0) * tone * np.exp(-time_s[: length - start] / decay_s)
    return sound.astype(np.float32)


def pad(length: int, random: np.random.Generator) -> Samples:
    """A held chord of strings or brass: many overtones that beat, with vibrato; `length` samples."""
    time_s = np.arange(length) / SAMPLE_RATE_HZ
    root_hz, sound = 80.0 * 2 ** (random.integers(0, 30) / 12), np.zeros(length)
    vibrato_s = random.uniform(0, 0.004) * np.sin(2 * np.pi * random.uniform(4, 7) * time_s) / 5.5
    wave = _wave(random)
    for interval in random.choice([0, 3, 4, 7, 10, 12, 15, 16, 19], int(random.integers(1, 5)), replace=False):
        for detuned in random.normal(1.0, 0.003, 2):
            turns = root_hz * 2 ** (interval / 12) * detuned * (time_s + vibrato_s) + random.random()
            sound += wave[(turns * len(wave)).astype(np.int64) % len(wave)]
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * random.uniform(0.1, 2.0) * time_s + random.uniform(0, 6))
    return (sound * swell).astype(np.float32)


def _wave(random: np.random.Generator, overtones: int = 20) -> np.ndarray:
    """One period of a tone with overtones that fall off, (4096,)."""
    spectrum = np.zeros(2049, np.complex128)
    numbers = np.arange(1, overtones + 1)
    spectrum[1 : overtones + 1] = numbers ** -random.uniform(0.8, 2.0) * np.exp(2j * np.pi * random.random(overtones))
    return np.fft.irfft(spectrum) * 2048


def drums(length: int, random: np.random.Generator) -> Samples:
    """Strokes at a beat: falling tones and short noises of some band, as of drums, balls and steps; (samples,)."""
    sound = np.zeros(length)
    beat = round(random.uniform(0.12, 0.6) * SAMPLE_RATE_HZ)
    for start in range(int(random.integers(beat)), length, beat):
        at = min(length - 1, start + int(random.integers(beat // 8)))
        rest = np.arange(length - at) / SAMPLE_RATE_HZ
        decay = np.exp(-rest / random.uniform(0.015, 0.15)) * np.minimum(1.0, rest / 0.001)
        if random.random() < 0.5:
            stroke = np.sin(2 * np.pi * random.uniform(50, 300) * rest * (1 + np.exp(-rest / 0.03)))
        else:
            low_hz, high_hz = random.uniform(100, 3000), random.uniform(4000, 16_000)
            stroke = band_limit(random.standard_normal(len(rest)), low_hz, high_hz)
        sound[at:] += random.uniform(0.3, 1.0) * decay * stroke
    return sound.astype(np.float32)


def crowd(length: int, random: np.random.Generator) -> Samples:
    """Murmur, traffic or wind: noise of the middle bands that swells and falls, as no steady hiss does; (samples,)."""
    low_hz = random.uniform(50, 500)
    noise = band_limit(random.standard_normal(length), low_hz, low_hz * random.uniform(3, 12))
    knots = random.uniform(0.1, 1.0, max(3, round(length / SAMPLE_RATE_HZ * random.uniform(2, 10)))) ** 2
    swell = np.interp(np.linspace(0, len(knots) - 1, length), np.arange(len(knots)), knots)
    return (noise * swell).astype(np.float32)


def apply_random_effects(sound: Samples, random: np.random.Generator) -> Samples:
    """Some of what sound goes through on its honest way: a compressor, a limiter, a narrow line, another codec."""
    if random.random() < 0.35:
        sound = compress(sound, random.uniform(0.1, 0.5))
    if random.random() < 0.35:
        sound = limit_peaks(sound, random.uniform(0.0, MAX_LIMITED_DB))
    if random.random() < 0.2:
        sound = band_limit(sound, 0.0, float(np.exp(random.uniform(np.log(NARROWEST_HZ), np.log(WIDEST_HZ)))))
    if random.random() < 0.3:
        codec, bits = EARLIER_CODINGS[random.integers(len(EARLIER_CODINGS))]
        peak = float(np.abs(sound).max()) + 1e-9
        sound = transcode_audio((sound * (0.7 / peak))[None].astype(np.float32), codec, bits)[0]
    return sound.astype(np.float32)


def compress(sound: Samples, strength: float) -> Samples:
    """Soft parts raised towards loud ones: level differences shrink to `1 - strength` of themselves.

    By `MAX_RAISED_DB` times `strength` at most: what lies in the pauses must not come up as hiss.
    """
    hop = SAMPLE_RATE_HZ // 50
    frames = np.pad(sound, (0, -len(sound) % hop)).reshape(-1, hop)
    loudness = np.sqrt((frames**2).mean(axis=1))
    around = np.convolve(np.pad(loudness, 4, mode="edge"), np.ones(9) / 9, mode="valid")
    gain = np.maximum(around, 10 ** (-MAX_RAISED_DB / 20) * around.max() + 1e-6) ** -strength
    places = (np.arange(len(gain)) + 0.5) * hop
    return (sound * np.interp(np.arange(len(sound)), places, gain)).astype(np.float32)


def limit_peaks(sound: Samples, over_db: float) -> Samples:
    """The highest peaks rounded off by `over_db`, by a gain that moves within 5 ms: nothing is bent within a wave."""
    ceiling = float(np.abs(sound).max()) * 10 ** (-over_db / 20) + 1e-9
    hop = SAMPLE_RATE_HZ // 200
    frames = np.pad(np.abs(sound), (0, -len(sound) % hop)).reshape(-1, hop).max(axis=1)
    peaks = np.maximum(np.maximum(frames, np.roll(frames, 1)), np.roll(frames, -1))
    gain = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9))
    places = (np.arange(len(gain)) + 0.5) * hop
    return (sound * np.interp(np.arange(len(sound)), places, gain)).astype(np.float32)


def band_limit(sound: np.ndarray, low_hz: float, high_hz: float) -> Samples:
    """What lies between two frequencies, with edges of a third of an octave."""
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE_HZ)
    gain = 1.0 / (1.0 + (hertz / high_hz) ** 16)
    if low_hz > 0:
        gain *= 1.0 - 1.0 / (1.0 + (hertz / low_hz) ** 8)
    return np.fft.irfft(spectrum * gain, len(sound)).astype(np.float32)


def mix(sound: Samples, other: Samples, gain_db: float) -> Samples:
    """Two sounds at once, `other` louder than `sound` by the gain."""
    levels = [float(np.sqrt(np.mean(part**2))) + 1e-9 for part in (sound, other)]
    return (sound + other * (levels[0] / levels[1] * 10 ** (gain_db / 20))).astype(np.float32)
