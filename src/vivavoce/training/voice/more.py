"""More examples of durations, pitch and energy than there is sound: what each speaker says to the others' texts.

The teacher's predictor needs no sound, so that every voice may read what the others read; a share of the statements is
also asked, with a question mark for their full stop. Kathleen's prompts, as they are read aloud, are texts too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from rich.progress import track

from vivavoce.training.corpora.arrays import write_arrays
from vivavoce.training.corpora.intonation import intonation_kinds
from vivavoce.training.corpora.recordings import Recording, recordings
from vivavoce.training.voice.hibari import vocabulary
from vivavoce.training.voice.labels import Predictor
from vivavoce.training.voice.prepare import SYNTHETIC

CORPUS = "more"
RETOLD = "retold"
"""Kathleen's prompts as the teacher would have its speakers say them."""
UNSPOKEN = (CORPUS, RETOLD)
"""Corpora of labels alone, without sound."""
PER_SPEAKER = {"ensemble": 420, "intonation": 220}
ASKED = 80
"""Of the ensemble's statements, for each speaker."""
RETOLD_IN_ALL = 2000
"""Of the prompts, over all speakers."""
_Reading = tuple[str, str, str, str, tuple[str, int]]
"""Speaker, name, text, phonemes and kind of what is to be said."""


def prepare_more(root: Path, cache: Path, styles: str) -> None:
    """Write `cache/more/<speaker>-<id>.npz`; files already there are kept. No text that is held out is read."""
    _label(list(_readings(root)), cache / CORPUS, styles)


def prepare_retold(root: Path, cache: Path, styles: str) -> None:
    """Write `cache/retold/<speaker>-<id>.npz` from the prepared recordings `cache/kathleen`; files already there are
    kept. No text that is held out is read."""
    _label(list(_prompts(root, cache / "kathleen")), cache / RETOLD, styles)


def _label(said: Sequence[_Reading], folder: Path, styles: str) -> None:
    predictor = Predictor(styles)
    for speaker, name, text, phonemes, kind in track(said, description=folder.name):
        path = folder / f"{speaker}-{name}.npz"
        if path.exists():
            continue
        labels = predictor(phonemes, speaker)
        about = {"speaker": speaker, "split": "train", "text": text, "kind": kind[0], "word": kind[1]}
        arrays = {
            "ids": labels.ids, "units": labels.units, "f0": labels.f0_hz, "energy": labels.energy,
            "samples": np.zeros(0, np.int16), **{key: np.array(value) for key, value in about.items()},
        }  # fmt: skip
        write_arrays(path, arrays)


def _prompts(root: Path, prepared: Path) -> Iterator[_Reading]:
    """Each of Kathleen's prompts for each speaker, in an order that mixes both."""
    named = {number: symbol for symbol, number in vocabulary().items()}
    texts: dict[str, Recording] = {}
    for row in recordings(root, ["kathleen"]):
        if row.split == "train" and (prepared / f"{row.id}.npz").exists():
            texts.setdefault(row.text, row)
    speakers = sorted({row.speaker for row in recordings(root, ["ensemble"])})
    found: list[_Reading] = []
    for row in texts.values():
        with np.load(prepared / f"{row.id}.npz") as stored:
            phonemes = "".join(named.get(number, "") for number in stored["ids"].tolist())
        found += [(speaker, row.id, row.text, phonemes, ("", -1)) for speaker in speakers]
    yield from (found[i] for i in np.random.default_rng(0).permutation(len(found))[:RETOLD_IN_ALL])


def _readings(root: Path) -> Iterator[_Reading]:
    """Speaker, name, text, phonemes and kind of what is to be said, in an order that mixes the speakers."""
    held = {row.text for row in recordings(root, list(SYNTHETIC)) if row.split == "test"}
    random = np.random.default_rng(0)
    found = []
    for corpus in SYNTHETIC:
        rows = [r for r in recordings(root, [corpus]) if r.split == "train" and r.text not in held]
        with open(root / corpus / "alignments.jsonl", encoding="utf-8") as file:
            phonemes = {row["id"]: "".join(row["symbols"]) for row in map(json.loads, file)}
        told = intonation_kinds(root / corpus / "intonation.tsv")
        for speaker in sorted({row.speaker for row in rows}):
            others = [row for row in rows if row.speaker != speaker]
            chosen = random.choice(len(others), min(PER_SPEAKER[corpus], len(others)), replace=False)
            for number, row in enumerate(others[i] for i in chosen):
                said = phonemes[row.id]
                found.append((speaker, row.id, row.text, said, told.get(row.id, ("", -1))))
                if corpus == "ensemble" and number < ASKED and row.text.endswith(".") and said.endswith("."):
                    found.append((speaker, f"{row.id}-asked", f"{row.text[:-1]}?", f"{said[:-1]}?", ("yes_no", -1)))
    order = random.permutation(len(found))
    yield from (found[i] for i in order)
