"""What one speaker says: sound at its tokens, as vivavoce's own aligner finds them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from vivavoce.audio import read_audio
from vivavoce.errors import InputError
from vivavoce.features import RATE_HZ, Array, continuous_log_f0, mel_spectrogram, pitch
from vivavoce.prosody.alignment import aligner, whole_sentence
from vivavoce.voice.contour import Frames, frame_positions, token_of_frame
from vivavoce.voice.tokens import Tokens, tokenise


@dataclass(frozen=True, slots=True)
class Utterance:
    """One recording."""

    tokens: Tokens
    durations: Frames
    """Frames of each token, (tokens,)."""
    mel: Array
    """(frames, 80)."""
    f0: Array
    """Hz, 0 where unvoiced, (frames,)."""
    is_model: bool = True
    """Whether its pitch is to be learned: the synthetic ensemble asks every question with a falling one."""

    def trimmed(self, before: int, after: int) -> Utterance:
        """With at most so many frames in its first and its last gap."""
        durations = self.durations.copy()
        durations[0], durations[-1] = min(durations[0], before), min(durations[-1], after)
        start = int(self.durations[0] - durations[0])
        stop = start + int(durations.sum())
        return replace(self, durations=durations, mel=self.mel[start:stop], f0=self.f0[start:stop])


def read_utterances(speech: Path, corpora: Sequence[str], speaker: str, split: str) -> Iterator[Utterance]:
    """What `speaker` says in the corpora under `speech`; what the aligner does not find in its text is left out."""
    for corpus in corpora:
        with open(speech / corpus / "metadata.tsv", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        for row in rows:
            if (row["speaker"], row["split"]) != (speaker, split):
                continue
            audio = read_audio(speech / corpus / "audio" / f"{row['id']}.opus", RATE_HZ)
            tokens, mel = tokenise(whole_sentence(row["text"], row["language"])), mel_spectrogram(audio.samples)
            is_model = corpus != "ensemble" or not row["text"].rstrip().endswith("?")
            try:
                durations = aligner().align(mel, tokens)
            except InputError:
                continue
            yield Utterance(tokens, durations, mel, pitch(audio), is_model)


def endless_batches(
    utterances: Sequence[Utterance], frames: int, random: np.random.Generator
) -> Iterator[list[Utterance]]:
    """Batches of about `frames` frames, each of utterances of like length."""
    while True:
        order = random.permutation(len(utterances)).tolist()
        order.sort(key=lambda index: len(utterances[index].mel) + random.integers(60))
        groups: list[list[Utterance]] = [[]]
        for index in order:
            if groups[-1] and (len(groups[-1]) + 1) * len(utterances[index].mel) > frames:
                groups.append([])
            groups[-1].append(utterances[index])
        for number in random.permutation(len(groups)):
            yield groups[number]


def token_tensors(batch: Sequence[Utterance]) -> dict[str, Tensor]:
    """Padded tensors of a batch by tokens, (batch, tokens), and the mask of the real ones."""
    return {
        "symbols": _pad([u.tokens.symbols for u in batch]),
        "stress": _pad([u.tokens.stress for u in batch]),
        "mask": _pad([np.ones(len(u.durations), np.float32) for u in batch]),
        "is_model": torch.tensor([float(u.is_model) for u in batch]),
    }


def frame_tensors(batch: Sequence[Utterance]) -> dict[str, Tensor]:
    """Padded tensors of a batch by frames, (batch, frames, …)."""
    return {
        "token": _pad([token_of_frame(u.durations) for u in batch]),
        "position": _pad([frame_positions(u.durations) for u in batch]),
        "log_f0": _pad([continuous_log_f0(u.f0) for u in batch]),
        "mel": _pad([u.mel.astype(np.float32) for u in batch]),
        "voiced": _pad([(u.f0 > 0).astype(np.float32) for u in batch]),
        "frame_mask": _pad([np.ones(len(u.mel), np.float32) for u in batch]),
    }


def _pad(arrays: Sequence[np.ndarray]) -> Tensor:
    return torch.nn.utils.rnn.pad_sequence([torch.from_numpy(array) for array in arrays], batch_first=True)
