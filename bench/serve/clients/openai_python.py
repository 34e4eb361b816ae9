"""`openai` for Python: speech in all its ways, models, errors."""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

from calls import TEXT, TOKEN, URL, call, check_mp3, check_wav, has, raises, run, seconds_of_pcm
from openai import AsyncOpenAI, OpenAI

client = OpenAI(base_url=f"{URL}/v1", api_key=TOKEN, max_retries=0)
ASKED: dict[str, Any] = {"model": "gpt-4o-mini-tts", "voice": "nova", "input": TEXT}


@call
def create() -> None:
    check_mp3(client.audio.speech.create(**ASKED).content)


@call
def all_formats() -> None:
    begins = {"mp3": b"", "opus": b"OggS", "aac": b"\xff", "flac": b"fLaC", "wav": b"RIFF", "pcm": b""}
    for form, begin in begins.items():
        data = client.audio.speech.create(**ASKED, response_format=form).read()
        assert data.startswith(begin), form
        assert len(data) > 4000, form


@call
def wav() -> None:
    check_wav(client.audio.speech.create(**ASKED, response_format="wav").read())


@call
def all_voices_and_models() -> None:
    names = ("alloy", "ash", "ballad", "coral", "echo", "fable", "onyx", "nova", "sage", "shimmer", "verse", "marin")
    for number, voice in enumerate((*names, "cedar")):
        model = ("tts-1", "tts-1-hd", "gpt-4o-mini-tts")[number % 3]
        data = client.audio.speech.create(model=model, voice=voice, input="Hello you.", response_format="pcm").read()
        seconds_of_pcm(data)


@call
def voice_as_an_object() -> None:
    check_mp3(client.audio.speech.create(model="tts-1", voice={"id": "af_heart"}, input=TEXT).read())


@call
def speed_and_instructions() -> None:
    text = "The quick brown fox jumps over the lazy dog while the old farmer watches quietly."
    asked = {**ASKED, "input": text, "response_format": "pcm"}
    plain = seconds_of_pcm(client.audio.speech.create(**asked).read())
    fast = seconds_of_pcm(client.audio.speech.create(**asked, speed=2.0).read())
    assert fast < 0.7 * plain, f"{fast} s of {plain}"
    slow = client.audio.speech.create(**asked, extra_body={"instructions": "Speak slowly."}).read()
    assert seconds_of_pcm(slow) > 1.1 * plain, "not slower"


@call
def with_streaming_response() -> None:
    with client.audio.speech.with_streaming_response.create(**ASKED) as response:
        check_mp3(list(response.iter_bytes(1024)))
    with client.audio.speech.with_streaming_response.create(**ASKED) as response, tempfile.TemporaryDirectory() as into:
        response.stream_to_file(Path(into) / "a.mp3")
        check_mp3((Path(into) / "a.mp3").read_bytes())


@call
def with_raw_response() -> None:
    response = client.audio.speech.with_raw_response.create(**ASKED)
    assert response.headers["content-type"].startswith("audio/")
    assert response.headers["x-request-id"].startswith("req_")
    check_mp3(response.parse().content)


@call
def write_to_file() -> None:
    with tempfile.TemporaryDirectory() as into:
        path = Path(into) / "a.mp3"
        has(client.audio.speech.create(**ASKED), "write_to_file")(path)
        check_mp3(path.read_bytes())


@call
def server_sent_events() -> None:
    asked = {**ASKED, "response_format": "pcm", "extra_body": {"stream_format": "sse"}}
    with client.audio.speech.with_streaming_response.create(**asked) as response:
        events = [json.loads(line[6:]) for line in response.iter_lines() if line.startswith("data: ")]
    assert {event["type"] for event in events} == {"speech.audio.delta", "speech.audio.done"}
    assert events[-1]["usage"]["total_tokens"] > 0


@call
def timestamps_and_captions() -> None:
    asked = {**ASKED, "extra_body": {"stream_format": "sse", "timestamps": True}}
    with client.audio.speech.with_streaming_response.create(**asked) as response:
        events = [json.loads(line[6:]) for line in response.iter_lines() if line.startswith("data: ")]
    words = [word["text"] for event in events for word in event.get("words", [])]
    assert words == ["Hello", "there", "How", "are", "you", "today"], words
    told = client.audio.speech.create(**ASKED, extra_body={"response_format": "vtt", "pauses": 2.0}).read()
    assert told.startswith(b"WEBVTT")


@call
def events_in_every_format() -> None:
    for form in ("mp3", "opus", "aac", "flac", "wav", "pcm"):
        asked = {**ASKED, "response_format": form, "extra_body": {"stream_format": "sse"}}
        with client.audio.speech.with_streaming_response.create(**asked) as response:
            events = [json.loads(line[6:]) for line in response.iter_lines() if line.startswith("data: ")]
        assert sum(len(event.get("audio", "")) for event in events) > 4000, form
        assert events[-1]["type"] == "speech.audio.done", form


@call
def with_other_options() -> None:
    made = client.with_options(timeout=30, max_retries=2, default_headers={"X-Mine": "1"})
    check_mp3(made.audio.speech.create(**ASKED, timeout=20, extra_headers={"X-Other": "2"}).content)
    with client.audio.with_streaming_response.speech.create(**ASKED) as response:
        check_mp3(response.read())
    check_mp3(client.audio.with_raw_response.speech.create(**ASKED).content)


@call
def leaving_a_stream() -> None:
    """The client hangs up in the middle, and is served again at once."""
    for _ in range(3):
        asked = {**ASKED, "input": TEXT * 100, "response_format": "pcm"}
        with client.audio.speech.with_streaming_response.create(**asked) as response:
            next(response.iter_bytes(1024))
    check_mp3(client.audio.speech.create(**ASKED).content)


def asynchronous() -> AsyncOpenAI:
    return AsyncOpenAI(base_url=f"{URL}/v1", api_key=TOKEN, max_retries=0)


@call
async def asynchronous_create() -> None:
    response = await asynchronous().audio.speech.create(**ASKED)
    check_mp3(await response.aread())


@call
async def asynchronous_streaming() -> None:
    async with asynchronous().audio.speech.with_streaming_response.create(**ASKED) as response:
        check_mp3([piece async for piece in response.iter_bytes()])


@call
async def many_at_once() -> None:
    made = asynchronous()
    for response in await asyncio.gather(*(made.audio.speech.create(**ASKED) for _ in range(8))):
        check_mp3(await response.aread())


@call
def models() -> None:
    names = [model.id for model in client.models.list()]
    assert "tts-1" in names
    assert client.models.retrieve("tts-1").object == "model"


@call
def errors() -> None:
    error = raises(lambda: client.audio.speech.create(model="tts-1", voice="nobody", input=TEXT), 400)
    assert (error.param, error.code) == ("voice", "invalid_value")
    raises(lambda: client.audio.speech.create(model="none", voice="alloy", input=TEXT), 404)
    raises(lambda: client.audio.speech.create(model="tts-1", voice="alloy", input="x" * 5000), 400)
    raises(lambda: client.audio.speech.create(**ASKED, speed=9), 400)
    raises(lambda: client.audio.speech.create(**{**ASKED, "input": ""}), 400)
    raises(lambda: client.audio.speech.create(**{**ASKED, "input": "<speak>a<b></speak>"}), 400)
    raises(lambda: client.chat.completions.create(model="gpt-4o", messages=[]), 404)
    raises(lambda: OpenAI(base_url=f"{URL}/v1", api_key="wrong-token", max_retries=0).audio.speech.create(**ASKED), 401)


run()
