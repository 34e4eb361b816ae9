"""Recordings measured at their tokens: what transfer learns from, and what prosody systems are measured on."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
from rich.progress import track

from vivavoce.features import continuous_log_f0, energy
from vivavoce.prosody.alignment import whole_sentence
from vivavoce.prosody.recording import SpeakerCentre, TokenProsody
from vivavoce.training.core.product import Workspace
from vivavoce.training.corpora.recordings import Recording, feature_path, recordings
from vivavoce.training.prosody.alignment import durations_path
from vivavoce.training.prosody.sentence import SpokenSentence, spoken_language
from vivavoce.voice.contour import knots_of, token_means
from vivavoce.voice.tokens import SYMBOL_ID, tokenise

SPEAKERS = ("kathleen", "af_heart", "af_bella", "am_michael", "am_fenrir", "bf_emma", "bm_george")
"""In the order of CopyCat's table of speakers."""


def measured_sentences(workspace: Workspace, corpora: Sequence[str]) -> list[SpokenSentence]:
    """All recordings of the speakers that `align_corpora` aligned.

    Those that the front end reads differently since they were aligned are left out.
    """
    durations = json.loads(durations_path(workspace.features).read_text(encoding="utf-8"))
    rows = [r for r in recordings(workspace.speech, list(corpora)) if r.id in durations and r.speaker in SPEAKERS]
    read = [_measure(row, np.array(durations[row.id]), workspace) for row in track(rows, description="utterances")]
    return [sentence for sentence in read if sentence is not None]


def centres(sentences: Sequence[SpokenSentence]) -> dict[str, SpeakerCentre]:
    """The mean log f0 and energy of each speaker over what is trained on."""
    found = {}
    for speaker in SPEAKERS:
        own = [s.prosody for s in sentences if s.speaker == speaker and s.split == "train"]
        if own:
            weights = np.concatenate([p.durations * p.voiced for p in own])
            log_f0 = np.average(np.concatenate([p.knots.mean(axis=1) for p in own]), weights=weights)
            loudness = np.average(np.concatenate([p.energy for p in own]), weights=weights)
            found[speaker] = SpeakerCentre(float(log_f0), float(loudness))
    return found


def _measure(recording: Recording, durations: np.ndarray, workspace: Workspace) -> SpokenSentence | None:
    tokens = tokenise(whole_sentence(recording.text, spoken_language(recording.speaker)))
    if len(tokens.symbols) != len(durations):
        return None
    path = feature_path(workspace.features, recording)
    with np.load(path) as stored:
        mel, f0 = stored["mel"].astype(np.float32), stored["f0"]
    voiced = token_means((f0 > 0).astype(np.float32), durations)
    # the ensemble asks every question with a falling pitch: no model of a melody
    is_model = recording.corpus != "ensemble" or SYMBOL_ID["?"] not in tokens.symbols
    prosody = TokenProsody(
        durations, knots_of(continuous_log_f0(f0), durations), voiced, token_means(energy(mel), durations)
    )
    return SpokenSentence(
        recording.id, recording.corpus, recording.speaker, recording.split, recording.text, tokens, prosody, path,
        voiced if is_model else np.zeros_like(voiced),
    )  # fmt: skip
