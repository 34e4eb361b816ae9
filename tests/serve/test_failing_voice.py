"""A voice that fails in the middle of a stream: an error that each dialect knows, never an end that looks right."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.sync.client import connect
from wyoming.client import AsyncTcpClient
from wyoming.tts import Synthesize

from tests.serve.running import Running
from vivavoce.serve.service import Service
from vivavoce.serve.synthesis import Speech


@pytest.fixture
def failing(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    whole = Speech._chunks

    def broken(*arguments: Any) -> Iterator[Any]:
        yield next(whole(*arguments))
        raise ValueError("the network fell over")

    monkeypatch.setattr(Speech, "_chunks", broken)
    with Running(service) as running:
        yield running


OUTPUT = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24_000}
GENERATION = {"model_id": "sonic-3", "transcript": "Hello there.", "voice": "af_heart", "output_format": OUTPUT}


@pytest.mark.parametrize(
    ("path", "messages", "error"),
    [
        ("/v1/stream", [{"type": "text", "text": "Hello there. "}, {"type": "end"}], {"type": "error"}),
        ("/tts/websocket", [{**GENERATION, "context_id": "a"}], {"type": "error", "status_code": 500}),
        ("/v1/speak?encoding=linear16", [{"type": "Speak", "text": "Hello there. "}, {"type": "Flush"}],
         {"type": "Warning", "code": "SERVER_ERROR"}),
        ("/v1/text-to-speech/af_heart/stream-input?output_format=pcm_24000",
         [{"text": " "}, {"text": "Hello there. "}, {"text": ""}], {"error": "server_error"}),
        ("/v1/text-to-speech/af_heart/multi-stream-input?output_format=pcm_24000",
         [{"text": "Hello there. ", "context_id": "a", "flush": True}], {"error": "server_error", "contextId": "a"}),
    ],
    ids=["stream", "cartesia", "deepgram", "elevenlabs", "elevenlabs-multi"],
)  # fmt: skip
def test_over_a_websocket(failing: Running, path: str, messages: list[Any], error: dict[str, Any]) -> None:
    with connect(f"ws://127.0.0.1:{failing.port}{path}") as socket:
        for message in messages:
            socket.send(json.dumps(message))
        while True:
            data = socket.recv(30)
            told = json.loads(data) if isinstance(data, str) else {}
            assert told.get("type") not in ("done", "Flushed")
            assert not told.get("isFinal")
            if error.items() <= told.items():
                return


def test_over_wyoming(failing: Running) -> None:
    async def heard() -> list[str]:
        types: list[str] = []
        async with AsyncTcpClient("127.0.0.1", failing.wyoming_port) as client:
            await client.write_event(Synthesize("Hello there.").event())
            while "audio-stop" not in types:
                event = await client.read_event()
                assert event
                types.append(event.type)
        return types

    types = asyncio.run(asyncio.wait_for(heard(), 30))
    assert types[-2:] == ["error", "audio-stop"]


def test_as_events(failing: Running) -> None:
    answer = failing.request("POST", "/tts/sse", GENERATION)
    last = json.loads(answer.body.strip().rpartition(b"data: ")[2])
    assert (last["type"], last["status_code"]) == ("error", 500)
    assert last["request_id"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/speech", {"Text": "Hello there.", "VoiceId": "Joanna", "OutputFormat": "pcm"}),
        ("/v1/speak", {"text": "Hello there."}),
        ("/v1/text-to-speech/af_heart", {"text": "Hello there."}),
        ("/tts/bytes", GENERATION),
    ],
    ids=["polly", "deepgram", "elevenlabs", "cartesia"],
)
def test_as_a_body_that_is_cut(failing: Running, path: str, body: dict[str, Any]) -> None:
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        failing.request("POST", path, body)
