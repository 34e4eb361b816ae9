"""Clients that hang up, ask for nonsense, or only look whether the server is there."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
from collections import Counter

TEXT = "The quick brown fox jumps over the lazy dog while the old farmer watches quietly from his small wooden porch."
_GOOD = {"model": "tts-1", "voice": "alloy", "input": "Hi.", "response_format": "pcm"}
_WRONG = ({"input": 5}, {"voice": "../x"}, {"speed": 99}, {"x": 1}, {"input": "<speak><"}, {"input": ""})
_NONSENSE = ("{", "[]", '"', "\x00", "", "[" * 5000)
_LOOKS = ("/health", "/ready", "/metrics", "/v1/models", "/v1/audio/voices", "/", "/nothing", "/page/app.js")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many requests of each kind a run makes."""
    parser.add_argument("--requests", type=int, default=200_000)
    parser.add_argument("--hangups", type=int, default=1000)
    parser.add_argument("--bad", type=int, default=1000)


async def hang_up(port: int, chance: random.Random) -> None:
    """A connection that breaks at a random moment, in the request or in the sound."""
    request = _post("/v1/audio/speech", json.dumps({**_GOOD, "input": TEXT}))
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request[: chance.choice([len(request), chance.randrange(len(request))])])
    await asyncio.sleep(chance.choice([0.0, chance.random() * 0.05]))
    if chance.random() < 0.5:
        writer.transport.abort()
    writer.close()


def bad_request(chance: random.Random) -> bytes:
    """A request that has to be refused."""
    wrong = chance.choice(_WRONG)
    body = json.dumps({**_GOOD, **wrong}) if chance.random() < 0.6 else chance.choice(_NONSENSE)
    return _post("/v1/audio/speech", body)


def cheap_request(chance: random.Random) -> bytes:
    """A look at what the server has; one of a hundred is a word to be said."""
    if chance.random() < 0.01:
        return _post("/v1/audio/speech", json.dumps(_GOOD))
    return f"GET {chance.choice(_LOOKS)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


class Caller:
    """One connection that is kept for many requests."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.statuses: Counter[int] = Counter()

    async def ask(self, request: bytes) -> int:
        """Send a request, read all of the answer, and return its status."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        await _read_body(reader, head.lower())
        status = int(head.split(b" ", 2)[1])
        self.statuses[status] += 1
        if b"connection: close" in head.lower():
            await self.close()
        return status

    async def close(self) -> None:
        if self._streams:
            self._streams[1].close()
            self._streams = None


async def _read_body(reader: asyncio.StreamReader, head: bytes) -> None:
    if b"transfer-encoding: chunked" in head:
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    elif b"content-length:" in head:
        await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]))


def _post(path: str, body: str) -> bytes:
    data = body.encode()
    return f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data
