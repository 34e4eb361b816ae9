"""Selection: a sentence takes the prosody of the training sentences that it resembles most in their language.

Source: "Dynamic prosody generation for speech synthesis using linguistics-driven acoustic embedding selection" (arXiv
1912.00955). The baseline, `centroid`, is the mean embedding for every sentence.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vivavoce.blocks.addon import Addon, load_addon
from vivavoce.blocks.json_values import parse_json
from vivavoce.blocks.lookup import find_addon
from vivavoce.errors import InputError
from vivavoce.features import Array
from vivavoce.json_types import is_list
from vivavoce.prosody.addons import taught_voice
from vivavoce.prosody.linguistics import Linguistics, Numbers
from vivavoce.text.embed import DIMENSION
from vivavoce.voice.acoustics import AcousticInputs
from vivavoce.voice.dimensions import SENTENCE_PROSODY

BY = ("both", "syntax", "bert")
DISTANCES = 40
"""Words whose syntactic distances are compared; a longer sentence is judged by its beginning."""
EVENNESS = 0.06
"""Likeness by which a sentence's share falls to 1/e of the best match's; 0 takes the best match alone, as the article
does. Chosen on development sentences."""
HEEDED = 200
"""Sentences that have a share at most."""
MAX_ROWS = 200_000
INDEX_FILE, TEXTS_FILE = "index.npz", "sentences.json"


@dataclass(frozen=True, slots=True)
class Choice:
    """A training sentence that was considered, with its likeness from -1 to 1."""

    id: str
    text: str
    syntax: float
    bert: float
    share: float
    """Of the embedding that was made of all that were considered."""


@dataclass(frozen=True, slots=True)
class Index:
    """What is known of the training sentences; vectors are of unit length."""

    prosody: Array
    """(sentences, 64)."""
    sentences: Array
    """(sentences, 384)."""
    distances: Array
    """(sentences, 40)."""
    centroid: Array
    """(64,)."""


class Selection:
    """A loaded index. `by` says what counts as likeness: `syntax`, `bert` or the mean of both."""

    def __init__(self, addon: Addon, by: str = "both", evenness: float = EVENNESS) -> None:
        if by not in BY:
            raise InputError(f'selection by "{by}", use {", ".join(BY)}')
        self.index = read_index(addon.read(INDEX_FILE), f"{addon.path}: {INDEX_FILE}")
        self._texts = _texts(addon, len(self.index.prosody))
        self._by, self._evenness = by, evenness
        self.voice = taught_voice(addon)

    def embed(self, text: Linguistics, speaker: str) -> AcousticInputs:
        """The mean embedding of the likest sentences, whoever said them: embeddings hold no speaker."""
        del speaker
        rows, shares = self._weigh_rows(*self._likeness(text))
        return AcousticInputs.of_sentence(shares @ self.index.prosody[rows], len(text.words))

    def explain(self, text: Linguistics) -> list[str]:
        """Which training sentences were nearest and how near."""
        lines: list[str] = []
        for choice in self.nearest(text):
            likeness = f"syntax {choice.syntax:.3f}  meaning {choice.bert:.3f}  share {choice.share:.3f}"
            lines.append(f"{likeness}  {choice.id}: {choice.text}")
        return lines

    def nearest(self, text: Linguistics, count: int = 3) -> list[Choice]:
        """The nearest recorded sentences, best first, at most `count`."""
        syntax, bert = self._likeness(text)
        rows, shares = self._weigh_rows(syntax, bert)
        found: list[Choice] = []
        for row, share in zip(rows[:count], shares[:count], strict=True):
            id_, said = self._texts[int(row)]
            found.append(Choice(id_, said, float(syntax[row]), float(bert[row]), float(share)))
        return found

    def _weigh_rows(self, syntax: Array, bert: Array) -> tuple[Numbers, Array]:
        """Rows of the index, likest first, and the share of each; shares sum to 1."""
        likeness = {"syntax": syntax, "bert": bert, "both": (syntax + bert) / 2}[self._by]
        rows = np.argsort(-likeness, kind="stable")[: HEEDED if self._evenness else 1]
        weights = np.exp((likeness[rows] - likeness[rows[0]]) / (self._evenness or 1.0))
        return rows, (weights / weights.sum()).astype(np.float32)

    def _likeness(self, text: Linguistics) -> tuple[Array, Array]:
        return self.index.distances @ distance_vector(text.distances), self.index.sentences @ text.sentence


class Centroid:
    """The same prosody for every sentence: the mean of all training sentences."""

    def __init__(self, addon: Addon) -> None:
        self._centroid = read_index(addon.read(INDEX_FILE), f"{addon.path}: {INDEX_FILE}").centroid
        self.voice = taught_voice(addon)

    def embed(self, text: Linguistics, speaker: str) -> AcousticInputs:
        del speaker
        return AcousticInputs.of_sentence(self._centroid, len(text.words))

    def explain(self, text: Linguistics) -> list[str]:
        return []


def load(temperature: float = 0.0, seed: int = 0) -> Selection:
    """The shipped index. Raises `InputError` for a temperature: it does not sample."""
    return Selection(_shipped_addon("selection", temperature))


def load_centroid(temperature: float = 0.0, seed: int = 0) -> Centroid:
    """The centroid of the shipped index. Raises as `load`."""
    return Centroid(_shipped_addon("centroid", temperature))


def _shipped_addon(name: str, temperature: float) -> Addon:
    if temperature:
        raise InputError(f'"{name}" has no temperature, it does not sample')
    return load_addon(find_addon("selection"))


def distance_vector(distances: Numbers) -> Array:
    """Syntactic distances (words,) as a vector of unit length, (40,), filled with zeros."""
    vector = np.zeros(DISTANCES, np.float32)
    kept = distances[:DISTANCES]
    vector[: len(kept)] = kept
    return vector / max(float(np.linalg.norm(vector)), 1e-6)


def index_bytes(prosody: Array, texts: Sequence[Linguistics], centroid: Array) -> bytes:
    """The index file: prosody (sentences, 64), the sentences' texts, and the centroid (64,)."""
    data = io.BytesIO()
    np.savez_compressed(
        data,
        prosody=prosody.astype(np.float16),
        sentences=np.stack([text.sentence for text in texts]).astype(np.float16),
        distances=np.stack([distance_vector(text.distances) for text in texts]).astype(np.float16),
        centroid=centroid.astype(np.float32),
    )
    return data.getvalue()


def read_index(data: bytes, place: str) -> Index:
    """Read an index file. Raises `InputError` for what is not one, or says it is larger than an index can be."""
    sizes = {"prosody": SENTENCE_PROSODY, "sentences": DIMENSION, "distances": DISTANCES}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > 2 * MAX_ROWS * sum(sizes.values()):
                raise InputError(f"{place}: larger than an index of {MAX_ROWS} sentences")
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            columns = {name: np.asarray(stored[name], np.float32) for name in (*sizes, "centroid")}
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"{place}: not an index of sentences") from error
    rows = len(columns["prosody"])
    right = all(columns[name].shape == (rows, size) for name, size in sizes.items())
    if not right or rows == 0 or columns["centroid"].shape != (SENTENCE_PROSODY,):
        raise InputError(f"{place}: the arrays of the index do not have the shapes of one")
    return Index(**columns)


def _texts(addon: Addon, rows: int) -> list[tuple[str, str]]:
    place = f"{addon.path}: {TEXTS_FILE}"
    found: Any = parse_json(addon.read(TEXTS_FILE), place)
    if not is_list(found) or len(found) != rows:
        raise InputError(f"{place}: must be a list of {rows} sentences")
    if not all(is_list(row) and len(row) == 2 and all(isinstance(x, str) for x in row) for row in found):
        raise InputError(f"{place}: each sentence must be an id and a text")
    return [(row[0], row[1]) for row in found]
