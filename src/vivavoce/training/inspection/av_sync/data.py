"""Mouths and speech of talking faces, cut out once, and windows of them at random offsets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from vivavoce.errors import InputError
from vivavoce.inspection.addon import load_learned
from vivavoce.inspection.decode import open_media
from vivavoce.inspection.lip_sync.offsets import REACH, around
from vivavoce.inspection.lip_sync.speech import BANDS, speech_bands
from vivavoce.inspection.lip_sync.tracks import FaceTracks
from vivavoce.inspection.media import SAMPLE_RATE_HZ, AudioBlock, VideoFrame
from vivavoce.training.corpora.arrays import write_arrays

TALKING = "talking"
LEAST_TICKS = 40
NONE = 2 * REACH + 1
NONE_CHANCE = 0.2


def prepare_tracks(videos: tuple[Path, ...], folder: Path) -> None:
    """Write one file for each face track of the videos of faces; files already there are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    faces = load_learned("faces", "faces").networks["faces"]
    for path in videos:
        if path.parent.name == "diverse" or list(folder.glob(f"{path.stem}-*.npz")):
            continue
        tracks, sounds = FaceTracks(faces), []
        with open_media(path) as media:
            for part in media.parts():
                if isinstance(part, VideoFrame):
                    tracks.on_frame(part)
                elif isinstance(part, AudioBlock) and part.stream == 0:
                    if not sounds:
                        sounds.append(np.zeros(round(part.start_s * SAMPLE_RATE_HZ), np.float32))
                    sounds.append(part.mono)
        bands = speech_bands(np.concatenate(sounds)) if sounds else np.zeros((0, BANDS), np.float32)
        for number, track in enumerate(tracks.tracks):
            if len(track.mouths) >= LEAST_TICKS:
                talking = np.bool_(path.parent.name == TALKING)
                content = {"mouths": np.stack(track.mouths), "bands": bands, "first": np.int32(track.first)}
                write_arrays(folder / f"{path.stem}-{number}.npz", {**content, "talking": talking})
        print(f"{path.name}: {[len(track.mouths) for track in tracks.tracks]}")


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One face of one file: mouths (ticks, 32, 48) uint8 and the file's bands from tick 0 on."""

    mouths: np.ndarray
    bands: np.ndarray
    first: int
    talking: bool


class Windows:
    """Tracks in memory, and batches of windows of them at random offsets."""

    def __init__(self, folder: Path, late_ms: Mapping[str, float]) -> None:
        """`late_ms` says by how much the sound of some clips, by their names, comes after the lips as they are."""
        self.tracks = []
        for path in sorted(folder.glob("*.npz")):
            with np.load(path) as stored:
                mouths, bands, first, talking = (stored[key] for key in ("mouths", "bands", "first", "talking"))
            if bands.size:
                clip = path.stem.rpartition("-")[0]
                bands = begin_earlier(bands, late_ms.get(clip, 0.0))
                self.tracks.append(Track(mouths, bands, int(first), bool(talking)))
        self.talking = [track for track in self.tracks if track.talking]
        if not self.talking:
            raise InputError(f"{folder}: no faces there, run python -m vivavoce.training prepare first")
        lengths = np.array([len(track.mouths) for track in self.talking], float)
        self._chances = lengths / lengths.sum()

    def batch(self, size: int, ticks: int, random: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Mouths (size, ticks, 32, 48), bands (size, 4 * (ticks + 54), 24) and offsets from -27 as 0 (55: none)."""
        windows = [self._window(ticks, random) for _ in range(size)]
        mouths, bands, offsets = (np.stack(part) for part in zip(*windows, strict=True))
        return torch.from_numpy(mouths), torch.from_numpy(bands), torch.from_numpy(offsets)

    def _window(self, ticks: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.int64]:
        track = self.talking[random.choice(len(self.talking), p=self._chances)]
        none = random.random() < NONE_CHANCE
        offset = int(random.integers(-REACH, REACH + 1))
        start = int(random.integers(max(1, len(track.mouths) - ticks + 1)))
        mouths = _augment(_fill(track.mouths[start : start + ticks], ticks), random)
        if none and random.random() < 0.3:
            still = self.tracks[random.integers(len(self.tracks))]
            if not still.talking:
                mouths = _augment(_fill(still.mouths, ticks), random)
        source, place = (self._foreign(track, random), int(random.integers(200))) if none else (track, 0)
        at = place if none else track.first + start - offset
        bands = around(source.bands, at, ticks, 0)
        return mouths, _augment_channel(bands, random), np.int64(NONE if none else offset + REACH)

    def _foreign(self, track: Track, random: np.random.Generator) -> Track:
        others = [other for other in self.tracks if other.bands is not track.bands] or [track]
        return others[random.integers(len(others))]


def begin_earlier(bands: np.ndarray, late_ms: float) -> np.ndarray:
    """Bands (hops, 24), 100 a second, shifted to undo a delay: begun later, or preceded by a floor."""
    hops = round(late_ms / 10.0)
    return bands[hops:] if hops >= 0 else np.pad(bands, ((-hops, 0), (0, 0)), constant_values=float(bands.min()))


def _fill(mouths: np.ndarray, ticks: int) -> np.ndarray:
    """The first `ticks` mouths; the last is repeated where there are fewer."""
    short = ticks - len(mouths)
    return np.concatenate([mouths, np.repeat(mouths[-1:], short, axis=0)]) if short > 0 else mouths[:ticks]


def _augment(mouths: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Mirrored, shifted, larger or smaller, brighter or darker, noisier: one change for the whole window."""
    made = mouths.astype(np.float32)
    if random.random() < 0.5:
        made = made[..., ::-1]
    made = _zoom(made, random)
    contrast, light = random.uniform(0.7, 1.3), random.uniform(-15, 15)
    made = (made - made.mean()) * contrast + made.mean() + light
    made += random.normal(0, random.uniform(0, 3), made.shape)
    return np.clip(made, 0, 255).astype(np.uint8)


def _zoom(mouths: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Each mouth read at places that are scaled and shifted alike, to the nearest pixel."""
    rows, columns = mouths.shape[1:]
    scale = random.uniform(0.85, 1.1)
    y = (np.arange(rows) - rows / 2) * scale * random.uniform(0.93, 1.07) + rows / 2 + random.uniform(-2.5, 2.5)
    x = (np.arange(columns) - columns / 2) * scale + columns / 2 + random.uniform(-3, 3)
    y, x = (np.clip(np.rint(v), 0, most - 1).astype(np.int64) for v, most in ((y, rows), (x, columns)))
    return mouths[:, y][:, :, x]


def _augment_channel(bands: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Through another microphone: a smooth change over the bands, louder or softer, with a floor of noise."""
    tilt = np.interp(np.arange(BANDS), np.linspace(0, BANDS - 1, 4), random.normal(0, 0.3, 4))
    floor = np.quantile(bands, 0.05) + random.uniform(-0.5, 0.8)
    return np.maximum(bands + tilt + random.normal(0, 0.05, bands.shape), floor).astype(np.float32)
