"""`prepare`: every utterance of the voice's corpora with its labels, one file each, which training reads.

The ensemble and the rewritten sentences get the teacher's own labels. Where the pitch of the sound was rewritten, the
pitch that is heard is kept beside the teacher's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.progress import track

from vivavoce.audio import read_audio
from vivavoce.errors import InputError
from vivavoce.features import pitch
from vivavoce.training.corpora.arrays import write_arrays
from vivavoce.training.corpora.intonation import intonation_kinds
from vivavoce.training.corpora.recordings import Recording, recordings
from vivavoce.training.voice.hibari import vocabulary
from vivavoce.training.voice.labels import Labels, Predictor
from vivavoce.training.voice.recordings import at_times, label_recording
from vivavoce.training.voice.sound import FRAME_SAMPLES, RATE_HZ

SYNTHETIC = ("ensemble", "intonation")
RECORDED_GAIN = 2.0
"""kathleen's recordings are that much softer than the teacher's speech; prosody is measured at like loudness."""


def prepare(root: Path, cache: Path, styles: str, corpora: Sequence[str]) -> None:
    """Write `cache/<corpus>/<id>.npz` of every recording; files already there are kept."""
    predictor = Predictor(styles) if set(corpora) & set(SYNTHETIC) else None
    symbols = vocabulary()
    for corpus in corpora:
        spoken = _phonemes(root / corpus / "alignments.jsonl") if corpus in SYNTHETIC else {}
        told = intonation_kinds(root / corpus / "intonation.tsv")
        for row in track(list(recordings(root, [corpus])), description=corpus):
            path = cache / corpus / f"{row.id}.npz"
            if path.exists():
                continue
            try:
                made = (
                    _synthetic(row, spoken[row.id], predictor)
                    if predictor and corpus in SYNTHETIC
                    else _record_arrays(row, symbols)
                )
            except (InputError, ValueError) as error:
                print(f"{row.id} is left out: {error}")
                continue
            kind, word = told.get(row.id, ("", -1))
            about = {"speaker": row.speaker, "split": row.split, "text": row.text, "kind": kind, "word": word}
            write_arrays(path, made | {name: np.array(value) for name, value in about.items()})


def _synthetic(row: Recording, phonemes: str, predictor: Predictor) -> dict[str, np.ndarray]:
    labels = predictor(phonemes, row.speaker)
    audio = read_audio(row.path, RATE_HZ)
    made = _arrays(labels, audio.samples)
    if row.corpus == "intonation":
        times = (np.arange(len(labels.f0_hz)) + 0.5) * FRAME_SAMPLES / RATE_HZ
        made["heard_f0"] = at_times(pitch(audio), times)
    return made


def _record_arrays(row: Recording, symbols: dict[str, int]) -> dict[str, np.ndarray]:
    spoken = label_recording(read_audio(row.path), row.text, row.language, symbols, RECORDED_GAIN)
    return _arrays(spoken.labels, spoken.samples)


def _arrays(labels: Labels, samples: np.ndarray) -> dict[str, np.ndarray]:
    count = 2 * int(labels.units.sum()) * FRAME_SAMPLES
    samples = np.pad(samples, (0, max(0, count - len(samples))))[:count]
    whole = (np.clip(samples, -1.0, 1.0) * 32767).astype(np.int16)
    return {
        "ids": labels.ids, "units": labels.units, "f0": labels.f0_hz, "energy": labels.energy, "samples": whole
    }  # fmt: skip


def _phonemes(path: Path) -> dict[str, str]:
    """What the teacher was given for each recording: British speakers too were given American symbols."""
    with open(path, encoding="utf-8") as file:
        rows = (json.loads(line) for line in file)
        return {row["id"]: "".join(row["symbols"]) for row in rows}
