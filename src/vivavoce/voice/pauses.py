"""Silence of the length that was asked for, whatever silence a voice makes on its own.

A sentence is cut where breaks are wanted, and at punctuation where the voice pauses. Each piece begins near its first
sound and ends near its last: inside a sentence up to 60 ms of the voice's own silence before it and 120 ms after it are
kept and count as part of the pause. What else a model makes between pieces (breath, murmur, longer silence) gives way.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vivavoce.features import Array
from vivavoce.text.utterance import Sentence
from vivavoce.voice.clock import Clock
from vivavoce.voice.contour import Frames
from vivavoce.voice.style import Pauses
from vivavoce.voice.tokens import Tokens, gap_symbol

BLOCK_S = 0.005
LEAD_BLOCKS, TAIL_BLOCKS = 4, 8
"""Kept of what lies before the first sound of a piece, and of what follows its last."""
MOST_LEAD_BLOCKS, MOST_TAIL_BLOCKS = 12, 24
"""The same inside a sentence, where the voice is silent: its own silence sounds better than none at all."""
TAIL_S = TAIL_BLOCKS * BLOCK_S
FALL_BLOCKS, RISE_BLOCKS = 8, 4
"""Over which sound is faded before and after a cut where the voice is not silent: cut off, it is heard as a fault."""
SILENT_LEVEL = 10.0 ** (-54.0 / 20.0)
"""Root mean square of a block that nobody hears beside speech of -20 LUFS."""
MURMUR_LEVEL, MURMUR_BLOCKS, SOFT_BLOCKS = 10.0 ** (-48.0 / 20.0), 8, 8
"""Sound under this level is a murmur after so many silent blocks, or after so many that are as soft: no speech unless
louder sound comes of it."""
SEARCH_S = 0.06
"""How far from where a pause is expected its quietest place is looked for, to either side."""
DIP_LEVEL = 10.0 ** (-40.0 / 20.0)
"""Root mean square of a place where speech may be parted; a voice that is louder there runs on."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A place in a sentence's own sound, and the silence that is wanted there."""

    at: int
    """Samples from the beginning."""
    silence_s: float
    certain: bool = True
    """False for one that is left out where the voice runs on."""


class Piece(NamedTuple):
    """Sound (samples,), and how much later it is heard than it was made; None goes on from the piece before. Every cut
    begins one that says how much, also where it was left out."""

    samples: Array
    shift: int | None
    passed: int
    """Cuts that lie before it."""


def shape(
    made: Iterable[Array], cuts: Iterable[Cut], pause_s: float, clock: Clock, trim: bool = True
) -> Iterator[Piece]:
    """The sound of a sentence with silence of `pause_s` before its first sound and of each cut's length at the cut.

    `trim` False keeps the silence at the edges, for sentences that have silent words. Silence after the last sound is
    cut to `TAIL_S`, so that what follows can begin with a pause of its own.
    """
    shaper = _Shaper(clock, pause_s, trim)
    waiting = sorted(cuts, key=lambda cut: cut.at)
    reach = round(SEARCH_S * clock.rate_hz)
    fade = FALL_BLOCKS * shaper.block
    held = np.zeros(0, np.float32)
    for samples in made:
        held = np.concatenate([held, samples])
        while waiting and waiting[0].at + reach <= shaper.taken + len(held):
            held = yield from _part(shaper, held, waiting.pop(0), reach)
        safe = max(0, waiting[0].at - reach - fade - shaper.taken) if waiting else len(held)
        yield from shaper.take(held[:safe])
        held = held[safe:]
    for cut in waiting:
        held = yield from _part(shaper, held, cut, reach)
    yield from shaper.take(held)
    yield from shaper.end()


def _part(shaper: _Shaper, held: Array, cut: Cut, reach: int) -> Generator[Piece, None, Array]:
    """What is held (samples,) up to a cut's place, which is the quietest near it; returns the rest."""
    low = min(max(0, cut.at - reach - shaper.taken), len(held))
    place, level = quietest(held[low : low + 2 * reach], shaper.block)
    yield from shaper.take(held[: low + place], FALL_BLOCKS - 1)
    if cut.certain or level < DIP_LEVEL:
        room = int(cut.silence_s / BLOCK_S)
        yield from shaper.end(min(max(2 * room // 3, TAIL_BLOCKS), MOST_TAIL_BLOCKS), FALL_BLOCKS)
        shaper.part(cut.silence_s, min(max(room // 3, LEAD_BLOCKS), MOST_LEAD_BLOCKS))
    else:
        shaper.go_on()
    return held[low + place :]


def quietest(samples: Array, block: int) -> tuple[int, float]:
    """The middle of the quietest two blocks of (samples,), and their root mean square."""
    count = len(samples) // block
    if count < 2:
        return len(samples) // 2, 0.0
    power = np.square(samples[: count * block].reshape(count, block)).mean(axis=1)
    pairs = power[1:] + power[:-1]
    silent = np.flatnonzero(pairs <= 2 * SILENT_LEVEL**2)
    place = int(silent[len(silent) // 2]) if len(silent) else int(np.argmin(pairs))
    return (place + 1) * block, float(np.sqrt(pairs[place] / 2))


class _Shaper:
    """The state of one sentence. Sound is heard or silent by blocks, which are counted from where a piece begins, so
    that the answer does not depend on how the stream is cut."""

    def __init__(self, clock: Clock, pause_s: float, trim: bool) -> None:
        self._rate_hz, self._trim = clock.rate_hz, trim
        self.block = max(1, round(BLOCK_S * clock.rate_hz))
        self.taken = 0
        self._passed = 0
        self._given = 0
        self._tail = 0
        """Samples of silence that the piece before ended with: part of the pause before the next."""
        self._pause, self._heard, self._goes_on = 0, True, False
        self._rise_blocks = 1
        self._begin(pause_s, LEAD_BLOCKS)

    def part(self, pause_s: float, lead_blocks: int) -> None:
        """A cut: a new piece, whose first sound comes `pause_s` after the last one of the piece before, with so much of
        the silence before it."""
        self._passed += 1
        self._rise_blocks = RISE_BLOCKS
        self._begin(pause_s, lead_blocks)

    def _begin(self, pause_s: float, lead_blocks: int) -> None:
        unspent = 0 if self._heard else self._pause
        self._pause = round(pause_s * self._rate_hz) - self._tail + unspent
        self._held = np.zeros(0, np.float32)
        self._lead_blocks, self._lead = lead_blocks, 0
        self._heard, self._tail, self._soft = False, 0, 0

    def go_on(self) -> None:
        """A cut that is left out: the next sound says how much later it is heard."""
        self._passed += 1
        self._goes_on = self._heard

    def take(self, samples: Array, held_blocks: int = 0) -> Iterator[Piece]:
        """What is certain to be heard, once more of it is known; so many blocks of it are held longer."""
        self.taken += len(samples)
        self._held = np.concatenate([self._held, samples])
        audible = self._audible()
        if not self._heard:
            if not audible.any():
                silent = max(0, len(audible) - self._lead_blocks)
                self._held = self._held[silent * self.block :]
                return
            lead = int(np.argmax(audible))
            silent = max(0, lead - self._lead_blocks)
            self._held, audible = self._held[silent * self.block :], audible[silent:]
            self._lead = (lead - silent) * self.block
        # the last block may have to be faded
        certain = int(np.flatnonzero(audible)[-1]) - held_blocks if audible.any() else 0
        if certain >= (1 if self._heard else self._rise_blocks):
            loud = np.flatnonzero(self._power(certain) >= MURMUR_LEVEL**2)
            self._soft = certain - 1 - int(loud[-1]) if len(loud) else self._soft + certain
            yield self._give(self._held[: certain * self.block])

    def end(self, tail_blocks: int = TAIL_BLOCKS, fall_blocks: int = 1) -> Iterator[Piece]:
        """The end of the piece, faded out over its silence or over `fall_blocks` at least, with so much of the silence
        after it; of a murmur less, which soon fades."""
        audible = self._audible()
        if not (self._heard or audible.any()):
            return
        kept = len(self._held)
        if self._trim:
            sound = int(np.flatnonzero(audible)[-1]) + 1 if audible.any() else 0
            murmurs = self._power(min(len(audible), sound + tail_blocks))[sound:] >= SILENT_LEVEL**2
            kept = min(kept, (sound + (TAIL_BLOCKS if murmurs.any() else tail_blocks)) * self.block)
            self._tail = kept - sound * self.block
        faded = self._held[:kept].copy()
        size = min(max(fall_blocks * self.block, min(self._tail, TAIL_BLOCKS * self.block)), kept)
        faded[kept - size :] *= np.linspace(1.0, 0.0, size, dtype=np.float32)
        self._held = np.concatenate([faded, self._held[kept:]])
        if kept:
            yield self._give(self._held[:kept])

    def _give(self, samples: Array) -> Piece:
        """The samples that are held longest."""
        shift = None
        begun = self.taken - len(self._held)
        self._held = self._held[len(samples) :]
        if self._heard and self._goes_on:
            shift, self._goes_on = self._given - begun, False
        if not self._heard:
            silence = max(0, self._pause - self._lead)
            size = min(self._rise_blocks * self.block, len(samples))
            samples = samples.copy()
            samples[:size] *= np.linspace(0.0, 1.0, size, dtype=np.float32)
            shift = self._given + silence - begun
            samples = np.concatenate([np.zeros(silence, np.float32), samples])
            self._heard = True
        self._given += len(samples)
        return Piece(samples, shift, self._passed)

    def _power(self, count: int) -> Array:
        """Mean power of the first blocks that are held, (count,)."""
        return np.square(self._held[: count * self.block].reshape(count, self.block)).mean(axis=1)

    def _audible(self) -> np.ndarray:
        """Which whole blocks of what is held are heard; all of them where nothing is trimmed."""
        count = len(self._held) // self.block
        if not self._trim:
            return np.ones(count, bool)
        power = self._power(count)
        return without_murmurs(power, self._soft)


def without_murmurs(power: Array, soft: int = 0) -> npt.NDArray[np.bool_]:
    """Which blocks are heard, of their mean power (blocks,), after so many `soft` ones. What a piece begins with is no
    murmur, for words begin softly; a murmur at the end may yet become speech."""
    audible, loud = power >= SILENT_LEVEL**2, power >= MURMUR_LEVEL**2
    silent = 0
    for place in range(int(np.argmax(audible)), len(audible)):
        soft = 0 if loud[place] else soft + 1
        speech = loud[place] or (audible[place] and silent < MURMUR_BLOCKS and soft <= SOFT_BLOCKS)
        audible[place] = speech
        silent = 0 if speech else silent + 1
    return audible


def inner_cuts(
    sentence: Sentence, tokens: Tokens, durations: Frames, clock: Clock, boundary_s: float, pauses: Pauses | None
) -> list[Cut]:
    """Where silence of a length is wanted inside the sentence, in the middle of the gap after a word: by markup, and by
    punctuation, `pauses` being None where lengths are copied, which have pauses of their own. `durations` (tokens,) are
    in frames, `boundary_s` is from where a token ends to where it is heard to end."""
    ends = np.cumsum(durations) * clock.hop
    shift = round(boundary_s * clock.rate_hz)
    cuts: list[Cut] = []
    for number, (word, following) in enumerate(pairwise(sentence.words)):
        gap = np.flatnonzero((tokens.owner == number) & tokens.gaps)
        mark = gap_symbol(word.trailing_punctuation + following.leading_punctuation)
        wanted_s = pauses.inside(mark) if word.break_s is None and pauses else word.break_s
        if wanted_s is not None and len(gap):
            middle = int(ends[gap[0] - 1] + ends[gap[-1]]) // 2
            cuts.append(Cut(max(0, middle + shift), wanted_s, word.break_s is not None))
    return cuts


def pause_before(sentence: Sentence, pauses: Pauses, previous: Sentence | None) -> float:
    """Seconds of silence that are still wanted before the first sound of a sentence, after the one before it."""
    if previous is None:
        return pauses.lead_s + sentence.lead_s
    asked = previous.words[-1].break_s
    return (pauses.after(previous.boundary) if asked is None else asked) + sentence.lead_s - TAIL_S
