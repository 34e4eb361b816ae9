"""Features of the corpora for the redundancy codec: one stream of frames each, and random stretches of it."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import soxr

from vivavoce.errors import InputError
from vivavoce.features import RATE_HZ as CORPUS_RATE_HZ
from vivavoce.redundancy import features as acoustic
from vivavoce.training.corpora.arrays import write_arrays
from vivavoce.training.corpora.recordings import feature_path, recordings
from vivavoce.training.corpora.split import Split


def prepare_frames(root: Path, cache: Path, corpora: list[str], workers: int = 2) -> None:
    """Write `redundancy-<corpus>.npz` with the frames of `train` and `development`; files already there are kept."""
    with ProcessPoolExecutor(workers) as pool:
        for corpus in corpora:
            target = frames_path(cache, corpus)
            if target.exists():
                continue
            known = [r for r in recordings(root, [corpus]) if r.split != "test"]
            made = pool.map(_frames, [feature_path(cache, r) for r in known], chunksize=16)
            parts: dict[str, list[np.ndarray]] = {"train": [], "development": []}
            for recording, frames in zip(known, made, strict=True):
                parts[recording.split].append(frames)
            empty = np.zeros((0, acoustic.WIDTH), np.float16)
            write_arrays(target, {split: np.concatenate([empty, *part]) for split, part in parts.items()})


def frames_path(cache: Path, corpus: str) -> Path:
    """Where `prepare_frames` keeps the frames of a corpus."""
    return cache / f"redundancy-{corpus}.npz"


class Stretches:
    """Random stretches of the corpora's frames, each corpus as often as its share says, if it has one long enough."""

    def __init__(self, cache: Path, shares: Mapping[str, float], frames: int, split: Split = "train") -> None:
        self.frames = frames
        streams = {}
        for corpus in shares:
            with np.load(frames_path(cache, corpus)) as stored:
                streams[corpus] = stored[split]
        long = [corpus for corpus, stream in streams.items() if len(stream) >= frames]
        if not long:
            raise InputError(f"{cache}: no corpus has {frames} frames for {split}")
        self.streams = [streams[corpus] for corpus in long]
        weights = np.array([shares[corpus] for corpus in long])
        self.weights = weights / weights.sum()

    def moments(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of each of the values of a frame, (20,) both."""
        sample = np.concatenate([stream[:50_000] for stream in self.streams]).astype(np.float32)
        return sample.mean(axis=0), sample.std(axis=0)

    def batch(self, size: int, random: np.random.Generator) -> np.ndarray:
        """-> (size, frames, 20)."""
        rows = []
        for number in random.choice(len(self.streams), size, p=self.weights):
            stream = self.streams[number]
            start = random.integers(len(stream) - self.frames + 1)
            rows.append(stream[start : start + self.frames])
        return np.stack(rows).astype(np.float32)


def vary(frames: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Other rooms, microphones and voices: level, timbre, steady noise and pitch of each stretch. Same shape."""
    size = len(frames)
    matrix = acoustic.cepstrum_matrix()
    cepstrum = frames[..., : acoustic.BANDS].copy()
    cepstrum[..., 0] += 4.0
    timbre = np.zeros((size, 1, acoustic.BANDS), np.float32)
    timbre[:, 0, 0] = random.uniform(-4.0, 3.0, size)
    timbre[:, 0, 1:4] = random.normal(0.0, 0.4, (size, 3))
    logs = (cepstrum + timbre) @ matrix.T
    hiss = random.uniform(-3.0, 2.0, (size, 1, 1)) + random.normal(0.0, 0.3, (size, 1, acoustic.BANDS))
    flutter = random.normal(0.0, 0.25, logs.shape)
    noisy = np.log10(10.0 ** np.maximum(logs, -2.0) + 10.0 ** (hiss + flutter))
    logs = np.where(random.random((size, 1, 1)) < 0.4, noisy, np.maximum(logs, -2.0)).astype(np.float32)
    varied = frames.copy()
    varied[..., : acoustic.BANDS] = logs @ matrix
    varied[..., 0] -= 4.0
    shift = random.uniform(-0.25, 0.25, (size, 1))
    varied[..., acoustic.PITCH] = np.clip(varied[..., acoustic.PITCH] + shift, -1.5, 1.5)
    return varied


def _frames(path: Path) -> np.ndarray:
    with np.load(path) as stored:
        samples = stored["samples"].astype(np.float32) / 32768.0
    return acoustic.features(soxr.resample(samples, CORPUS_RATE_HZ, acoustic.RATE_HZ)).astype(np.float16)
