"""How loud a voice's speakers are, and what brings them to one loudness."""

from __future__ import annotations

from typing import Any

import numpy as np

from vivavoce.audio import Audio
from vivavoce.blocks.addon import Addon
from vivavoce.blocks.manifest import Speaker
from vivavoce.blocks.writing import revise_manifest
from vivavoce.errors import InputError
from vivavoce.loudness import SAMPLE_RATE_HZ, LoudnessMeter
from vivavoce.voice.load import load_voice
from vivavoce.voice.synthesizer import Voice

TARGET_LUFS = -20.0
TEXTS = (
    "The sun came up over the quiet town, and people began to open their windows.",
    "He asked her twice, but she did not know where the old letters were.",
    "Nobody had been in the garden since the rain, so the paths were green.",
    "Take the second road on the left, then walk until you see the bridge.",
)
"""Ordinary sentences: loudness is that of speech, not of one vowel."""


def loudness_lufs(audio: Audio) -> float:
    """Integrated loudness in LUFS after BS.1770. Raises `InputError` for what is too quiet to have any."""
    meter = LoudnessMeter(1)
    meter.on_audio(audio.resampled(SAMPLE_RATE_HZ).samples[None])
    found = meter.reading()["integrated_lufs"]
    if found is None:
        raise InputError("the sound is too quiet to be measured")
    return found


def speaker_gain_db(voice: Voice, speaker: Speaker) -> float:
    """Decibels more, on top of the gain that the addon says already, that bring a speaker to -20 LUFS.

    Raises `InputError` for a voice that makes no sound.
    """
    spoken = np.concatenate([voice.synthesize(text, speaker=speaker.name).samples for text in TEXTS])
    return TARGET_LUFS - loudness_lufs(Audio(spoken, voice.sample_rate_hz))


def level_speakers(addon: Addon) -> Addon:
    """Measure every speaker of a voice's addon and write the gains into its `addon.json`; nothing else changes.

    Raises `InputError` for anything that is not a voice, or makes no sound.
    """
    voice = load_voice(addon.path)
    gains = {speaker.name: speaker.gain_db + speaker_gain_db(voice, speaker) for speaker in voice.speakers}

    def put_gains(description: dict[str, Any]) -> None:
        for row in description["speakers"]:
            row["gain_db"] = round(gains[row["name"]], 2)

    return revise_manifest(addon.path, put_gains)
