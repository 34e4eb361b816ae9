"""One call for every simulated defect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module

import numpy as np

from vivavoce.errors import InputError
from vivavoce.inspection.simulate.clip import Clip, Truth


@dataclass(frozen=True, slots=True)
class Damage:
    """What to do where. `strength` runs from 0, hardly there, to 1, gross; mild is 0.3, strong 0.8."""

    start_s: float
    seconds: float
    strength: float
    random: np.random.Generator


Simulator = Callable[[Clip, Damage], tuple[Clip, Truth]]

SIMULATORS = (
    "block_corruption", "freeze", "stutter", "tearing", "black", "combing", "blockiness", "blur", "banding",
    "colour_error", "flash", "audio_dropout", "hum", "hiss", "distortion", "clicks", "av_sync", "caption_quality",
)  # fmt: skip
"""The eighteen defects; each is the function `damage` of the module of its name."""

MAX_SECONDS = 86_400.0


def simulate(
    defect: str, clip: Clip, start_s: float, seconds: float, strength: float = 0.6, seed: int = 0
) -> tuple[Clip, Truth]:
    """A clip with one defect put in, and the truth about it; the same seed gives the same.

    Raises `InputError` for an unknown defect, a strength outside 0 to 1, times or a seed below 0, `MediaError` where
    there is no such stretch.
    """
    if defect not in SIMULATORS:
        raise InputError(f"{defect}: no such defect, there are {', '.join(SIMULATORS)}")
    if not 0.0 <= strength <= 1.0:
        raise InputError(f"strength {strength:g}: give 0 to 1")
    if not (0.0 <= start_s <= MAX_SECONDS and 0.0 < seconds <= MAX_SECONDS):
        raise InputError("a defect starts at 0 s or later and lasts for more than 0 s, and no clip lasts for days")
    if seed < 0:
        raise InputError(f"seed {seed}: give 0 or more")
    damage: Simulator = import_module(f"vivavoce.inspection.simulate.{defect}").damage
    return damage(clip, Damage(start_s, seconds, strength, np.random.default_rng(seed)))


def simulate_all(
    clip: Clip, damages: Sequence[tuple[str, float, float, float]], seed: int = 0
) -> tuple[Clip, list[Truth]]:
    """Several defects, one upon the other: (defect, start_s, seconds, strength) each."""
    truths = []
    for number, (defect, start_s, seconds, strength) in enumerate(damages):
        clip, truth = simulate(defect, clip, start_s, seconds, strength, seed + number)
        truths.append(truth)
    return clip, truths


def truth_of(defect: str, clip: Clip, span: range, damage: Damage, **details: object) -> Truth:
    """The truth of a defect in the pictures of `span`."""
    return Truth(defect, span.start / clip.rate_hz, span.stop / clip.rate_hz, damage.strength, details)
