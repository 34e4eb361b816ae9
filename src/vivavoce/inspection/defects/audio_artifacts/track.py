"""From what is heard second by second to events: the last seconds of a stream, and the stretches that are open."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import isnan
from statistics import fmean, quantiles

from vivavoce.inspection.event import Event
from vivavoce.inspection.event_grouper import EventGrouper

BANDS_HZ = {"hum": (40, 800), "hiss": (4000, 20_000), "distortion": (1000, 16_000), "clicks": (2000, 20_000)}
STEADY = ("hum", "hiss", "distortion")
"""Defects that last: what counts is the mean of two seconds, of which a defect of two seconds fills one at least."""

LEAST_S = 1.5
"""What lasts must last for so long."""

GAP_S = {"hum": 10.0, "hiss": 3.0}
"""For how long it may be covered: hum that speech covers for a while is one hum, as mains do not come and go, and hiss
that a loud bar covers is one hiss."""

OTHER_GAP_S = 1.01

SHARE = 0.6
"""What lasts for so much of a sound need not last for `LEAST_S`."""

HOLD, CLICKS_HOLD = 0.91, 0.7
DOUBTED = {"hum": 0.52, "hiss": 0.52, "distortion": 0.52, "clicks": 0.5}
"""The least likelihood in sound that is doubted: a single second of certainty is not enough."""

SWELL_DB, SWELL_S, REMEMBERED_S = 8.0, 10, 600
"""How far the middle three fifths of the levels of a noise lie apart, in so many seconds at least (of so many that are
remembered), where it swells, as traffic, wind and the sea do: that of a line, a tape or a preamplifier keeps its
level."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard in one second: for each class the likelihood in the worst channel, and which that is."""

    said: dict[str, float]
    """By the network alone."""
    likely: dict[str, float]
    """0 where nothing in the sound supports it."""
    worst: dict[str, int]
    sure: frozenset[str] = frozenset()
    """Defects that are so plain here that the seconds beside need no evidence of their own."""
    doubted: bool = False
    """Whether the sound is one that fools the network, as music is: what it says must be likelier."""
    noise_db: float = float("nan")
    """Level of the noise in the channel with most hiss, NaN where it is not alone in the high band."""


@dataclass(frozen=True, slots=True)
class _Second:
    start_s: float
    end_s: float
    heard: Heard


class Track:
    """What was heard of one sound stream: the last seconds, and the stretches that are open."""

    def __init__(self, stream: int, thresholds: dict[str, float]) -> None:
        self._stream, self._thresholds = stream, thresholds
        self._spans = {
            name: EventGrouper(gap_s=GAP_S.get(name, OTHER_GAP_S), min_s=_least_s(name), exit_ratio=_hold(name))
            for name in thresholds
        }
        self._channel: dict[str, int] = {}
        self._noise: deque[tuple[float, float]] = deque(maxlen=REMEMBERED_S)
        """When noise was heard alone, and its level in dB."""
        self._start_s = 0.0
        self._recent: list[_Second] = []

    def add(self, start_s: float, end_s: float, heard: Heard) -> Iterator[Event]:
        """Judge the second before this one, whose neighbours are now known."""
        self._start_s = self._start_s if self._recent else start_s
        self._recent.append(_Second(start_s, end_s, heard))
        if not isnan(heard.noise_db):
            self._noise.append((start_s, heard.noise_db))
        for name, threshold in self._thresholds.items():
            if heard.likely[name] >= threshold:
                self._channel[name] = heard.worst[name]
        if len(self._recent) > 1:
            yield from self._judge(len(self._recent) - 2)
        del self._recent[:-2]

    def finish(self) -> Iterator[Event]:
        if self._recent:
            yield from self._judge(len(self._recent) - 1)
        whole_s = self._recent[-1].end_s - self._start_s if self._recent else 0.0
        for name, spans in self._spans.items():
            for span in spans.finish(SHARE * whole_s):
                yield from self._events(name, span.start_s, span.end_s, span.mean)

    def _judge(self, place: int) -> Iterator[Event]:
        second = self._recent[place]
        for name, threshold in self._thresholds.items():
            near = [one.heard for one in self._recent[max(0, place - 1) : place + 2]]
            plain = any(name in heard.sure for heard in near)
            around = [heard.said[name] if plain else heard.likely[name] for heard in near]
            asked = max(threshold, DOUBTED[name]) if second.heard.doubted and not plain else threshold
            strength = _of_two(around, asked) if name in STEADY else second.heard.likely[name] / asked
            for span in self._spans[name].add(second.start_s, second.end_s, strength):
                yield from self._events(name, span.start_s, span.end_s, span.mean)

    def _events(self, name: str, start_s: float, end_s: float, strength: float) -> Iterator[Event]:
        if name == "hiss" and swells([level_db for at_s, level_db in self._noise if start_s <= at_s < end_s]):
            return
        score = min(1.0, strength * self._thresholds[name])
        evidence = {"band_hz": list(BANDS_HZ[name]), "channel": self._channel.get(name, 0), "stream": self._stream}
        yield Event(name, start_s, end_s, score, evidence)


def swells(levels_db: list[float]) -> bool:
    """Whether the levels of a noise, one a second, in dB, lie so far apart that it is a sound of the place."""
    if len(levels_db) < SWELL_S:
        return False
    fifths_db = quantiles(levels_db, n=5)
    return fifths_db[-1] - fifths_db[0] >= SWELL_DB


def _of_two(likely: list[float], threshold: float) -> float:
    """Strength in the best pair of neighbours among two or three seconds."""
    pairs = pairwise(likely) if len(likely) > 1 else [(likely[0], likely[0])]
    return max(fmean(pair) for pair in pairs) / threshold


def _hold(name: str) -> float:
    return HOLD if name in STEADY else CLICKS_HOLD


def _least_s(name: str) -> float:
    return LEAST_S if name in STEADY else 0.0
