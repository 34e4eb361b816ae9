"""A warm server from Python: `for chunk in vivavoce.Client().speak("…"): …`, and the same asynchronously."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

import numpy as np
import numpy.typing as npt

from vivavoce.errors import InputError
from vivavoce.spoken import Speech

DEFAULT_URL = "http://127.0.0.1:8880"
_PATH = "/v1/stream"
_LARGEST = 1 << 24


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word or sentence: its text, when it is said in seconds, and its place in the input in bytes of UTF-8."""

    text: str
    start: float
    end: float
    start_byte: int
    end_byte: int


@dataclass(frozen=True, slots=True)
class SpokenChunk:
    """Sound (samples,) in [-1, 1] at `rate_hz`, and what begins with it."""

    samples: npt.NDArray[np.float32]
    rate_hz: int
    words: tuple[SpokenWord, ...] = ()
    sentences: tuple[SpokenWord, ...] = ()
    marks: tuple[tuple[str, float], ...] = ()
    """SSML marks by name, with their seconds."""


@dataclass(slots=True)
class _Answer:
    """What has come of one speech: messages in, chunks out."""

    rate_hz: int = 0
    words: tuple[SpokenWord, ...] = ()
    sentences: tuple[SpokenWord, ...] = ()
    marks: tuple[tuple[str, float], ...] = ()
    is_done: bool = False

    def take(self, data: str | bytes) -> SpokenChunk | None:
        """Take in one answer of the server. Raises `InputError` for a refusal."""
        if isinstance(data, bytes):
            samples = np.frombuffer(data, "<i2").astype(np.float32) / np.float32(32767)
            chunk = SpokenChunk(samples, self.rate_hz, self.words, self.sentences, self.marks)
            self.words = self.sentences = self.marks = ()
            return chunk
        message = json.loads(data)
        match message.get("type"):
            case "started":
                self.rate_hz = message["sample_rate"]
            case "marks":
                self.words += _words(message["words"])
                self.sentences += _words(message["sentences"])
                self.marks += tuple((mark["name"], mark["time"]) for mark in message["marks"])
            case "error":
                raise InputError(f"the server: {message['error']['message']}")
            case "done":
                self.is_done = True
            case _:
                pass
        return None


class Client:
    """A server of `vivavoce serve`, by its URL, or `unix:/path/of/its.socket`."""

    def __init__(self, url: str | None = None, token: str | None = None) -> None:
        """`VIVAVOCE_SERVER` and `VIVAVOCE_TOKEN` fill in what is not given. Raises `InputError` for a malformed URL."""
        self.url = url or os.environ.get("VIVAVOCE_SERVER") or DEFAULT_URL
        self._token = token or os.environ.get("VIVAVOCE_TOKEN")
        self._unix = self.url.removeprefix("unix:") if self.url.startswith("unix:") else None
        complaint = f"{self.url}: not the URL of a server, give one such as {DEFAULT_URL}"
        try:
            parts = urlsplit(self.url)
            _ = parts.port  # read only here, where it may be out of range
        except ValueError:
            raise InputError(complaint) from None
        if self._unix is None and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise InputError(complaint)
        scheme = "wss" if parts.scheme == "https" else "ws"
        self._address = urlunsplit((scheme, parts.netloc or "localhost", parts.path.rstrip("/") + _PATH, "", ""))
        self._base = "" if self._unix is not None else parts.path.rstrip("/")
        if self._unix is not None:
            self._address = f"ws://localhost{_PATH}"

    def speak(
        self,
        text: str,
        *,
        speaker: str | None = None,
        rate: float = 1.0,
        pitch_semitones: float = 0.0,
        prosody: str | None = None,
        temperature: float = 0.0,
        seed: int = 0,
        pauses: float | None = None,
    ) -> Iterator[SpokenChunk]:
        """Speak a text or SSML: chunks as the server makes them. Leaving the loop stops the server within a chunk.

        `pauses` is how many times as long as usual they are. Raises `InputError` where there is no server, and for what
        it refuses.
        """
        answer = _Answer()
        with _explain_failure(self.url), self._connect() as connection:
            for message in _messages(text, speaker, rate, pitch_semitones, prosody, temperature, seed, pauses):
                connection.send(message)
            while not answer.is_done:
                chunk = answer.take(connection.recv())
                if chunk:
                    yield chunk

    async def speak_async(
        self,
        text: str,
        *,
        speaker: str | None = None,
        rate: float = 1.0,
        pitch_semitones: float = 0.0,
        prosody: str | None = None,
        temperature: float = 0.0,
        seed: int = 0,
        pauses: float | None = None,
    ) -> AsyncIterator[SpokenChunk]:
        """The same without holding up the event loop."""
        answer = _Answer()
        with _explain_failure(self.url):
            async with self._connect_async() as connection:
                for message in _messages(text, speaker, rate, pitch_semitones, prosody, temperature, seed, pauses):
                    await connection.send(message)
                while not answer.is_done:
                    chunk = answer.take(await connection.recv())
                    if chunk:
                        yield chunk

    def synthesize(self, text: str, **style: Any) -> Speech:
        """All of a text at once, as a value that a notebook plays and draws; `style` and errors as in `speak`."""
        return Speech.of(self.speak(text, **style))

    def speakers(self) -> list[tuple[str, str]]:
        """Names and languages of the server's speakers. Raises `InputError` where there is no server."""
        with _explain_failure(self.url):
            connection = self._http()
            try:
                headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
                connection.request("GET", f"{self._base}/v1/audio/voices", headers=headers)
                voices = json.loads(connection.getresponse().read())["voices"]
            finally:
                connection.close()
        return [(voice["id"], voice["language"]) for voice in voices if "speaker" not in voice]

    def _http(self) -> HTTPConnection:
        parts = urlsplit(self.url)
        if self._unix is None:
            return (HTTPSConnection if parts.scheme == "https" else HTTPConnection)(parts.netloc, timeout=10)
        connection = HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(self._unix)
        return connection

    @property
    def _options(self) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        return {"additional_headers": headers, "compression": None, "max_size": _LARGEST}

    def _connect(self) -> AbstractContextManager[Any]:
        from websockets.sync.client import connect, unix_connect

        if self._unix is not None:
            return cast(AbstractContextManager[Any], unix_connect(self._unix, self._address, **self._options))
        return cast(AbstractContextManager[Any], connect(self._address, **self._options))

    def _connect_async(self) -> AbstractAsyncContextManager[Any]:
        from websockets.asyncio.client import connect, unix_connect

        if self._unix is not None:
            return unix_connect(self._unix, self._address, **self._options)
        return connect(self._address, **self._options)


@contextmanager
def _explain_failure(url: str) -> Generator[None, None, None]:
    """Words for a connection that fails."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise InputError('talking to a server needs websockets: pip install "vivavoce[client]"') from error
    except OSError as error:
        raise InputError(f"{url}: no server answers there ({error.strerror or error})") from error
    except Exception as error:
        if type(error).__module__.startswith("websockets"):
            # The server may have closed before its message was read: then the reason stands in the closing frame.
            reason = getattr(getattr(error, "rcvd", None), "reason", "")
            if reason:
                raise InputError(f"{url}: the server: {reason}") from error
            raise InputError(f"{url}: the connection broke ({error})") from error
        raise


def _messages(
    text: str,
    speaker: str | None,
    rate: float,
    pitch: float,
    prosody: str | None,
    temperature: float,
    seed: int,
    pauses: float | None,
) -> Iterator[str]:
    style = {
        "voice": speaker, "rate": rate, "pitch": pitch, "prosody": prosody, "temperature": temperature, "seed": seed,
        "pauses": pauses,
    }  # fmt: skip
    yield json.dumps({"type": "start", **{name: value for name, value in style.items() if value is not None}})
    yield json.dumps({"type": "text", "text": text})
    yield json.dumps({"type": "end"})


def _words(items: list[dict[str, Any]]) -> tuple[SpokenWord, ...]:
    names = ("text", "start", "end", "start_byte", "end_byte")
    return tuple(SpokenWord(*(item[name] for name in names)) for item in items)
