"""Hum, hiss, distortion and clicks: one network that hears one second at a time and knows no clean original."""

from __future__ import annotations

from collections.abc import Iterator
from math import nan
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.addon import load_learned
from vivavoce.inspection.defects.audio_artifacts.credibility import Credibility
from vivavoce.inspection.defects.audio_artifacts.features import is_quiet, sound_views
from vivavoce.inspection.defects.audio_artifacts.thresholds import CLASSES, Thresholds
from vivavoce.inspection.defects.audio_artifacts.track import Heard, Track
from vivavoce.inspection.detector import Detector
from vivavoce.inspection.event import Event
from vivavoce.inspection.media import AudioBlock, MediaInfo, Samples

MAX_CHANNELS = 6
WIDE_HZ = 32_000
"""Sample rate from which a stream could hold the band that a starved encoder leaves out."""

SAME = 1e-3
SOFTER_DB = 10.0
"""A channel so much softer than the loudest is not judged: what is wrong in it is not heard beside the others."""


class AudioArtifacts(Detector):
    """Unwanted sounds: mains hum, steady noise, overdriven or starved coding, impulses and lost samples.

    Each second of each channel is put into one of five classes (no defect, hum, hiss, distortion, clicks) from its
    spectrum at three resolutions and its levels. A defect must be likelier than the addon's threshold: clicks, which
    may be few, in one second, the others in the mean of it and the second before or after. Channels that hold the
    same are judged once. The network's word is seldom enough: hum must have lines at multiples of 50 or 60 Hz that keep
    their level and share one fundamental, hiss a floor from 5 to 14 kHz that never falls (and in sound without pauses
    one that has come up by 3 dB, is loud, or is spoken over) and keeps its level, distortion flat tops at one ceiling
    (or the narrow band that a starved encoder cuts, where there was more before), clicks three impulses and more that
    stand out by themselves and neither on a beat nor in a rhythm nor at a pace, and a pure tone is a line-up signal or
    a beep.
    Where the sound has pauses, as speech has and most music has not, a likely word needs little evidence (two lines,
    tops that are not round), and beside a second in which it is plain none does; where it has none, it must be
    likelier.

    Limits: one class a second, so the weaker of two defects in one place is missed; seconds under -54 dB, and an end
    shorter than half a second, are not judged; sound without a top band (telephone, 16 kHz) leaves little to hear hiss
    and clicks in; channels 10 dB softer than the loudest are left out; soft hiss from the first second of music to its
    last is taken for the music's own.
    Fails on: a held bass note near 50 or 60 Hz (hum), even wind, rain and applause and noise that sets in with an
    instrument (hiss), a distorted guitar, chip music, or an old recording that is meant to sound so (distortion),
    keyboards, shutters and drums that are not in time (clicks).
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
        self._credibility: dict[int, Credibility] = {}

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
        credibility = self._credibility.get(block.stream) or Credibility(self.thresholds, self._is_wide(block.stream))
        self._credibility[block.stream] = credibility
        credibility.listen(block)
        loud = [n for n in _different(whole) if not is_quiet(whole[n])]
        loud = [n for n in loud if _level_db(whole[n]) > max(_level_db(whole[m]) for m in loud) - SOFTER_DB]
        said = self.judge(whole[loud]) if loud else np.eye(1, len(CLASSES), dtype=np.float32)
        judged, sure = said.copy(), set[str]()
        for number, channel in enumerate(loud):
            sure |= credibility.weigh(judged[number], channel, whole[channel])
        worst = {name: (loud or [0])[int(judged[:, index].argmax())] for index, name in enumerate(CLASSES)}
        noise_db = credibility.noise_db(worst["hiss"]) if loud else nan  # of silence it is still that of before
        return Heard(_by_class(said), _by_class(judged), worst, frozenset(sure), not credibility.paused, noise_db)

    def _is_wide(self, stream: int) -> bool:
        """Whether a sound stream is stored with room for a top band, as far as the file says."""
        sounds = self.media.sounds
        return stream >= len(sounds) or not sounds[stream].rate_hz or sounds[stream].rate_hz >= WIDE_HZ

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
