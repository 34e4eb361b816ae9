"""What was spoken, and what arrived, is listened to."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tests.inspection.material import babble
from vivavoce.audio import Audio, read_audio, write_audio
from vivavoce.cli import main
from vivavoce.commands import speak
from vivavoce.commands.spoken_inspection import inspect_spoken
from vivavoce.inspection.media import SAMPLE_RATE_HZ
from vivavoce.voice import load_voice

KATHLEEN = Path(__file__).parents[1] / "data" / "kathleen.opus"
Said = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(speak, "load_voice", cache(load_voice))
    return tmp_path


def test_speech_of_ours_has_no_defects(capsys: Said) -> None:
    assert main(["speak", "The brown fox is quick.", "--inspect"]) == 0
    assert "speech.wav: listened to " in capsys.readouterr().err


def test_a_stream_cannot_be_listened_to_again(capsys: Said) -> None:
    assert main(["speak", "Hello.", "--stream", "--inspect"]) == 2
    assert "--inspect needs -o" in capsys.readouterr().err


def test_a_gap_is_an_exit_code(capsys: Said) -> None:
    samples = babble(4.0)[0]
    samples[2 * SAMPLE_RATE_HZ : round(2.2 * SAMPLE_RATE_HZ)] = 0.0
    write_audio("gap.wav", Audio(samples, SAMPLE_RATE_HZ))
    assert inspect_spoken(Path("gap.wav")) == 3
    assert "gap.wav: audio_dropout, 2.00 to 2.20 s" in capsys.readouterr().err


def test_what_cannot_be_read_is_another(here: Path) -> None:
    (here / "no.wav").write_text("no sound")
    assert inspect_spoken(here / "no.wav") == 4


def test_recovered_speech_is_inspected_as_any_file(capsys: Said) -> None:
    assert main(["speak", "The brown fox is quick.", "-o", "said.wav"]) == 0
    assert main(["protect", "said.wav", "-o", "said.opus"]) == 0
    Path("loss.txt").write_text("\n".join("1" if 30 <= n < 36 else "0" for n in range(400)))
    assert main(["simulate-loss", "said.opus", "--trace", "loss.txt", "-o", "heard.wav"]) == 0
    capsys.readouterr()
    assert main(["inspect", "heard.wav", "--only", "audio_dropout,hum,hiss"]) == 0
    assert "1 file, 1.5 s, 0 events" in capsys.readouterr().out


def test_a_call_that_was_not_refilled_has_gaps(capsys: Said) -> None:
    samples = read_audio(KATHLEEN, SAMPLE_RATE_HZ).samples
    packets = np.arange(len(samples)) // (SAMPLE_RATE_HZ // 50)
    lost = (np.random.default_rng(4).random(packets[-1] + 1) < 0.1)[packets]
    write_audio("heard.wav", Audio(np.where(lost, 0.0, samples).astype(np.float32), SAMPLE_RATE_HZ))
    assert main(["inspect", "heard.wav", "--only", "audio_dropout", "--fail-on", "major"]) == 3
    assert "audio_dropout" in capsys.readouterr().out
