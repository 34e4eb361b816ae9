"""Speech at 16 kHz with its acoustic features, for what fills holes: the vocoder and the predictor."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
import numpy.typing as npt
import soxr
from rich.progress import track

from vivavoce import features as voice_features
from vivavoce.redundancy.features import BANDS, HOP, RATE_HZ, WIDTH, Array, features
from vivavoce.training.corpora.arrays import write_arrays
from vivavoce.training.corpus import Recording, feature_path, recordings

DEV_SHARE = 40
"""One training recording in so many is kept for development."""


@dataclass(frozen=True, slots=True)
class Speech:
    """One recording: samples (frames * 160,) of 16 bits at 16 kHz and features (frames, 20)."""

    samples: npt.NDArray[np.int16]
    features: Array


def is_dev(recording: Recording) -> bool:
    """Whether a training recording is kept for development, by its name."""
    return crc32(recording.id.encode()) % DEV_SHARE == 0


def load(root: Path, cache: Path, corpora: Iterable[str], dev: bool = False) -> dict[str, list[Speech]]:
    """Training recordings by corpus, prepared where `cache` does not have them yet."""
    found = {}
    for corpus in corpora:
        path = cache / "carry" / f"{corpus}.npz"
        chosen = [r for r in recordings(root, [corpus]) if r.split == "train" and feature_path(cache, r).exists()]
        if not path.exists():
            _prepare(chosen, cache, path)
        with np.load(path) as stored:
            ends = np.cumsum(stored["frames"])[:-1]
            samples, frames = np.split(stored["samples"], ends * HOP), np.split(stored["features"], ends)
        if len(samples) != len(chosen):
            raise SystemExit(f"{path}: made from {len(samples)} recordings, there are {len(chosen)}; delete it")
        pairs = zip(chosen, samples, frames, strict=True)
        found[corpus] = [Speech(s, f.astype(np.float32)) for r, s, f in pairs if is_dev(r) == dev]
    return found


def with_gain(frames: Array, gain_db: Array) -> Array:
    """The features of the same speech `gain_db` louder: (batch, frames, 20), (batch,) -> (batch, frames, 20)."""
    louder = frames.copy()
    louder[..., 0] += np.sqrt(BANDS) * gain_db[:, None] / 10.0
    return louder


def _prepare(chosen: list[Recording], cache: Path, path: Path, workers: int = 2) -> None:
    with ProcessPoolExecutor(workers) as pool:
        jobs = pool.map(_speech, [feature_path(cache, r) for r in chosen], chunksize=8)
        made = list(track(jobs, description=path.stem, total=len(chosen)))
    arrays = {
        "samples": np.concatenate([speech.samples for speech in made]),
        "features": np.concatenate([speech.features for speech in made]).astype(np.float16),
        "frames": np.array([len(speech.features) for speech in made]),
    }
    write_arrays(path, arrays)


def _speech(path: Path) -> Speech:
    with np.load(path) as stored:
        samples = stored["samples"].astype(np.float32) / 32768.0
    samples = soxr.resample(samples, voice_features.RATE_HZ, RATE_HZ, quality="HQ")
    samples = samples[: len(samples) // HOP * HOP]
    made = features(samples) if len(samples) else np.zeros((0, WIDTH), np.float32)
    return Speech((np.clip(samples, -1, 1) * 32767).astype(np.int16), made)
