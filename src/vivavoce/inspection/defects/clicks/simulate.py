"""Clicks: impulses, and samples that were dropped or repeated."""

from __future__ import annotations

import numpy as np

from vivavoce.inspection.media import SAMPLE_RATE_HZ
from vivavoce.inspection.simulation.clip import Clip, Truth
from vivavoce.inspection.simulation.filters import level
from vivavoce.inspection.simulation.injection import Injection


def simulate(clip: Clip, at: Injection) -> tuple[Clip, Truth]:
    """2 (weak) to 20 (strong) clicks a second, each an impulse of up to 2 ms or a jump of 1 to 10 ms in the sound."""
    span = clip.sound_span(at.start_s, at.seconds)
    sound = clip.heard[:, span].copy()
    length = sound.shape[1]
    count = max(1, round((2 + 18 * at.strength) * length / SAMPLE_RATE_HZ))
    places = np.sort(at.random.integers(0, max(1, length - 1000), count))
    loud = level(sound)
    for place in places:
        if at.random.random() < 0.6:
            _impulse(sound, int(place), loud * at.random.uniform(1.0, 2.0 + 3.0 * at.strength), at.random)
        else:
            _jump(sound, int(place), at.random)
    times = [round(at.start_s + int(place) / SAMPLE_RATE_HZ, 4) for place in places]
    truth = Truth("clicks", at.start_s, span.stop / SAMPLE_RATE_HZ, at.strength, {"times_s": times[:200]})
    return clip.with_sound(span, sound), truth


def _impulse(sound: np.ndarray, place: int, peak: float, random: np.random.Generator) -> None:
    width = int(random.integers(1, 96))
    shape = np.exp(-np.arange(width) / max(1.0, width / 4)) * random.choice([-1.0, 1.0])
    shape *= np.where(random.random() < 0.5, 1.0, np.cos(np.arange(width) * random.uniform(0.3, 2.0)))
    sound[:, place : place + width] += (peak * shape)[: sound.shape[1] - place]


def _jump(sound: np.ndarray, place: int, random: np.random.Generator) -> None:
    lost = min(int(random.integers(48, 480)), sound.shape[1] - place - 1)
    sound[:, place : sound.shape[1] - lost] = sound[:, place + lost :].copy()
