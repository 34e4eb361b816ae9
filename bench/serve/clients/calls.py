"""Calls of one client, each tried by itself and told of in a line; run in the client's own environment, so nothing but
the standard library is imported here."""

from __future__ import annotations

import asyncio
import inspect
import os
import sys
import wave
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

URL = os.environ["SPEECH_URL"]
TOKEN = os.environ["SPEECH_TOKEN"]
WYOMING_PORT = int(os.environ["SPEECH_WYOMING_PORT"])
SOCKET_URL = URL.replace("http", "ws", 1)
HOST = URL.partition("//")[2]
TEXT = "Hello there. How are you today?"

_calls: list[tuple[str, Callable[[], Any]]] = []


class AbsentError(Exception):
    """This version of the client has no such call."""


def call(function: Callable[[], Any]) -> Callable[[], Any]:
    """Try `function`, which may be a coroutine, when `run` is called."""
    _calls.append((function.__name__.replace("_", " "), function))
    return function


def run() -> None:
    """Try all calls in order; the exit status counts those that failed."""
    failed = 0
    for name, function in _calls:
        try:
            result = function()
            if inspect.isawaitable(result):
                asyncio.run(asyncio.wait_for(_wait(result), 60))
            outcome, reason = "ok", ""
        except AbsentError:
            outcome, reason = "absent", ""
        except BaseException as error:
            failed += 1
            outcome, reason = "failed", f"{type(error).__name__}: {error}".replace("\n", " ").replace("\t", " ")[:300]
        print(outcome, name, reason, sep="\t", flush=True)
    # Some clients leave threads that never end.
    sys.stdout.flush()
    os._exit(min(failed, 99))


def has(owner: object, *names: str) -> Any:
    """The attribute that `names` lead to. Raises `AbsentError`."""
    for name in names:
        try:
            owner = getattr(owner, name)
        except AttributeError:
            raise AbsentError(name) from None
    return owner


def accepts(function: Callable[..., Any], name: str) -> bool:
    """Whether a call has that argument."""
    return name in inspect.signature(function).parameters


def seconds_of_pcm(data: bytes | Iterable[bytes], rate_hz: int = 24_000) -> float:
    """How long 16-bit sound lasts, which must be more than half a second."""
    whole = data if isinstance(data, bytes) else b"".join(data)
    seconds = len(whole) / 2 / rate_hz
    assert seconds > 0.5, f"only {seconds} s of sound"
    assert any(whole[1000:20_000]), "silence"
    return seconds


def check_mp3(data: bytes | Iterable[bytes]) -> None:
    whole = data if isinstance(data, bytes) else b"".join(data)
    assert len(whole) > 4000, f"only {len(whole)} bytes"
    assert whole[:3] == b"ID3" or whole[0] == 0xFF, "no MP3"


def check_wav(data: bytes | Iterable[bytes]) -> None:
    whole = data if isinstance(data, bytes) else b"".join(data)
    with wave.open(BytesIO(whole)) as file:
        assert file.getframerate() >= 8000
        seconds_of_pcm(file.readframes(len(whole) // 2), file.getframerate())


def raises(action: Callable[[], Any], wanted: int | str) -> Any:
    """The error that `action` must fail with, which tells the HTTP status or the words `wanted`."""
    try:
        action()
    except Exception as error:
        known = [getattr(error, name, None) for name in ("status_code", "code", "status")]
        if wanted in known or str(wanted) in str(error):
            return error
        raise AssertionError(f"{known}: {error}") from error
    raise AssertionError("no error was raised")


async def _wait(result: Any) -> Any:
    return await result
