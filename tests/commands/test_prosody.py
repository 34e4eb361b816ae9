from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

import numpy as np
import pytest

from vivavoce.audio import Audio, write_audio
from vivavoce.cli import main
from vivavoce.commands import prosody, prosody_options
from vivavoce.commands.prosody_options import read_prosody
from vivavoce.errors import InputError
from vivavoce.prosody import VoiceMismatchError, prosody_systems
from vivavoce.voice import Voice


def options(**changes: object) -> Namespace:
    return Namespace(**{"prosody": "none", "temperature": 0.0, "seed": 0, "explain": False, **changes})


def test_none_leaves_the_voice_to_itself():
    assert read_prosody(options()) is None


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"explain": True}, "give --prosody selection"),
        ({"prosody": "kathaka", "seed": -1}, "seed is -1"),
        ({"temperature": 0.5}, '"none" has no temperature'),
    ],
)
def test_options_that_do_not_go_together(changes: dict[str, object], complaint: str):
    with pytest.raises(InputError, match=complaint):
        read_prosody(options(**changes))


@pytest.mark.parametrize(("seed", "temperature", "told"), [(7, 0.0, True), (0, 0.0, False), (7, 0.5, False)])
def test_a_seed_that_changes_nothing_is_told(
    seed: int, temperature: float, told: bool, capsys: pytest.CaptureFixture[str]
):
    prosody_options.warn_of_seed(seed, temperature)
    shown = capsys.readouterr().err
    assert shown.startswith("vivavoce: --seed 7 changes nothing") == told
    assert len(shown.splitlines()) == told


def test_a_seed_without_sampling_is_told_by_what_reads_the_options(capsys: pytest.CaptureFixture[str]):
    assert read_prosody(options(seed=7)) is None
    assert "--seed 7 changes nothing" in capsys.readouterr().err


def test_a_comparison_needs_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["prosody", "compare", "Go.", "-o", str(tmp_path / "no" / "page.html")]) == 2
    assert "make it first" in capsys.readouterr().err


def test_a_comparison_of_a_long_text_ends_where_it_is_too_long(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(prosody, "MAX_SECONDS", 0.5)
    monkeypatch.setattr(prosody, "prosody_systems", lambda: ("none",))
    assert main(["prosody", "compare", "Go on and on. " * 50_000, "-o", str(tmp_path / "page.html")]) == 2
    assert "at most 0.5 s of speech" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_comparison_takes_no_negative_seed(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["prosody", "compare", "Go.", "--seed", "-1", "-o", str(tmp_path / "page.html")]) == 2
    assert capsys.readouterr().err == "vivavoce: seed is -1, use 0 or more\n"
    assert not list(tmp_path.iterdir())


def test_a_transfer_of_a_long_recording_is_refused_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    source = str(tmp_path / "long.wav")
    write_audio(source, Audio(np.zeros(8_000 * 61, np.float32), 8_000))
    assert main(["transfer", source, "--text", "Go.", "--speaker", "af_heart", "-o", str(tmp_path / "o.wav")]) == 2
    assert "long.wav: lasts more than 60 s" in capsys.readouterr().err
    assert len(list(tmp_path.iterdir())) == 1


def test_a_text_that_its_recording_cannot_hold_is_refused_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    source = str(tmp_path / "short.wav")
    write_audio(source, Audio(np.zeros(8_000, np.float32), 8_000))
    monkeypatch.delattr(Voice, "usual_durations_s")  # which takes long for a long text
    text = "Go on and on. " * 20
    assert main(["transfer", source, "--text", text, "--speaker", "af_heart", "-o", str(tmp_path / "o.wav")]) == 2
    assert "short.wav: the recording has 1.0 s, too little for a text of" in capsys.readouterr().err
    assert len(list(tmp_path.iterdir())) == 1


def test_an_empty_name_is_no_speaker(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["transfer", "missing.wav", "--text", "Go.", "--speaker", ""]) == 2
    assert "unknown speaker ''" in capsys.readouterr().err


def test_a_transfer_needs_its_source_and_a_known_speaker(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    missing = str(tmp_path / "missing.wav")
    assert main(["transfer", missing, "--text", "Go.", "--speaker", "af_heart"]) != 0
    assert "missing.wav" in capsys.readouterr().err
    assert main(["transfer", missing, "--text", "Go.", "--speaker", "nobody"]) == 2
    assert "unknown speaker 'nobody'" in capsys.readouterr().err


def test_help_names_every_system() -> None:
    parser = ArgumentParser()
    prosody_options.add_prosody_arguments(parser)
    help_text = parser.format_help()
    assert all(name in help_text for name in prosody_systems())


def test_a_comparison_leaves_out_what_another_voice_taught(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Foreign:
        def __call__(self, sentence: object, speaker: str) -> None: ...

        def for_voice(self, voice: str) -> None:
            raise VoiceMismatchError("another voice's")

    monkeypatch.setattr(prosody, "prosody_systems", lambda: ("none", "camp"))
    monkeypatch.setattr(prosody, "prosody_source", lambda name, *_: Foreign() if name == "camp" else None)
    assert main(["prosody", "compare", "Go.", "-o", str(tmp_path / "page.html")]) == 0
    assert "camp is left out: another voice's" in capsys.readouterr().err
    assert (tmp_path / "page.html").exists()
