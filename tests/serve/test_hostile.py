"""Raw bytes that no client of good will sends: the server answers or hangs up, and goes on."""

from __future__ import annotations

import socket
import time

import pytest

from tests.serve.running import Running

PATHS = [
    "/v1/stream", "/tts/websocket", "/v1/speak", "/v1/text-to-speech/af_heart/stream-input",
    "/v1/text-to-speech/af_heart/multi-stream-input",
]  # fmt: skip
HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
)


def frame(opcode: int, data: bytes, *, final: bool = True, length: int | None = None, reserved: int = 0) -> bytes:
    size = len(data) if length is None else length
    head = bytes([(final << 7) | (reserved << 4) | opcode])
    head += bytes([0x80 | size]) if size < 126 else bytes([0xFF]) + size.to_bytes(8, "big")
    return head + bytes(4) + data


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "data",
    [
        frame(1, b"\xff\xfe"),
        frame(1, b'{"type": "te', final=False),
        frame(1, b"x", length=1 << 40),
        frame(1, b"{}", reserved=4),
        frame(11, b"?"),
        frame(2, bytes(50)),
        b"\x81\x05hello",
        frame(1, b"[" * 100) + frame(8, b"\x03"),
        frame(1, b'{"type": ["x"], "context_id": {"a": 1}, "transcript": 5, "text": {}}'),
    ],
    ids=["not-utf8", "cut", "huge", "compressed", "opcode", "binary", "unmasked", "close", "types"],
)
def test_frames(server: Running, path: str, data: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.settimeout(10)
        client.sendall(HANDSHAKE.format(path=path).encode() + data)
        assert client.recv(1000).startswith(b"HTTP/1.1 101")
    assert server.request("GET", "/health").status == 200


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 100_000,
        b"POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFF\r\n",
        b"POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
        b"GET /page/%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET /v1/models HTTP/1.1\r\n\r\n",
    ],
)
def test_requests(server: Running, data: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(data)
        client.settimeout(0.5)
        try:
            answer = client.recv(1000)
        except TimeoutError:
            answer = b""
        assert not answer or answer.startswith(b"HTTP/1.1 4")
    assert server.request("GET", "/health").status == 200


def test_markup_that_nests(server: Running) -> None:
    answer = server.speak(input=f"<speak>{'<emphasis>' * 100}a{'</emphasis>' * 100}</speak>")
    assert (answer.status, "deep" in answer.json()["error"]["message"]) == (400, True)


def test_many_connections_that_say_nothing(server: Running) -> None:
    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(300)]
    begun_s = time.monotonic()
    assert server.request("GET", "/health").status == 200
    assert time.monotonic() - begun_s < 5
    for client in idle:
        client.close()


@pytest.mark.parametrize("voice", ["x" * 100_000, {"id": "x" * 100_000}, 5, None, {"id": 5}, "../x"])
def test_voices_of_cartesia(server: Running, voice: object) -> None:
    answer = server.request("POST", "/tts/sse", {"model_id": "sonic-2", "transcript": "Hi.", "voice": voice})
    assert answer.status == 400
