from pathlib import Path

import numpy as np
import pytest
from bench.shared.metrics import load_meters
from bench.shared.scores import format_summary, read_manifest, score_all, summarise

from vivavoce.audio import Audio, write_audio
from vivavoce.errors import InputError


class Loudness:
    """A meter that needs nothing installed."""

    def __call__(self, audio: Audio, text: str) -> dict[str, float | str]:
        words = float(len(text.split()))
        return {"peak": float(np.abs(audio.samples).max()), "word_errors": 1.0, "words": words, "transcript": text}


def test_a_manifest_is_scored_by_group(tmp_path: Path) -> None:
    write_audio(tmp_path / "a.wav", Audio(np.full(800, 0.5, np.float32), 8000))
    manifest = tmp_path / "manifest.tsv"
    manifest.write_text("a.wav\tone two\tx\na.wav\tone two three four five six seven eight\tx\na.wav\tone\ty\n")
    scores = score_all(read_manifest(manifest), [Loudness()])
    summary = summarise((score.recording.group, score.reading) for score in scores)
    assert summary["x"]["wer"].value == pytest.approx(0.2)
    assert summary["x"]["peak"].value == pytest.approx(0.5, abs=1e-4)
    assert "| x | 2 | 0.500 ± 0.000 | 20.00 % ± " in format_summary(summary)
    assert "transcript" not in format_summary(summary)


def test_a_short_line_is_named(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.tsv"
    manifest.write_text("a.wav\ttext\tgroup\n\na.wav only\n")
    with pytest.raises(InputError, match=r"manifest.tsv:3: expected path, text and group, found 1"):
        read_manifest(manifest)


def test_an_unknown_metric_is_named() -> None:
    with pytest.raises(ValueError, match="unknown metric loudness; there are distillmos"):
        load_meters(["loudness"])
