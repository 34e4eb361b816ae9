"""Silence of the length that was asked, whatever silence a voice makes of itself.

A sentence is cut where breaks are wanted. Each piece begins with its first sound and ends with its last; what a model
makes before, between and after them (breath, hum, silence of its own length) gives way to silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from vivavoce.features import Array
from vivavoce.voice.clock import Clock

LEAD_S, TAIL_S = 0.02, 0.04
"""Kept of what lies before the first sound of a piece, and of what follows its last."""
FADE_S = 0.005
BLOCK_S = 0.005
SILENT_LEVEL = 10.0 ** (-54.0 / 20.0)
"""Root mean square of a block that nobody hears beside speech of -20 LUFS."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A place in a sentence's own sound, and the silence that is wanted there."""

    at: int
    """Samples from the beginning."""
    silence_s: float


class Piece(NamedTuple):
    """Sound (samples,), and how much later it is heard than it was made; None goes on from the piece before."""

    samples: Array
    shift: int | None


def shape(
    made: Iterable[Array], cuts: Iterable[Cut], pause_s: float, clock: Clock, trim: bool = True
) -> Iterator[Piece]:
    """The sound of a sentence with silence of `pause_s` before its first sound and of each cut's length at the cut.

    `trim` False keeps the silence at the edges, for sentences that have silent words. Silence after the last sound is
    cut to `TAIL_S`, so that what follows can begin with a pause of its own.
    """
    shaper = _Shaper(clock, pause_s, trim)
    waiting = sorted(cuts, key=lambda cut: cut.at)
    for samples in made:
        while waiting and waiting[0].at <= shaper.taken + len(samples):
            count = max(0, waiting[0].at - shaper.taken)
            yield from shaper.take(samples[:count])
            samples = samples[count:]
            yield from shaper.end()
            shaper.begin(waiting.pop(0).silence_s)
        yield from shaper.take(samples)
    yield from shaper.end()


class _Shaper:
    """The state of one sentence."""

    def __init__(self, clock: Clock, pause_s: float, trim: bool) -> None:
        self._rate_hz, self._trim = clock.rate_hz, trim
        self._lead, self._tail = (round(seconds * clock.rate_hz) for seconds in (LEAD_S, TAIL_S))
        self._fade, self._block = (round(seconds * clock.rate_hz) for seconds in (FADE_S, BLOCK_S))
        self.taken = 0
        self._given = 0
        self._tail_given = 0
        """Of the last piece, which counts as part of the pause before the next."""
        self._pause, self._heard = 0, False
        self.begin(pause_s)

    def begin(self, pause_s: float) -> None:
        """A new piece, whose first sound comes `pause_s` after the last one of the piece before."""
        lead = self._lead if self._trim else 0
        self._pause = round(pause_s * self._rate_hz) - self._tail_given - lead + (0 if self._heard else self._pause)
        self._held = np.zeros(0, np.float32)
        self._heard = False

    def take(self, samples: Array) -> Iterator[Piece]:
        """What is certain to be heard, once more of it is known."""
        self.taken += len(samples)
        held = np.concatenate([self._held, samples])
        if not self._heard:
            first = 0 if not self._trim else _first_sound(held, self._block)
            if first is None:
                self._held = held[max(0, len(held) - self._lead - self._block) :]
                return
            held = held[max(0, first - self._lead) :]
        silent = _silent_end(held, self._block) if self._trim else 0
        keep = min(len(held), max(silent, self._fade))
        self._held = held[len(held) - keep :]
        if len(held) > keep:
            yield self._give(held[: len(held) - keep], len(held))

    def end(self) -> Iterator[Piece]:
        """The end of the piece, faded."""
        held = self._held
        if self._trim:
            if not self._heard and _first_sound(held, self._block) is None:
                return
            silent = _silent_end(held, self._block)
            held = held[: len(held) - silent + min(silent, self._tail)]
            self._tail_given = min(silent, self._tail)
        if len(held):
            size = min(self._fade, len(held))
            faded = held.copy()
            faded[len(held) - size :] *= np.linspace(1.0, 0.0, size, dtype=np.float32)
            yield self._give(faded, len(self._held))
        self._held = np.zeros(0, np.float32)

    def _give(self, samples: Array, remaining: int) -> Piece:
        """`remaining` is how many of the samples taken had not been given when these were."""
        shift = None
        if not self._heard:
            silence = max(0, self._pause)
            size = min(self._fade, len(samples))
            samples = samples.copy()
            samples[:size] *= np.linspace(0.0, 1.0, size, dtype=np.float32)
            shift = self._given + silence - (self.taken - remaining)
            samples = np.concatenate([np.zeros(silence, np.float32), samples])
            self._heard = True
        self._given += len(samples)
        return Piece(samples, shift)


def _silent_blocks(samples: Array, block: int) -> np.ndarray:
    count = len(samples) // block
    power = np.square(samples[: count * block].reshape(count, block)).mean(axis=1)
    return power < SILENT_LEVEL**2


def _first_sound(samples: Array, block: int) -> int | None:
    """Where the first audible block begins."""
    audible = np.flatnonzero(~_silent_blocks(samples, block))
    return int(audible[0]) * block if len(audible) else None


def _silent_end(samples: Array, block: int) -> int:
    """Samples of silence at the end."""
    silent = _silent_blocks(samples[::-1], block)
    return (int(np.argmin(silent)) if not silent.all() else len(silent)) * block
