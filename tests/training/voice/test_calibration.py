"""The inputs that activations are measured on are such as the networks take."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from vivavoce.training.voice.calibration import network_inputs, sample  # noqa: E402
from vivavoce.training.voice.networks import Voice  # noqa: E402
from vivavoce.training.voice.stage_one import StageOne  # noqa: E402
from vivavoce.training.voice.utterances import SPEAKERS, Utterance  # noqa: E402


def _utterance(speaker: int) -> Utterance:
    units = torch.tensor([3, 4, 5, 2])
    frames = 2 * int(units.sum())
    return Utterance(
        f"{speaker}", "ensemble", speaker, "train", "Oh.", "", -1, torch.tensor([0, 43, 57, 0]), units,
        np.full(frames, 120.0, np.float32), np.ones(frames, np.float32), np.zeros(300 * frames, np.int16),
    )  # fmt: skip


def test_a_few_of_each_speaker_are_taken() -> None:
    spoken = [_utterance(speaker) for speaker in (0, 0, 0, 0, 0, 2)]
    assert [utterance.speaker for utterance in sample(spoken, 3)] == [0, 0, 0, 2]


def test_every_network_is_given_its_inputs() -> None:
    voice = Voice(len(SPEAKERS)).eval()
    stage = StageOne({"width": 16, "layers": 1, "passes": 1}).eval()
    found = network_inputs(voice, stage, [_utterance(1)])
    assert {name: len(inputs) for name, inputs in found.items()} == {
        "text_encoder": 1, "prosody_encoder": 2, "melody": 2, "decoder": 1
    }  # fmt: skip
    assert found["decoder"][0]["encoded"].shape == (1, 28, 128)
    assert found["melody"][0]["prosody"].shape == (1, 14, 192)
    plain, told = (inputs["sentence_prosody"] for inputs in found["prosody_encoder"])
    assert not plain.any()
    assert told.any()
