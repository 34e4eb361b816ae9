"""Seconds of sound with simulated defects, coded with loss, as the views that the network hears."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler

from vivavoce.audio import read_audio
from vivavoce.inspection.detectors.audio_artifacts import CLASSES
from vivavoce.inspection.features.sound import is_quiet, sound_views
from vivavoce.inspection.media import SOUND_RATE_HZ, Samples
from vivavoce.inspection.simulate import Clip, coded_sound, simulate
from vivavoce.training.shards import Example

DEFECTS = CLASSES[1:]
MIXED = -1
"""The class of a second with several defects: pretraining learns from it, the classes do not."""

PIECE_S, PIECES, EDGE_S = 2.4, 8, 0.2
PER_PIECE = 2
CODECS = (("aac", 128_000), ("aac", 96_000), ("libopus", 96_000), ("libopus", 64_000), ("libmp3lame", 128_000))
CODEC_CHANCES = (0.45, 0.1, 0.2, 0.15, 0.1)
MIXED_CHANCE, VIDEO_CHANCE, MUSIC_CHANCE, BLEND_CHANCE = 0.25, 0.4, 0.12, 0.2


@dataclass(frozen=True)
class ArtifactMaker:
    """Draws pieces from speech and from the sound of videos, and damages some; one draw is one run of a codec."""

    speech: tuple[tuple[Path, ...], ...]
    """Recordings, one group a corpus; groups are drawn alike, whatever their size."""
    videos: tuple[Path, ...]

    def __call__(self, random: np.random.Generator) -> Iterator[Example]:
        pieces, labels, mixtures = [], [], []
        for _ in range(PIECES):
            sound = self._clean(random)
            label, damaged, mixture = _damaged(sound, random)
            pieces.append(damaged)
            labels.append(label)
            mixtures.append(mixture)
        codec, bits = CODECS[random.choice(len(CODECS), p=CODEC_CHANCES)]
        heard = coded_sound(np.concatenate(pieces)[None].astype(np.float32), codec, bits)[0]
        for number, (label, mixture) in enumerate(zip(labels, mixtures, strict=True)):
            yield from self._seconds(heard, number, label, mixture, random)

    def _seconds(
        self, heard: Samples, number: int, label: int, mixture: np.ndarray, random: np.random.Generator
    ) -> Iterator[Example]:
        room = PIECE_S - 1.0 - 2 * EDGE_S
        for _ in range(PER_PIECE):
            start = round((number * PIECE_S + EDGE_S + random.uniform(0, room)) * SOUND_RATE_HZ)
            second = heard[None, start : start + SOUND_RATE_HZ]
            if is_quiet(second[0]):
                continue
            views = {name: view[0].astype(np.float16) for name, view in sound_views(second).items()}
            yield {**views, "label": np.int8(label), "mixture": mixture}

    def _clean(self, random: np.random.Generator) -> Samples:
        """A piece of unhurt sound, (samples,), at a random loudness."""
        piece = self._piece(random)
        while is_quiet(piece):  # its own noise would be drawn up to hiss
            piece = self._piece(random)
        if random.random() < BLEND_CHANCE:
            piece = _blended(piece, self._piece(random), random.uniform(-24, 0))
        if random.random() < MUSIC_CHANCE:
            piece = _blended(piece, _music(random), random.uniform(-20, 10))
        return (piece * random.uniform(0.1, 0.9) / (np.abs(piece).max() + 1e-9)).astype(np.float32)

    def _piece(self, random: np.random.Generator) -> Samples:
        if random.random() < VIDEO_CHANCE:
            sound = _video_sound(self.videos[random.integers(len(self.videos))])
        else:
            group = self.speech[random.integers(len(self.speech))]
            sound = _recording(group[random.integers(len(group))])
        return _stretch(sound, random)


def _damaged(sound: Samples, random: np.random.Generator) -> tuple[int, Samples, np.ndarray]:
    """Class, damaged sound, and which defects it holds at what strength, (8,)."""
    if random.random() < MIXED_CHANCE:
        chosen = [name for name in DEFECTS if random.random() < 0.5]
    else:
        label = int(random.integers(len(CLASSES)))
        chosen = [CLASSES[label]] if label else []
    mixture = np.zeros(2 * len(DEFECTS), np.float32)
    clip = Clip(sound=sound[None])
    # Distortion comes first: it would turn what is there already into something else.
    for name in sorted(chosen, key=lambda name: name != "distortion"):
        strength = float(random.uniform(0.1, 1.0))
        clip, _ = simulate(name, clip, 0.0, PIECE_S, strength, int(random.integers(1 << 31)))
        place = DEFECTS.index(name)
        mixture[place], mixture[place + len(DEFECTS)] = 1.0, strength
    assert clip.sound is not None
    label = MIXED if len(chosen) > 1 else CLASSES.index(chosen[0]) if chosen else 0
    return label, clip.sound[0], mixture


def _music(random: np.random.Generator) -> Samples:
    """Decaying chords with overtones, bass notes among them: tones that are no hum."""
    length = round(PIECE_S * SOUND_RATE_HZ)
    time_s = np.arange(length) / SOUND_RATE_HZ
    sound = np.zeros(length)
    for _ in range(int(random.integers(2, 10))):
        start = int(random.integers(length))
        pitch_hz = 40.0 * 2 ** (random.integers(0, 60) / 12)
        decay_s = random.uniform(0.1, 1.5)
        for overtone in range(1, int(random.integers(2, 8))):
            tone = np.sin(2 * np.pi * pitch_hz * overtone * time_s[: length - start]) / overtone
            sound[start:] += random.uniform(0.2, 1.0) * tone * np.exp(-time_s[: length - start] / decay_s)
    return sound.astype(np.float32)


def _blended(sound: Samples, other: Samples, gain_db: float) -> Samples:
    """Two sounds at once, `other` louder than `sound` by the gain."""
    levels = [float(np.sqrt(np.mean(part**2))) + 1e-9 for part in (sound, other)]
    return (sound + other * (levels[0] / levels[1] * 10 ** (gain_db / 20))).astype(np.float32)


def _stretch(sound: Samples, random: np.random.Generator) -> Samples:
    """A random stretch of a piece's length; shorter sound is repeated."""
    length = round(PIECE_S * SOUND_RATE_HZ)
    if len(sound) < length:
        sound = np.tile(sound, -(-length // len(sound)))
    start = int(random.integers(len(sound) - length + 1))
    return sound[start : start + length]


@lru_cache(maxsize=64)
def _recording(path: Path) -> Samples:
    return read_audio(path, SOUND_RATE_HZ).samples


@lru_cache(maxsize=64)
def _video_sound(path: Path) -> Samples:
    """The sound of a video, (samples,) at 48 kHz; its pictures are not decoded. Empty where there is none."""
    resampler = AudioResampler(format="fltp", layout="mono", rate=SOUND_RATE_HZ)
    parts = [np.zeros((1, 0), np.float32)]
    with av.open(str(path)) as container:
        if container.streams.audio:
            frames = chain(container.decode(audio=0), [None])
            parts += [part.to_ndarray() for frame in frames for part in resampler.resample(frame)]
    return np.concatenate(parts, axis=1)[0]


def with_sound(paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """Those that hold at least a second of sound that is not silence."""
    sounds = {path: _video_sound(path) for path in paths}
    return tuple(path for path, sound in sounds.items() if len(sound) >= SOUND_RATE_HZ and not is_quiet(sound))
