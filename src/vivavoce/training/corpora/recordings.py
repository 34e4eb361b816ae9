"""Recordings prepared for training: text to phonemes, sound to features, cached as one file an utterance."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.progress import track

from vivavoce.audio import read_audio
from vivavoce.features import RATE_HZ, mel_spectrogram, pitch
from vivavoce.training.corpora.arrays import write_arrays
from vivavoce.training.corpora.split import Split, split_of

MANY_SPEAKERS = "speechocean"
"""A corpus that is split by its speakers; all others are split by their texts, whoever says them."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One row of a corpus's `metadata.tsv`."""

    id: str
    corpus: str
    speaker: str
    language: str
    split: Split
    text: str
    path: Path


def recordings(root: Path, corpora: list[str]) -> Iterator[Recording]:
    """The rows of `root/<corpus>/metadata.tsv`, each with its Opus file."""
    for corpus in corpora:
        with open(root / corpus / "metadata.tsv", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                path = root / corpus / "audio" / f"{row['id']}.opus"
                key = row["speaker"] if corpus == MANY_SPEAKERS else row["text"]
                split = split_of(key, row["split"] == "test")
                yield Recording(row["id"], corpus, row["speaker"], row["language"], split, row["text"], path)


def feature_path(cache: Path, recording: Recording) -> Path:
    """Where `prepare` keeps the samples, mel and f0 of a recording."""
    return cache / recording.corpus / f"{recording.id}.npz"


def prepare(root: Path, cache: Path, corpora: list[str], workers: int = 2) -> None:
    """Compute and cache samples, mel and f0 of every recording; files already there are kept."""
    todo = [r for r in recordings(root, corpora) if not feature_path(cache, r).exists()]
    with ProcessPoolExecutor(workers) as pool:
        jobs = pool.map(_prepare_one, todo, [cache] * len(todo), chunksize=8)
        for _ in track(jobs, description="features", total=len(todo)):
            pass


def _prepare_one(recording: Recording, cache: Path) -> None:
    audio = read_audio(recording.path, RATE_HZ)
    features = {
        "samples": (np.clip(audio.samples, -1, 1) * 32767).astype(np.int16),
        "mel": mel_spectrogram(audio.samples).astype(np.float16),
        "f0": pitch(audio),
    }
    write_arrays(feature_path(cache, recording), features)
