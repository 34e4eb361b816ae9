"""The WebSockets of Cartesia, Deepgram and ElevenLabs, message by message."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import numpy as np
import pytest
import soundfile
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.serve.running import Running
from vivavoce.serve.protocols.cartesia_messages import as_ssml
from vivavoce.serve.service import Service

THEIR_VOICE = "71a7ad14-091c-4e8e-a314-022ece01c121"


def sent(socket: Any, **fields: Any) -> None:
    socket.send(json.dumps(fields))


def received(socket: Any, until: Any) -> list[Any]:
    messages = []
    while not messages or not until(messages[-1]):
        data = socket.recv(30)
        messages.append(data if isinstance(data, bytes) else json.loads(data))
    return messages


def generation(**fields: Any) -> dict[str, Any]:
    return {
        "model_id": "sonic-2", "voice": {"mode": "id", "id": THEIR_VOICE}, "language": "en", "context_id": "a",
        "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 16_000}, **fields,
    }  # fmt: skip


@pytest.fixture
def cartesia(server: Running):
    with connect(f"ws://127.0.0.1:{server.port}/tts/websocket?cartesia_version=2025-04-16") as connection:
        yield connection


def test_cartesia_continues_a_context_on_one_clock(cartesia: Any) -> None:
    sent(cartesia, **generation(transcript="Hello there. ", add_timestamps=True, **{"continue": True}))
    sent(cartesia, **generation(transcript="How are you? ", add_timestamps=True, **{"continue": True}))
    sent(cartesia, **generation(transcript="", **{"continue": False}))
    messages = received(cartesia, lambda message: message["type"] == "done")
    assert {message["context_id"] for message in messages} == {"a"}
    times = [message["word_timestamps"] for message in messages if message["type"] == "timestamps"]
    assert [word for item in times for word in item["words"]] == ["Hello", "there", "How", "are", "you"]
    starts = [start for item in times for start in item["start"]]
    assert starts == sorted(starts)
    chunks = [message for message in messages if message["type"] == "chunk"]
    assert all(chunk["status_code"] == 206 and chunk["step_time"] >= 0 and not chunk["done"] for chunk in chunks)
    samples = np.frombuffer(b"".join(base64.b64decode(chunk["data"]) for chunk in chunks), "<i2")
    assert len(samples) / 16_000 == pytest.approx(times[-1]["end"][-1], abs=0.5)
    assert messages[-1]["done"] is True


def test_cartesia_speaks_contexts_beside_each_other_and_cancels_one(cartesia: Any) -> None:
    sent(cartesia, **generation(context_id="long", transcript="A sentence that is long. " * 60))
    sent(cartesia, **generation(context_id="short", transcript="Yes."))
    messages = received(cartesia, lambda message: message["type"] == "done")
    assert messages[-1]["context_id"] == "short"
    assert "long" in {message["context_id"] for message in messages}
    sent(cartesia, context_id="long", cancel=True)
    received(cartesia, lambda message: message["type"] == "done" and message["context_id"] == "long")


def test_cartesia_flushes(cartesia: Any) -> None:
    sent(cartesia, **generation(transcript="No end", flush=True, **{"continue": True}))
    assert received(cartesia, lambda message: message["type"] == "flush_done")[-1]["flush_id"] == 1


def test_cartesia_tells_errors_and_goes_on(cartesia: Any) -> None:
    for wrong, word in (
        (generation(transcript=5), "expected a string"),
        (generation(transcript=""), "empty"),
        (generation(transcript="Hi.", voice={"mode": "id", "id": "../x"}), "Invalid value"),
        (generation(transcript="Hi.", output_format={"encoding": "pcm_s16le", "sample_rate": 5}), "sample_rate"),
        (generation(transcript="<speak><x/></speak>"), "<x> is not supported"),
    ):
        sent(cartesia, **wrong)
        error = received(cartesia, lambda message: message["type"] == "error")[-1]
        assert word in error["message"]
        assert (error["status_code"], error["context_id"], error["done"]) == (400, "a", True)
    sent(cartesia, **generation(transcript="Fine.", output_format={"encoding": "pcm_f32le", "sample_rate": 24_000}))
    assert received(cartesia, lambda message: message["type"] == "done")[0]["type"] == "chunk"


def test_cartesia_markup() -> None:
    assert as_ssml("Plain & simple") == "Plain & simple"
    text = 'A & b.<break time="1s"/><spell>AB1</spell> <speed ratio="1.2"/>fast'
    assert as_ssml(text) == (
        '<speak>A &amp; b.<break time="1s"/><say-as interpret-as="characters">AB1</say-as> fast</speak>'
    )


def test_cartesia_over_http(server: Running) -> None:
    body = generation(
        transcript="Hello.", output_format={"container": "wav", "encoding": "pcm_s16le", "sample_rate": 24_000}
    )
    answer = server.request("POST", "/tts/bytes", body, {"X-API-Key": "any"})
    assert (answer.status, answer.headers["content-type"], answer.body[:4]) == (200, "audio/wav", b"RIFF")
    events = server.request("POST", "/tts/sse", generation(transcript="Hello.")).body.decode()
    assert events.startswith("event: chunk\n")
    assert "event: done\n" in events
    error = server.request("POST", "/tts/bytes", {}).json()
    assert (error["error_code"], error["status_code"]) == ("missing_required_parameter", 400)


def test_a_handshake_without_a_token_is_refused(service: Service) -> None:
    with Running(service, tokens=("a-long-secret",)) as running:
        for path in ("/tts/websocket", "/v1/speak"):
            with pytest.raises(InvalidStatus) as refused, connect(f"ws://127.0.0.1:{running.port}{path}"):
                pass
            assert refused.value.response.status_code == 401
        headers = {"Authorization": "Token a-long-secret"}
        with connect(f"ws://127.0.0.1:{running.port}/v1/speak", additional_headers=headers) as socket:
            assert json.loads(socket.recv(10))["type"] == "Metadata"


@pytest.fixture
def deepgram(server: Running):
    url = f"ws://127.0.0.1:{server.port}/v1/speak?model=aura-2-thalia-en&encoding=linear16&sample_rate=24000"
    with connect(url) as connection:
        assert json.loads(connection.recv(10))["type"] == "Metadata"
        yield connection


def test_deepgram_speaks_at_a_flush_and_closes(deepgram: Any) -> None:
    sent(deepgram, type="Speak", text="Hello, how are you")
    sent(deepgram, type="Flush")
    messages = received(deepgram, lambda message: isinstance(message, dict))
    assert messages[-1] == {"type": "Flushed", "sequence_id": 0}
    assert sum(map(len, messages[:-1])) > 24_000
    sent(deepgram, type="Speak", text="The last words.")
    sent(deepgram, type="Close")
    with pytest.raises(ConnectionClosed) as closed:
        received(deepgram, lambda message: isinstance(message, dict))
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 1000


def test_deepgram_clears_and_warns(deepgram: Any) -> None:
    sent(deepgram, type="Speak", text="A sentence that is long. " * 60)
    deepgram.recv(10)
    sent(deepgram, type="Clear")
    assert received(deepgram, lambda message: isinstance(message, dict))[-1]["type"] == "Cleared"
    sent(deepgram, type="Dance")
    assert received(deepgram, lambda message: isinstance(message, dict))[-1]["type"] == "Warning"


def test_deepgram_over_http(server: Running) -> None:
    answer = server.request(
        "POST", "/v1/speak?model=aura-asteria-en&encoding=linear16&container=wav", {"text": "Hello."}
    )
    assert answer.body[:4] == b"RIFF"
    assert server.request("POST", "/v1/speak?encoding=x", {"text": "Hello."}).status == 400


def eleven(server: Running, path: str) -> Any:
    return connect(f"ws://127.0.0.1:{server.port}/v1/text-to-speech/21m00Tcm4TlvDq8ikWAM/{path}")


def test_elevenlabs_single(server: Running) -> None:
    with eleven(server, "stream-input?model_id=eleven_flash_v2_5&output_format=pcm_24000") as socket:
        sent(socket, text=" ", voice_settings={"stability": 0.5, "speed": 1.0}, xi_api_key="any")
        sent(socket, text="Hello there. ", try_trigger_generation=True)
        sent(socket, text="And you? ")
        sent(socket, text="")
        messages = received(socket, lambda message: message.get("isFinal"))
    lines = [message["alignment"] for message in messages if message.get("alignment")]
    assert ["".join(line["chars"]) for line in lines] == ["Hello there. ", "And you? "]
    for line in lines:
        assert len(line["chars"]) == len(line["charStartTimesMs"]) == len(line["charDurationsMs"])
        assert line["charStartTimesMs"] == sorted(line["charStartTimesMs"])
    lasts_ms = sum(line["charStartTimesMs"][-1] + line["charDurationsMs"][-1] for line in lines)
    sound = b"".join(base64.b64decode(message["audio"]) for message in messages if message["audio"])
    assert len(sound) / 48 == pytest.approx(lasts_ms, abs=250)  # the silence at the end belongs to no word


def test_elevenlabs_multi(server: Running) -> None:
    with eleven(server, "multi-stream-input?output_format=mp3_44100_128") as socket:
        sent(socket, text=" ", context_id="one")
        sent(socket, text="First.", context_id="one", flush=True)
        sent(socket, text="Second.", context_id="two")
        sent(socket, context_id="one", close_context=True)
        sent(socket, context_id="two", close_context=True)
        finals: set[str] = set()
        while finals != {"one", "two"}:
            finals |= {received(socket, lambda message: message.get("isFinal"))[-1]["contextId"]}
        sent(socket, close_socket=True)
        with pytest.raises(ConnectionClosed):
            socket.recv(10)


def test_halves_of_characters_come_back_as_they_came(server: Running) -> None:
    """JSON can hold them, UTF-8 cannot."""
    half = "\ud800"
    with eleven(server, "multi-stream-input") as socket:
        sent(socket, text=f"Hi {half} there. ", context_id=half, flush=True)
        sent(socket, context_id=half, close_context=True)
        messages = received(socket, lambda message: message.get("isFinal"))
        assert {message["contextId"] for message in messages} == {half}


def test_elevenlabs_over_http(server: Running) -> None:
    path = "/v1/text-to-speech/af_heart"
    answer = server.request("POST", f"{path}/stream?output_format=mp3_22050_32", {"text": "Hello.", "model_id": "x"})
    samples, rate_hz = soundfile.read(io.BytesIO(answer.body))
    assert (answer.status, rate_hz, len(samples) > 5000) == (200, 22_050, True)
    timed = server.request("POST", f"{path}/with-timestamps", {"text": "Hello you."}).json()
    assert "".join(timed["alignment"]["characters"]).strip() == "Hello you."
    assert server.request("POST", f"{path}?output_format=pcm_1", {"text": "x"}).json()["detail"]["status"]
    assert server.request("POST", "/v1/text-to-speech/..%2Fx", {"text": "x"}).status in (400, 404)
