"""Listeners in real time: they ask by one protocol or another, play what comes, and note when they had to wait."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

import websockets

RATE_HZ = 24_000
PATIENCE_S = 0.005
"""So late may a piece come before a listener is said to have waited."""
VOICE = "af_heart"


@dataclass
class Heard:
    """What all listeners of a run met with."""

    first_s: list[float] = field(default_factory=list)
    """From the request to the first sound of each text."""
    underruns: int = 0
    seconds: float = 0.0
    texts: int = 0
    failures: list[str] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """Of the times to first sound, in seconds."""
        return sorted(self.first_s)[round(share * (len(self.first_s) - 1))] if self.first_s else 0.0


Ask = Callable[[int, str], AsyncGenerator[int]]
"""Port and text to the lengths, in bytes of 16-bit sound, of what comes."""


async def by_http(port: int, text: str, **fields: object) -> AsyncGenerator[int]:
    """OpenAI's endpoint, sound as the body."""
    body = {"model": "tts-1", "voice": VOICE, "input": text, "response_format": "pcm", **fields}
    reader, writer = await _post(port, "/v1/audio/speech", body)
    try:
        while data := await reader.read(1 << 16):
            yield len(data)
    finally:
        writer.close()


async def by_events(port: int, text: str) -> AsyncGenerator[int]:
    """OpenAI's endpoint, server-sent events with times of words."""
    body = {"model": "tts-1", "voice": VOICE, "input": text, "response_format": "pcm", "stream_format": "sse"}
    reader, writer = await _post(port, "/v1/audio/speech", {**body, "timestamps": True})
    try:
        while line := await reader.readline():
            if line.startswith(b"data: ") and b"audio.delta" in line:
                yield len(base64.b64decode(json.loads(line[6:])["audio"]))
    finally:
        writer.close()


async def by_socket(port: int, text: str) -> AsyncGenerator[int]:
    """Our WebSocket, the text in one piece."""
    async with websockets.connect(f"ws://127.0.0.1:{port}/v1/stream") as socket:
        await socket.send(json.dumps({"type": "start", "voice": VOICE}))
        await socket.send(json.dumps({"type": "text", "text": text}))
        await socket.send(json.dumps({"type": "end"}))
        async for message in socket:
            if isinstance(message, bytes):
                yield len(message)
            elif (kind := json.loads(message)["type"]) == "done":
                return
            elif kind == "error":
                raise OSError(message)


async def by_cartesia(port: int, text: str) -> AsyncGenerator[int]:
    """Cartesia's WebSocket."""
    async with websockets.connect(f"ws://127.0.0.1:{port}/tts/websocket") as socket:
        output = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": RATE_HZ}
        voice = {"mode": "id", "id": VOICE}
        asked = {"model_id": "sonic-2", "transcript": text, "voice": voice, "output_format": output, "context_id": "a"}
        await socket.send(json.dumps({**asked, "add_timestamps": True}))
        async for message in socket:
            told = json.loads(message)
            if told["type"] == "chunk":
                yield len(base64.b64decode(told["data"]))
            elif told["type"] == "done":
                return
            elif told["type"] == "error":
                raise OSError(message)


ASKS: tuple[Ask, ...] = (by_http, by_events, by_socket, by_cartesia)


async def listen(ask: Ask, port: int, text: str, heard: Heard, until_s: float) -> None:
    """Hear one text in real time, to its end or until the clock of `time.perf_counter` says `until_s`."""
    asked_s, heard_until_s = time.perf_counter(), 0.0
    async with aclosing(ask(port, text)) as pieces:
        async for size in pieces:
            now_s = time.perf_counter()
            if not heard_until_s:
                heard.first_s.append(now_s - asked_s)
                heard_until_s = now_s
            elif now_s > heard_until_s + PATIENCE_S:
                heard.underruns += 1
                heard_until_s = now_s
            seconds = size / 2 / RATE_HZ
            heard_until_s += seconds
            heard.seconds += seconds
    heard.texts += 1
    await asyncio.sleep(max(0.0, min(heard_until_s, until_s) - time.perf_counter()))


async def _post(port: int, path: str, body: object) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A request whose answer ends with the connection; its head is read."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
    data = json.dumps(body)
    writer.write(f"POST {path} HTTP/1.0\r\nHost: localhost\r\nContent-Length: {len(data)}\r\n\r\n{data}".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head[:20]:
        writer.close()
        raise OSError(head[:40].decode("latin-1"))
    return reader, writer
