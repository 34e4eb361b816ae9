"""One call for every simulated defect."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vivavoce.errors import InputError
from vivavoce.inspection.registry import find_defect
from vivavoce.inspection.simulation.clip import Clip, Truth
from vivavoce.inspection.simulation.injection import Injection

MAX_SECONDS = 86_400.0


def simulate(
    defect: str, clip: Clip, start_s: float, seconds: float, strength: float = 0.6, seed: int = 0
) -> tuple[Clip, Truth]:
    """A clip with one defect put in, and the truth about it; the same seed gives the same.

    Raises `InputError` for an unknown defect or one without a simulator, a strength outside 0 to 1, times or a seed
    below 0, `MediaError` where there is no such stretch.
    """
    simulator = find_defect(defect).simulator
    if simulator is None:
        raise InputError(f"{defect}: has no simulator")
    if not 0.0 <= strength <= 1.0:
        raise InputError(f"strength {strength:g}: give 0 to 1")
    if not (0.0 <= start_s <= MAX_SECONDS and 0.0 < seconds <= MAX_SECONDS):
        raise InputError("a defect starts at 0 s or later and lasts for more than 0 s, and no clip lasts for days")
    if seed < 0:
        raise InputError(f"seed {seed}: give 0 or more")
    return simulator(clip, Injection(start_s, seconds, strength, np.random.default_rng(seed)))


def simulate_all(
    clip: Clip, injections: Sequence[tuple[str, float, float, float]], seed: int = 0
) -> tuple[Clip, list[Truth]]:
    """Several defects, one upon the other: (defect, start_s, seconds, strength) each."""
    truths: list[Truth] = []
    for number, (defect, start_s, seconds, strength) in enumerate(injections):
        clip, truth = simulate(defect, clip, start_s, seconds, strength, seed + number)
        truths.append(truth)
    return clip, truths
