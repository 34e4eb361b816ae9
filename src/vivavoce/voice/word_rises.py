"""Words whose pitch rises to their end: an alternative that another follows, an item of a list.

A melody that was learned rises in the vowel and is down again before the word is over, which is heard as a level word.
Here the rise goes on to the end of the word and is held there.
"""

from __future__ import annotations

import numpy as np

from vivavoce.features import Array

HELD_FRAMES = 8
"""So long before the end of the voice in a word its pitch is where it goes."""
GLIDE_UNITS = 2
"""How long the pitch takes afterwards to come back to what was meant."""
LOW_SHARE = 0.6
"""Of the voiced frames of the word, those among which the low before the rise is sought."""
LEAST_FRAMES = 4
LIFT_NATS, MOST_LIFT_NATS = 0.3, 2.0
"""Energy for each semitone gained, and at most: what is high and soft is not heard to be high."""


def whole_rises(until: int, rising: Array) -> int:
    """`until` (units), moved on where it would cut a rise or the glide after it; `rising` is (units,)."""
    reaches = rising > 0
    for _ in range(GLIDE_UNITS):
        reaches[1:] |= reaches[:-1]
    while until < len(reaches) and reaches[until - 1] and reaches[until]:
        until += 1
    return until


def raise_word_ends(f0_hz: Array, energy: Array, rises_st: Array, voiced_hz: float, glide: int) -> tuple[Array, Array]:
    """f0 in Hz and energy in nepers (frames,), with every run of frames whose `rises_st` (frames,) is above 0 ending at
    least so many semitones above its low, and `glide` frames after it coming down; f0 below `voiced_hz` stays."""
    f0_hz, energy = f0_hz.copy(), energy.copy()
    edges: list[int] = np.flatnonzero(np.diff(np.pad(rises_st > 0, 1).astype(np.int8))).tolist()
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        sung = start + np.flatnonzero(f0_hz[start:stop] > voiced_hz)
        if len(sung) < LEAST_FRAMES:
            continue
        pitch_st = 12.0 * np.log2(f0_hz[sung])
        low = int(pitch_st[: int(np.ceil(LOW_SHARE * len(sung)))].argmin())
        way = np.clip((sung - sung[low]) / max(1, sung[-1] - HELD_FRAMES - sung[low]), 0.0, 1.0)
        gained = np.maximum(0.0, pitch_st[low] + rises_st[start] * way - pitch_st)
        after = stop + np.flatnonzero(f0_hz[stop : stop + glide] > voiced_hz)
        gained = np.concatenate([gained, gained[-1] * (1.0 - (after - stop + 1) / (glide + 1))])
        sung = np.concatenate([sung, after])
        f0_hz[sung] *= 2.0 ** (gained / 12.0)
        energy[sung] += np.minimum(LIFT_NATS * gained, MOST_LIFT_NATS)
    return f0_hz.astype(np.float32), energy.astype(np.float32)
