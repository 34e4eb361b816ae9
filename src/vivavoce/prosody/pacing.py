"""How long sounds last: a path that knows what lengths are likely, and a source's times eased towards a voice's own."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vivavoce.features import Array
from vivavoce.voice.contour import Frames
from vivavoce.voice.tokens import Tokens

LENGTH_SPREAD = 0.45
"""Standard deviation of the log of a sound's length about what is expected."""
LENGTH_WEIGHT = 2.0
"""What a nat of a length weighs beside one of a frame's score: frames are no independent witnesses."""
LONGEST = 100
"""Frames of a sound at most."""
PAUSE_NATS = 6.0
"""What a pause costs, however long it is."""
SHORTEST_PAUSE = 5
"""Frames of silence that are a pause and no closure of a stop."""
LONGEST_GAP = 8
"""Frames of a gap between words at most, where the source makes no pause."""
EASE = 0.3
"""Power with which the voice's own times enter those of words: 0 is the source's rhythm, 1 the voice's."""
SHORTEST_COPY = 0.95
"""Least time of all words together beside the voice's own: hurried beyond its own rate, it swallows words."""
FASTEST, SLOWEST = 0.6, 1.7
"""Least and most time of a word beside the voice's own at the rate of the phrase."""
_LOWEST = -1e9


def paced_path(scores: Array, gaps: npt.NDArray[np.bool_], expected: Array) -> Frames:
    """The best path where sounds have lengths that they are likely to have: scores (frames, tokens) and expected frames
    (tokens,) -> frames of each token, 0 only in gaps.

    A hidden semi-Markov model: a sound's length is log-normal about what is expected, a gap has any. Raises ValueError
    when there are fewer frames than sounds.
    """
    frames, tokens = scores.shape
    if frames < int((~gaps).sum()):
        raise ValueError(f"{frames} frames cannot hold {int((~gaps).sum())} sounds")
    sums = np.concatenate([np.zeros((1, tokens), np.float32), scores.cumsum(axis=0, dtype=np.float32)])
    best = np.full(frames + 1, _LOWEST, np.float32)
    best[0] = 0.0
    begun = np.empty((tokens, frames + 1), np.int64)
    for token in range(tokens):
        if gaps[token]:
            best, begun[token] = _after_gap(best, sums[:, token])
        else:
            best, begun[token] = _after_sound(best, sums[:, token], max(1.0, float(expected[token])))
    durations = np.zeros(tokens, np.int64)
    end = frames
    for token in range(tokens - 1, -1, -1):
        durations[token] = end - begun[token, end]
        end = int(begun[token, end])
    return durations


def _after_gap(best: Array, sums: Array) -> tuple[Array, Frames]:
    """Best totals at each frame before and after a gap, (frames + 1,), and the frame that it began at."""
    places = np.arange(len(best))
    before = best - sums
    highest = np.maximum.accumulate(before)
    starts = np.maximum.accumulate(np.where(before == highest, places, 0))
    paused = highest + sums - PAUSE_NATS
    return np.maximum(paused, best), np.where(paused > best, starts, places)


def _after_sound(best: Array, sums: Array, expected: float) -> tuple[Array, Frames]:
    """The same for a sound."""
    places = np.arange(len(best))
    lengths = np.arange(min(len(best) - 1, LONGEST), 0, -1)
    likely = -0.5 * (np.log(lengths / expected) / LENGTH_SPREAD) ** 2 - np.log(lengths)
    behind = np.concatenate([np.full(len(lengths), _LOWEST, np.float32), (best - sums)[:-1]])
    options = np.lib.stride_tricks.sliding_window_view(behind, len(lengths))
    options = options + (LENGTH_WEIGHT * likely).astype(np.float32)
    picked = options.argmax(axis=1)
    return options[places, picked] + sums, places - lengths[picked]


def ease_durations(durations: Frames, tokens: Tokens, usual: Array, ease: float = EASE) -> Array:
    """Frames to be said, (tokens,), from the source's `durations` and the `usual` frames of the voice, (tokens,) both.

    Pauses and what is between them last as long as in the source; within, words have times between the source's and
    the voice's, and divide them as the voice would, gaps included. The silences at both ends are the voice's own: it
    never learned others, and makes noises in longer ones. A source that is quicker than the voice is copied slower.
    """
    pauses = tokens.gaps & (durations >= SHORTEST_PAUSE)
    pauses[[0, -1]] |= tokens.gaps[[0, -1]]
    phrases = np.cumsum(pauses)
    # a gap that is not a pause goes with the word before it
    units = tokens.owner
    made = durations.astype(np.float32)
    likely = np.where(tokens.gaps, np.clip(usual, 0.0, LONGEST_GAP), np.maximum(usual, 1.0))
    for phrase in range(int(phrases[-1]) + 1):
        spoken = np.flatnonzero((phrases == phrase) & ~pauses)
        if not likely[spoken].any():
            continue
        own = likely[spoken] * (durations[spoken].sum() / likely[spoken].sum())
        _, unit = np.unique(units[spoken], return_inverse=True)
        theirs, ours = np.bincount(unit, durations[spoken]), np.bincount(unit, own)
        pace = np.clip((np.maximum(theirs, 1.0) / np.maximum(ours, 1e-3)) ** (1.0 - ease), FASTEST, SLOWEST)
        eased_frames = own * pace[unit]
        made[spoken] = eased_frames * (durations[spoken].sum() / eased_frames.sum())
    sounds = ~tokens.gaps
    made *= max(1.0, SHORTEST_COPY * likely[sounds].sum() / max(made[sounds].sum(), 1e-3))
    for end in (0, -1):
        if tokens.gaps[end]:
            made[end] = usual[end]
    return made
