"""How loud sound is every 2.5 ms, and how it breaks off, dies away and comes back."""

from __future__ import annotations

import numpy as np

from vivavoce.inspection.media import Samples

STEP = 120
"""Samples of a step: 2.5 ms at 48 kHz."""

STEP_S = STEP / 48_000
QUIET_DB, LOUD_DB, FLOOR_DB = -60.0, -45.0, -96.0
EDGE_STEPS, STEEP_STEPS, LEAST_STEPS, BEFORE_STEPS = 4, 2, 3, 20
"""Steps about an edge, of a fall, of the shortest gap, and before a silence."""

RELEASE_STEPS, RELEASE_DB = 40, 5.5
"""A gap begins at most so far below the middle of the tenth of a second before: by 4.7 dB in made gaps. The end of a
note, however short, has died away by 6.2 dB and more."""

REST_S = 0.06
"""The shortest rest between notes: a packet, and two in a row, are shorter."""

FADE_STEPS, FADE_DB = 800, 20.0
"""Sound that is so much softer than in the two seconds before has faded, and is not lost."""


def breaks_off(before: np.ndarray) -> bool:
    """Whether sound is as loud in the last of the steps before a silence (steps,), in dB, as it was."""
    last = float(before[-BEFORE_STEPS:].max())
    return last > LOUD_DB and last > float(np.percentile(before, 90)) - FADE_DB


def is_cut_off(levels: np.ndarray) -> bool:
    """Whether sound in steps (steps,), in dB, that ends in silence is gone within 5 ms of the last that was loud: drums
    and notes die away."""
    loud = np.flatnonzero(levels > LOUD_DB)
    if not len(loud):
        return False
    after = levels[loud[-1] + STEEP_STEPS : loud[-1] + 2 * EDGE_STEPS]
    return bool(len(after)) and float(after.max()) <= float(levels[loud[-1]]) - FADE_DB


def dies_away(before: np.ndarray) -> bool:
    """Whether the steps before a gap (steps,), in dB, end softer than they were, as the end of a note does."""
    whole = before[-RELEASE_STEPS - EDGE_STEPS : -EDGE_STEPS]
    return bool(len(whole)) and float(before[-EDGE_STEPS:].max()) < float(np.median(whole)) - RELEASE_DB


def count_dips(levels: np.ndarray) -> int:
    """How many silences too short for a gap there are in steps (steps,), in dB."""
    return int(np.count_nonzero(_run_lengths(levels < QUIET_DB) < LEAST_STEPS))


def steepness(levels: np.ndarray, step: int) -> float:
    """The largest fall of levels (steps,) in dB over 5 ms about a step."""
    about = levels[max(0, step - EDGE_STEPS) : step + EDGE_STEPS]
    return float((about[:-STEEP_STEPS] - about[STEEP_STEPS:]).max())


def step_levels(samples: Samples) -> np.ndarray:
    """Power of each 2.5 ms in dB of full scale, summed over channels: (channels, samples) -> (steps,)."""
    steps = samples.shape[1] // STEP
    cut = samples[:, : steps * STEP].reshape(samples.shape[0], steps, STEP)
    return np.maximum(FLOOR_DB, 10 * np.log10((cut**2).mean(axis=2).max(axis=0) + 1e-12)).astype(np.float32)


def count_rests(silent: np.ndarray) -> int:
    """How many steps of (steps,) are silent in stretches of `REST_S` and more: lost packets are shorter than a rest."""
    lengths = _run_lengths(silent)
    return int(lengths[lengths * STEP_S >= REST_S].sum())


def _run_lengths(marked: np.ndarray) -> np.ndarray:
    """Of stretches of marked steps (steps,), how many steps each has, (stretches,)."""
    edges = np.flatnonzero(np.diff(marked, prepend=False, append=False))
    return edges[1::2] - edges[::2]
