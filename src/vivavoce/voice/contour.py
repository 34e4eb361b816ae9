"""From values at tokens to values at frames: what the upsampler and the training data have in common."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vivavoce.features import Array
from vivavoce.voice.dimensions import KNOTS

Frames = npt.NDArray[np.int64]


def token_of_frame(durations: Frames) -> Frames:
    """Durations in frames (tokens,) -> the token of each frame (frames,)."""
    return np.repeat(np.arange(len(durations)), durations)


def frame_positions(durations: Frames) -> Array:
    """How far into its token each frame is, 0 to 1, and the log length of the token: (frames, 2)."""
    token = token_of_frame(durations)
    starts = np.cumsum(durations) - durations
    length = durations[token]
    fraction = (np.arange(len(token)) - starts[token] + 0.5) / length
    return np.stack([fraction, np.log(length) / 3.0], axis=1).astype(np.float32)


def pitch_contour(knots: Array, durations: Frames) -> Array:
    """Log f0 at knots (tokens, 4) -> straight lines between them at every frame (frames,)."""
    held = durations > 0
    starts = (np.cumsum(durations) - durations)[held]
    places: npt.NDArray[np.float64] = starts[:, None] + durations[held, None] * (np.arange(KNOTS) + 0.5) / KNOTS
    return np.interp(np.arange(int(durations.sum())) + 0.5, places.ravel(), knots[held].ravel()).astype(np.float32)


def energy_contour(energy: Array, durations: Frames) -> Array:
    """Energy of each token (tokens,) -> straight lines between token centres (frames,)."""
    held = durations > 0
    centres = (np.cumsum(durations) - durations / 2)[held]
    return np.interp(np.arange(int(durations.sum())) + 0.5, centres, energy[held]).astype(np.float32)


def knots_of(log_f0: Array, durations: Frames) -> Array:
    """The mean of a continuous log f0 (frames,) around each knot: -> (tokens, 4), zeros for tokens without frames."""
    knots = np.zeros((len(durations), KNOTS), np.float32)
    starts = np.cumsum(durations) - durations
    for token, (start, length) in enumerate(zip(starts, durations, strict=True)):
        if length:
            places = start + length * (np.arange(KNOTS) + 0.5) / KNOTS - 0.5
            knots[token] = np.interp(places, np.arange(len(log_f0)), log_f0)
    return knots


def token_means(values: Array, durations: Frames) -> Array:
    """Mean of a frame value (frames,) over each token: -> (tokens,), 0 for tokens without frames."""
    sums = np.bincount(token_of_frame(durations), weights=values, minlength=len(durations))
    return (sums / np.maximum(durations, 1)).astype(np.float32)
