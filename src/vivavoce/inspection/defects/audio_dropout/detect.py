"""Audio dropout: gaps of 10 ms to 5 s, a channel that falls silent, a channel turned upside down.

A gap begins and ends within a few milliseconds and lies far below the quietest that was heard around it: a pause
keeps the room's noise, and a stop in speech keeps some of it; where it does not, as in made speech, the voice still
dies away and comes back over ten milliseconds, and a gap's edges are steeper. Music without pauses breaks off at full
level at a gap, and dies away where a note ends. A channel is lost when it was heard and
the others go on without it; it is inverted when it becomes the mirror of the other. Gaps that return at one beat are
meant, as in gated music, and six and more that end on one tempo, as the stops of a dance tune; so are long ones among
many rests, as between the sounds of a game, and in sound that is mostly silence. Digital silence of 5 s
and more is a loss where it comes at once and not after a fade, in the middle or at the end; a sound stream that ends a
second and more before the picture ends early.

Fails on gaps filled with noise or a repeat, at zero crossings of very quiet sound, and on material that is silent
digitally between words, whose words also begin at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vivavoce.inspection.defects.audio_artifacts.pauses import OFTEN, Pauses
from vivavoce.inspection.defects.audio_dropout.channels import Channels
from vivavoce.inspection.defects.audio_dropout.events import dropout_event
from vivavoce.inspection.defects.audio_dropout.levels import (
    EDGE_STEPS,
    FADE_STEPS,
    LEAST_STEPS,
    LOUD_DB,
    QUIET_DB,
    STEP_S,
    breaks_off,
    count_dips,
    count_rests,
    dies_away,
    steepness,
    step_levels,
)
from vivavoce.inspection.defects.audio_dropout.rhythm import (
    KNOWN_S,
    TWIN_STEPS,
    are_twins,
    ends_in_bars,
    follow_a_tempo,
    has_beat,
)
from vivavoce.inspection.defects.audio_dropout.silences import Silences
from vivavoce.inspection.detector import Detector
from vivavoce.inspection.event import Event
from vivavoce.inspection.event_grouper import ratio_to_threshold
from vivavoce.inspection.media import AudioBlock, MediaInfo

FALL_DB = 25.0
STEEP_DB = 25.0
"""Within 5 ms the level changes by so much at both ends: by 29 to 74 at gaps, by up to 19 at stops in made speech."""

UNDER_FLOOR_DB = 8.0
DIPS = 12
"""So many shorter silences within half a second are a sound of its own that falls silent, as noise of one bit does."""

SILENT_SHARE = 0.045
"""Music that rests for so much of the time about a gap, but for the gap, is made of notes and rests."""

LONG_S, RESTS = 0.25, 3
"""Where the sound has pauses, a rest is so long, longer than a few lost packets, or dies away, and has so many others
within 12 s before and after."""

ON_SILENCE = 0.2
"""Sound that is silent for so much of the time, as of a program that answers each touch, needs no others of a kind."""

MOST_S = 5.0

AROUND_STEPS = 200
START_S = 0.1
"""A gap that begins before is how an encoder fills its first blocks."""

REMEMBERED_S = 5 * KNOWN_S


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What may be set."""

    silence_s: float = 5.0
    """Digital silence that is a loss."""
    ends_early_s: float = 1.0
    """How long before the picture the sound may end."""
    steep_db: float = STEEP_DB
    """How far the level falls within 5 ms at both ends of a gap."""


@dataclass(frozen=True, slots=True)
class _Gap:
    """A gap, and the levels about it in dB, before and after, (2, steps)."""

    event: Event
    about: np.ndarray
    may_rest: bool
    """Whether it is a rest where there are others even if somebody speaks: it is long, or the sound died away."""

    def is_twin_of(self, other: _Gap) -> bool:
        """Whether another gap is as long and has the same about it."""
        longer_s = (self.event.end_s - self.event.start_s) - (other.event.end_s - other.event.start_s)
        return other is not self and abs(longer_s) <= 2.5 * STEP_S and are_twins(self.about, other.about)


def _levels_about(levels: np.ndarray, first: int, last: int) -> np.ndarray:
    """Of levels (steps,) those before and after a gap, (2, steps): as quiet as a gap where the sound has not begun."""
    padded = np.pad(levels, TWIN_STEPS, constant_values=QUIET_DB)
    about = np.stack([padded[first : first + TWIN_STEPS], padded[last + TWIN_STEPS : last + 2 * TWIN_STEPS]])
    return np.maximum(about, QUIET_DB)


class AudioDropout(Detector):
    names = ("audio_dropout",)
    Thresholds = Thresholds

    def __init__(self, media: MediaInfo, thresholds: Any = None) -> None:
        super().__init__(media, thresholds)
        self._streams: dict[int, _Stream] = {}

    def on_audio(self, block: AudioBlock) -> Iterator[Event]:
        if block.stream not in self._streams:
            silences = Silences(block.stream, self.thresholds.silence_s)
            self._streams[block.stream] = _Stream(block.stream, self.thresholds, Channels(block.stream), silences)
        yield from self._streams[block.stream].on_audio(block)

    def finish(self, end_s: float) -> Iterator[Event]:
        picture_s = end_s if self.media.video else 0.0
        for stream in self._streams.values():
            yield from stream.finish(picture_s)


@dataclass(slots=True)
class _Stream:
    number: int
    thresholds: Thresholds
    channels: Channels
    silences: Silences
    levels: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))
    """Of the last steps, (steps,), in dB: as many as a gap and its surroundings take."""
    start_s: float = 0.0
    pauses: Pauses = field(default_factory=Pauses)
    paused: bool = False
    """Whether the sound has pauses, as speech has."""
    judged: int = 0
    """Steps of `levels` whose quiet stretches have been judged."""
    end_s: float = 0.0
    gaps: list[_Gap] = field(default_factory=list["_Gap"])
    """Gaps of which it is not known yet whether they are meant."""
    silent_steps: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=round(2 * KNOWN_S)))
    """When a block of sound began, and how many of its steps were rests."""
    past: list[_Gap] = field(default_factory=list["_Gap"])
    """The gaps before them."""

    def on_audio(self, sound: AudioBlock) -> Iterator[Event]:
        levels = step_levels(sound.samples)
        if len(self.levels) == 0:
            self.start_s = sound.start_s
        yield from self.silences.add(sound.start_s, levels, self.levels[-FADE_STEPS:])
        self.end_s = sound.end_s
        self.paused = self.pauses.add(sound.mono) >= OFTEN
        self.silent_steps.append((sound.start_s, count_rests(levels < QUIET_DB)))
        self.levels = np.concatenate([self.levels, levels])
        yield from self._not_meant(self._gaps(final=False), sound.end_s)
        if sound.samples.shape[0] == 2:
            yield from self.channels.on_audio(sound, self.paused)

    def finish(self, picture_s: float) -> Iterator[Event]:
        """`picture_s` is when the picture ends, 0 without one."""
        yield from self._not_meant(self._gaps(final=True), float("inf"))
        yield from self.silences.finish(self.end_s)
        if self.silences.heard_any and picture_s - self.end_s >= self.thresholds.ends_early_s:
            yield dropout_event(self.number, self.end_s, picture_s, 0.9, "ends early")
        yield from self.channels.finish()

    def _not_meant(self, found: Iterator[_Gap], now_s: float) -> Iterator[Event]:
        """Gaps that have no others around them at one distance, and no twin, once what follows them is known."""
        self.gaps += found
        known = [*self.past, *self.gaps]
        ready = [gap for gap in self.gaps if gap.event.start_s < now_s - KNOWN_S]
        self.gaps = self.gaps[len(ready) :]
        self.past = [gap for gap in (*self.past, *ready) if gap.event.start_s > now_s - REMEMBERED_S]
        spans_s = [(gap.event.start_s, gap.event.end_s) for gap in known]
        starts_s, ends_s = np.array(spans_s).reshape(-1, 2).T
        if not ready or follow_a_tempo(ends_s):
            return
        for gap in ready:
            returns = has_beat(starts_s, gap.event.start_s) or ends_in_bars(ends_s, gap.event.end_s)
            near = np.abs(starts_s - gap.event.start_s) <= KNOWN_S
            silent = self._silent_share(gap.event)
            among_rests = np.count_nonzero(near) > RESTS or silent >= ON_SILENCE
            rests = silent >= SILENT_SHARE and (not self.paused or (gap.may_rest and among_rests))
            if not returns and not rests and not any(gap.is_twin_of(other) for other in known):
                yield gap.event

    def _silent_share(self, gap: Event) -> float:
        """The share of the time about a gap that is silent without it."""
        about = [count for start_s, count in self.silent_steps if abs(start_s - gap.start_s) <= KNOWN_S]
        silent_s = sum(about) * STEP_S - (gap.end_s - gap.start_s)
        return silent_s / min(2 * KNOWN_S, max(self.end_s, STEP_S))

    def _gaps(self, final: bool) -> Iterator[_Gap]:
        """Judge every quiet stretch whose surroundings are known; forget what no later one needs."""
        levels = self.levels
        quiet = np.concatenate([[False], levels < QUIET_DB, [False]])
        edges = np.flatnonzero(np.diff(quiet.astype(np.int8)))
        for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            if last + AROUND_STEPS > len(levels) and not final:
                self.judged = max(self.judged, first)
                break
            if first >= self.judged:
                self.judged = last
                if first >= EDGE_STEPS and last + EDGE_STEPS <= len(levels):
                    yield from self._judge_group(first, last)
        else:
            self.judged = len(levels)
        surplus = min(self.judged, len(levels) - round(MOST_S / STEP_S)) - AROUND_STEPS
        if surplus > 0:
            self.levels = levels[surplus:]
            self.judged = max(0, self.judged - surplus)
            self.start_s += surplus * STEP_S

    def _judge_group(self, first: int, last: int) -> Iterator[_Gap]:
        levels = self.levels
        if last - first < LEAST_STEPS or (last - first) * STEP_S > MOST_S:
            return
        inside = float(np.median(levels[first:last]))
        before = float(levels[first - EDGE_STEPS : first].max())
        after = float(levels[last : last + EDGE_STEPS].max())
        around = np.concatenate([levels[max(0, first - AROUND_STEPS) : first], levels[last : last + AROUND_STEPS]])
        floor = float(np.percentile(around, 5))
        fall = min(before, after) - inside
        if min(before, after) < LOUD_DB or fall < FALL_DB or inside > floor - UNDER_FLOOR_DB:
            return
        if min(steepness(levels, first), steepness(-levels, last)) < self.thresholds.steep_db:
            return
        ends = dies_away(levels[:first]) or not breaks_off(levels[max(0, first - FADE_STEPS) : first])
        if (ends and not self.paused) or count_dips(around) >= DIPS:
            return
        start_s, end_s = (self.start_s + step * STEP_S for step in (first, last))
        if start_s < START_S:
            return
        event = dropout_event(
            self.number, start_s, end_s, ratio_to_threshold(fall / FALL_DB), "gap", fall_db=round(fall, 1)
        )
        may_rest = ends or (last - first) * STEP_S >= LONG_S
        yield _Gap(event, _levels_about(levels, first, last), may_rest)
