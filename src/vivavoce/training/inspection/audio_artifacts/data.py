"""Seconds of sound with simulated defects, coded with loss, as the views that the network hears."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TypeVar

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.error import FFmpegError

from vivavoce.audio import read_audio
from vivavoce.inspection.defects.audio_artifacts.detect import CLASSES
from vivavoce.inspection.defects.audio_artifacts.features import is_quiet, sound_views
from vivavoce.inspection.media import SAMPLE_RATE_HZ, Samples
from vivavoce.inspection.simulation import Clip, simulate, transcode_audio
from vivavoce.training.inspection.examples import Example
from vivavoce.training.inspection.hard_negatives.sounds import apply_random_effects, crowd, mix, music

_T = TypeVar("_T")

DEFECTS = CLASSES[1:]
MIXED = -1
"""The class of a second with several defects: pretraining learns from it, the classes do not."""

PIECE_S, PIECES, EDGE_S = 2.4, 8, 0.2
PER_PIECE = 3
LEAST_MUSIC_S = 10.0
CODECS = (
    ("aac", 128_000), ("aac", 96_000), ("aac", 64_000),
    ("libopus", 96_000), ("libopus", 64_000), ("libmp3lame", 128_000),
)  # fmt: skip
"""Bits a second of one channel; 64 kb/s is what each has in stereo at 128."""

CODEC_CHANCES = (0.25, 0.1, 0.3, 0.15, 0.12, 0.08)
MIXED_CHANCE, BLEND_CHANCE = 0.2, 0.15
SPEECH_CHANCE, PLAYED_CHANCE = 0.4, 0.4
"""Of pieces: recordings of speech, and music where there is some; the rest is the sound of videos."""
MUSIC_CHANCE, CROWD_CHANCE, DRESSED_CHANCE = 0.1, 0.08, 0.5
"""Of clean pieces: made-up music and a crowd that are mixed in, effects."""
CLEAN_CHANCE = 0.4
"""Of single classes: clean sound is the most various."""
PART_CHANCE, LEAST_PART_S, HARDLY_S = 0.35, 0.35, 0.05
"""Damage that begins or ends within a second: from how much of it on that is a defect, up to how much none."""
WEAKEST, MILDER = 0.1, 1.5
"""Strengths lean to the mild: the strong are easy."""


@dataclass(frozen=True)
class ArtifactMaker:
    """Draws pieces from speech, music and the sound of videos, and damages some; one draw is one run of a codec."""

    speech: tuple[tuple[Path, ...], ...]
    """Recordings, one group a corpus; groups are drawn alike, whatever their size."""
    videos: tuple[Path, ...]
    music: tuple[tuple[Path, ...], ...] = ()
    """Music, one group a package."""

    def __call__(self, random: np.random.Generator) -> Iterator[Example]:
        pieces, damages = [], []
        for _ in range(PIECES):
            piece, simulate = _damage(self._clean(random), random)
            pieces.append(piece)
            damages.append(simulate)
        codec, bits = CODECS[random.choice(len(CODECS), p=CODEC_CHANCES)]
        heard = transcode_audio(np.concatenate(pieces)[None].astype(np.float32), codec, bits)[0]
        for number, simulate in enumerate(damages):
            yield from _seconds(heard, number * PIECE_S, simulate, random)

    def _clean(self, random: np.random.Generator) -> Samples:
        """A piece of undamaged sound, (samples,), at a random loudness."""
        piece = self._piece(random)
        while is_quiet(piece):  # its own noise would be drawn up to hiss
            piece = self._piece(random)
        if random.random() < BLEND_CHANCE:
            piece = mix(piece, self._piece(random), random.uniform(-24, 0))
        if random.random() < MUSIC_CHANCE:
            piece = mix(piece, music(len(piece), random), random.uniform(-20, 20))
        if random.random() < CROWD_CHANCE:
            piece = mix(piece, crowd(len(piece), random), random.uniform(-20, 10))
        if random.random() < DRESSED_CHANCE:
            piece = apply_random_effects(piece, random)
        return (piece * random.uniform(0.1, 0.9) / (np.abs(piece).max() + 1e-9)).astype(np.float32)

    def _piece(self, random: np.random.Generator) -> Samples:
        kind = random.random()
        if kind < PLAYED_CHANCE and self.music:
            return _stretch(_played(_one_of(_one_of(self.music, random), random), random), random)
        if kind < PLAYED_CHANCE + SPEECH_CHANCE or not self.videos:
            return _stretch(_recording(_one_of(_one_of(self.speech, random), random)), random)
        return _stretch(_video_sound(_one_of(self.videos, random)), random)


@dataclass(frozen=True)
class _Damage:
    """What was done to a piece, and when."""

    label: int
    mixture: np.ndarray
    """Presence of each defect and its strength, (8,)."""
    start_s: float
    end_s: float


def _damage(sound: Samples, random: np.random.Generator) -> tuple[Samples, _Damage]:
    """A piece with one defect, several or none, throughout or in a part."""
    several = random.random() < MIXED_CHANCE
    if several:
        chosen = [name for name in DEFECTS if random.random() < 0.5]
    else:
        chosen = [] if random.random() < CLEAN_CHANCE else [str(random.choice(DEFECTS))]
    start_s, end_s = 0.0, PIECE_S
    if not several and random.random() < PART_CHANCE:
        turn_s = float(random.uniform(0.3, 0.7)) * PIECE_S
        start_s, end_s = (turn_s, PIECE_S) if random.random() < 0.5 else (0.0, turn_s)
    mixture = np.zeros(2 * len(DEFECTS), np.float32)
    clip = Clip(sound=sound[None])
    # Distortion comes first: it would turn what is there already into something else.
    for name in sorted(chosen, key=lambda name: name != "distortion"):
        strength = WEAKEST + (1.0 - WEAKEST) * float(random.random()) ** MILDER
        clip, _ = simulate(name, clip, start_s, end_s - start_s, strength, int(random.integers(1 << 31)))
        place = DEFECTS.index(name)
        mixture[place], mixture[place + len(DEFECTS)] = 1.0, strength
    assert clip.sound is not None
    label = MIXED if len(chosen) > 1 else CLASSES.index(chosen[0]) if chosen else 0
    return clip.sound[0], _Damage(label, mixture, start_s, end_s)


def _seconds(heard: Samples, begun_s: float, simulate: _Damage, random: np.random.Generator) -> Iterator[Example]:
    """Some seconds of the piece that begins at `begun_s`, but those of which nobody could say what they are."""
    for _ in range(PER_PIECE):
        start_s = float(random.uniform(EDGE_S, PIECE_S - 1.0 - EDGE_S))
        first = round((begun_s + start_s) * SAMPLE_RATE_HZ)
        second = heard[None, first : first + SAMPLE_RATE_HZ]
        hurt_s = min(simulate.end_s, start_s + 1.0) - max(simulate.start_s, start_s)
        if is_quiet(second[0]) or (simulate.label and HARDLY_S < hurt_s < LEAST_PART_S):
            continue
        views = {name: view[0].astype(np.float16) for name, view in sound_views(second).items()}
        hurt = hurt_s >= LEAST_PART_S
        mixture = simulate.mixture if hurt else np.zeros_like(simulate.mixture)
        yield {**views, "label": np.int8(simulate.label if hurt else 0), "mixture": mixture}


def _stretch(sound: Samples, random: np.random.Generator) -> Samples:
    """A random stretch of a piece's length; shorter sound is repeated."""
    length = round(PIECE_S * SAMPLE_RATE_HZ)
    if len(sound) < length:
        sound = np.tile(sound, -(-length // len(sound)))
    start = int(random.integers(len(sound) - length + 1))
    return sound[start : start + length]


def _one_of(choices: Sequence[_T], random: np.random.Generator) -> _T:
    return choices[int(random.integers(len(choices)))]


def _played(path: Path, random: np.random.Generator) -> Samples:
    """A stretch of music somewhere in a file, (samples,) at 48 kHz, a piece long or what there is."""
    resampler = AudioResampler(format="fltp", layout="mono", rate=SAMPLE_RATE_HZ)
    parts, heard = [np.zeros((1, 0), np.float32)], 0
    with av.open(str(path), metadata_errors="ignore") as container:
        spare_s = (container.duration or 0) / av.time_base - PIECE_S - EDGE_S
        if spare_s > 0:
            container.seek(round(random.uniform(0, spare_s) * av.time_base))
        for frame in container.decode(audio=0):
            parts += [part.to_ndarray() for part in resampler.resample(frame)]
            heard += parts[-1].shape[1]
            if heard > (PIECE_S + EDGE_S) * SAMPLE_RATE_HZ:
                break
    return np.concatenate(parts, axis=1)[0]


@lru_cache(maxsize=64)
def _recording(path: Path) -> Samples:
    return read_audio(path, SAMPLE_RATE_HZ).samples


@lru_cache(maxsize=64)
def _video_sound(path: Path) -> Samples:
    """The sound of a video, (samples,) at 48 kHz; its pictures are not decoded. Empty where there is none."""
    resampler = AudioResampler(format="fltp", layout="mono", rate=SAMPLE_RATE_HZ)
    parts = [np.zeros((1, 0), np.float32)]
    with av.open(str(path), metadata_errors="ignore") as container:
        if container.streams.audio:
            frames = chain(container.decode(audio=0), [None])
            parts += [part.to_ndarray() for frame in frames for part in resampler.resample(frame)]
    return np.concatenate(parts, axis=1)[0]


def long_enough(groups: tuple[tuple[Path, ...], ...]) -> tuple[tuple[Path, ...], ...]:
    """Of groups of sounds those that can be read and last for ten seconds and more: no short effects."""
    kept = (tuple(path for path in group if _seconds_of(path) >= LEAST_MUSIC_S) for group in groups)
    return tuple(group for group in kept if group)


def _seconds_of(path: Path) -> float:
    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            return (container.duration or 0) / av.time_base if container.streams.audio else 0.0
    except FFmpegError:
        return 0.0


def with_sound(paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """Those that hold at least a second of sound that is not silence."""
    sounds = {path: _video_sound(path) for path in paths}
    return tuple(path for path, sound in sounds.items() if len(sound) >= SAMPLE_RATE_HZ and not is_quiet(sound))
