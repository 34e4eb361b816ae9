"""`sd_vivavoce`, an output module of Speech Dispatcher: screen readers speak by a warm server over a Unix socket.

Speech Dispatcher starts it, writes commands to its standard input, and plays the sound that comes back.
"""

from __future__ import annotations

import html
import os
import re
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from vivavoce.client import Client
from vivavoce.errors import InputError
from vivavoce.serve.screen_reading import Settings, spoken_text

_BLOCK_SAMPLES = 4_800
"""So much is handed over at once: a stop must not wait for more."""
_ESCAPE, _NEWLINE, _INVERT = 0x7D, 0x0A, 0x20
_TAG = re.compile(r"<[^<>]*>")


@dataclass
class Module:
    """Reads commands and answers them; speaks in a thread of its own."""

    client: Client
    source: BinaryIO
    sink: BinaryIO
    settings: Settings = field(default_factory=Settings)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._number = 0
        """Of the message being spoken; what belongs to another is not sent any more."""
        self._is_speaking = False

    def run(self) -> int:
        for line in self.source:
            command = line.decode("utf-8", "replace").strip()
            if command == "QUIT":
                self._stop("703 STOP")
                self._send("210 OK QUIT")
                return 0
            self._answer(command)
        return 0

    def _answer(self, command: str) -> None:
        match command:
            case "INIT":
                self._send("299-vivavoce speaks by a server\n299 OK LOADED SUCCESSFULLY")
            case "SET":
                self._settings("203 OK RECEIVING SETTINGS", "203 OK SETTINGS RECEIVED")
            case "AUDIO":
                self._settings("207 OK RECEIVING AUDIO SETTINGS", "203 OK AUDIO INITIALIZED")
            case "LOGLEVEL":
                self._settings("207 OK RECEIVING LOGLEVEL SETTINGS", "203 OK LOGLEVEL SET")
            case "LIST VOICES":
                self._list_voices()
            case "SPEAK" | "CHAR" | "KEY" | "SOUND_ICON":
                self._send("202 OK RECEIVING MESSAGE")
                text = "\n".join(self._lines())
                self._send("200 OK SPEAKING")
                self._begin(spoken_text(command, text, self.settings))
            case "STOP":
                self._stop("703 STOP")
            case "PAUSE":
                self._stop("704 PAUSE")
            case _ if command.startswith("DEBUG"):
                self._send(f"200 OK DEBUGGING {'ON' if ' ON' in command else 'OFF'}")
            case _:
                self._send("300 ERR UNKNOWN COMMAND")

    def _lines(self) -> Iterator[str]:
        """Up to a line with a dot alone; a dot at the beginning of another is doubled."""
        for line in self.source:
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            if text == ".":
                return
            yield text.removeprefix(".") if text.startswith("..") else text

    def _settings(self, ready: str, done: str) -> None:
        self._send(ready)
        for line in self._lines():
            name, _, value = line.partition("=")
            try:
                self.settings.set(name.strip(), value.strip())
            except ValueError:
                self._send("303 ERROR INVALID PARAMETER OR VALUE")
                return
        self._send(done)

    def _list_voices(self) -> None:
        try:
            speakers = self.client.speakers()
        except InputError:
            self._send("304 CANT LIST VOICES")
            return
        lines = [f"200-{name}\t{language.lower()}\tnone" for name, language in speakers]
        self._send("\n".join([*lines, "200 OK VOICE LIST SENT"]))

    def _begin(self, text: str) -> None:
        self._stop("703 STOP")
        with self._lock:
            self._number += 1
            self._is_speaking = True
        threading.Thread(target=self._speak, args=(self._number, text), daemon=True).start()

    def _stop(self, event: str) -> None:
        """At once: what is on its way of the message before is dropped."""
        with self._lock:
            was_speaking, self._is_speaking = self._is_speaking, False
            self._number += 1
            if was_speaking:
                self._write(f"{event}\n".encode())

    def _speak(self, number: int, text: str) -> None:
        self._send("701 BEGIN", number)
        try:
            if text.strip():
                self._play(number, text)
        except InputError:
            # A screen reader must not fall silent over markup that we do not know.
            try:
                self._play(number, html.unescape(_TAG.sub(" ", text)))
            except InputError as error:
                print(f"sd_vivavoce: {error}", file=sys.stderr)
        with self._lock:
            if number == self._number:
                self._is_speaking = False
                self._write(b"702 END\n")

    def _play(self, number: int, text: str) -> None:
        settings = self.settings
        played_s = 0.0
        waiting: list[tuple[str, float]] = []
        chunks = self.client.speak(
            text, speaker=settings.speaker, rate=4.0 ** (settings.rate / 100), pitch_semitones=settings.pitch * 0.12
        )
        for chunk in chunks:
            waiting += chunk.marks
            samples = chunk.samples
            while len(samples):
                until = len(samples)
                if waiting:
                    until = max(0, min(until, round((waiting[0][1] - played_s) * chunk.rate_hz)))
                block, samples = samples[: min(until, _BLOCK_SAMPLES)], samples[min(until, _BLOCK_SAMPLES) :]
                if len(block) and not self._sound(number, block, chunk.rate_hz):
                    return
                played_s += len(block) / chunk.rate_hz
                while waiting and waiting[0][1] <= played_s + 0.5 / chunk.rate_hz:
                    self._send(f"700-{waiting.pop(0)[0]}\n700 INDEX MARK", number)
        for name, _ in waiting:
            self._send(f"700-{name}\n700 INDEX MARK", number)

    def _sound(self, number: int, samples: npt.NDArray[np.float32], rate_hz: int) -> bool:
        """Hand over a block; False when nobody wants it any more."""
        loudness = 2.0 ** ((self.settings.volume - 100) / 50)
        data = (np.clip(samples * loudness, -1, 1) * 32767).astype("<i2")
        head = (
            f"705-bits=16\n705-num_channels=1\n705-sample_rate={rate_hz}\n705-num_samples={len(data)}\n"
            "705-big_endian=0\n705-AUDIO"
        )
        with self._lock:
            if number != self._number:
                return False
            self._write(head.encode() + b"\0" + escape_block(data.tobytes()) + b"\n705 AUDIO\n")
        return True

    def _send(self, answer: str, number: int | None = None) -> None:
        with self._lock:
            if number in (None, self._number):
                self._write(f"{answer}\n".encode())

    def _write(self, data: bytes) -> None:
        self.sink.write(data)
        self.sink.flush()


def escape_block(data: bytes) -> bytes:
    """Bytes in which a newline ends the block: 0x7D before each newline and each 0x7D, whose sixth bit is turned."""
    for byte in (_ESCAPE, _NEWLINE):
        data = data.replace(bytes((byte,)), bytes((_ESCAPE, byte ^ _INVERT)))
    return data


def main() -> int:
    """The program; its argument is a file of settings, which it does not need."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "/run")
    url = os.environ.get("VIVAVOCE_SERVER", f"unix:{runtime}/vivavoce.sock")
    return Module(Client(url), sys.stdin.buffer, sys.stdout.buffer).run()


if __name__ == "__main__":
    sys.exit(main())
