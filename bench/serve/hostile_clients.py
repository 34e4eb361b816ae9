"""Clients of ill will, one kind of harm each: spoiled requests and messages, slow ones, silent ones."""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bench.serve.fuzzing import REQUESTS, SOCKETS, WYOMING, as_json, spoil, spoil_bytes
from bench.serve.rude_clients import TEXT

PATIENCE_S = 90.0
"""Longer than the server lets a request stall, and than the longest text takes that is answered as a whole."""
MOST_READ = 4 << 20
_ODD_HEADERS = (
    "Origin: http://[", "Origin: null", "Host: [", "Expect: 100-continue", "Upgrade: h2c\r\nConnection: Upgrade",
    "Upgrade: websocket\r\nConnection: Upgrade", "Content-Encoding: gzip", "Range: bytes=9-1", f"X: {'a' * 90_000}",
    "Transfer-Encoding: chunked", "Authorization: AWS4-HMAC-SHA256 Credential=/,SignedHeaders=;,Signature=",
    "If-Match: *",
)  # fmt: skip


@dataclass
class Met:
    """What the hostile met with: answers by kind of harm, and what must not be."""

    answers: dict[str, Counter[str]] = field(default_factory=dict[str, Counter[str]])
    unanswered: list[str] = field(default_factory=list[str])
    """Requests after which the server neither answered nor hung up."""
    failed: list[str] = field(default_factory=list[str])
    """Requests that the server itself calls its failure: 500."""

    def note(self, kind: str, answer: str, sent: bytes) -> None:
        self.answers.setdefault(kind, Counter())[answer] += 1
        if answer == "none":
            self.unanswered.append(f"{kind}: {sent[:300]!r}")
        if answer == "500":
            self.failed.append(f"{kind}: {sent[:600]!r}")


Harm = Callable[[int, int, random.Random, Met], Awaitable[None]]
"""Port, Wyoming's port, chance, and where to note what came of it."""


async def spoiled_request(port: int, _wyoming: int, chance: random.Random, met: Met) -> None:
    """A value of another type, a byte of another kind, a head that is no head."""
    request = chance.choice(REQUESTS)
    if isinstance(request.body, dict):
        body = as_json(spoil(request.body, chance), chance)
    else:
        body = spoil_bytes((request.body or "").encode("latin-1"), chance) if request.body else b""
    length = len(body) if chance.random() < 0.95 else chance.choice([0, 1, len(body) + 9, 10**12, -1])
    path = (
        request.path if chance.random() < 0.9 else request.path + chance.choice(["/../..", "%00", "?a=%ff", "/x" * 500])
    )
    head = (
        f"{request.method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {request.content_type}\r\n"
        f"Content-Length: {length}\r\nConnection: close\r\n"
    )
    head += f"{chance.choice(_ODD_HEADERS)}\r\n\r\n" if chance.random() < 0.2 else "\r\n"
    data = head.encode() + body
    if chance.random() < 0.1:
        data = spoil_bytes(data, chance)
    await _send_and_read(port, data, "requests", met, chance)


async def spoiled_messages(port: int, _wyoming: int, chance: random.Random, met: Met) -> None:
    """Messages over a WebSocket that are wrong, frames that are cut, reserved, binary or never end."""
    path, messages = chance.choice(list(SOCKETS.items()))
    handshake = (
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    data = b""
    for message in messages:
        spoiled = as_json(spoil(message, chance) if chance.random() < 0.4 else message, chance)
        opcode = chance.choices([1, 2, 0, 9, 11], [20, 1, 1, 1, 1])[0]
        made = frame(opcode, spoiled, chance)
        data += spoil_bytes(made, chance) if chance.random() < 0.1 else made
        if chance.random() < 0.1:
            break
    data += frame(8, (1000).to_bytes(2, "big"), chance) if chance.random() < 0.7 else b""
    await _send_and_read(port, data, "WebSocket messages", met, chance, patience_s=3.0, handshake=handshake.encode())


async def spoiled_events(_port: int, wyoming: int, chance: random.Random, met: Met) -> None:
    """Wyoming's events with wrong values, lengths and bytes."""
    data = b""
    for _ in range(chance.randint(1, 5)):
        event = chance.choice(WYOMING)
        line = as_json(spoil(event, chance) if chance.random() < 0.6 else event, chance).replace(b"\n", b"") + b"\n"
        data += spoil_bytes(line, chance) if chance.random() < 0.2 else line
    await _send_and_read(wyoming, data, "Wyoming events", met, chance, patience_s=3.0)


async def hung_up(port: int, _wyoming: int, chance: random.Random, met: Met) -> None:
    """A connection that breaks at any byte, or at any moment of the sound."""
    request = _speech(TEXT)
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request[: chance.choice([len(request), chance.randrange(len(request))])])
    await asyncio.sleep(chance.random() * 0.1)
    writer.transport.abort()
    met.note("hang-ups", "gone", b"")


async def slow_writer(port: int, _wyoming: int, chance: random.Random, met: Met) -> None:
    """A request of which a byte comes each half second."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for byte in _speech(TEXT)[:200]:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.5)
        met.note("slow writers", "borne", b"")
    except OSError:
        met.note("slow writers", "hung up on", b"")
    finally:
        writer.close()
        del reader, chance


async def slow_reader(port: int, _wyoming: int, chance: random.Random, met: Met) -> None:
    """Asks for minutes of sound and takes none of it."""
    _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 10)
    writer.transport.pause_reading()  # pyright: ignore[reportAttributeAccessIssue]
    writer.write(_speech(f"{TEXT} " * 36))
    await asyncio.sleep(20 + 20 * chance.random())
    writer.transport.abort()
    met.note("slow readers", "gone", b"")


async def ask_once(port: int) -> None:
    """Each request as it is meant, so that what the server loads only when it is asked for is there."""
    for request in REQUESTS:
        body = json.dumps(request.body) if isinstance(request.body, dict) else request.body or ""
        head = (
            f"{request.method} {request.path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {request.content_type}\r\n"
            f"Content-Length: {len(body.encode('latin-1'))}\r\nConnection: close\r\n\r\n"
        )
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head.encode() + body.encode("latin-1"))
        await reader.read()
        writer.close()


HARMS: tuple[tuple[Harm, int], ...] = (
    (spoiled_request, 3), (spoiled_messages, 3), (spoiled_events, 2), (hung_up, 1), (slow_writer, 4), (slow_reader, 4),
)  # fmt: skip
"""What is done, and by how many at a time."""


def frame(opcode: int, data: bytes, chance: random.Random) -> bytes:
    """A frame of a client, masked with zeros; now and then with a wrong length or reserved bits."""
    size = len(data) if chance.random() < 0.97 else chance.choice([0, len(data) + 5, 1 << 40, 1 << 63])
    first = ((chance.random() < 0.95) << 7) | ((chance.random() < 0.03) << 6) | opcode
    if size < 126:
        return bytes([first, 0x80 | size]) + bytes(4) + data
    if size < 1 << 16:
        return bytes([first, 0xFE]) + size.to_bytes(2, "big") + bytes(4) + data
    return bytes([first, 0xFF]) + size.to_bytes(8, "big") + bytes(4) + data


def _speech(text: str) -> bytes:
    body = json.dumps({"model": "tts-1", "voice": "alloy", "input": text, "response_format": "pcm"})
    return f"POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


async def _send_and_read(
    port: int,
    data: bytes,
    kind: str,
    met: Met,
    chance: random.Random,
    patience_s: float = PATIENCE_S,
    handshake: bytes = b"",
) -> None:
    """Send all at once, after the answer to a handshake if there is one, and read until the end; the status, or what
    came instead."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    came = b""
    try:
        if handshake:
            writer.write(handshake)
            came = await reader.readuntil(b"\r\n\r\n")
        writer.write(data)
        if chance.random() < 0.2:
            writer.write_eof()
        async with asyncio.timeout(patience_s):
            while len(came) < MOST_READ and (more := await reader.read(1 << 16)):
                came += more
        answer = "hung up"
    except TimeoutError:
        answer = "waits"
    except (OSError, asyncio.IncompleteReadError):
        answer = "hung up"
    finally:
        writer.transport.abort()
    if came.startswith(b"HTTP/1.1 "):
        answer = came[9:12].decode("latin-1")
    elif came:
        answer = "events" if came.startswith(b"{") else "other"
    elif answer == "waits" and kind == "requests":
        answer = "none"
    met.note(kind, answer, data)


def most_connections() -> int:
    """As many as this process may open, 10,000 at most."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return min(10_000, (hard if hard > 0 else soft) - len(os.listdir("/proc/self/fd")) - 500)
