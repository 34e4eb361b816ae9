"""Raw bytes that no client of good will sends: the server answers or hangs up, and goes on."""

from __future__ import annotations

import contextlib
import json
import socket
import time

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.serve.running import Running
from vivavoce.serve import connection
from vivavoce.serve.errors import ServiceError
from vivavoce.serve.service import Service
from vivavoce.serve.session import TextSession

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
        client.sendall(HANDSHAKE.format(path=path).encode())
        answer = client.recv(1000)
        while b"\r\n\r\n" not in answer:
            answer += client.recv(1000)
        assert answer.startswith(b"HTTP/1.1 101")
        client.sendall(data + frame(8, b"\x03\xe8"))
        while client.recv(1000):  # until the server hangs up
            pass
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


@pytest.mark.parametrize(
    ("head", "more"),
    [
        (b"GET /health HTTP/1.1\r\nHost: localhost\r\n", b"X: " + b"a" * 60_000 + b"\r\n"),
        (b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: ", b"a" * 60_000),
        (b"GET /", b"a" * 60_000),
        (b"POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1;x=", b"a" * 60_000),
        (b"POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\n", b"X: a\r\n" * 9000),
        (b"", b"GET /page/app.js HTTP/1.1\r\nHost: localhost\r\n\r\n" * 1000),
    ],
    ids=["headers", "a header", "path", "chunk", "trailers", "pipelined"],
)  # fmt: skip
def test_what_never_ends_is_ended(server: Running, head: bytes, more: bytes) -> None:
    """Before, a client could have the server keep gigabytes of headers in seconds."""
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.settimeout(10)
        client.sendall(head)
        with pytest.raises(ConnectionError):
            send_again_and_again(client, more)
    assert server.request("GET", "/health").status == 200


def test_headers_that_are_too_large_are_told(server: Running) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * (1 << 16))
        assert client.recv(100).startswith(b"HTTP/1.1 431 ")


def test_some_requests_in_advance_are_answered_in_order(server: Running) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.settimeout(10)
        client.sendall(
            b"".join(
                f"GET /v1/models/none{number} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() for number in range(10)
            )
        )
        answers = b""
        while b"none9" not in answers:
            answers += client.recv(1 << 16)
        places = [answers.index(f"none{number}".encode()) for number in range(10)]
        assert places == sorted(places)


def test_a_second_request_has_to_come_as_the_first(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEADERS_S", 0.5)
    with Running(service) as running, socket.create_connection(("127.0.0.1", running.port)) as client:
        client.settimeout(10)
        client.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\nGET /health HTTP/1.1\r\nHost: ")
        with contextlib.suppress(ConnectionResetError):
            while client.recv(1000):  # until the server hangs up
                pass


@pytest.mark.parametrize(
    ("there", "instead"), [("GET", "POST"), ("Upgrade: websocket", "Content-Length: 9\r\nUpgrade: websocket")]
)
def test_what_is_no_handshake_is_told(server: Running, there: str, instead: str) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.settimeout(10)
        client.sendall(HANDSHAKE.format(path="/v1/stream").replace(there, instead).encode())
        assert client.recv(1000).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("text", ["." * 65_000, '"' * 65_000, "." + '"' * 65_000, "Hi." + "\n" * 3900 + "there.", "<" * 65_000,
                                  "Hi" + " \n" * 1900 + "x"])  # fmt: skip
def test_text_that_is_dear_to_cut(server: Running, text: str) -> None:
    """Before, a few kilobytes of one character held up the whole server for a minute."""
    with connect(f"ws://127.0.0.1:{server.port}/v1/stream") as client:
        client.send(json.dumps({"type": "text", "text": text}))
        begun_s = time.monotonic()
        assert server.request("GET", "/health").status == 200
        assert time.monotonic() - begun_s < 5
        client.send(json.dumps({"type": "end"}))
        while (message := client.recv(20)) and (isinstance(message, bytes) or json.loads(message)["type"] == "started"):
            pass


@pytest.mark.parametrize(
    "message",
    [{"type": "flush"}, {"type": "text", "text": ""}, {"type": "text", "text": "<speak>" + "a" * 50}],
    ids=["flushes", "empty texts", "markup that never ends"],
)
def test_what_waits_is_bounded_however_small_it_is(service: Service, message: dict[str, str]) -> None:
    with Running(service, max_characters=64) as running, connect(f"ws://127.0.0.1:{running.port}/v1/stream") as client:
        client.send(json.dumps({"type": "text", "text": "This takes a while to be said, and then some. " * 20}))
        with pytest.raises(ConnectionClosed) as closed:
            send_and_read(client, [json.dumps(message)] * 1100)
        assert closed.value.rcvd
        assert "characters wait" in closed.value.rcvd.reason


def test_a_text_that_is_refused_does_not_wait(service: Service) -> None:
    """A session that goes on after it, as WHEP's and Cartesia's do, has all of its room."""
    session = TextSession(service, service.style(None), "test")
    for _ in range(2):
        with pytest.raises(ServiceError, match="characters wait"):
            session.write("a" * 70_000)
    session.write("Hello.")
    session.flush()


def send_and_read(client: ClientConnection, messages: list[str]) -> None:
    for message in messages:
        client.send(message)
    while True:
        client.recv(30)


def send_again_and_again(client: socket.socket, data: bytes) -> None:
    for _ in range(1000):
        client.sendall(data)


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
