"""How long each token of a recording lasts, as the aligner addon finds it: what transfer learns from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.progress import track

from vivavoce.errors import InputError
from vivavoce.files import write_text
from vivavoce.prosody.alignment import aligner, whole_sentence
from vivavoce.training.corpora.recordings import feature_path, prepare, recordings
from vivavoce.training.prosody.sentence import spoken_language
from vivavoce.voice.tokens import tokenise


def durations_path(cache: Path) -> Path:
    """Where `align_corpora` writes."""
    return cache / "durations.json"


def align_corpora(root: Path, cache: Path, corpora: Sequence[str]) -> Path:
    """Write `durations.json`, id to frames of 10 ms a token, and what it is computed from; kept where it is there.

    Recordings that do not say their text are left out.
    """
    path = durations_path(cache)
    prepare(root, cache, list(corpora))
    known: dict[str, list[int]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    missing = [recording for recording in recordings(root, list(corpora)) if recording.id not in known]
    for recording in track(missing, description="align"):
        tokens = tokenise(whole_sentence(recording.text, spoken_language(recording.speaker)))
        with np.load(feature_path(cache, recording)) as stored:
            mel = stored["mel"].astype(np.float32)
        try:
            known[recording.id] = aligner().align(mel, tokens).tolist()
        except InputError:
            known[recording.id] = []
    if missing:
        write_text(path, json.dumps(known))
    return path
