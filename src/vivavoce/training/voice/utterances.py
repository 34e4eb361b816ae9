"""Prepared utterances as the trainings of the voice read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from vivavoce.errors import InputError
from vivavoce.training.corpora.split import split_of
from vivavoce.training.voice.sound import FRAME_SAMPLES, VOICED_HZ, Array

SPEAKERS = ("af_heart", "kathleen", "af_bella", "am_michael", "am_fenrir", "bf_emma", "bm_george")
LEVEL_RMS = 0.0436
"""What the loud frames of every speaker are brought to: the level of hibari's own voice."""


@dataclass(slots=True)
class Utterance:
    """One prepared recording: see `labels.Labels`; `samples` are int16, `gain` brings them to the common level."""

    id: str
    corpus: str
    speaker: int
    split: str
    text: str
    kind: str
    word: int
    ids: Tensor
    units: Tensor
    f0_hz: Array
    energy: Array
    samples: np.ndarray
    gain: float = 1.0

    @property
    def frames(self) -> int:
        return len(self.f0_hz)

    def sound(self, start: int = 0, stop: int | None = None) -> Array:
        """Samples of frames start to stop, which lie inside."""
        stop = self.frames if stop is None else stop
        whole = self.samples[start * FRAME_SAMPLES : stop * FRAME_SAMPLES]
        return whole.astype(np.float32) * (self.gain / 32767.0)


def utterances(
    cache: Path, corpora: Sequence[str], splits: Sequence[str] = ("train",), with_sound: bool = True
) -> list[Utterance]:
    """All prepared utterances of the corpora and splits, at one level; without their samples if nobody needs them.

    Raises `InputError` where nothing was prepared.
    """
    found = [u for corpus in corpora for u in _read(cache / corpus, corpus, splits, with_sound)]
    if not found:
        raise InputError(f"{cache}: no utterances of {', '.join(corpora)}; prepare the recipe first")
    for speaker in range(len(SPEAKERS) if with_sound else 0):
        own = [u for u in found if u.speaker == speaker]
        if own:
            gain = LEVEL_RMS / float(np.median([active_rms(u.samples / 32767.0) for u in own[:200]]))
            for utterance in own:
                utterance.gain = gain
    return found


def active_rms(samples: np.ndarray) -> float:
    """Root mean square of the frames that lie within 25 dB of the loudest."""
    frames = samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    power = np.mean(frames.astype(np.float64) ** 2, axis=1)
    return float(np.sqrt(np.mean(power[power > power.max() * 10.0**-2.5])))


def heard_pitch(teacher_hz: Array, heard_hz: Array) -> Array:
    """The pitch that is heard where the teacher meant voice: (frames,) both."""
    meant, heard = teacher_hz > VOICED_HZ, heard_hz > 0
    if heard.sum() < 2:
        return teacher_hz
    places = np.arange(len(heard_hz))
    line = np.exp(np.interp(places, places[heard], np.log(heard_hz[heard])))
    return np.where(meant, line, teacher_hz).astype(np.float32)


def _read(folder: Path, corpus: str, splits: Sequence[str], with_sound: bool) -> Iterator[Utterance]:
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as stored:
            text = str(stored["text"])
            split = split_of(text, str(stored["split"]) == "test")
            if split not in splits:
                continue
            f0 = stored["f0"]
            if "heard_f0" in stored.files:
                f0 = heard_pitch(f0, stored["heard_f0"])
            yield Utterance(
                path.stem, corpus, SPEAKERS.index(str(stored["speaker"])), split, text, str(stored["kind"]),
                int(stored["word"]), torch.from_numpy(stored["ids"]), torch.from_numpy(stored["units"]), f0,
                stored["energy"], stored["samples"] if with_sound else np.zeros(0, np.int16),
            )  # fmt: skip
