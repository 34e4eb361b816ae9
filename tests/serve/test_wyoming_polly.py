"""Wyoming as Home Assistant speaks it, Polly as its SDK does."""

from __future__ import annotations

import asyncio
import datetime
import hashlib
import hmac
import io
import json
import socket
from typing import Any

import numpy as np
import pytest
import soundfile
from wyoming.client import AsyncTcpClient
from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.ping import Ping
from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop, SynthesizeVoice

from tests.serve.running import Running
from vivavoce.serve.service import Service

ENDS = ("audio-stop", "synthesize-stopped", "error")


async def events(client: AsyncTcpClient, until: str) -> list[Event]:
    found: list[Event] = []
    while not found or found[-1].type != until:
        event = await asyncio.wait_for(client.read_event(), 20)
        assert event
        found.append(event)
    return found


def in_wyoming(server: Running, play: Any) -> Any:
    async def run() -> Any:
        async with AsyncTcpClient("127.0.0.1", server.wyoming_port) as client:
            return await play(client)

    return asyncio.run(run())


def test_wyoming_describes_itself(server: Running) -> None:
    async def play(client: AsyncTcpClient) -> Info:
        await client.write_event(Describe().event())
        return Info.from_event((await events(client, "info"))[0])

    [program] = in_wyoming(server, play).tts
    assert program.supports_synthesize_streaming
    assert {voice.name for voice in program.voices} == {speaker.id for speaker in server.service.engine.speakers}


def test_wyoming_speaks_a_text(server: Running) -> None:
    async def play(client: AsyncTcpClient) -> list[Event]:
        await client.write_event(Synthesize("Hello there. You.", SynthesizeVoice("af_heart")).event())
        return await events(client, "audio-stop")

    start, *chunks, stop = in_wyoming(server, play)
    assert start.type == "audio-start"
    assert {chunk.type for chunk in chunks} == {"audio-chunk"}
    assert (start.data["width"], start.data["channels"]) == (2, 1)
    seconds = sum(len(chunk.payload) for chunk in chunks) / 2 / start.data["rate"]
    assert 0.8 < seconds < 4
    assert stop.data["timestamp"] == pytest.approx(1000 * seconds, abs=2)


def test_wyoming_sounds_before_the_text_has_ended(server: Running) -> None:
    async def play(client: AsyncTcpClient) -> list[Event]:
        await client.write_event(SynthesizeStart().event())
        await client.write_event(SynthesizeChunk("The first sentence. ").event())
        early = [event.type for event in await events(client, "audio-chunk")]
        assert early == ["audio-start", "audio-chunk"]
        await client.write_event(SynthesizeChunk("And the").event())
        await client.write_event(SynthesizeChunk(" second.").event())
        await client.write_event(Synthesize("The first sentence. And the second.").event())
        await client.write_event(SynthesizeStop().event())
        return await events(client, "synthesize-stopped")

    kinds = [event.type for event in in_wyoming(server, play)]
    assert kinds[-2:] == ["audio-stop", "synthesize-stopped"]
    assert kinds.count("audio-stop") == 1


def test_wyoming_tells_errors_and_goes_on(server: Running) -> None:
    async def play(client: AsyncTcpClient) -> None:
        await client.write_event(Synthesize("Hi.", SynthesizeVoice("../x")).event())
        assert "Invalid value" in (await events(client, "error"))[-1].data["text"]
        await client.write_event(Synthesize("<speak><x/></speak>", text_format="ssml").event())
        assert "<x> is not supported" in (await events(client, "error"))[-1].data["text"]
        await client.write_event(Ping(text="a").event())
        await events(client, "pong")
        await client.write_event(Synthesize("<emphasis>Hi</emphasis>", text_format="ssml").event())
        await events(client, "audio-stop")

    in_wyoming(server, play)


@pytest.mark.parametrize(
    "data",
    [b"\xff\n", b"{}\n", b"[]\n", b'{"type": "synthesize", "data_length": 999999999999}\n', b'{"type": "synthesize"}\n',
     b'{"type": "synthesize", "data": {"text": 5, "voice": null}}\n', b'{"type": "x", "payload_length": -1}\n'],
)  # fmt: skip
def test_wyoming_hangs_up_on_what_is_no_event(server: Running, data: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.wyoming_port)) as client:
        client.sendall(data)
        client.settimeout(10)
        assert client.recv(1000) == b""


def polly(server: Running, **fields: Any) -> Any:
    body = {"Text": "Hello there.", "VoiceId": "Joanna", "OutputFormat": "pcm", **fields}
    return server.request("POST", "/v1/speech", body)


def test_polly_sounds(server: Running) -> None:
    answer = polly(server, SampleRate="8000")
    assert (answer.headers["content-type"], answer.headers["x-amzn-requestcharacters"]) == ("audio/pcm", "12")
    assert 8_000 < len(answer.body) < 32_000
    samples, rate_hz = soundfile.read(io.BytesIO(polly(server, OutputFormat="mp3", SampleRate="22050").body))
    assert (rate_hz, bool(np.abs(samples).max() > 0.1)) == (22_050, True)


def test_polly_marks(server: Running) -> None:
    text = "<speak>Hello <mark name='m'/>there.</speak>"
    kinds = ["word", "ssml", "sentence"]
    answer = polly(server, Text=text, TextType="ssml", OutputFormat="json", SpeechMarkTypes=kinds)
    assert answer.headers["content-type"] == "application/x-json-stream"
    marks = [json.loads(line) for line in answer.body.splitlines()]
    assert [mark["value"] for mark in marks if mark["type"] == "word"] == ["Hello", "there"]
    assert [mark["value"] for mark in marks if mark["type"] == "ssml"] == ["m"]


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"Text": "<speak>x", "TextType": "ssml"}, "InvalidSsmlException"),
        ({"Text": "a" * 5000}, "TextLengthExceededException"),
        ({"SampleRate": "44100"}, "InvalidSampleRateException"),
        ({"SampleRate": "²"}, "InvalidSampleRateException"),
        ({"SampleRate": "8" * 5000}, "InvalidSampleRateException"),
        ({"SpeechMarkTypes": ["word"]}, "MarksNotSupportedForFormatException"),
        ({"VoiceId": "Nobody"}, "ValidationException"),
        ({"OutputFormat": "ogg"}, "ValidationException"),
        ({"Text": None}, "ValidationException"),
    ],
)
def test_polly_errors(server: Running, fields: dict[str, Any], kind: str) -> None:
    answer = polly(server, **fields)
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (400, kind)
    assert answer.json()["message"]


def test_polly_voices(server: Running) -> None:
    voices = server.request("GET", "/v1/voices?LanguageCode=en-GB").json()["Voices"]
    assert voices
    assert {voice["LanguageCode"] for voice in voices} == {"en-GB"}


def test_polly_signatures(service: Service) -> None:
    token = "a-long-secret"
    body = json.dumps({"Text": "Hi.", "VoiceId": "Joanna", "OutputFormat": "pcm"}).encode()
    with Running(service, tokens=(token,)) as running:
        for secret, status in ((token, 200), ("another-secret", 401)):
            headers = signed(secret, f"127.0.0.1:{running.port}", body)
            assert running.request("POST", "/v1/speech", body, headers).status == status
        assert running.request("POST", "/v1/speech", body + b" ", signed(token, "127.0.0.1", body)).status == 401
        for date, seconds in (("99991231T235959Z", "604800"), ("20261129T000000Z", f"-{10**15}"), ("now", "1")):
            query = f"X-Amz-Signature=a&X-Amz-Date={date}&X-Amz-Expires={seconds}&X-Amz-Credential=a/b"
            assert running.request("GET", f"/v1/speech?{query}&X-Amz-SignedHeaders=host").status == 401


def signed(secret: str, host: str, body: bytes) -> dict[str, str]:
    """AWS Signature Version 4, written after its documentation and not after the server's."""
    now = datetime.datetime.now(datetime.UTC)
    stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    canonical = (
        f"POST\n/v1/speech\n\nhost:{host}\nx-amz-date:{stamp}\n\nhost;x-amz-date\n{hashlib.sha256(body).hexdigest()}"
    )
    scope = f"{day}/eu-west-1/polly/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"

    def mac(key: bytes, data: str) -> bytes:
        return hmac.new(key, data.encode(), hashlib.sha256).digest()

    key = mac(mac(mac(mac(f"AWS4{secret}".encode(), day), "eu-west-1"), "polly"), "aws4_request")
    signature = mac(key, text).hex()
    authorization = f"AWS4-HMAC-SHA256 Credential=ID/{scope}, SignedHeaders=host;x-amz-date, Signature={signature}"
    return {"Host": host, "X-Amz-Date": stamp, "Authorization": authorization}


@pytest.mark.parametrize(("name", "begins"), [("ogg_vorbis", b"OggS"), ("mulaw", b""), ("alaw", b"")])
def test_polly_formats(server: Running, name: str, begins: bytes) -> None:
    asked = {"Text": "Hi there.", "VoiceId": "Joanna", "OutputFormat": name}
    answer = server.request("POST", "/v1/speech", asked)
    assert answer.status == 200
    assert answer.body.startswith(begins)
    if name == "ogg_vorbis":
        samples, rate_hz = soundfile.read(io.BytesIO(answer.body))
        assert rate_hz == 24_000
    else:
        samples, rate_hz = answer.body, 8_000
    pcm = server.request("POST", "/v1/speech", {**asked, "OutputFormat": "pcm"}).body
    assert len(samples) / rate_hz == pytest.approx(len(pcm) / 2 / 16_000, abs=0.05)


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "/v1/lexicons/mine", "LexiconNotFoundException"),
        ("DELETE", "/v1/lexicons/mine", "LexiconNotFoundException"),
        ("PUT", "/v1/lexicons/mine", "ValidationException"),
        ("POST", "/v1/synthesisTasks", "ValidationException"),
        ("GET", "/v1/synthesisTasks/any", "SynthesisTaskNotFoundException"),
    ],
)
def test_what_polly_has_and_we_have_not(server: Running, method: str, path: str, kind: str) -> None:
    answer = server.request(method, path, b"{}")
    assert answer.headers["x-amzn-errortype"] == kind
    assert 400 <= answer.status < 500
