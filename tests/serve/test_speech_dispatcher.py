"""The output module as Speech Dispatcher talks to it, and, where it is installed, the real one with `spd-say`."""

from __future__ import annotations

import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serve.running import Running
from vivavoce.client import Client
from vivavoce.serve.screen_reading import Settings, spoken_text
from vivavoce.serve.speech_dispatcher import Module, escape_block

LONG = "A sentence that takes a while to say. " * 30


class Dialogue:
    """Both ends of a module's pipes."""

    def __init__(self, url: str) -> None:
        command_read, self._commands = os.pipe()
        answer_read, answers = os.pipe()
        self._source, self._sink = os.fdopen(command_read, "rb"), os.fdopen(answers, "wb")
        self.module = Module(Client(url), self._source, self._sink)
        self._thread = threading.Thread(target=self.module.run, daemon=True)
        self._thread.start()
        self._lines: queue.Queue[bytes] = queue.Queue()
        self._answers = os.fdopen(answer_read, "rb")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self._answers:
            self._lines.put(line)

    def say(self, text: str) -> None:
        os.write(self._commands, text.encode())

    def until(self, last: str) -> list[str]:
        """Answers up to one that is `last`, sound left out."""
        found: list[str] = []
        while not found or found[-1] != last:
            line = self._lines.get(timeout=20).rstrip(b"\n")
            if line[:3].isdigit() and b"\0" not in line:
                found.append(line.decode())
        return found

    def close(self) -> None:
        self.say("QUIT\n")
        self._thread.join(10)
        os.close(self._commands)
        self._sink.close()
        self._source.close()
        self._reader.join(10)
        self._answers.close()


@pytest.fixture
def dialogue(server: Running) -> Iterator[Dialogue]:
    made = Dialogue(server.url)
    yield made
    made.close()


def test_a_message_with_marks(dialogue: Dialogue) -> None:
    dialogue.say("INIT\nAUDIO\naudio_output_method=server\n.\nSET\nrate=50\npitch=10\nsynthesis_voice=af_heart\n.\n")
    assert dialogue.until("203 OK SETTINGS RECEIVED")[1] == "299 OK LOADED SUCCESSFULLY"
    dialogue.say('SPEAK\n<speak>Hello <mark name="one"/>there.<mark name="two"/></speak>\n.\n')
    told = dialogue.until("702 END")
    assert told[:3] == ["202 OK RECEIVING MESSAGE", "200 OK SPEAKING", "701 BEGIN"]
    marks = [line for line in told if line.startswith("700")]
    assert marks[:2] == ["700-one", "700 INDEX MARK"]
    assert told.index("700-one") < len(told) - 1 - told[::-1].index("705 AUDIO")


def test_a_stop_is_told_at_once(dialogue: Dialogue) -> None:
    dialogue.say(f"SPEAK\n{LONG}\n.\n")
    dialogue.until("705 AUDIO")
    begun_s = time.monotonic()
    dialogue.say("STOP\n")
    dialogue.until("703 STOP")
    assert time.monotonic() - begun_s < 1.0
    dialogue.say("CHAR\na\n.\n")
    assert "701 BEGIN" in dialogue.until("702 END")


def test_voices_and_what_is_unknown(dialogue: Dialogue, server: Running) -> None:
    dialogue.say("LIST VOICES\n")
    voices = dialogue.until("200 OK VOICE LIST SENT")
    assert len(voices) == len(server.service.engine.speakers) + 1
    dialogue.say("DANCE\n")
    assert dialogue.until("300 ERR UNKNOWN COMMAND")
    dialogue.say("SET\nrate=fast\n.\n")
    assert dialogue.until("303 ERROR INVALID PARAMETER OR VALUE")


def test_markup_that_is_unknown_is_spoken_without(dialogue: Dialogue) -> None:
    dialogue.say("SPEAK\n<speak>Hello <blink>you</blink>.</speak>\n.\n")
    assert "705 AUDIO" in dialogue.until("702 END")


def test_punctuation_spelling_and_keys() -> None:
    assert spoken_text("CHAR", "?", Settings()) == "question mark."
    assert spoken_text("KEY", "shift_a", Settings()) == "shift a"
    assert spoken_text("SPEAK", "a@b, c", Settings(punctuation="some")) == "a at b, c"
    assert spoken_text("SPEAK", "<speak>a&lt;b.</speak>", Settings(punctuation="all")) == "<speak>a less b dot </speak>"
    assert spoken_text("SPEAK", "ab1", Settings(is_spelling=True)) == "a, b, 1"


def test_bytes_that_would_end_a_block() -> None:
    assert escape_block(b"a\n\x7db") == b"a\x7d\x2a\x7d\x5db"


@pytest.mark.skipif(not shutil.which("speech-dispatcher"), reason="speech-dispatcher is not installed")
def test_the_real_one(server: Running, tmp_path: Path) -> None:
    modules, configuration = tmp_path / "modules", tmp_path / "conf"
    modules.mkdir()
    (configuration / "modules").mkdir(parents=True)
    module = modules / "sd_vivavoce"
    module.write_text(
        f"#!/bin/sh\nVIVAVOCE_SERVER={server.url} exec {sys.executable} -m vivavoce.serve.speech_dispatcher\n"
    )
    module.chmod(0o755)
    (configuration / "speechd.conf").write_text(
        f'LogLevel 5\nLogDir "{tmp_path}"\nAudioOutputMethod "libao"\n'
        'AddModule "vivavoce" "sd_vivavoce" ""\nDefaultModule vivavoce\nDefaultLanguage "en-US"\n'
    )
    socket = tmp_path / "socket"
    command = ["speech-dispatcher", "-s", "-C", configuration, "-m", modules, "-c", "unix_socket", "-S", socket,
               "-L", tmp_path, "-P", tmp_path / "pid"]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as dispatcher:
        try:
            for _ in range(100):
                if socket.exists():
                    break
                time.sleep(0.1)
            environment = {**os.environ, "SPEECHD_ADDRESS": f"unix_socket:{socket}"}
            voices = subprocess.run(["spd-say", "-L"], env=environment, capture_output=True, timeout=60, check=True)
            assert b"af_heart" in voices.stdout
            subprocess.run(["spd-say", "-w", "Hello there."], env=environment, timeout=60, check=True)
        finally:
            dispatcher.terminate()
    log = (tmp_path / "speech-dispatcher.log").read_text(errors="replace")
    assert "Got audio parameter sample_rate" in log
    assert "702 END" in log
