"""What the prosody bench reads: test recordings at their tokens, their texts as numbers, and the systems to compare."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vivavoce.blocks import Addon, find_addon, load_addon
from vivavoce.blocks.tensors import Tensors
from vivavoce.errors import InputError
from vivavoce.features import FRAME_S, Array, continuous_log_f0
from vivavoce.prosody.addons import centre_of
from vivavoce.prosody.alignment import whole_sentence
from vivavoce.prosody.linguistics import Linguistics
from vivavoce.prosody.models.camp import Camp
from vivavoce.prosody.models.kathaka import Kathaka
from vivavoce.prosody.models.selection import BY, Centroid, Selection
from vivavoce.prosody.recording import reference_features
from vivavoce.text.utterance import Sentence
from vivavoce.training.core.product import Workspace
from vivavoce.training.prosody.alignment import align_corpora
from vivavoce.training.prosody.dataset import measured_sentences
from vivavoce.training.prosody.sentence import SpokenSentence
from vivavoce.training.prosody.texts import spoken_language, text_features, text_key
from vivavoce.voice import load_voice
from vivavoce.voice.acoustics import AcousticInputs
from vivavoce.voice.contour import knots_of, token_means
from vivavoce.voice.dimensions import WORD_PROSODY

CORPORA = ("kathleen", "ensemble", "intonation")
COMPLEX_WORDS = 12
UNVOICED_HZ = 40.0
MEMBERS = 3
"""Networks of other first weights that Kathaka and CAMP are the mean of: the seeds of the table."""


@dataclass(frozen=True, slots=True)
class Held:
    """One test recording."""

    spoken: SpokenSentence
    text: Linguistics
    kind: str
    """Of the intonation corpus, or `complex`, or the corpus."""


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


def held_out(data: Path, runs: Path, split: str = "test") -> list[Held]:
    """The recordings of a split whose melody is a model; measured from `runs/features` where they are cached."""
    speech = data / "speech"
    with open(speech / "intonation" / "intonation.tsv", encoding="utf-8", newline="") as file:
        kinds = {row["id"]: row["kind"] for row in csv.DictReader(file, delimiter="\t")}
    align_corpora(speech, runs / "features", CORPORA)
    spoken = measured_sentences(Workspace(data, runs), CORPORA)
    kept = [s for s in spoken if s.split == split and s.is_model]
    texts = text_features(runs / "features", kept)
    found = [Held(s, texts[text_key(s)], kinds.get(s.id) or _kind(s)) for s in kept]
    return [held for held in found if held.spoken.tokens.words.max() < len(held.text.words)]


def _kind(spoken: SpokenSentence) -> str:
    return "complex" if len(spoken.text.split()) >= COMPLEX_WORDS and "," in spoken.text else spoken.corpus


def systems(held: Sequence[Held], runs: Path) -> list[System]:
    """Everything that is shipped, the ablations that have been trained, controls and oracles."""
    kathaka, camp, selection = (load_addon(find_addon(name)) for name in ("kathaka", "camp", "selection"))
    found = [
        System("none", lambda h: AcousticInputs.of_sentence(np.zeros(64, np.float32), len(h.text.words)), "", ""),
        System("centroid", lambda h: Centroid(selection).embed(h.text, h.spoken.speaker), "", ""),
        System("sentence oracle", _sentence_oracle(kathaka), "centroid", "sentence oracle"),
        System("word oracle", _word_oracle(camp), "none", "word oracle"),
    ]
    for name in ("kathaka", "kathaka-text", "kathaka-tree"):
        if addon := addon_of(name, runs):
            model = Kathaka(addon)
            found.append(System(name, _asked(model.embed), "centroid", "sentence oracle"))
            if name == "kathaka":
                found.append(System("kathaka, shuffled", _shuffled(model.embed, held), "centroid", "sentence oracle"))
                found.append(System("kathaka, to the word oracle", _asked(model.embed), "none", "word oracle"))
                found += [_member_of_kathaka(model, number) for number in range(MEMBERS)]
    for by in BY:
        found.append(System(f"selection, {by}", _asked(Selection(selection, by).embed), "centroid", "sentence oracle"))
    best = Selection(selection, evenness=0.0)
    found.append(System("selection, best match", _asked(best.embed), "centroid", "sentence oracle"))
    for name in ("camp", "camp-bert", "camp-syntax"):
        if addon := addon_of(name, runs):
            words = Camp(addon)
            found.append(System(name, _asked(words.embed), "none", "word oracle"))
            if name == "camp":
                found.append(System("camp, shuffled", _shuffled(words.embed, held), "none", "word oracle"))
                found += [_member_of_camp(words, number) for number in range(MEMBERS)]
    return found


@dataclass(frozen=True, slots=True)
class Said:
    """What the voice is going to say, at the tokens of a sentence and in frames of 10 ms."""

    durations: np.ndarray
    """Frames of each token, (tokens,)."""
    knots: Array
    """Log f0, (tokens, 4)."""
    energy: Array
    """What the decoder reads, over each token, (tokens,)."""
    gain: Array
    """Nepers, (tokens,)."""


class Predictor:
    """The shipped voice without its sound."""

    def __init__(self) -> None:
        self._voice = load_voice()

    def __call__(self, sentence: Sentence, speaker: str, embedding: AcousticInputs | None) -> Said:
        source = None if embedding is None else lambda sentence, speaker: embedding
        made = self._voice.predict(sentence, self._voice.style(speaker, prosody=source))
        if made is None:
            raise InputError("the voice does not know what it is going to say")
        ends = np.cumsum(made.durations) * made.frame_s
        ends[:-1] = np.maximum(ends[:-1] + made.boundary_s, 0.0)
        durations = np.diff(np.round(ends / FRAME_S).astype(np.int64), prepend=0)
        places = (np.arange(durations.sum()) + 0.5) * FRAME_S / made.frame_s - 0.5
        tracks = {name: np.interp(places, np.arange(len(x)), x) for name, x in made.tracks.items()}
        f0 = np.where(tracks["f0"] > UNVOICED_HZ, tracks["f0"], 0.0).astype(np.float32)
        energy, gain = (token_means(tracks[name].astype(np.float32), durations) for name in ("energy", "gain"))
        return Said(durations, knots_of(continuous_log_f0(f0), durations), energy, gain)


def sentence_of(held: Held) -> Sentence:
    """A test recording's text as one sentence."""
    return whole_sentence(held.spoken.text, spoken_language(held.spoken.speaker))


def addon_of(name: str, runs: Path) -> Addon | None:
    """The addon that lies beside its run, as ablations do, or the shipped one; None where there is neither."""
    trained = runs / name / "addon" / name
    try:
        return load_addon(trained if trained.exists() else find_addon(name))
    except InputError:
        return None


def _asked(embed: Callable[[Linguistics, str], AcousticInputs]) -> Answer:
    return lambda held: embed(held.text, held.spoken.speaker)


def _shuffled(embed: Callable[[Linguistics, str], AcousticInputs], held: Sequence[Held]) -> Answer:
    """The same model, given another sentence of the test: what a model knows without knowing the text."""
    others = shuffled(held)

    def answer(asked: Held) -> AcousticInputs:
        made = embed(others[asked.spoken.id].text, asked.spoken.speaker)
        return AcousticInputs(made.sentence, np.resize(made.words, (len(asked.text.words), WORD_PROSODY)))

    return answer


def shuffled(held: Sequence[Held]) -> dict[str, Held]:
    """A sentence of other words for each one, from the other half of the test, by its recording's id."""
    half = len(held) // 2
    turned = [*held[half:], *held[:half]]
    return {
        h.spoken.id: next(other for other in turned[i:] + turned[:i] if other.spoken.text != h.spoken.text)
        for i, h in enumerate(held)
    }


def _member_of_kathaka(model: Kathaka, number: int) -> System:
    def answer(held: Held) -> AcousticInputs:
        mean = model.distributions(held.text, held.spoken.speaker)[0][number]
        return AcousticInputs.of_sentence(mean, len(held.text.words))

    return System(f"kathaka, seed {number}", answer, "centroid", "sentence oracle", is_seed=True)


def _member_of_camp(model: Camp, number: int) -> System:
    def answer(held: Held) -> AcousticInputs:
        return AcousticInputs.of_words(model.members(held.text, held.spoken.speaker)[number])

    return System(f"camp, seed {number}", answer, "none", "word oracle", is_seed=True)


def posterior_of(addon: Addon) -> Callable[[Held], tuple[Array, Array]]:
    """Kathaka's stage I: mean and variance of what it finds in a recording, (64,) both."""
    network = addon.network("reference")

    def posterior(held: Held) -> tuple[Array, Array]:
        made = network.run(_reference(addon, held))
        return made["mean"][0], np.exp(made["log_variance"][0])

    return posterior


def _sentence_oracle(addon: Addon) -> Answer:
    posterior = posterior_of(addon)
    return lambda h: AcousticInputs.of_sentence(posterior(h)[0], len(h.text.words))


def _word_oracle(addon: Addon) -> Answer:
    network = addon.network("reference")

    def answer(held: Held) -> AcousticInputs:
        shares = word_shares(held.spoken.tokens.owner, len(held.text.words))
        return AcousticInputs.of_words(network.run({**_reference(addon, held), "shares": shares[None]})["prosody"][0])

    return answer


def word_shares(owner: np.ndarray, words: int) -> Array:
    """Means over each word's tokens, (words, tokens)."""
    member = (owner[None] == np.arange(words)[:, None]).astype(np.float32)
    return member / np.maximum(member.sum(axis=1, keepdims=True), 1.0)


def _reference(addon: Addon, held: Held) -> Tensors:
    spoken = held.spoken
    features = reference_features(spoken.prosody, centre_of(addon, spoken.speaker))
    return {"symbols": spoken.tokens.symbols[None], "stress": spoken.tokens.stress[None], "reference": features[None]}
