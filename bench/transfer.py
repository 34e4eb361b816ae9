"""CopyCat from speakers it never heard onto ours: does the melody arrive, and does the source's voice stay behind?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sentences import Rendition, held_out
from vivavoce.audio import Audio, read_audio
from vivavoce.blocks import find_addon, load_addon
from vivavoce.errors import InputError
from vivavoce.features import RATE_HZ, Array, energy, mel_spectrogram, pitch
from vivavoce.prosody.addons import sequence_block
from vivavoce.prosody.alignment import whole_sentence
from vivavoce.prosody.transfer import Copied, copycat
from vivavoce.training.prosody.copycat import sung
from vivavoce.voice import Voice, load_voice
from vivavoce.voice.speech import LEAD_FRAMES, language_of
from vivavoce.voice.tokens import tokenise

TARGETS = ("kathleen", "af_heart", "am_michael", "bf_emma", "bm_george")
SOURCES = ("ensemble-dev", "prompts")
REFERENCES = 12
"""Recordings that a speaker's mean spectrum is taken from."""


@dataclass(frozen=True, slots=True)
class Pair:
    source: str
    target: str
    pitch: float
    """Correlation of log f0 with the source, over frames where both are voiced."""
    energy: float
    likeness: float
    """How much nearer the sound is to the target's mean spectrum and pitch than to the source's."""


def pairs(data: Path, count: int) -> Iterator[Pair]:
    """`count` recordings of each corpus of sources, onto the five targets in turn, as heard in the sound made."""
    voice = load_voice()
    targets = {name: _spectrum(read_audio(row.path) for row in _of(data, name)) for name in TARGETS}
    for corpus in SOURCES:
        rows = held_out(data, corpus)
        for number, row in enumerate(rows[:: max(1, len(rows) // count)][:count]):
            yield from _pair(voice, row, TARGETS[number % len(TARGETS)], targets)


def _of(data: Path, speaker: str) -> list[Rendition]:
    corpus = speaker if speaker == "kathleen" else "ensemble"
    return [row for row in held_out(data, corpus) if row.speaker == speaker][:REFERENCES]


def _pair(voice: Voice, row: Rendition, target: str, targets: dict[str, Array]) -> Iterator[Pair]:
    source = read_audio(row.path).resampled(RATE_HZ)
    sentence = whole_sentence(row.text, language_of(target))
    tokens = tokenise(sentence)
    try:
        copied = copycat().copy(source, tokens, target)
    except InputError as error:
        print(f"{row.id}: {error}")
        return
    made = Audio(voice.speak([sentence], speaker=target, prosody=Copied(copied)).samples, RATE_HZ)
    # the voice begins with its own short silence instead of the source's
    lead = int(np.rint(np.expm1(copied["log_durations"][0, 0])))
    ours, theirs = _tracks(made)[LEAD_FRAMES:], _tracks(source)[lead:]
    frames = min(len(ours), len(theirs))
    ours, theirs = ours[:frames], theirs[:frames]
    voiced = (ours[:, 0] > 0) & (theirs[:, 0] > 0)
    heard = np.corrcoef(np.log(ours[voiced, 0]), np.log(theirs[voiced, 0]))[0, 1]
    loud = np.corrcoef(ours[:, 1], theirs[:, 1])[0, 1]
    spectrum = _spectrum([made])
    to_target, to_source = (float(np.linalg.norm(spectrum - x)) for x in (targets[target], _spectrum([source])))
    yield Pair(row.speaker, target, float(heard), float(loud), to_source - to_target)


def _tracks(audio: Audio) -> Array:
    """f0 and energy, (frames, 2)."""
    return np.stack([pitch(audio), energy(mel_spectrogram(audio.samples))], axis=1)


def _spectrum(sounds: Iterator[Audio] | Sequence[Audio]) -> Array:
    """Mean mel of voiced frames about its own level, and ten times the mean log f0: what a voice is, roughly."""
    found = []
    for sound in sounds:
        audio = sound.resampled(RATE_HZ)
        f0, mel = pitch(audio), mel_spectrogram(audio.samples)
        voiced = f0 > 0
        mean = mel[voiced].mean(axis=0)
        found.append(np.concatenate([mean - mean.mean(), [10 * np.log(f0[voiced]).mean()]]))
    return np.mean(found, axis=0).astype(np.float32)


def speaker_probe(data: Path, runs: Path, name: str = "copycat") -> tuple[float, float]:
    """Accuracy of a linear classifier of speakers on the mean and spread of a recording's latents, and chance.

    Trained on half of the test recordings, as many of each speaker, and asked about the other half.
    """
    trained = runs / name / "addon" / name
    block = sequence_block(load_addon(trained if trained.exists() else find_addon(name)))
    alignment = runs / "alignment" / "durations.json"
    spoken = sung(data / "speech", runs / "features", alignment, ["kathleen", "ensemble", "intonation"], "test")
    rows, labels = [], []
    for recording in spoken:
        fed = {
            "contour": recording.contour[None], "symbols": recording.symbols[None],
            "position": recording.position[None], "speaker": np.array([0], np.int64),
        }  # fmt: skip
        latent = block(fed)["latent"][0]
        rows.append(np.concatenate([latent.mean(axis=0), latent.std(axis=0)]))
        labels.append(recording.speaker)
    return _probe(np.array(rows), np.array(labels))


def _probe(rows: Array, labels: np.ndarray) -> tuple[float, float]:
    speakers = np.unique(labels)
    random = np.random.default_rng(0)
    each = min(int((labels == s).sum()) for s in speakers)
    picked = np.concatenate([random.permutation(np.flatnonzero(labels == s))[:each] for s in speakers])
    scaled = (rows[picked] - rows[picked].mean(axis=0)) / (rows[picked].std(axis=0) + 1e-6)
    inputs = np.column_stack([scaled, np.ones(len(scaled))])
    wanted = (labels[picked][:, None] == speakers[None]).astype(float)
    folds = np.tile(np.arange(each) % 2, len(speakers))
    right = 0.0
    for fold in (0, 1):
        train, test = folds != fold, folds == fold
        gram = inputs[train].T @ inputs[train] + 3.0 * np.eye(inputs.shape[1])
        answer = inputs[test] @ np.linalg.solve(gram, inputs[train].T @ wanted[train])
        right += float((answer.argmax(axis=1) == wanted[test].argmax(axis=1)).sum())
    return right / len(picked), 1 / len(speakers)
