"""Hum, hiss, distortion and clicks: one network that hears one second at a time and knows no clean original."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.addon import load_learned
from vivavoce.inspection.defects.audio_artifacts.evidence import (
    find_impulses,
    flat_tops,
    floor_spread_db,
    have_a_beat,
    is_driven,
    is_narrow,
    is_tone,
    mains_lines,
)
from vivavoce.inspection.defects.audio_artifacts.features import is_quiet, sound_views
from vivavoce.inspection.detector import Detector
from vivavoce.inspection.event import Event
from vivavoce.inspection.event_grouper import EventGrouper
from vivavoce.inspection.media import AudioBlock, MediaInfo, Samples

CLASSES = ("none", "hum", "hiss", "distortion", "clicks")
BANDS_HZ = {"hum": (40, 800), "hiss": (4000, 20_000), "distortion": (1000, 16_000), "clicks": (2000, 20_000)}
MAX_CHANNELS = 6
WORTH = 0.1
"""Probability under which nothing is looked at twice."""

WIDE_HZ = 32_000
"""Sample rate from which a stream could hold the band that a starved encoder leaves out."""

WORTH_CLICKS = 0.5
"""The same of clicks, of which one second is enough and must be likelier."""

SAME = 1e-3
SOFTER_DB = 10.0
"""A channel so much softer than the loudest is not judged: what is wrong in it is not heard beside the others."""

STEADY = ("hum", "hiss", "distortion")
"""Defects that last: what counts is the mean of two seconds, of which a defect of two seconds fills one at least."""

HUM_GAP_S = 10.0
"""Hum that speech covers for a while is one hum: mains do not come and go."""

HOLD, CLICKS_HOLD = 0.91, 0.7


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What may be set. The probabilities are those of the addon where they are 0."""

    hum: float = 0.0
    hiss: float = 0.0
    distortion: float = 0.0
    clicks: float = 0.0
    mains_lines: float = 2.0
    """Multiples of 50 or 60 Hz that stand out and keep their level, for hum."""
    many_lines: float = 4.0
    """How many do that stand out in half a second."""
    floor_spread_db: float = 1.6
    """How far the high band may fall below its median, for hiss."""
    flat_tops: float = 1.12
    """How far the highest samples may stick out, for distortion."""
    narrow: float = 0.9
    """Probability of distortion from which a narrow band will do for evidence."""
    impulses: float = 3.0
    """Impulses in a second that stand out and have no beat, for clicks."""
    sure_lines: float = 5.0
    """Multiples of the mains from which the network's word suffices for the seconds beside, for hum."""
    sure_spread_db: float = 1.2
    """The same for hiss: how far the high band may fall below its median."""
    sure_tops: float = 1.08
    """The same for distortion: how far the highest samples may stick out."""


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


class AudioArtifacts(Detector):
    """Unwanted sounds: mains hum, steady noise, overdriven or starved coding, impulses and lost samples.

    Each second of each channel is put into one of five classes (no defect, hum, hiss, distortion, clicks) from its
    spectrum at three resolutions and its levels. A defect must be likelier than the addon's threshold: clicks, which
    may be few, in one second, the others in the mean of it and the second before or after. Channels that hold the
    same are judged once. The network's word is not enough: hum must have two lines and more at multiples of 50 or 60 Hz
    that keep their level, or four, hiss a floor from 5 to 14 kHz that never falls, distortion flat tops at one ceiling
    (or the narrow band of a starved encoder, where the file has room for more), clicks three impulses and more that
    stand out by themselves and not on a beat, and a pure tone is a line-up signal. Beside a second in which they are
    plain the network's word is enough.

    Limits: one class a second, so the weaker of two defects in one place is missed, and so are one or two clicks in a
    second; seconds under -54 dB, and an end shorter than half a second, are not judged; sound without a top band
    (telephone, 16 kHz) leaves little to hear hiss and clicks in; channels 10 dB softer than the loudest are left out.
    Fails on: a held bass note near 50 or 60 Hz (hum), wind, rain and applause (hiss), a distorted guitar or an old
    recording that is meant to sound so (distortion), keyboards, shutters and drums that are not in time (clicks).
    """

    names: ClassVar[tuple[str, ...]] = CLASSES[1:]
    Thresholds = Thresholds
    classes: ClassVar[tuple[str, ...]] = CLASSES

    def __init__(self, media: MediaInfo, thresholds: Any = None) -> None:
        super().__init__(media, thresholds)
        learned = load_learned("audio_artifacts", "artifacts")
        self._network = learned.networks["artifacts"]
        given = {name: float(getattr(self.thresholds, name)) for name in self.names}
        self._thresholds = {name: given[name] or learned.figure(f"{name}_threshold") for name in self.names}
        self._tracks: dict[int, Track] = {}

    def judge(self, samples: Samples) -> npt.NDArray[np.float32]:
        """One second (channels, 48000) at 48 kHz -> probabilities (channels, 5) in the order of `classes`."""
        return self._network.run(sound_views(samples))["probabilities"]

    def on_audio(self, block: AudioBlock) -> Iterator[Event]:
        heard = self.classify(block)
        if heard is not None:
            track = self._tracks.setdefault(block.stream, Track(block.stream, self._thresholds))
            yield from track.add(block.start_s, block.end_s, heard)

    def classify(self, block: AudioBlock) -> Heard | None:
        """What a block of a second holds; None of less than half a second."""
        whole = _whole_second(block)
        if whole is None:
            return None
        loud = [n for n in _different(whole) if not is_quiet(whole[n])]
        loud = [n for n in loud if _level_db(whole[n]) > max(_level_db(whole[m]) for m in loud) - SOFTER_DB]
        said = self.judge(whole[loud]) if loud else np.eye(1, len(CLASSES), dtype=np.float32)
        judged, sure = said.copy(), set[str]()
        for number, channel in enumerate(loud):
            sure |= self._weigh(judged[number], whole[channel], self._is_wide(block.stream))
        worst = {name: (loud or [0])[int(judged[:, index].argmax())] for index, name in enumerate(CLASSES)}
        return Heard(_by_class(said), _by_class(judged), worst, frozenset(sure))

    def _is_wide(self, stream: int) -> bool:
        """Whether a sound stream is stored with room for a top band, as far as the file says."""
        sounds = self.media.sounds
        return stream >= len(sounds) or not sounds[stream].rate_hz or sounds[stream].rate_hz >= WIDE_HZ

    def _weigh(self, likely: npt.NDArray[np.float32], second: Samples, wide: bool) -> set[str]:
        """Take back, in place, what the network says and no half of the second supports; what is plain in it.

        Only where the stream is `wide` is a missing top band an encoder's doing.
        """
        sure: set[str] = set()
        if likely[1:].max() < WORTH:
            return sure
        limits, halves = self.thresholds, np.split(second[: len(second) // 2 * 2], 2)
        if is_tone(second):
            likely[1:] = 0.0
        hum, hiss, distortion, clicks = map(CLASSES.index, self.names)
        if likely[hum] >= WORTH:
            lines = max(map(mains_lines, halves))
            likely[hum] *= lines >= limits.many_lines or mains_lines(*halves) >= limits.mains_lines
            sure |= {"hum"} if lines >= limits.sure_lines else set()
        if likely[hiss] >= WORTH:
            spread_db = min(map(floor_spread_db, halves))
            likely[hiss] *= spread_db <= limits.floor_spread_db
            sure |= {"hiss"} if spread_db <= limits.sure_spread_db else set()
        if likely[distortion] >= WORTH:
            tops = min((flat_tops(half) for half in halves if is_driven(half)), default=np.inf)
            starved = wide and likely[distortion] >= limits.narrow and is_narrow(second)
            likely[distortion] *= starved or tops <= limits.flat_tops
            sure |= {"distortion"} if tops <= limits.sure_tops else set()
        if likely[clicks] >= WORTH_CLICKS:
            times_ms = find_impulses(second)
            likely[clicks] *= len(times_ms) >= limits.impulses and not have_a_beat(times_ms)
        return sure

    def finish(self, end_s: float) -> Iterator[Event]:
        del end_s
        for track in self._tracks.values():
            yield from track.finish()


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
            name: EventGrouper(gap_s=_gap_s(name), min_s=_least_s(name), exit_ratio=_hold(name)) for name in thresholds
        }
        self._channel: dict[str, int] = {}
        self._recent: list[_Second] = []

    def add(self, start_s: float, end_s: float, heard: Heard) -> Iterator[Event]:
        """Judge the second before this one, whose neighbours are now known."""
        self._recent.append(_Second(start_s, end_s, heard))
        for name, threshold in self._thresholds.items():
            if heard.likely[name] >= threshold:
                self._channel[name] = heard.worst[name]
        if len(self._recent) > 1:
            yield from self._judge(len(self._recent) - 2)
        del self._recent[:-2]

    def finish(self) -> Iterator[Event]:
        if self._recent:
            yield from self._judge(len(self._recent) - 1)
        for name, spans in self._spans.items():
            for span in spans.finish():
                yield self._event(name, span.start_s, span.end_s, span.mean)

    def _judge(self, place: int) -> Iterator[Event]:
        second = self._recent[place]
        for name, threshold in self._thresholds.items():
            near = [one.heard for one in self._recent[max(0, place - 1) : place + 2]]
            plain = any(name in heard.sure for heard in near)
            around = [heard.said[name] if plain else heard.likely[name] for heard in near]
            strength = _of_two(around, threshold) if name in STEADY else second.heard.likely[name] / threshold
            for span in self._spans[name].add(second.start_s, second.end_s, strength):
                yield self._event(name, span.start_s, span.end_s, span.mean)

    def _event(self, name: str, start_s: float, end_s: float, strength: float) -> Event:
        score = min(1.0, strength * self._thresholds[name])
        evidence = {"band_hz": list(BANDS_HZ[name]), "channel": self._channel.get(name, 0), "stream": self._stream}
        return Event(name, start_s, end_s, score, evidence)


def _by_class(likely: npt.NDArray[np.float32]) -> dict[str, float]:
    """The most of all channels, (channels, 5)."""
    return {name: float(likely[:, index].max()) for index, name in enumerate(CLASSES)}


def _of_two(likely: list[float], threshold: float) -> float:
    """Strength in the best pair of neighbours among two or three seconds."""
    pairs = pairwise(likely) if len(likely) > 1 else [(likely[0], likely[0])]
    return max(fmean(pair) for pair in pairs) / threshold


def _hold(name: str) -> float:
    return HOLD if name in STEADY else CLICKS_HOLD


def _gap_s(name: str) -> float:
    return HUM_GAP_S if name == "hum" else 1.01


def _least_s(name: str) -> float:
    return 1.5 if name in STEADY else 0.0


def _whole_second(block: AudioBlock) -> Samples | None:
    """The samples of a whole second: a last, shorter one is repeated to its length, or None under half of it."""
    length = block.samples.shape[1]
    if 2 * length < block.rate_hz:
        return None
    kept = block.samples[:MAX_CHANNELS]
    return kept if length == block.rate_hz else np.concatenate([kept, kept], axis=1)[:, : block.rate_hz]


def _level_db(channel: Samples) -> float:
    return float(10.0 * np.log10(np.mean(np.square(channel, dtype=np.float64)) + 1e-12))


def _different(samples: Samples) -> list[int]:
    """Channels that are not the same as an earlier one."""
    chosen: list[int] = []
    for number, channel in enumerate(samples):
        if all(np.abs(channel - samples[other]).max() > SAME for other in chosen):
            chosen.append(number)
    return chosen
