"""Hum, hiss, distortion and clicks: one network that hears one second at a time and knows no clean original."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.addon import load_learned
from vivavoce.inspection.defects.audio_artifacts.evidence import (
    count_steady,
    find_impulses,
    flat_tops,
    floor_spread_db,
    have_a_beat,
    is_driven,
    is_narrow,
    mains_levels,
)
from vivavoce.inspection.defects.audio_artifacts.features import is_quiet, sound_views
from vivavoce.inspection.defects.audio_artifacts.pauses import Pauses
from vivavoce.inspection.defects.audio_artifacts.track import Heard, Track
from vivavoce.inspection.detector import Detector
from vivavoce.inspection.event import Event
from vivavoce.inspection.media import SAMPLE_RATE_HZ, AudioBlock, MediaInfo, Samples
from vivavoce.inspection.tones import find_pure_tone

CLASSES = ("none", "hum", "hiss", "distortion", "clicks")
MAX_CHANNELS = 6
WORTH = 0.05
"""Probability under which nothing is looked at twice."""

WIDE_HZ = 32_000
"""Sample rate from which a stream could hold the band that a starved encoder leaves out."""

SAME = 1e-3
SOFTER_DB = 10.0
"""A channel so much softer than the loudest is not judged: what is wrong in it is not heard beside the others."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What may be set. The probabilities are those of the addon where they are 0."""

    hum: float = 0.0
    hiss: float = 0.0
    distortion: float = 0.0
    clicks: float = 0.0
    mains_lines: float = 2.0
    """Multiples of 50 or 60 Hz that stand out in both halves of a second and keep their level, for hum."""
    long_lines: float = 3.0
    """How many do that stand out in the whole second."""
    many_lines: float = 4.0
    """How many do that stand out in half of it."""
    floor_spread_db: float = 1.3
    """How far the high band may fall below its median, for hiss."""
    flat_tops: float = 1.12
    """How far the highest samples may stick out, for distortion."""
    narrow: float = 0.5
    """Probability of distortion from which a narrow band will do for evidence."""
    impulses: float = 3.0
    """Impulses in a second that stand out and have no beat, for clicks."""
    sure_lines: float = 5.0
    """Multiples of the mains from which the network's word suffices for the seconds beside, for hum."""
    sure_tops: float = 1.08
    """The same for distortion: how far the highest samples may stick out."""
    pauses: float = 0.25
    """Share of soft frames in eight seconds from which sound has pauses, as speech has."""


@dataclass(frozen=True, slots=True)
class Trust:
    """When the network's word counts for something. All are probabilities."""

    alone: float
    """From here on it needs no evidence."""
    in_pauses: float
    """The same where the sound has pauses."""
    supported: float
    """Where the sound has none, evidence alone does not help a word under this."""


NEVER = 2.0
TRUST = {
    "hum": Trust(alone=NEVER, in_pauses=0.7, supported=0.6),
    "hiss": Trust(alone=0.985, in_pauses=0.95, supported=0.6),
    "distortion": Trust(alone=NEVER, in_pauses=0.8, supported=0.85),
    "clicks": Trust(alone=0.98, in_pauses=0.98, supported=0.5),
}
"""Chosen on music and speech for development, none of which the network learned from."""


class AudioArtifacts(Detector):
    """Unwanted sounds: mains hum, steady noise, overdriven or starved coding, impulses and lost samples.

    Each second of each channel is put into one of five classes (no defect, hum, hiss, distortion, clicks) from its
    spectrum at three resolutions and its levels. A defect must be likelier than the addon's threshold: clicks, which
    may be few, in one second, the others in the mean of it and the second before or after. Channels that hold the
    same are judged once. The network's word is seldom enough: hum must have lines at multiples of 50 or 60 Hz that
    keep their level, hiss a floor from 5 to 14 kHz that never falls, distortion flat tops at one ceiling
    (or the narrow band of a starved encoder, where the file has room for more), clicks three impulses and more that
    stand out by themselves and not on a beat, and a pure tone is a line-up signal. Where the sound has pauses, as
    speech has and most music has not, a likely word needs no evidence, and beside a second in which it is plain none
    does.

    Limits: one class a second, so the weaker of two defects in one place is missed; seconds under -54 dB, and an end
    shorter than half a second, are not judged; sound without a top band (telephone, 16 kHz) leaves little to hear hiss
    and clicks in; channels 10 dB softer than the loudest are left out.
    Fails on: a held bass note near 50 or 60 Hz (hum), wind, rain, applause and noisy pads (hiss), a distorted guitar,
    chip music, or an old recording that is meant to sound so (distortion), keyboards, shutters and drums that are not
    in time (clicks).
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
        self._pauses: dict[int, Pauses] = {}

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
        paused = self._pauses.setdefault(block.stream, Pauses()).add(block.mono) >= self.thresholds.pauses
        loud = [n for n in _different(whole) if not is_quiet(whole[n])]
        loud = [n for n in loud if _level_db(whole[n]) > max(_level_db(whole[m]) for m in loud) - SOFTER_DB]
        said = self.judge(whole[loud]) if loud else np.eye(1, len(CLASSES), dtype=np.float32)
        judged, sure = said.copy(), set[str]()
        for number, channel in enumerate(loud):
            sure |= self._weigh(judged[number], whole[channel], self._is_wide(block.stream), paused)
        worst = {name: (loud or [0])[int(judged[:, index].argmax())] for index, name in enumerate(CLASSES)}
        return Heard(_by_class(said), _by_class(judged), worst, frozenset(sure))

    def _is_wide(self, stream: int) -> bool:
        """Whether a sound stream is stored with room for a top band, as far as the file says."""
        sounds = self.media.sounds
        return stream >= len(sounds) or not sounds[stream].rate_hz or sounds[stream].rate_hz >= WIDE_HZ

    def _weigh(self, likely: npt.NDArray[np.float32], second: Samples, wide: bool, paused: bool) -> set[str]:
        """Take back, in place, what the network says and nothing in the second supports; what is plain in it.

        Only where the stream is `wide` is a missing top band an encoder's doing; `paused` is a sound with pauses.
        """
        sure: set[str] = set()
        if likely[1:].max() >= WORTH and find_pure_tone(second, SAMPLE_RATE_HZ):
            likely[1:] = 0.0
        for index, name in enumerate(CLASSES):
            if not index or likely[index] < WORTH:
                continue
            said, trust = float(likely[index]), TRUST[name]
            supported, plain = self._evidence(name, second, said, wide)
            if paused:
                believed = supported or said >= trust.in_pauses
            else:
                believed = (supported and said >= trust.supported) or said >= trust.alone
                plain = plain and said >= trust.supported
            likely[index] *= believed
            sure |= {name} if plain else set()
        return sure

    def _evidence(self, name: str, second: Samples, said: float, wide: bool) -> tuple[bool, bool]:
        """Whether a second supports a defect of which the network says how likely it is, and whether plainly."""
        limits, halves = self.thresholds, np.split(second[: len(second) // 2 * 2], 2)
        if name == "hum":
            levels = [mains_levels(half) for half in halves]
            lines, steady = max(map(count_steady, levels)), count_steady(*levels)
            many = lines >= limits.many_lines or steady >= limits.mains_lines
            return many or count_steady(mains_levels(second)) >= limits.long_lines, lines >= limits.sure_lines
        if name == "hiss":
            return min(map(floor_spread_db, halves)) <= limits.floor_spread_db, False
        if name == "distortion":
            tops = min((flat_tops(half) for half in halves if is_driven(half)), default=np.inf)
            starved = wide and said >= limits.narrow and is_narrow(second)
            return starved or tops <= limits.flat_tops, tops <= limits.sure_tops
        times_ms = find_impulses(second)
        return len(times_ms) >= limits.impulses and not have_a_beat(times_ms), False

    def finish(self, end_s: float) -> Iterator[Event]:
        del end_s
        for track in self._tracks.values():
            yield from track.finish()


def _by_class(likely: npt.NDArray[np.float32]) -> dict[str, float]:
    """The most of all channels, (channels, 5)."""
    return {name: float(likely[:, index].max()) for index, name in enumerate(CLASSES)}


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
