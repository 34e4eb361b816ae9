"""What durations, pitch and energy are learned from: the labels as they are, and melodies by rule for each speaker."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from vivavoce.features import Array
from vivavoce.text.phonemes import PUNCTUATION
from vivavoce.training.corpora.intonation import VOICED_HZ, chosen_words
from vivavoce.training.prosody.intonation_rules import QUESTION_WORDS, kind_of
from vivavoce.training.voice.hibari import vocabulary
from vivavoce.training.voice.kinds import with_fall, with_melody
from vivavoce.training.voice.networks import FRAMES_PER_UNIT, KINDS
from vivavoce.training.voice.reference import reference_features
from vivavoce.training.voice.utterances import SPEAKERS, Utterance

ASKED_ONE_IN = 4
"""Of the statements of a recorded speaker, one in this many is also asked."""
LENDERS = ("af_heart", "af_bella")
"""Whose melodies by rule a speaker borrows who was recorded and does not ask."""


ASKED_WEIGHT = 4.0
"""Of a frame whose melody is by rule, beside one as the teacher says it: there it says what kind of sentence it is."""


@dataclass(slots=True)
class Example:
    """An utterance to learn from; `has_lengths` is false where durations and voice are borrowed."""

    spoken: Utterance
    weights: Array
    """Of its frames, (frames,)."""
    has_lengths: bool = True

    @property
    def kind(self) -> int:
        return KINDS.index(self.spoken.kind)


Centre = tuple[float, float]
"""Median log f0 of a speaker's voiced frames, and mean energy of them."""


def centres(spoken: Sequence[Utterance]) -> list[Centre]:
    """The centre of each speaker, in the order of `SPEAKERS`."""
    found = []
    for speaker in range(len(SPEAKERS)):
        own = [u for u in spoken if u.speaker == speaker]
        voiced = [u.f0_hz > VOICED_HZ for u in own]
        f0 = np.concatenate([u.f0_hz[v] for u, v in zip(own, voiced, strict=True)])
        energy = np.concatenate([u.energy[v] for u, v in zip(own, voiced, strict=True)])
        found.append((float(np.median(np.log(f0))), float(energy.mean())))
    return found


def examples(spoken: Sequence[Utterance], centre: Sequence[Centre]) -> list[Example]:
    """Every utterance as it was said, and those of a kind also as the kind asks."""
    found: list[Example] = []
    for utterance in spoken:
        random = np.random.default_rng(zlib.crc32(utterance.id.encode()))
        even = np.ones(utterance.frames, np.float32)
        if not utterance.id.endswith("-asked"):
            plain = replace(utterance, kind="")
            found.append(Example(with_fall(plain, random) if plain.text.endswith(".") else plain, even))
        asked = _ask(utterance, random)
        if asked is None:
            continue
        rewritten = (np.abs(asked.f0_hz - utterance.f0_hz) > 1.0).astype(np.float32)
        found.append(Example(asked, np.where(rewritten, ASKED_WEIGHT, even).astype(np.float32)))
        if SPEAKERS[utterance.speaker] in LENDERS:
            lent = _transpose_melody(asked, SPEAKERS.index("kathleen"), centre)
            found.append(Example(lent, ASKED_WEIGHT * rewritten, has_lengths=False))
    return found


def _ask(utterance: Utterance, random: np.random.Generator) -> Utterance | None:
    text, kind = utterance.text, utterance.kind
    if kind:
        chosen = chosen_words(text, kind, utterance.word)
        return with_melody(utterance, kind, chosen, random)
    if found := kind_of(text):
        return with_melody(utterance, *found, random)
    statement = text.endswith(".") and text.count(".") == 1 and text.split()[0].lower() not in QUESTION_WORDS
    if utterance.corpus == "kathleen" and statement and zlib.crc32(text.encode()) % ASKED_ONE_IN == 0:
        ids = utterance.ids.clone()
        ids[ids == _ID["."]] = _ID["?"]
        return with_melody(replace(utterance, text=f"{text[:-1]}?", ids=ids), "yes_no", [], random)
    return None


def _transpose_melody(utterance: Utterance, speaker: int, centre: Sequence[Centre]) -> Utterance:
    """The same melody about another speaker's centre."""
    (theirs, their_energy), (ours, our_energy) = centre[utterance.speaker], centre[speaker]
    voiced = utterance.f0_hz > VOICED_HZ
    f0 = np.where(voiced, utterance.f0_hz * np.exp(ours - theirs), utterance.f0_hz).astype(np.float32)
    loud = utterance.energy > 0.0
    energy = np.where(loud, utterance.energy + our_energy - their_energy, utterance.energy).astype(np.float32)
    return replace(utterance, speaker=speaker, f0_hz=f0, energy=energy)


def owners(ids: np.ndarray) -> np.ndarray:
    """The word of each token, with the marks and spaces after it; -1 before the first: (tokens,) -> (tokens,)."""
    found, word, inside = np.full(len(ids), -1, np.int64), -1, False
    for place, number in enumerate(ids.tolist()):
        mark = number in _MARKS
        word += not mark and not inside
        inside = not mark
        found[place] = word
    return found


def tensors(batch: Sequence[Example], centre: Sequence[Centre]) -> dict[str, Tensor]:
    """Padded tensors of a batch, (batch, tokens | units | frames, …)."""
    said = [example.spoken for example in batch]
    columns = {
        "symbols": [u.ids for u in said],
        "units": [u.units.float() for u in said],
        "mask": [torch.ones(len(u.ids)) for u in said],
        "owner": [torch.from_numpy(owners(u.ids.numpy())) for u in said],
        "reference": [
            torch.from_numpy(reference_features(u.f0_hz, u.energy, u.units.numpy(), centre[u.speaker])) for u in said
        ],
        "token": [torch.repeat_interleave(torch.arange(len(u.units)), u.units) for u in said],
        "valid": [torch.ones(int(u.units.sum())) for u in said],
        "weights": [torch.from_numpy(example.weights) for example in batch],
        "f0": [torch.from_numpy(u.f0_hz) for u in said],
        "energy": [torch.from_numpy(u.energy) for u in said],
    }
    made = {
        name: torch.nn.utils.rnn.pad_sequence(list(rows), True, -1 if name == "owner" else 0)
        for name, rows in columns.items()
    }
    made["frames"] = made["valid"].repeat_interleave(FRAMES_PER_UNIT, 1)
    made["speaker"] = torch.tensor([u.speaker for u in said])
    made["kind"] = torch.tensor([example.kind for example in batch])
    made["has_lengths"] = torch.tensor([float(example.has_lengths) for example in batch])
    return made


_ID = vocabulary()
_MARKS = frozenset({0, _ID[" "], *(_ID[mark] for mark in PUNCTUATION if mark in _ID)})
