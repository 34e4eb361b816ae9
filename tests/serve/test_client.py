"""`vivavoce.Client`, and `speak --server`."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

import vivavoce
from tests.serve.running import Running
from vivavoce.cli import main
from vivavoce.errors import InputError
from vivavoce.serve.service import Service

TEXT = "Hello there. How are you?"


def test_speak(server: Running) -> None:
    chunks = list(vivavoce.Client(server.url).speak(TEXT, speaker="af_heart"))
    assert len(chunks) > 3
    assert {chunk.rate_hz for chunk in chunks} == {server.service.engine.rate_hz}
    assert [word.text for chunk in chunks for word in chunk.words] == ["Hello", "there", "How", "are", "you"]
    assert [sentence.text for chunk in chunks for sentence in chunk.sentences] == ["Hello there.", "How are you?"]
    samples = np.concatenate([chunk.samples for chunk in chunks])
    assert 1.0 < len(samples) / chunks[0].rate_hz < 5.0
    assert np.abs(samples).max() <= 1.0


def test_speak_async(server: Running) -> None:
    async def count() -> int:
        return sum([len(chunk.samples) async for chunk in vivavoce.Client(server.url).speak_async(TEXT)])

    assert asyncio.run(count()) > 20_000


def test_leaving_stops_the_server(server: Running) -> None:
    for _ in vivavoce.Client(server.url).speak("A sentence that is long enough. " * 50):
        break
    assert vivavoce.Client(server.url).speak("Hi.")


@pytest.mark.parametrize(
    ("url", "text", "options", "complaint"),
    [
        ("ftp://x", "Hi.", {}, "not the URL of a server"),
        ("http://127.0.0.1:99999", "Hi.", {}, "not the URL of a server"),
        ("http://[::1", "Hi.", {}, "not the URL of a server"),
        ("http://127.0.0.1:9", "Hi.", {}, "no server answers there"),
        ("unix:/nowhere", "Hi.", {}, "no server answers there"),
        (None, "Hi.", {"speaker": "nobody"}, "the server: Invalid value: 'nobody'"),
        (None, "<speak><x/></speak>", {}, "the server: line 1, column 8"),
        (None, "Hi.", {"rate": 99.0}, "the server: Invalid 'rate'"),
    ],
)
def test_errors(server: Running, url: str | None, text: str, options: dict, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        list(vivavoce.Client(url or server.url).speak(text, **options))


def test_a_token(service: Service) -> None:
    with Running(service, tokens=("a-long-secret",)) as running:
        with pytest.raises(InputError, match="API key"):
            list(vivavoce.Client(running.url).speak("Hi."))
        assert list(vivavoce.Client(running.url, "a-long-secret").speak("Hi."))


def test_the_verb(server: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wav, marks = tmp_path / "a.wav", tmp_path / "a.jsonl"
    arguments = ["speak", TEXT, "--server", server.url, "-o", str(wav), "--marks", str(marks)]
    assert main(arguments) == 0
    assert soundfile.info(wav).duration > 1
    lines = [json.loads(line) for line in marks.read_text().splitlines()]
    assert [line["value"] for line in lines if line["type"] == "word"][:2] == ["Hello", "there"]
    assert lines[0]["type"] == "sentence"
    assert main(["speak", "Hi.", "--server", "http://127.0.0.1:9", "-o", str(wav)]) == 2
    assert "no server answers" in capsys.readouterr().err


def test_the_verb_loads_no_voice(server: Running, tmp_path: Path) -> None:
    import subprocess
    import sys

    code = (
        "import sys; from vivavoce.cli import main; "
        f"main(['speak', 'Hi.', '--server', {server.url!r}, '-o', {str(tmp_path / 'b.wav')!r}]); "
        "sys.exit('onnxruntime' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


def test_a_notebook_plays_it_with_words_and_pitch(server: Running) -> None:
    speech = vivavoce.Client(server.url).synthesize("Hello <you>.", speaker="af_heart")
    shown = speech._repr_html_()
    assert 'src="data:audio/wav;base64,UklGR' in shown
    assert ">Hello</text>" in shown
    assert "<you>" not in shown
    assert shown.count("L") > 10
    assert 0.3 < speech.duration_s < 4
    assert 80 < np.median(speech.pitch[speech.pitch > 0]) < 400
