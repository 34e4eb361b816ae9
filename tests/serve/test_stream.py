"""Our own WebSocket, and the sentences that it cuts."""

from __future__ import annotations

import itertools
import json
import time
from typing import Any

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

import vivavoce
from tests.serve.running import Running
from vivavoce.serve.sentences import SentenceBuffer
from vivavoce.serve.service import Service

LONG = "This is one of many sentences that take a while to say. " * 40


def read(socket: ClientConnection, *last: str) -> tuple[list[Any], bytes]:
    """Messages up to one of a type in `last`, and the sound between them."""
    messages, sound = [], b""
    while True:
        data = socket.recv(30)
        if isinstance(data, bytes):
            sound += data
            continue
        messages.append(json.loads(data))
        if messages[-1]["type"] in last:
            return messages, sound


@pytest.fixture
def socket(server: Running):
    with connect(f"ws://127.0.0.1:{server.port}/v1/stream") as connection:
        yield connection


def send(socket: ClientConnection, kind: str, **fields: Any) -> None:
    socket.send(json.dumps({"type": kind, **fields}))


def test_text_in_pieces_is_said_as_a_whole_would_be(socket: ClientConnection) -> None:
    send(socket, "start", voice="af_heart")
    for piece in ("Hel", "lo there", ". How are", " you?"):
        send(socket, "text", text=piece)
    send(socket, "end")
    messages, sound = read(socket, "done")
    assert messages[0] == {"type": "started", "format": "pcm", "sample_rate": 24_000}
    whole = np.concatenate([chunk.samples for chunk in vivavoce.speak("Hello there. How are you?", speaker="af_heart")])
    heard = np.frombuffer(sound, "<i2")
    assert messages[-1]["audio_s"] == round(len(heard) / 24_000, 4)
    assert abs(len(heard) - len(whole)) < 24_000 * 0.1
    words = [word for message in messages if message["type"] == "marks" for word in message["words"]]
    assert [word["text"] for word in words] == ["Hello", "there", "How", "are", "you"]
    assert [word["start_byte"] for word in words] == [0, 6, 13, 17, 21]
    assert all(before["end"] <= after["start"] + 0.01 for before, after in itertools.pairwise(words))


def test_a_sentence_is_spoken_before_the_next_is_written(socket: ClientConnection) -> None:
    send(socket, "text", text="The first sentence is said. ")
    assert len(read(socket, "marks")[0]) == 2
    send(socket, "text", text="The second")
    messages, _ = read(socket, "marks")  # after a pause, although nothing ended it
    assert messages[-1]["words"][0]["text"] == "The"


def test_flush_says_when_all_is_said(socket: ClientConnection) -> None:
    send(socket, "text", text="Half a sentence")
    send(socket, "flush", id=7)
    messages, sound = read(socket, "flushed")
    assert messages[-1]["id"] == 7
    assert messages[-1]["audio_s"] == round(len(sound) / 48_000, 4) > 0.5


def test_cancel_stops_within_a_chunk_and_knows_the_last_word(socket: ClientConnection, server: Running) -> None:
    send(socket, "text", text=LONG)
    while isinstance(socket.recv(30), str):
        pass
    time.sleep(0.15)
    send(socket, "cancel")
    messages, _ = read(socket, "cancelled")
    assert messages[-1]["last_word"]["start"] < messages[-1]["audio_s"] < 100
    send(socket, "text", text="Again. ")
    send(socket, "end")
    messages, _sound = read(socket, "done")
    assert messages[-1]["audio_s"] < 2
    assert messages[0]["type"] == "started"


def test_cancel_by_what_was_played(socket: ClientConnection) -> None:
    send(socket, "text", text="One two three four five six seven. ")
    send(socket, "flush")
    messages, _ = read(socket, "flushed")
    third = next(message for message in messages if message["type"] == "marks")["words"][2]
    send(socket, "cancel", played_s=third["start"] + 0.01)
    assert read(socket, "cancelled")[0][-1]["last_word"]["text"] == "three"


def test_markup_and_its_errors(socket: ClientConnection) -> None:
    send(socket, "text", text="<speak>One.")
    send(socket, "text", text=" Two.</speak>")
    send(socket, "end")
    messages, _ = read(socket, "done")
    assert [word["text"] for message in messages[1:-1] for word in message["words"]] == ["One", "Two"]
    send(socket, "text", text="<speak><x/></speak>")
    error = read(socket, "error")[0][-1]["error"]
    assert error["message"].startswith("line 1, column 8: <x> is not supported")
    send(socket, "text", text="Still here.")
    send(socket, "end")
    assert read(socket, "done")[1]


@pytest.mark.parametrize("name", ["wav", "mp3", "opus", "flac", "mulaw", "f32"])
def test_formats(socket: ClientConnection, name: str) -> None:
    send(socket, "start", format=name, sample_rate=16_000)
    send(socket, "text", text="Good morning.")
    send(socket, "end")
    messages, sound = read(socket, "done")
    assert messages[0]["sample_rate"] == 16_000
    seconds = messages[-1]["audio_s"]
    if name in ("mulaw", "f32"):
        assert len(sound) == pytest.approx(seconds * 16_000 * (1 if name == "mulaw" else 4), abs=80)
    assert len(sound) > 1000


@pytest.mark.parametrize(
    ("frame", "code", "complaint"),
    [
        ("{", 1007, "could not parse"),
        ("[]", 1008, "expected an object"),
        (b"\x00", 1003, "not binary"),
        ("{}", 1008, "needs a type"),
        ('{"type": "text"}', 1008, "Missing required parameter: 'text'"),
        ('{"type": "text", "text": 5}', 1008, "expected a string"),
        ('{"type": "start", "voice": "../x"}', 1008, "Invalid value: '../x'"),
        ('{"type": "start", "rate": 99}', 1008, "Expected a value <= 4.0"),
        ('{"type": "start", "prosody": "x"}', 1008, "no prosody"),
        ('{"type": "start", "sample_rate": 7}', 1008, "sample_rate is 7"),
        ('{"type": "cancel", "played_s": "now"}', 1008, "expected a number"),
        (json.dumps({"type": "text", "text": "a" * 70_000}), 1008, "wait to be spoken"),
        (json.dumps({"type": "flush", "id": "a" * 900_000}), 1008, "Invalid 'id': string too long"),
        ('{"type": "flush", "id": [[]]}', 1008, "'id'"),
    ],
)
def test_wrong_messages_are_told_and_end_it(
    socket: ClientConnection, frame: str | bytes, code: int, complaint: str
) -> None:
    socket.send(frame)
    assert complaint in read(socket, "error")[0][-1]["error"]["message"]
    with pytest.raises(ConnectionClosed) as closed:
        socket.recv(10)
    assert closed.value.rcvd
    assert closed.value.rcvd.code == code


def test_a_frame_that_is_too_big(socket: ClientConnection) -> None:
    socket.send("x" * ((1 << 20) + 1))
    with pytest.raises(ConnectionClosed) as closed:
        socket.recv(10)
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 1009


def test_unknown_types_are_ignored(socket: ClientConnection) -> None:
    send(socket, "from_the_future", x=1)
    send(socket, "text", text="Hello.")
    send(socket, "end")
    assert read(socket, "done")[1]


def test_a_wrong_token_is_told(service: Service) -> None:
    with Running(service, tokens=("a-long-secret",)) as running:
        url = f"ws://127.0.0.1:{running.port}/v1/stream"
        with connect(url) as socket:
            assert read(socket, "error")[0][0]["error"]["code"] == "invalid_api_key"
            with pytest.raises(ConnectionClosed) as closed:
                socket.recv(10)
            assert closed.value.rcvd
            assert closed.value.rcvd.code == 1008
        with connect(f"{url}?token=a-long-secret") as socket:
            send(socket, "text", text="Hi. ")
            assert read(socket, "marks")[0]


def test_a_hang_up_leaves_nothing(server: Running) -> None:
    with connect(f"ws://127.0.0.1:{server.port}/v1/stream") as socket:
        send(socket, "text", text=LONG)
        socket.recv(10)
    begun_s = time.monotonic()
    while server.service.admission.speaking:
        assert time.monotonic() - begun_s < 5
        time.sleep(0.01)


def test_where_sentences_end() -> None:
    buffer = SentenceBuffer()
    assert buffer.write("Dr. Ng paid 3.50 for it, e.g. ") == []
    [piece] = buffer.write('yesterday! "No?" ')[:1]
    assert piece.text == "Dr. Ng paid 3.50 for it, e.g. yesterday! "
    buffer = SentenceBuffer()
    assert [piece.text for piece in buffer.write("Ünï. Two? Three")] == ["Ünï. ", "Two? "]
    [last] = buffer.flush()
    assert (last.text, last.byte, last.character) == ("Three", 12, 10)
    assert [piece.text for piece in SentenceBuffer().write("A heading\n\nand more")] == ["A heading\n\n"]
    assert SentenceBuffer().write("<speak>One. Two. ") == []
    assert len(SentenceBuffer().write("word " * 1000)) >= 3
    assert SentenceBuffer().flush() == []
