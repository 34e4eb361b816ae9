"""A channel that falls silent while the other goes on, and one that is turned upside down."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from vivavoce.inspection.defects.audio_dropout.events import dropout_event
from vivavoce.inspection.defects.audio_dropout.levels import is_cut_off, step_levels
from vivavoce.inspection.event import Event
from vivavoce.inspection.event_grouper import EventGroup, EventGrouper
from vivavoce.inspection.media import AudioBlock, Samples

TENTH_S, TENTH = 0.1, 4800
"""Of a second, in which channels are compared: in seconds, and in samples."""

CHANNEL_S, CHANNEL_DB, OTHER_DB = 0.3, -75.0, -50.0
MIRROR, ALIKE = -0.9, 0.7
"""How unlike two channels are of which one is turned upside down, and how alike they were within three tenths of a
second before: a synthesiser's note may have opposed channels, but comes to others that are not alike."""

SCORE = 0.9

AS_LOUD_DB = 6.0
"""How much softer the sound may have been in which the channels were alike: one that comes in over it is another."""


@dataclass(slots=True)
class Channels:
    """The two channels of a stream, followed in tenths of a second."""

    stream: int
    lost: EventGrouper = field(default_factory=lambda: EventGrouper(0.15, CHANNEL_S))
    mirrored: EventGrouper = field(default_factory=lambda: EventGrouper(0.15, CHANNEL_S))
    heard: np.ndarray | None = None
    """Which of two channels there was sound in."""
    before: np.ndarray = field(default_factory=lambda: np.zeros((2, 2)))
    """Power of the last two tenths of a second in both, (tenths, channels), in dB."""
    tail: Samples = field(default_factory=lambda: np.zeros((2, 0), np.float32))
    """The last two tenths of a second of both, before those at hand."""
    losing: bool = False
    """Whether one channel is without sound since it broke off; one that faded away is not lost."""
    likenesses: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=3))
    """How alike the channels were, and how loud, in dB, in the last tenths of a second that were not mirrored."""
    turned: bool = False
    channel: int = 0
    """The last one that was lost."""

    def on_audio(self, sound: AudioBlock, paused: bool) -> Iterator[Event]:
        """`paused`: whether the sound has pauses, as speech has."""
        for part in range(0, sound.samples.shape[1] - TENTH + 1, TENTH):
            block = sound.samples[:, part : part + TENTH]
            start_s = sound.start_s + part / sound.rate_hz
            power = 10 * np.log10(np.mean(block.astype(np.float64) ** 2, axis=1) + 1e-12)
            if self.heard is None:
                self.heard, self.before = np.zeros(2, bool), np.stack([power, power])
            silent = int(np.argmin(power))
            at_once = self.losing or float(self.before[:, silent].max()) > OTHER_DB
            if at_once and not self.losing and not paused and power[silent] < CHANNEL_DB:
                lately = np.concatenate([self.tail, sound.samples[:, : part + TENTH]], axis=1)[silent, -3 * TENTH :]
                at_once = is_cut_off(step_levels(lately[None]))
            lost = bool(self.heard[silent]) and at_once and power[silent] < CHANNEL_DB and power.max() > OTHER_DB
            self.losing, self.before = lost, np.stack([self.before[1], power])
            self.heard |= power > OTHER_DB
            for span in self.lost.add(start_s, start_s + TENTH_S, 2.0 if lost else 0.0):
                yield self._lost_event(span)
            self.channel = silent if lost else self.channel
            yield from self._mirror(block, start_s, bool(power.min() > OTHER_DB))
        self.tail = sound.samples[:, -2 * TENTH :].copy()

    def finish(self) -> Iterator[Event]:
        yield from map(self._lost_event, self.lost.finish())
        yield from map(self._mirror_event, self.mirrored.finish())

    def _lost_event(self, span: EventGroup) -> Event:
        return dropout_event(self.stream, span.start_s, span.end_s, SCORE, "channel", channel=self.channel)

    def _mirror_event(self, span: EventGroup) -> Event:
        return dropout_event(self.stream, span.start_s, span.end_s, SCORE, "phase")

    def _mirror(self, block: Samples, start_s: float, loud: bool) -> Iterator[Event]:
        if not loud:
            return
        left, right = block.astype(np.float64)
        energy = (left**2).sum(), (right**2).sum()
        likeness = float((left * right).sum() / np.sqrt(energy[0] * energy[1] + 1e-12))
        level_db = float(10 * np.log10(max(energy)))
        mirrored = likeness < MIRROR
        was_alike = any(alike >= ALIKE and then_db >= level_db - AS_LOUD_DB for alike, then_db in self.likenesses)
        self.turned = mirrored and (self.turned or was_alike)
        if not mirrored:
            self.likenesses.append((likeness, level_db))
        strength = 2.0 if self.turned else 0.0
        for span in self.mirrored.add(start_s, start_s + TENTH_S, strength):
            yield self._mirror_event(span)
