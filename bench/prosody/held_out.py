"""What the prosody bench reads: held-out sentences as stage I reads them, their texts, and the systems to compare."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from vivavoce.blocks import Addon, find_addon, load_addon
from vivavoce.errors import InputError
from vivavoce.features import Array
from vivavoce.prosody.linguistics import Linguistics
from vivavoce.prosody.models.camp import Camp
from vivavoce.prosody.models.kathaka import Kathaka
from vivavoce.prosody.models.selection import BY, Centroid, Selection
from vivavoce.training.voice.examples import Example, examples, owners
from vivavoce.training.voice.networks import FRAMES_PER_UNIT, KINDS
from vivavoce.training.voice.reference import reference_features
from vivavoce.training.voice.stage_two import CORPORA, text_features
from vivavoce.training.voice.utterances import SPEAKERS, utterances
from vivavoce.voice import DEFAULT_VOICE
from vivavoce.voice.acoustics import AcousticInputs

COMPLEX_WORDS = 12
MEMBERS = 3
"""Networks of other first weights that Kathaka and CAMP are the mean of: the seeds of the table."""


@dataclass(frozen=True, slots=True)
class Held:
    """One held-out sentence: what is to be said of it, with the melody of its kind, and its text."""

    said: Example
    text: Linguistics
    kind: str
    """Of its melody, or `complex`, or the corpus."""

    @property
    def speaker(self) -> str:
        return SPEAKERS[self.said.spoken.speaker]


Answer = Callable[[Held], AcousticInputs]


@dataclass(frozen=True, slots=True)
class System:
    """One way to find a sentence's prosody, and what it is measured against."""

    name: str
    answer: Answer
    baseline: str
    oracle: str
    is_seed: bool = False
    """Whether it is one of the networks that a system is the mean of."""


def held_out(runs: Path, split: str = "test") -> list[Held]:
    """The sentences of a split that `prepare` has labelled, each once: as its kind asks where it has one."""
    spoken = utterances(runs / "features" / "voice", CORPORA, (split,), with_sound=False)
    kept: dict[str, Example] = {}
    for example in examples(spoken, VoiceProsody().centres):
        known = kept.get(example.spoken.id)
        if example.has_lengths and (known is None or known.spoken.text == example.spoken.text):
            kept[example.spoken.id] = example
    texts = text_features(runs / "features", sorted({e.spoken.text for e in kept.values()}))
    found = [Held(e, texts[e.spoken.text], e.spoken.kind or _kind(e)) for e in kept.values()]
    return [held for held in found if owners(held.said.spoken.ids.numpy()).max() + 1 == len(held.text.words)]


def _kind(example: Example) -> str:
    text = example.spoken.text
    return "complex" if len(text.split()) >= COMPLEX_WORDS and "," in text else example.spoken.corpus


class VoiceProsody:
    """The shipped voice without its sound: its durations and melody, and the reference encoders of stage I."""

    def __init__(self) -> None:
        addon = load_addon(find_addon(DEFAULT_VOICE))
        self._durations, self._melody = addon.network("prosody_encoder"), addon.network("melody")
        self._sentence, self._word = addon.network("sentence_reference"), addon.network("word_reference")
        stored = load_addon(find_addon("selection")).manifest.details["centres"]
        self.centres: list[tuple[float, float]] = [tuple(stored[name]) for name in SPEAKERS]

    def __call__(self, held: Held, told: AcousticInputs) -> tuple[Array, Array, Array]:
        """Units of each token (tokens,), f0 in Hz and energy (frames,) at the sentence's own durations."""
        spoken = held.said.spoken
        ids, units = spoken.ids.numpy(), spoken.units.numpy()
        owner = owners(ids)
        words = np.where(owner[:, None] >= 0, told.words[np.maximum(owner, 0)], 0.0).astype(np.float32)
        asked = {"speaker": np.array([spoken.speaker]), "kind": np.array([KINDS.index(told.kind)])}
        found = self._durations.run(
            {"symbols": ids[None], **asked, "sentence_prosody": told.sentence[None], "word_prosody": words[None]}
        )
        spread = np.repeat(found["prosody"], units, axis=1)
        melody = self._melody.run({"prosody": spread, **asked})
        f0, energy = (melody[name][0].reshape(FRAMES_PER_UNIT * int(units.sum())) for name in ("f0", "energy"))
        return np.expm1(found["log_durations"][0]), f0, energy

    def posterior(self, held: Held) -> tuple[Array, Array]:
        """Kathaka's stage I: mean and variance of what it finds in how a sentence is said, (64,) both."""
        made = self._sentence.run(self._reference(held))
        return made["mean"][0], np.exp(made["log_variance"][0])

    def words(self, held: Held) -> Array:
        """CAMP's stage I, (words, 16)."""
        owner = owners(held.said.spoken.ids.numpy())
        member = (owner[None] == np.arange(len(held.text.words))[:, None]).astype(np.float32)
        shares = member / np.maximum(member.sum(axis=1, keepdims=True), 1.0)
        return self._word.run({**self._reference(held), "shares": shares[None]})["words"][0]

    def _reference(self, held: Held) -> dict[str, np.ndarray]:
        spoken = held.said.spoken
        features = reference_features(spoken.f0_hz, spoken.energy, spoken.units.numpy(), self.centres[spoken.speaker])
        return {"symbols": spoken.ids.numpy()[None], "reference": features[None]}


def systems(held: Sequence[Held]) -> list[System]:
    """Everything that is shipped, controls and oracles. `none` is the voice left to itself, `kind` what `auto` tells
    it; what says "and kind" knows both."""
    kathaka, camp = Kathaka(load_addon(find_addon("kathaka"))), Camp(load_addon(find_addon("camp")))
    index, voice = load_addon(find_addon("selection")), VoiceProsody()
    to_sentence, to_words = ("centroid", "sentence oracle"), ("none", "word oracle")

    def neutral(held: Held) -> AcousticInputs:
        return AcousticInputs.neutral(len(held.text.words))

    def sentence_oracle(held: Held) -> AcousticInputs:
        return AcousticInputs.of_sentence(voice.posterior(held)[0], len(held.text.words))

    shuffled_kathaka, shuffled_camp = (_shuffled(model.embed, held) for model in (kathaka, camp))
    return [
        System("none", neutral, "", ""),
        System("kind", _with_kind(neutral), "none", "sentence oracle"),
        System("centroid", _asked(Centroid(index).embed), "", ""),
        System("sentence oracle", sentence_oracle, "centroid", "sentence oracle"),
        System("word oracle", lambda h: AcousticInputs.of_words(voice.words(h)), "none", "word oracle"),
        System("kathaka", _asked(kathaka.embed), *to_sentence),
        System("kathaka, shuffled", shuffled_kathaka, *to_sentence),
        *(_member_of_kathaka(kathaka, number) for number in range(MEMBERS)),
        System("kathaka and kind", _with_kind(_asked(kathaka.embed)), "kind", "sentence oracle"),
        *(System(f"selection, {by}", _asked(Selection(index, by).embed), *to_sentence) for by in BY),
        System("selection, best match", _asked(Selection(index, evenness=0.0).embed), *to_sentence),
        System("selection and kind", _with_kind(_asked(Selection(index).embed)), "kind", "sentence oracle"),
        System("camp", _asked(camp.embed), *to_words),
        System("camp, shuffled", shuffled_camp, *to_words),
        *(_member_of_camp(camp, number) for number in range(MEMBERS)),
        System("camp and kind", _with_kind(_asked(camp.embed)), "kind", "word oracle"),
    ]


def addon_of(name: str, runs: Path) -> Addon | None:
    """The addon that lies beside its run, as ablations do, or the shipped one; None where there is neither."""
    trained = runs / name / "addon" / name
    try:
        return load_addon(trained if trained.exists() else find_addon(name))
    except InputError:
        return None


def _asked(embed: Callable[[Linguistics, str], AcousticInputs]) -> Answer:
    return lambda held: embed(held.text, held.speaker)


def _with_kind(answer: Answer) -> Answer:
    return lambda held: replace(answer(held), kind=held.said.spoken.kind)


def _shuffled(embed: Callable[[Linguistics, str], AcousticInputs], held: Sequence[Held]) -> Answer:
    """The same model, given another sentence of the test: what a model knows without knowing the text."""
    others = shuffled(held)

    def answer(asked: Held) -> AcousticInputs:
        made = embed(others[asked.said.spoken.id].text, asked.speaker)
        words = np.resize(made.words, (len(asked.text.words), made.words.shape[1]))
        return AcousticInputs(made.sentence, words)

    return answer


def shuffled(held: Sequence[Held]) -> dict[str, Held]:
    """A sentence of other words for each one, from the other half of the test, by its id."""
    half = len(held) // 2
    turned = [*held[half:], *held[:half]]
    found = {}
    for number, one in enumerate(held):
        others = turned[number:] + turned[:number]
        found[one.said.spoken.id] = next(o for o in others if o.said.spoken.text != one.said.spoken.text)
    return found


def _member_of_kathaka(model: Kathaka, number: int) -> System:
    def answer(held: Held) -> AcousticInputs:
        mean = model.distributions(held.text, held.speaker)[0][number]
        return AcousticInputs.of_sentence(mean, len(held.text.words))

    return System(f"kathaka, seed {number}", answer, "centroid", "sentence oracle", is_seed=True)


def _member_of_camp(model: Camp, number: int) -> System:
    def answer(held: Held) -> AcousticInputs:
        return AcousticInputs.of_words(model.members(held.text, held.speaker)[number])

    return System(f"camp, seed {number}", answer, "none", "word oracle", is_seed=True)
