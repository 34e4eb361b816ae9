"""A made-up workspace: a little of all that products read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
from tests.inspection.material import moving
from vivavoce.audio import Audio, read_audio, write_audio
from vivavoce.inspection.lip_sync.speech import BANDS
from vivavoce.inspection.simulation import write_clip
from vivavoce.prosody.alignment import whole_sentence
from vivavoce.text import analyse
from vivavoce.training.core.product import Workspace
from vivavoce.training.corpora.arrays import write_arrays
from vivavoce.training.corpora.recordings import feature_path, prepare, recordings
from vivavoce.training.inspection.product import SPLITS
from vivavoce.training.prosody.alignment import durations_path
from vivavoce.training.voice.hibari import vocabulary
from vivavoce.training.voice.utterances import SPEAKERS as VOICES
from vivavoce.voice.tokens import tokenise

KATHLEEN = Path(__file__).parents[1] / "data" / "kathleen.opus"
TREES = (
    "(ROOT (S (NP-SBJ (DT The) (NN dog)) (VP (VBD saw) (NP (DT a) (NN cat))) (. .)))",
    "(ROOT (S (NP-SBJ (PRP He)) (VP (VBD left)) (. .)))",
    "(ROOT (S (NP-SBJ (PRP She)) (VP (VBD saw) (NP (PRP him)) (PP (IN in) (NP (DT the) (NN rain)))) (. .)))",
)
DOCUMENTS = ("d1", "d27")
"""For training and for development."""
CLIPS = ("diverse/moving.mp4", "diverse/bikes_272p.mp4")
CORPORA = ("kathleen", "ensemble", "intonation", "speechocean", "kerstin", "nathalie", "prompts")
SPEAKERS = {"kathleen": "kathleen", "ensemble": "af_heart", "intonation": "am_michael", "speechocean": "s0001"}
TEXTS = ("Tea or coffee?", "The rain fell all night long.", "She saw him.")
"""The last is for development."""


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Data as products expect it, and an empty folder for their runs."""
    folder = tmp_path_factory.mktemp("workspace")
    made = Workspace(folder / "data", folder / "runs")
    made.runs.mkdir()
    _write_trees(made.trees)
    _write_clips(made.video)
    for split in SPLITS:
        _write_face_track(made.runs / "examples" / "av_sync" / split)
    for corpus in CORPORA:
        _write_corpus(made.speech / corpus, SPEAKERS.get(corpus, corpus))
    _write_durations(made)
    _write_chorus(made.features / "voice")
    return made


def _write_chorus(folder: Path) -> None:
    """Utterances as the voice's products prepare them, which needs the teacher: hum at made-up pitch."""
    numbers, random = vocabulary(), np.random.default_rng(4)
    for corpus in ("kathleen", "ensemble", "intonation", "more"):
        for speaker in VOICES:
            for number, text in enumerate(TEXTS):
                phonemes = analyse(text).sentences[0].phonemes
                ids = np.array([0, *(numbers[symbol] for symbol in phonemes if symbol in numbers), 0], np.int64)
                units = random.integers(2, 5, len(ids))
                frames = 2 * int(units.sum())
                arrays = {
                    "ids": ids, "units": units, "f0": (180.0 * np.exp(random.normal(0, 0.1, frames))).astype(np.float32),
                    "energy": random.normal(5, 1, frames).astype(np.float32),
                    "samples": (3000 * random.normal(size=frames * 300)).clip(-9000, 9000).astype(np.int16),
                    "speaker": np.array(speaker), "split": np.array("train"), "text": np.array(text),
                    "kind": np.array(""), "word": np.array(-1),
                }  # fmt: skip
                write_arrays(folder / corpus / f"{speaker}-{number}.npz", arrays)


def _write_durations(workspace: Workspace) -> None:
    """No aligner would find these texts in that recording: every token lasts as long as every other."""
    corpora, durations = list(SPEAKERS)[:3], {}
    prepare(workspace.speech, workspace.features, corpora)
    for recording in recordings(workspace.speech, corpora):
        with np.load(feature_path(workspace.features, recording)) as stored:
            frames = len(stored["mel"])
        tokens = len(tokenise(whole_sentence(recording.text, "en-US")).symbols)
        places = np.linspace(0, frames, tokens + 1).astype(int)
        durations[recording.id] = np.diff(places).tolist()
    durations_path(workspace.features).write_text(json.dumps(durations))


def _write_trees(folder: Path) -> None:
    folder.mkdir(parents=True)
    for name in ("train", "dev"):
        lines = ["document\ttree", *(f"{DOCUMENTS[number % 2]}\t{tree}" for number, tree in enumerate(TREES * 2))]
        (folder / f"{name}.tsv").write_text("\n".join(lines) + "\n")


def _write_clips(folder: Path) -> None:
    for number, name in enumerate(CLIPS):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_clip(path, moving(2.6 + 0.4 * number, 288, 384))


def _write_face_track(folder: Path) -> None:
    """No made-up clip has a face in it that a face detector would find."""
    random = np.random.default_rng(3)
    for number in range(2):
        mouths = random.integers(0, 255, (120, 32, 48)).astype(np.uint8)
        bands = random.normal(-3, 1, (600, BANDS)).astype(np.float32)
        content = {"mouths": mouths, "bands": bands, "first": np.int32(0), "talking": np.bool_(True)}
        write_arrays(folder / f"face{number}-0.npz", content)


def _write_corpus(folder: Path, speaker: str) -> None:
    (folder / "audio").mkdir(parents=True)
    speech = read_audio(KATHLEEN, 24_000)
    rows = ["id\tspeaker\tlanguage\tsplit\tseconds\ttext"]
    random = np.random.default_rng(0)
    for number, text in enumerate((*TEXTS, TEXTS[1])):
        samples = np.roll(speech.samples, int(random.integers(5000)))[: 24_000 * 2]
        name = f"{folder.name}{number}"
        write_audio(folder / "audio" / f"{name}.opus", Audio(samples, 24_000))
        split = "test" if number == len(TEXTS) else "train"
        rows.append(f"{name}\t{speaker}\ten-US\t{split}\t2\t{text}")
    (folder / "metadata.tsv").write_text("\n".join(rows) + "\n")
