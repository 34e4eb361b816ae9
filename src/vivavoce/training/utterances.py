"""Aligned utterances, ready for the acoustic model."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from rich.progress import track
from torch import Tensor

from vivavoce.features import continuous_log_f0, energy
from vivavoce.training.alignment import speaker_language, whole_sentence
from vivavoce.training.corpora.recordings import Recording, feature_path, recordings
from vivavoce.voice.contour import energy_contour, frame_positions, knots_of, pitch_contour, token_means, token_of_frame
from vivavoce.voice.tokens import SYMBOL_ID, Tokens, tokenise

SPEAKERS = ("kathleen", "af_heart", "af_bella", "am_michael", "am_fenrir", "bf_emma", "bm_george")


@dataclass(slots=True)
class AlignedUtterance:
    """One recording with everything that the networks read or answer."""

    recording: Recording
    tokens: Tokens
    durations: np.ndarray
    mel: np.ndarray
    voiced: np.ndarray
    knots: np.ndarray
    knot_weights: np.ndarray
    """How much each token's pitch counts, (tokens,): its voiced share, 0 where the melody is not to be learned."""
    energy: np.ndarray


def aligned_utterances(
    root: Path,
    cache: Path,
    alignment: Path,
    corpora: list[str],
    speaker: str | None = None,
    split: str | None = None,
) -> list[AlignedUtterance]:
    """All utterances of the corpora that were aligned, or those of one speaker, of one split.

    Those that the front end reads differently since they were aligned are left out.
    """
    durations = json.loads(alignment.read_text(encoding="utf-8"))
    rows = [r for r in recordings(root, corpora) if r.id in durations and speaker in (None, r.speaker)]
    rows = [r for r in rows if split in (None, r.split)]
    read = [_read(row, np.array(durations[row.id]), cache) for row in track(rows, description="utterances")]
    return [utterance for utterance in read if utterance is not None]


def _read(recording: Recording, durations: np.ndarray, cache: Path) -> AlignedUtterance | None:
    tokens = tokenise(whole_sentence(recording.text, speaker_language(recording.speaker)))
    if len(tokens.symbols) != len(durations):
        return None
    with np.load(feature_path(cache, recording)) as stored:
        mel, f0 = stored["mel"].astype(np.float32), stored["f0"]
    voiced = f0 > 0
    weights = token_means(voiced.astype(np.float32), durations)
    # the ensemble asks every question with a falling pitch; questions are learned from those who ask them
    if recording.corpus == "ensemble" and SYMBOL_ID["?"] in tokens.symbols:
        weights = np.zeros_like(weights)
    knots = knots_of(continuous_log_f0(f0), durations)
    return AlignedUtterance(
        recording, tokens, durations, mel, voiced, knots, weights, token_means(energy(mel), durations)
    )


def batches(
    utterances: list[AlignedUtterance], frames: int, random: np.random.Generator
) -> Iterator[list[AlignedUtterance]]:
    """Endless batches of about `frames` frames, each of utterances of like length."""
    while True:
        order = random.permutation(len(utterances))
        order = sorted(order, key=lambda i: len(utterances[i].mel) + random.integers(60))
        groups: list[list[AlignedUtterance]] = [[]]
        for index in order:
            group = groups[-1]
            if group and (len(group) + 1) * len(utterances[index].mel) > frames:
                groups.append([])
            groups[-1].append(utterances[index])
        for number in random.permutation(len(groups)):
            yield groups[number]


def token_tensors(batch: list[AlignedUtterance]) -> dict[str, Tensor]:
    """Padded token tensors of a batch, and the mask of the real ones."""
    columns: Mapping[str, list[np.ndarray]] = {
        "symbols": [u.tokens.symbols for u in batch],
        "stress": [u.tokens.stress for u in batch],
        "durations": [u.durations for u in batch],
        "knots": [u.knots for u in batch],
        "knot_weights": [u.knot_weights for u in batch],
        "energy": [u.energy for u in batch],
        "mask": [np.ones(len(u.durations), np.float32) for u in batch],
    }
    padded = {name: _pad(arrays) for name, arrays in columns.items()}
    padded["speaker"] = torch.tensor([SPEAKERS.index(u.recording.speaker) for u in batch])
    return padded


def frame_tensors(batch: list[AlignedUtterance]) -> dict[str, Tensor]:
    """Padded frame tensors of a batch: targets, and what the decoder reads besides the encoded text."""
    columns: Mapping[str, list[np.ndarray]] = {
        "token": [token_of_frame(u.durations) for u in batch],
        "position": [frame_positions(u.durations) for u in batch],
        "log_f0": [pitch_contour(u.knots, u.durations) for u in batch],
        "energy": [energy_contour(u.energy, u.durations) for u in batch],
        "mel": [u.mel for u in batch],
        "voiced": [u.voiced.astype(np.float32) for u in batch],
        "frame_mask": [np.ones(len(u.mel), np.float32) for u in batch],
    }
    return {name: _pad(arrays) for name, arrays in columns.items()}


def _pad(arrays: list[np.ndarray]) -> Tensor:
    return torch.nn.utils.rnn.pad_sequence([torch.from_numpy(a) for a in arrays], batch_first=True)
