"""The feature rows of a hole: those that are known, and guesses for the others that lead over to what follows."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from vivavoce.errors import InputError
from vivavoce.redundancy.concealment.plc_predictor import Predictor, PredictorState
from vivavoce.redundancy.concealment.plc_vocoder import checked_rows
from vivavoce.redundancy.features import BANDS, HOP, WIDTH, Array, features

BRIDGED_FRAMES = 12
"""The longest stretch of guesses that leads over to what is known after it."""


def described(frames: int, rows: Array | None, known: Array | None) -> tuple[Array, Array]:
    """-> rows (frames + 1, 20) and which of them are known; those that are not hold anything."""
    described, believed = np.zeros((frames + 1, WIDTH), np.float32), np.zeros(frames + 1, bool)
    if rows is None:
        return described, believed
    if len(rows) not in (frames, frames + 1):
        raise InputError(f"{len(rows)} rows of features for {frames} frames: give as many, or one more")
    if known is not None and np.shape(known) != (len(rows),):
        raise InputError(f"known has shape {np.shape(known)}: give one value for each of {len(rows)} rows")
    believed[: len(rows)] = True if known is None else known
    described[believed] = checked_rows(np.asarray(rows)[believed[: len(rows)]])
    return described, believed


def completed(
    predictor: Predictor, state: PredictorState, rows: Array, known: Array, after: Array | None
) -> tuple[PredictorState, Array]:
    """Rows (frames + 1, 20) with guesses where they are not known, and the predictor's state before the last.

    `after`: received samples that follow the hole, at least 20 ms, or None.
    """
    rows, frames = rows.copy(), len(rows) - 1
    target = None if after is None else _first_row(after)
    for place, stop in _runs(known[:frames]):
        if known[place]:
            state = predictor.hear(state, rows[place:stop])
            continue
        state, rows[place:stop] = predictor.guess(state, stop - place)
        following = rows[stop] if known[stop] else target if stop == frames else None
        if following is not None and state.age <= BRIDGED_FRAMES:
            rows[place:stop] = _led_to(rows[place:stop], following)
    if not known[frames]:
        rows[frames] = rows[frames - 1] if target is None else _led_to(rows[frames - 1 : frames], target)[0]
    return state, rows


def _runs(known: Array) -> list[tuple[int, int]]:
    """Where values do not change: (first, one after the last) of each stretch."""
    edges = [0, *(np.flatnonzero(np.diff(known)) + 1).tolist(), len(known)]
    return list(pairwise(edges))


def _led_to(rows: Array, target: Array) -> Array:
    """Guesses that move over to what is known after them."""
    weight = (np.arange(len(rows)) + 1.0)[:, None] / (len(rows) + 1)
    led = rows * (1.0 - weight) + target * weight
    led[:, BANDS:] = np.where(weight < 0.5, rows[:, BANDS:], target[BANDS:])
    return led.astype(np.float32)


def _first_row(after: Array) -> Array:
    """Features of received sound as far as it shows them without what came before it, (20,)."""
    rows = features(after[: 4 * HOP])
    return np.concatenate([rows[1, :BANDS], rows[-1, BANDS:]])
