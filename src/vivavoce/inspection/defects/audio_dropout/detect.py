"""Audio dropout: gaps of 10 ms to 5 s, a channel that falls silent, a channel turned upside down.

A gap begins and ends within a few milliseconds and lies far below the quietest that was heard around it: a pause
keeps the room's noise, and a stop in speech keeps some of it; where it does not, as in made speech, the voice still
dies away and comes back over ten milliseconds, and a gap's edges are steeper. A channel is lost when it was heard and
the others go on without it; it is inverted when it becomes the mirror of the other. Gaps that return at one beat are
meant, as in gated music, and six and more that end on one tempo, as the stops of a dance tune. Digital silence of 5 s
and more is a loss where it comes at once, in the middle or at the end; a sound stream that ends a second and more
before the picture ends early.

Fails on gaps filled with noise or a repeat, at zero crossings of very quiet sound, and on material that is silent
digitally between words, whose words also begin at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vivavoce.inspection.detector import Detector
from vivavoce.inspection.event import Event
from vivavoce.inspection.event_grouper import EventGrouper, ratio_to_threshold
from vivavoce.inspection.media import AudioBlock, MediaInfo, Samples

STEP = 120
"""Samples of a step: 2.5 ms at 48 kHz."""

STEP_S = STEP / 48_000
QUIET_DB, LOUD_DB, FLOOR_DB = -60.0, -45.0, -96.0
EDGE_STEPS = 4
FALL_DB = 25.0
STEEP_STEPS, STEEP_DB = 2, 25.0
"""Within 5 ms the level changes by so much at both ends: by 29 to 74 at gaps, by up to 19 at stops in made speech."""

UNDER_FLOOR_DB = 8.0
LEAST_STEPS, MOST_S = 3, 5.0
AROUND_STEPS = 200
CHANNEL_S, CHANNEL_DB, OTHER_DB = 0.3, -75.0, -50.0
MIRROR = -0.9


START_S = 0.1
"""A gap that begins before is how an encoder fills its first blocks."""

SILENT_DB, BEFORE_STEPS = -85.0, 20
LEAST_HEARD = 200
"""Steps of sound, half a second, without which a stream holds none that could be lost."""

BAR_OFF_S = 0.008
"""How far the ends of three gaps may lie off one distance: what comes after is played on the beat, however long the
note before rang on."""

BEATS_S = ((3.0, 0.12, 3), (9.0, 0.01, 2))
"""How far apart gaps may be that have a beat, how much it may vary, and how many intervals make one: quick ones, and
slow ones that are as exact as machines play."""

TEMPO_HZ, TEMPO_LEAST, TEMPO_OFF_S = np.arange(1.0, 4.5, 0.0005), 6, 0.005
"""Beats a second, how many gaps must end on them, and how far off: of six that end anywhere in half a minute less than
one in a hundred does."""

KNOWN_S = max(apart_s for apart_s, _, _ in BEATS_S)
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


class AudioDropout(Detector):
    names = ("audio_dropout",)
    Thresholds = Thresholds

    def __init__(self, media: MediaInfo, thresholds: Any = None) -> None:
        super().__init__(media, thresholds)
        self._streams: dict[int, _Stream] = {}

    def on_audio(self, block: AudioBlock) -> Iterator[Event]:
        stream = self._streams.setdefault(block.stream, _Stream(block.stream, self.thresholds))
        yield from stream.on_audio(block)

    def finish(self, end_s: float) -> Iterator[Event]:
        picture_s = end_s if self.media.video else 0.0
        for stream in self._streams.values():
            yield from stream.finish(picture_s)


@dataclass(slots=True)
class _Stream:
    number: int
    thresholds: Thresholds
    levels: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))
    """Of the last steps, (steps,), in dB: as many as a gap and its surroundings take."""
    start_s: float = 0.0
    judged: int = 0
    """Steps of `levels` whose quiet stretches have been judged."""
    lost: EventGrouper = field(default_factory=lambda: EventGrouper(0.15, CHANNEL_S))
    mirrored: EventGrouper = field(default_factory=lambda: EventGrouper(0.15, CHANNEL_S))
    heard: np.ndarray | None = None
    """Which of two channels there was sound in."""
    before: np.ndarray = field(default_factory=lambda: np.zeros((2, 2)))
    """Power of the last two tenths of a second in both, (tenths, channels), in dB."""
    losing: bool = False
    """Whether one channel is without sound since it broke off; one that faded away is not lost."""
    agreed: bool = False
    channel: int = 0
    end_s: float = 0.0
    loud_before: bool = False
    """Whether there was sound right before the silence that is open."""
    heard_steps: int = 0
    silent_s: float | None = None
    """When it began."""
    gaps: list[Event] = field(default_factory=list[Event])
    """Gaps of which it is not known yet whether they have a beat."""
    past_s: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    """When the gaps before them began and ended."""

    def on_audio(self, sound: AudioBlock) -> Iterator[Event]:
        levels = step_levels(sound.samples)
        if len(self.levels) == 0:
            self.start_s = sound.start_s
        yield from self._silences(sound.start_s, levels)
        self.end_s = sound.end_s
        self.levels = np.concatenate([self.levels, levels])
        yield from self._without_beat(self._gaps(final=False), sound.end_s)
        if sound.samples.shape[0] == 2:
            yield from self._channels(sound)

    def finish(self, picture_s: float) -> Iterator[Event]:
        """`picture_s` is when the picture ends, 0 without one."""
        yield from self._without_beat(self._gaps(final=True), float("inf"))
        yield from self._end_silence(self.end_s)
        if self.heard_steps >= LEAST_HEARD and picture_s - self.end_s >= self.thresholds.ends_early_s:
            yield self._event(self.end_s, picture_s, 0.9, "ends early")
        for spans, kind in ((self.lost, "channel"), (self.mirrored, "phase")):
            for span in spans.finish():
                yield self._event(span.start_s, span.end_s, ratio_to_threshold(span.mean), kind)

    def _silences(self, start_s: float, levels: np.ndarray) -> Iterator[Event]:
        """Follow digital silence from second to second."""
        silent = levels < SILENT_DB
        self.heard_steps += int(np.count_nonzero(levels > LOUD_DB))
        for step in np.flatnonzero(np.diff(silent, prepend=self.silent_s is not None)).tolist():
            at_s = start_s + step * STEP_S
            if silent[step]:
                before = np.concatenate([self.levels[-BEFORE_STEPS:], levels[:step]])[-BEFORE_STEPS:]
                self.silent_s, self.loud_before = at_s, bool(len(before)) and float(before.max()) > LOUD_DB
            else:
                yield from self._end_silence(at_s)

    def _end_silence(self, end_s: float) -> Iterator[Event]:
        start_s, self.silent_s = self.silent_s, None
        there_was = self.loud_before and self.heard_steps >= LEAST_HEARD
        if start_s is not None and there_was and end_s - start_s >= self.thresholds.silence_s:
            yield self._event(start_s, end_s, 0.9, "silence")

    def _without_beat(self, found: Iterator[Event], now_s: float) -> Iterator[Event]:
        """Gaps that have no others around them at one distance, once what follows them is known."""
        self.gaps += found
        spans_s = [*self.past_s, *((gap.start_s, gap.end_s) for gap in self.gaps)]
        ready = [gap for gap in self.gaps if gap.start_s < now_s - KNOWN_S]
        self.gaps = self.gaps[len(ready) :]
        past_s = (*self.past_s, *((gap.start_s, gap.end_s) for gap in ready))
        self.past_s = [(start_s, end_s) for start_s, end_s in past_s if start_s > now_s - REMEMBERED_S]
        starts_s, ends_s = np.array(spans_s).reshape(-1, 2).T
        if ready and not follow_a_tempo(ends_s):
            yield from (g for g in ready if not has_beat(starts_s, g.start_s) and not ends_in_bars(ends_s, g.end_s))

    def _gaps(self, final: bool) -> Iterator[Event]:
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

    def _judge_group(self, first: int, last: int) -> Iterator[Event]:
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
        start_s, end_s = (self.start_s + step * STEP_S for step in (first, last))
        if start_s < START_S:
            return
        yield self._event(start_s, end_s, ratio_to_threshold(fall / FALL_DB), "gap", fall_db=round(fall, 1))

    def _channels(self, sound: AudioBlock) -> Iterator[Event]:
        for part in range(0, sound.samples.shape[1] - 4800 + 1, 4800):
            block = sound.samples[:, part : part + 4800]
            start_s = sound.start_s + part / sound.rate_hz
            power = 10 * np.log10(np.mean(block.astype(np.float64) ** 2, axis=1) + 1e-12)
            if self.heard is None:
                self.heard, self.before = np.zeros(2, bool), np.stack([power, power])
            silent = int(np.argmin(power))
            at_once = self.losing or float(self.before[:, silent].max()) > OTHER_DB
            lost = bool(self.heard[silent]) and at_once and power[silent] < CHANNEL_DB and power.max() > OTHER_DB
            self.losing, self.before = lost, np.stack([self.before[1], power])
            self.channel = silent if lost else self.channel
            self.heard |= power > OTHER_DB
            for span in self.lost.add(start_s, start_s + 0.1, 2.0 if lost else 0.0):
                yield self._event(span.start_s, span.end_s, 0.9, "channel", channel=self.channel)
            yield from self._mirror(block, start_s, bool(power.min() > OTHER_DB))

    def _mirror(self, block: Samples, start_s: float, loud: bool) -> Iterator[Event]:
        if not loud:
            return
        left, right = block.astype(np.float64)
        likeness = float((left * right).sum() / np.sqrt((left**2).sum() * (right**2).sum() + 1e-12))
        self.agreed = self.agreed or likeness > -MIRROR
        strength = 2.0 if self.agreed and likeness < MIRROR else 0.0
        for span in self.mirrored.add(start_s, start_s + 0.1, strength):
            yield self._event(span.start_s, span.end_s, 0.9, "phase")

    def _event(self, start_s: float, end_s: float, score: float, kind: str, **more: float) -> Event:
        return Event("audio_dropout", start_s, end_s, score, {"kind": kind, "stream": self.number, **more})


def has_beat(starts_s: np.ndarray, start_s: float) -> bool:
    """Whether things that start at `starts_s` (count,) return evenly around the one at `start_s`, all in seconds."""
    for apart_s, off, count in BEATS_S:
        apart = np.diff(np.sort(starts_s[np.abs(starts_s - start_s) <= apart_s]))
        if len(apart) >= count and float(np.abs(apart / np.median(apart) - 1.0).max()) <= off:
            return True
    return False


def ends_in_bars(ends_s: np.ndarray, end_s: float) -> bool:
    """Whether the gap that ends at `end_s` is one of three whose ends, among `ends_s` (count,), lie at one distance of
    up to 9 s, all in seconds."""
    apart = np.sort(ends_s[np.abs(ends_s - end_s) > BAR_OFF_S] - end_s)
    near = apart[np.abs(apart) <= KNOWN_S]
    others = np.concatenate([2 * near, -near, near / 2])
    return bool(len(near) and (np.abs(others[:, None] - apart[None]) <= BAR_OFF_S).any())


def follow_a_tempo(ends_s: np.ndarray) -> bool:
    """Whether gaps, six and more, all end at `ends_s` (count,), in seconds, on beats of one tempo: after the stops of a
    dance tune every voice comes in again on one."""
    if len(ends_s) < TEMPO_LEAST:
        return False
    beats = (ends_s - ends_s[0])[None] * TEMPO_HZ[:, None]
    return bool((np.abs(beats - beats.round()).max(axis=1) <= TEMPO_OFF_S * TEMPO_HZ).any())


def steepness(levels: np.ndarray, step: int) -> float:
    """The largest fall of levels (steps,) in dB over 5 ms about a step."""
    about = levels[max(0, step - EDGE_STEPS) : step + EDGE_STEPS]
    return float((about[:-STEEP_STEPS] - about[STEEP_STEPS:]).max())


def step_levels(samples: Samples) -> np.ndarray:
    """Power of each 2.5 ms in dB of full scale, summed over channels: (channels, samples) -> (steps,)."""
    steps = samples.shape[1] // STEP
    cut = samples[:, : steps * STEP].reshape(samples.shape[0], steps, STEP)
    return np.maximum(FLOOR_DB, 10 * np.log10((cut**2).mean(axis=2).max(axis=0) + 1e-12)).astype(np.float32)
