"""Stage II, what Kathaka, CAMP and selection share: texts beside the embeddings that stage I found in the recordings.

A predicted embedding is judged twice: by its distance to what stage I found, and, weighed by `heard`, by what the
frozen voice makes of it. The second tells which part of a distance is audible.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from rich.progress import track
from torch import Tensor, nn

from vivavoce.blocks.lookup import find_addon
from vivavoce.features import Array
from vivavoce.prosody.alignment import whole_sentence
from vivavoce.prosody.linguistics import Linguistics, describe, edges_of, has_parser
from vivavoce.training.core.product import Product
from vivavoce.training.core.recipe import Recipe
from vivavoce.training.corpora.arrays import write_arrays
from vivavoce.training.voice.examples import Example, centres, examples, tensors
from vivavoce.training.voice.networks import Melody
from vivavoce.training.voice.stage_one import (
    PROSODY_RECIPE,
    StageOne,
    half_heard,
    label_losses,
    predict,
    trained_stage,
)
from vivavoce.training.voice.system_addon import CORPORA
from vivavoce.training.voice.utterances import utterances

_VERSION = 1
_GROUP = 32


@dataclass(frozen=True, slots=True)
class Lesson:
    """One recording: its text as numbers, and what stage I found in it."""

    example: Example
    text: Linguistics
    mean: Array
    """(64,)."""
    log_variance: Array
    """(64,)."""
    words: Array
    """(words, 16)."""


@dataclass(frozen=True, kw_only=True)
class LessonData:
    """What a batch is made of."""

    batch: int = 16
    hidden_share: float = 0.2
    """Of sounds and punctuation that the frozen voice does not hear: one that knows its sentences needs none."""
    unknown_kind_share: float = 0.75
    """Of sentences whose kind the frozen voice is not told, so that the embedding tells it."""


@dataclass(frozen=True, kw_only=True)
class LessonRecipe(Recipe):
    """What the recipes of stage II share."""

    data: LessonData


RecipeT = TypeVar("RecipeT", bound=LessonRecipe)


class TextProduct(Product[RecipeT]):
    """A network that predicts embeddings from texts, taught beside the frozen stage I."""

    @property
    def depends_on(self) -> tuple[str, ...]:
        return (PROSODY_RECIPE,)

    def prepare(self, minutes: float) -> None:
        del minutes
        text_features(self.workspace.features, sorted({e.spoken.text for e in self._examples}))

    @cached_property
    def stage(self) -> StageOne:
        """Stage I, frozen."""
        return trained_stage(self.workspace).requires_grad_(False)

    @property
    def melody(self) -> Melody:
        """The frozen voice."""
        return self.stage.melody

    @cached_property
    def _examples(self) -> list[Example]:
        return said_examples(self.workspace.features)

    @cached_property
    def learned(self) -> list[Lesson]:
        """What is trained on."""
        return self._lessons("train")

    @cached_property
    def held(self) -> list[Lesson]:
        """What is chosen by."""
        return self._lessons("development")

    def _lessons(self, split: str) -> list[Lesson]:
        """The sentences of a split through stage I, without those whose words the front end counts otherwise than the
        teacher's phonemes do."""
        said = [example for example in self._examples if example.spoken.split == split]
        texts = text_features(self.workspace.features, sorted({e.spoken.text for e in said}))
        return list(through(self.stage, said, texts))

    def lesson_batches(self, random: np.random.Generator) -> Iterator[dict[str, Tensor]]:
        """Endless batches of sentences of similar length, tensors (batch, …) by name."""
        sizes = np.array([len(lesson.example.spoken.ids) for lesson in self.learned])
        while True:
            order = np.argsort(sizes + random.uniform(0, 8, len(sizes)))
            groups = [order[i : i + self.recipe.data.batch] for i in range(0, len(order), self.recipe.data.batch)]
            for number in random.permutation(len(groups)):
                batch = lesson_tensors([self.learned[i] for i in groups[number]], self.melody)
                told = torch.full((len(groups[number]), 1), self.recipe.data.hidden_share)
                known = torch.rand(len(groups[number])) >= self.recipe.data.unknown_kind_share
                yield batch | {"symbols": half_heard(batch["symbols"], told), "kind": batch["kind"] * known}

    def held_batches(self) -> Iterator[dict[str, Tensor]]:
        """The development sentences in batches whose kinds are not told, tensors (batch, …) by name."""
        held = sorted(self.held, key=lambda lesson: len(lesson.example.spoken.ids))
        for start in range(0, len(held), _GROUP):
            batch = lesson_tensors(held[start : start + _GROUP], self.melody)
            yield batch | {"kind": torch.zeros_like(batch["kind"])}

    def voice_loss(self, batch: dict[str, Tensor], sentence: Tensor | None, words: Tensor | None) -> Tensor:
        """The loss of the frozen voice on embeddings, `sentence` (batch, size) or `words` (batch, words, size)."""
        terms = label_losses(self.melody, *predict(self.melody, batch, sentence, words), batch)
        return torch.stack(list(terms.values())).sum()


def said_examples(cache: Path) -> list[Example]:
    """What was said, or would be by rule, of training and development."""
    spoken = utterances(cache / "voice", CORPORA, ("train", "development"), with_sound=False)
    return [e for e in examples(spoken, centres([u for u in spoken if u.split == "train"])) if e.has_lengths]


def lesson_tensors(batch: Sequence[Lesson], melody: Melody) -> dict[str, Tensor]:
    """Tokens, texts and the embeddings to be predicted; batch axis first."""
    made = tensors([lesson.example for lesson in batch], melody.centre.tolist())
    texts = [lesson.text for lesson in batch]
    longest = max(len(text.labels) for text in texts)
    edges = np.zeros((len(texts), longest, longest), np.int64)
    for row, text in enumerate(texts):
        edges[row, : len(text.parents), : len(text.parents)] = edges_of(text.parents)
    return made | {
        "sentence": torch.from_numpy(np.stack([text.sentence for text in texts])),
        "labels": _pad([text.labels for text in texts]),
        "edges": torch.from_numpy(edges),
        "node_mask": _pad([np.ones(len(text.labels), np.float32) for text in texts]),
        "words": _pad([text.words for text in texts]),
        "features": _pad([text.features for text in texts]),
        "word_mask": _pad([np.ones(len(text.words), np.float32) for text in texts]),
        "mean": torch.from_numpy(np.stack([lesson.mean for lesson in batch])),
        "log_variance": torch.from_numpy(np.stack([lesson.log_variance for lesson in batch])),
        "word_targets": _pad([lesson.words for lesson in batch]),
    }


def text_features(cache: Path, texts: Sequence[str]) -> dict[str, Linguistics]:
    """Texts as the text-side models read them; each a file of its own, so that the work can be resumed."""
    parser = (find_addon("parser") / "addon.json").read_bytes() if has_parser() else b"flat"
    folder = cache / f"texts-{hashlib.sha256(parser).hexdigest()[:12]}"
    found = {}
    for text in track(texts, description="texts"):
        path = folder / f"{hashlib.sha256(f'{_VERSION} {text}'.encode()).hexdigest()[:24]}.npz"
        if not path.exists():
            made = describe(whole_sentence(text, "en-US"))
            write_arrays(path, {f.name: getattr(made, f.name) for f in fields(made)})
        with np.load(path) as stored:
            found[text] = Linguistics(**{f.name: stored[f.name] for f in fields(Linguistics)})
    return found


@torch.no_grad()
def through(stage: StageOne, said: Sequence[Example], texts: dict[str, Linguistics]) -> Iterator[Lesson]:
    """The examples with what stage I finds in them."""
    ordered = sorted(said, key=lambda example: len(example.spoken.ids))
    for start in range(0, len(ordered), _GROUP):
        group = ordered[start : start + _GROUP]
        batch = tensors(group, stage.melody.centre.tolist())
        mean, log_variance = (x.numpy() for x in stage.posterior(batch))
        words = stage.words(batch).numpy()
        for row, example in enumerate(group):
            text, count = texts[example.spoken.text], int(batch["owner"][row].max()) + 1
            if count == len(text.words):
                yield Lesson(example, _mark_emphasis(example, text), mean[row], log_variance[row], words[row, :count])


def _mark_emphasis(example: Example, text: Linguistics) -> Linguistics:
    """The text with the word marked that the speaker was told to emphasise."""
    if example.spoken.kind != "emphasis" or not 0 <= example.spoken.word < len(text.words):
        return text
    features = text.features.copy()
    features[example.spoken.word, -1] = 1
    return replace(text, features=features)


def _pad(arrays: Sequence[np.ndarray]) -> Tensor:
    return nn.utils.rnn.pad_sequence([torch.from_numpy(a) for a in arrays], True)
