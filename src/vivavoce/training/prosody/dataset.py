"""Recordings measured at their tokens: all that the prosody systems learn from, small enough to hold at once."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from vivavoce.prosody.recording import SpeakerCentre, TokenProsody, reference_features
from vivavoce.training.corpora.arrays import write_arrays
from vivavoce.training.prosody.asked import asked, kind_of
from vivavoce.training.prosody.sentence import SpokenSentence
from vivavoce.training.utterances import SPEAKERS, AlignedUtterance, aligned_utterances
from vivavoce.voice.contour import pitch_contour, token_means
from vivavoce.voice.tokens import GAPS, SYMBOL_ID, Tokens

DEVELOPMENT_SHARE = 20
"""One training text in so many is kept for development, whoever speaks it."""
_VERSION = 3
_OR = [[SYMBOL_ID[sound] for sound in sounds] for sounds in ("ɔɹ", "ɔː")]
"""As US and British English say it; "awe" sounds the same, and harms little."""
_PUNCTUATION = [SYMBOL_ID[mark] for mark in GAPS if mark not in "^ "]


def spoken_sentences(root: Path, cache: Path, alignment: Path, corpora: Sequence[str]) -> list[SpokenSentence]:
    """All aligned recordings of the corpora; measured at the first call, then read from `cache`."""
    key = hashlib.sha256(alignment.read_bytes() + repr((_VERSION, sorted(corpora))).encode()).hexdigest()[:16]
    path = cache / f"prosody-{key}.npz"
    if not path.exists():
        _measure(root, cache, alignment, corpora, path)
    return _read(path)


def centres(sentences: Sequence[SpokenSentence]) -> dict[str, SpeakerCentre]:
    """The mean log f0 and energy of each speaker over what is trained on."""
    found = {}
    for speaker in SPEAKERS:
        own = [s.prosody for s in sentences if s.speaker == speaker and s.split == "train"]
        if own:
            weights = np.concatenate([p.durations * p.voiced for p in own])
            log_f0 = np.average(np.concatenate([p.knots.mean(axis=1) for p in own]), weights=weights)
            found[speaker] = SpeakerCentre(
                float(log_f0), float(np.average(np.concatenate([p.energy for p in own]), weights=weights))
            )
    return found


def batches(sentences: Sequence[SpokenSentence], tokens: int, random: np.random.Generator) -> Iterator[list[int]]:
    """Endless batches of about `tokens` tokens: numbers of sentences of like length."""
    lengths = np.array([len(s.tokens.symbols) for s in sentences])
    while True:
        order = np.argsort(lengths + random.integers(8, size=len(lengths)), kind="stable")
        groups: list[list[int]] = [[]]
        for index in order.tolist():
            if groups[-1] and (len(groups[-1]) + 1) * lengths[index] > tokens:
                groups.append([])
            groups[-1].append(index)
        for number in random.permutation(len(groups)):
            yield groups[number]


def token_tensors(batch: Sequence[SpokenSentence], centre: dict[str, SpeakerCentre]) -> dict[str, Tensor]:
    """Padded tensors of a batch, (batch, tokens, …), with `owner` the word of each token, -1 before the first, and
    `phrase_end` 1 on the words that `phrase_ends` finds."""
    columns: dict[str, list[np.ndarray]] = {
        "symbols": [s.tokens.symbols for s in batch],
        "stress": [s.tokens.stress for s in batch],
        "owner": [s.tokens.owner for s in batch],
        "reference": [reference_features(s.prosody, centre[s.speaker]) for s in batch],
        "durations": [s.prosody.durations for s in batch],
        "knots": [s.prosody.knots for s in batch],
        "knot_weights": [s.pitch_weights for s in batch],
        "energy": [s.prosody.energy for s in batch],
        "mask": [np.ones(len(s.tokens.symbols), np.float32) for s in batch],
    }
    columns["phrase_end"] = [phrase_ends(s.tokens).astype(np.float32) for s in batch]
    tensors = {name: padded(arrays, -1.0 if name == "owner" else 0.0) for name, arrays in columns.items()}
    tensors["speaker"] = torch.tensor([SPEAKERS.index(s.speaker) for s in batch])
    return tensors


def phrase_ends(tokens: Tokens) -> npt.NDArray[np.bool_]:
    """Tokens of words whose melody says what kind of sentence it is: before punctuation, before "or", and the last."""
    owner = tokens.owner
    marked = owner[np.isin(tokens.symbols, _PUNCTUATION)]
    spoken = [tokens.symbols[tokens.words == word].tolist() for word in range(owner.max(initial=-1) + 1)]
    offered = [word - 1 for word, sounds in enumerate(spoken) if sounds in _OR]
    return np.isin(owner, [*marked, *offered, owner.max(initial=-1)]) & (owner >= 0)


def padded(arrays: Sequence[np.ndarray], value: float = 0.0) -> Tensor:
    """Arrays of differing length -> (batch, longest, …)."""
    return torch.nn.utils.rnn.pad_sequence([torch.from_numpy(a) for a in arrays], True, value)


def _measure(root: Path, cache: Path, alignment: Path, corpora: Sequence[str], path: Path) -> None:
    """A speaker at a time, because whole recordings are large."""
    rows: list[SpokenSentence] = []
    for corpus in corpora:
        for speaker in SPEAKERS:
            found = aligned_utterances(root, cache, alignment, [corpus], speaker=speaker)
            # the front end may have learned to read a text otherwise since it was aligned
            agreeing = [u for u in found if len(u.durations) == len(u.tokens.symbols)]
            if len(agreeing) < len(found):
                print(f"{corpus}, {speaker}: {len(found) - len(agreeing)} left out, align again")
            rows += [_measured(u) for u in agreeing]
    columns = {
        "names": np.array([(s.id, s.corpus, s.speaker, s.split, s.text) for s in rows]),
        "lengths": np.array([len(s.tokens.symbols) for s in rows]),
        "numbers": np.concatenate(
            [np.stack([s.tokens.symbols, s.tokens.stress, s.tokens.words, s.prosody.durations], 1) for s in rows]
        ),
        "values": np.concatenate(
            [
                np.column_stack([s.prosody.knots, s.prosody.voiced, s.prosody.energy, s.pitch_weights]).astype("f4")
                for s in rows
            ]
        ),
    }
    write_arrays(path, columns)


def _measured(utterance: AlignedUtterance) -> SpokenSentence:
    recording = utterance.recording
    split = recording.split
    if split == "train" and zlib.crc32(recording.text.encode()) % DEVELOPMENT_SHARE == 0:
        split = "development"
    voiced = token_means(utterance.voiced.astype(np.float32), utterance.durations)
    knots, weights = utterance.knots, utterance.knot_weights
    found = kind_of(recording.text) if recording.corpus == "ensemble" and split != "test" else None
    if found:
        log_f0 = pitch_contour(utterance.knots, utterance.durations)
        made = asked(recording.text, *found, utterance.tokens, utterance.durations, log_f0, utterance.voiced)
        knots, weights = made or (knots, weights)
    prosody = TokenProsody(utterance.durations, knots, voiced, utterance.energy)
    return SpokenSentence(
        recording.id, recording.corpus, recording.speaker, split, recording.text, utterance.tokens, prosody, weights
    )


def _read(path: Path) -> list[SpokenSentence]:
    with np.load(path) as stored:
        names, lengths = stored["names"], stored["lengths"]
        places = np.cumsum(lengths)[:-1]
        numbers = np.split(stored["numbers"], places)
        values = np.split(stored["values"], places)
    sentences = []
    for name, (symbols, stress, words, durations), value in zip(names, (n.T for n in numbers), values, strict=True):
        knots, voiced, energy, weights = value[:, :4], value[:, 4], value[:, 5], value[:, 6]
        id_, corpus, speaker, split, text = map(str, name)
        tokens, prosody = Tokens.of_symbols(symbols, stress, words), TokenProsody(durations, knots, voiced, energy)
        sentences.append(SpokenSentence(id_, corpus, speaker, split, text, tokens, prosody, weights))
    return sentences
