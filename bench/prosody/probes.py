"""What CopyCat's latent gives away: a linear reading of who spoke, which should fail, and of the melody, which should
not."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.prosody.held_out import addon_of
from vivavoce.features import Array
from vivavoce.prosody.addons import sequence_block
from vivavoce.training.core.product import Workspace
from vivavoce.training.prosody.copycat import CopyExample, copy_examples
from vivavoce.training.prosody.dataset import measured_sentences
from vivavoce.training.voice.stage_two import CORPORA

_RIDGE = 3.0
STRIDE = 8
"""Frames that share a latent."""
FRAMES = 400
"""Frames of each recording that the melody is read from, at most."""


def latents(data: Path, runs: Path, name: str) -> list[tuple[CopyExample, Array]]:
    """The latent (frames, values) of each test recording; none without the addon."""
    addon = addon_of(name, runs)
    if addon is None:
        return []
    block = sequence_block(addon)
    workspace = Workspace(data, runs)
    spoken = copy_examples(measured_sentences(workspace, CORPORA), "test")
    return [(recording, block(_fed(recording))["latent"][0]) for recording in spoken]


def _fed(recording: CopyExample) -> dict[str, np.ndarray]:
    return {
        "contour": recording.contour[None], "symbols": recording.symbols[None],
        "position": recording.position[None], "speaker": np.array([0], np.int64),
    }  # fmt: skip


def speaker_probe(found: list[tuple[CopyExample, Array]]) -> tuple[float, float]:
    """Accuracy of a linear classifier of speakers on single latents, and chance."""
    once = [latent[::STRIDE] for _, latent in found]
    speakers = [recording.speaker for recording, _ in found]
    return classified(np.concatenate(once), np.repeat(speakers, [len(x) for x in once]))


def habit_probe(found: list[tuple[CopyExample, Array]]) -> tuple[float, float]:
    """The same on the mean and spread over a whole recording: who pauses and who swings is a habit that is copied."""
    rows = np.array([np.concatenate([latent.mean(axis=0), latent.std(axis=0)]) for _, latent in found])
    return classified(rows, np.array([recording.speaker for recording, _ in found]))


def melody_probe(found: list[tuple[CopyExample, Array]]) -> float:
    """Share of the variance of log f0 in voiced frames that a linear reading of the latent explains."""
    latent = np.concatenate([x[:FRAMES] for _, x in found])
    contour = np.concatenate([recording.contour[:FRAMES] for recording, _ in found])
    voiced = contour[:, 2] > 0
    half = np.arange(int(voiced.sum())) % 2000 < 1000
    rows, wanted = _standard(latent[voiced]), contour[voiced, 0]
    rest = wanted[~half] - rows[~half] @ _ridge(rows[half], wanted[half])
    return float(1 - rest.var() / wanted[~half].var())


def classified(rows: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Accuracy over two folds with as many rows of each label, and chance."""
    speakers = np.unique(labels)
    random = np.random.default_rng(0)
    each = min(int((labels == s).sum()) for s in speakers)
    picked = np.concatenate([random.permutation(np.flatnonzero(labels == s))[:each] for s in speakers])
    inputs = _standard(rows[picked])
    wanted = (labels[picked][:, None] == speakers[None]).astype(float)
    folds = np.tile(np.arange(each) % 2, len(speakers))
    right = 0.0
    for fold in (0, 1):
        train, test = folds != fold, folds == fold
        answer = inputs[test] @ _ridge(inputs[train], wanted[train])
        right += float((answer.argmax(axis=1) == wanted[test].argmax(axis=1)).sum())
    return right / len(picked), 1 / len(speakers)


def _standard(rows: np.ndarray) -> np.ndarray:
    """Columns of mean 0 and spread 1, and a column of ones."""
    scaled = (rows - rows.mean(axis=0)) / (rows.std(axis=0) + 1e-6)
    return np.column_stack([scaled, np.ones(len(scaled))])


def _ridge(rows: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    return np.linalg.solve(rows.T @ rows + _RIDGE * np.eye(rows.shape[1]), rows.T @ wanted)
