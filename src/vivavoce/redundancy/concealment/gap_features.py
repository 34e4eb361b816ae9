"""The features of a gap: those that are known, and guesses for the others that lead over to what follows."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from vivavoce.errors import InputError
from vivavoce.redundancy.concealment.fargan import LOOKAHEAD, checked_rows
from vivavoce.redundancy.concealment.plc_predictor import PlcPredictor, PredictorState
from vivavoce.redundancy.features import BANDS, HOP, WIDTH, Array, features

BRIDGED_FRAMES = 12
"""The longest stretch of guesses that leads over to what is known after it."""


def check_gap_features(frames: int, rows: Array | None, known: Array | None) -> tuple[Array, Array]:
    """-> rows (frames + 2, 20) and which of them are known; those that are not hold anything.

    Raises `InputError` for another number of rows.
    """
    checked, believed = np.zeros((frames + LOOKAHEAD, WIDTH), np.float32), np.zeros(frames + LOOKAHEAD, bool)
    if rows is None:
        return checked, believed
    if not frames <= len(rows) <= frames + LOOKAHEAD:
        raise InputError(f"{len(rows)} rows of features for {frames} frames: give as many, or {LOOKAHEAD} more at most")
    if known is not None and np.shape(known) != (len(rows),):
        raise InputError(f"known has shape {np.shape(known)}: give one value for each of {len(rows)} rows")
    believed[: len(rows)] = True if known is None else known
    checked[believed] = checked_rows(np.asarray(rows)[believed[: len(rows)]])
    return checked, believed


def complete_gap_features(
    predictor: PlcPredictor, state: PredictorState, rows: Array, known: Array, after: Array | None
) -> tuple[PredictorState, Array]:
    """Rows (frames + 2, 20) with guesses where they are not known, and the predictor's state before the last two.

    `after`: received samples that follow the gap, at least 20 ms, or None.
    """
    rows, known, frames = rows.copy(), known.copy(), len(rows) - LOOKAHEAD
    if after is not None:
        for place, row in enumerate(_first_rows(after), start=frames):
            rows[place] = rows[place] if known[place] else row
        known[frames:] = True
    after_gap = state
    for place, stop in _runs(known, frames):
        if known[place]:
            state = predictor.accept(state, rows[place:stop])
        else:
            state, rows[place:stop] = predictor.guess(state, stop - place)
            if stop < len(rows) and known[stop] and state.age <= BRIDGED_FRAMES:
                rows[place:stop] = _lead_to(rows[place:stop], rows[stop])
        if stop == frames:
            after_gap = state
    return after_gap, rows


def _runs(known: Array, frames: int) -> list[tuple[int, int]]:
    """Where values do not change, the end of the gap also an edge: (first, one after the last) of each stretch."""
    edges = {0, frames, len(known), *(np.flatnonzero(np.diff(known)) + 1).tolist()}
    return list(pairwise(sorted(edges)))


def _lead_to(rows: Array, target: Array) -> Array:
    """Guesses that move over to what is known after them."""
    weight = (np.arange(len(rows)) + 1.0)[:, None] / (len(rows) + 1)
    led = rows * (1.0 - weight) + target * weight
    led[:, BANDS:] = np.where(weight < 0.5, rows[:, BANDS:], target[BANDS:])
    return led.astype(np.float32)


def _first_rows(after: Array) -> Array:
    """Features of received sound as far as it shows them without what came before it, (2, 20)."""
    rows = features(after[: 4 * HOP])
    first = np.concatenate([rows[1, :BANDS], rows[-1, BANDS:]])
    return np.stack([first, first])
