"""Sheets of spectrograms: what comes first on them, and what a spectrogram shows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from bench.speech.sheets import (
    DEPTH_DB,
    HIGHEST_HZ,
    HOP,
    Sentence,
    draw,
    from_first_sound,
    spectrogram_db,
    title,
    worst_first,
)

from vivavoce.audio import Audio
from vivavoce.features import RATE_HZ


def pair(name: str, ours: float, theirs: float, wrong: float = 0.0) -> dict[str, object]:
    heard = {"word_errors": wrong, "words": 5.0, "transcript": "What was heard."}
    return {
        "speaker": "anna", "id": name, "text": "What was said.", "ours": {"distillmos": ours, **heard},
        "theirs": {"distillmos": theirs, "word_errors": 0.0, "words": 5.0, "transcript": "What was said."},
    }  # fmt: skip


def test_what_loses_most_comes_first() -> None:
    pairs = [pair("better", 4.2, 4.0), pair("softer", 3.8, 4.0), pair("misheard", 4.2, 4.0, 2.0)]
    assert [one["id"] for one in worst_first(pairs)] == ["misheard", "softer", "better"]


def test_a_title_tells_what_was_heard_where_it_was_not_what_was_said() -> None:
    assert title(pair("a1", 3.8, 4.0)) == "a1  MOS 3.80 (-0.20), word errors 0/0\nWhat was said."
    assert title(pair("a1", 3.8, 4.0, 2.0)).endswith("word errors 2/0\nWhat was said.\nheard: What was heard.")


def test_a_tone_is_seen_at_its_pitch() -> None:
    tone = np.sin(2 * np.pi * 2_000 * np.arange(RATE_HZ) / RATE_HZ).astype(np.float32)
    picture = spectrogram_db(tone)
    assert picture.shape[1] == pytest.approx(RATE_HZ / HOP, abs=2)
    assert picture[:, 100].argmax() == pytest.approx(len(picture) * 2_000 / HIGHEST_HZ, abs=1)
    assert picture.min() == -DEPTH_DB


def test_silence_before_the_first_sound_is_left_out() -> None:
    sound = np.concatenate([np.zeros(RATE_HZ, np.float32), np.ones(2400, np.float32)])
    assert from_first_sound(Audio(sound, RATE_HZ)).duration_s == pytest.approx(0.15)


def test_a_sheet_is_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    audio = Audio(np.sin(np.arange(12_000) / 20).astype(np.float32), RATE_HZ)
    draw([Sentence("A title", audio, audio)] * 3, tmp_path / "sheet.png")
    assert (tmp_path / "sheet.png").read_bytes().startswith(b"\x89PNG")
