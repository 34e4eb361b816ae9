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
from vivavoce.text.utterance import Sentence
from vivavoce.voice.clock import Clock
from vivavoce.voice.contour import Frames
from vivavoce.voice.style import Pauses
from vivavoce.voice.tokens import Tokens

BLOCK_S = 0.005
LEAD_BLOCKS, TAIL_BLOCKS = 4, 8
"""Kept of what lies before the first sound of a piece, and of what follows its last."""
TAIL_S = TAIL_BLOCKS * BLOCK_S
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
    """The state of one sentence. Sound is heard or silent by blocks, which are counted from where a piece begins, so
    that the answer does not depend on how the stream is cut."""

    def __init__(self, clock: Clock, pause_s: float, trim: bool) -> None:
        self._rate_hz, self._trim = clock.rate_hz, trim
        self._block = max(1, round(BLOCK_S * clock.rate_hz))
        self.taken = 0
        self._given = 0
        self._tail = 0
        """Samples of silence that the piece before ended with: part of the pause before the next."""
        self._pause, self._heard = 0, True
        self.begin(pause_s)

    def begin(self, pause_s: float) -> None:
        """A new piece, whose first sound comes `pause_s` after the last one of the piece before."""
        lead = LEAD_BLOCKS * self._block if self._trim else 0
        unspent = 0 if self._heard else self._pause
        self._pause = round(pause_s * self._rate_hz) - self._tail - lead + unspent
        self._held = np.zeros(0, np.float32)
        self._heard, self._tail = False, 0

    def take(self, samples: Array) -> Iterator[Piece]:
        """What is certain to be heard, once more of it is known."""
        self.taken += len(samples)
        self._held = np.concatenate([self._held, samples])
        audible = self._audible()
        if not self._heard:
            if not audible.any():
                silent = max(0, len(audible) - LEAD_BLOCKS)
                self._held = self._held[silent * self._block :]
                return
            silent = max(0, int(np.argmax(audible)) - LEAD_BLOCKS)
            self._held, audible = self._held[silent * self._block :], audible[silent:]
        # the last block may have to be faded
        certain = int(np.flatnonzero(audible)[-1]) if audible.any() else 0
        if certain:
            yield self._give(self._held[: certain * self._block])

    def end(self) -> Iterator[Piece]:
        """The end of the piece, faded out."""
        audible = self._audible()
        if not (self._heard or audible.any()):
            return
        kept = len(self._held)
        if self._trim:
            sound = (int(np.flatnonzero(audible)[-1]) + 1 if audible.any() else 0) * self._block
            kept = min(kept, sound + TAIL_BLOCKS * self._block)
            self._tail = kept - sound
        faded = self._held[:kept].copy()
        size = min(self._block, kept)
        faded[kept - size :] *= np.linspace(1.0, 0.0, size, dtype=np.float32)
        self._held = np.concatenate([faded, self._held[kept:]])
        if kept:
            yield self._give(self._held[:kept])

    def _give(self, samples: Array) -> Piece:
        """The samples that are held longest."""
        shift = None
        begun = self.taken - len(self._held)
        self._held = self._held[len(samples) :]
        if not self._heard:
            silence = max(0, self._pause)
            size = min(self._block, len(samples))
            samples = samples.copy()
            samples[:size] *= np.linspace(0.0, 1.0, size, dtype=np.float32)
            shift = self._given + silence - begun
            samples = np.concatenate([np.zeros(silence, np.float32), samples])
            self._heard = True
        self._given += len(samples)
        return Piece(samples, shift)

    def _audible(self) -> np.ndarray:
        """Which whole blocks of what is held are heard; all of them where nothing is trimmed."""
        count = len(self._held) // self._block
        if not self._trim:
            return np.ones(count, bool)
        power = np.square(self._held[: count * self._block].reshape(count, self._block)).mean(axis=1)
        return power >= SILENT_LEVEL**2


def break_cuts(sentence: Sentence, tokens: Tokens, durations: Frames, clock: Clock, boundary_s: float) -> list[Cut]:
    """Where markup wants a break inside the sentence: in the middle of the gap after its word. `durations` (tokens,)
    are in frames, `boundary_s` is from where a token ends to where it is heard to end."""
    ends = np.cumsum(durations) * clock.hop
    shift = round(boundary_s * clock.rate_hz)
    cuts: list[Cut] = []
    for number, word in enumerate(sentence.words[:-1]):
        gap = np.flatnonzero((tokens.owner == number) & tokens.gaps)
        if word.break_s is not None and len(gap):
            middle = int(ends[gap[0] - 1] + ends[gap[-1]]) // 2
            cuts.append(Cut(max(0, middle + shift), word.break_s))
    return cuts


def pause_before(sentence: Sentence, pauses: Pauses, previous: Sentence | None) -> float:
    """Seconds of silence that are still wanted before the first sound of a sentence, after the one before it."""
    if previous is None:
        return pauses.lead_s + sentence.lead_s
    asked = previous.words[-1].break_s
    return (pauses.after(previous.boundary) if asked is None else asked) + sentence.lead_s - TAIL_S
