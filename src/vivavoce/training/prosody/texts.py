"""What the texts of the corpora look like to the text-side models, computed once a text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

import numpy as np
from rich.progress import track

from vivavoce.blocks.lookup import find_addon
from vivavoce.prosody.alignment import whole_sentence
from vivavoce.prosody.linguistics import Linguistics, describe, has_parser
from vivavoce.training.corpora.arrays import write_arrays
from vivavoce.training.prosody.sentence import SpokenSentence

_VERSION = 1


def text_features(cache: Path, sentences: Iterable[SpokenSentence]) -> dict[tuple[str, str], Linguistics]:
    """By language and text. Each is a file of its own under `cache`, so that the work can be cut off and resumed."""
    folder = cache / f"prosody-text-{_parser_key()}"
    wanted = sorted({text_key(sentence) for sentence in sentences})
    return {key: _features(folder, *key) for key in track(wanted, description="texts")}


def text_key(sentence: SpokenSentence) -> tuple[str, str]:
    return spoken_language(sentence.speaker), sentence.text


def spoken_language(speaker: str) -> str:
    """The English of a speaker of the corpora, whose names say it: British ones begin with bf_ or bm_."""
    return "en-GB" if speaker.startswith(("bf_", "bm_")) else "en-US"


def _features(folder: Path, language: str, text: str) -> Linguistics:
    path = folder / f"{hashlib.sha256(f'{_VERSION} {language} {text}'.encode()).hexdigest()[:24]}.npz"
    if not path.exists():
        found = describe(whole_sentence(text, language))
        write_arrays(path, {field.name: getattr(found, field.name) for field in fields(found)})
    with np.load(path) as stored:
        return Linguistics(**{field.name: stored[field.name] for field in fields(Linguistics)})


def _parser_key() -> str:
    """Features of one parser are no use to the trainer of another."""
    if not has_parser():
        return "flat"
    return hashlib.sha256((find_addon("parser") / "addon.json").read_bytes()).hexdigest()[:12]
