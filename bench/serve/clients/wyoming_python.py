"""`wyoming`: what is offered, whole texts, texts written bit by bit."""

from __future__ import annotations

from typing import Any

from calls import TEXT, WYOMING_PORT, AbsentError, call, run, seconds_of_pcm
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.tts import Synthesize, SynthesizeVoice


def client() -> AsyncTcpClient:
    return AsyncTcpClient("127.0.0.1", WYOMING_PORT)


async def heard(connection: Any, last: str) -> tuple[bytes, list[str]]:
    """Sound, and the types of what came, up to `last`."""
    sound, types = b"", list[str]()
    while not types or types[-1] != last:
        event = await connection.read_event()
        assert event is not None, f"the connection ended after {types}"
        assert event.type != "error", event.data
        types.append(event.type)
        if AudioStart.is_type(event.type):
            assert (AudioStart.from_event(event).width, AudioStart.from_event(event).channels) == (2, 1)
        if AudioChunk.is_type(event.type):
            sound += AudioChunk.from_event(event).audio
    return sound, types


@call
async def describe() -> None:
    async with client() as connection:
        await connection.write_event(Describe().event())
        event = await connection.read_event()
        assert event is not None
        voices = [voice for program in Info.from_event(event).tts for voice in program.voices]
        assert any(voice.name == "af_heart" for voice in voices)
        assert all(voice.installed and voice.languages for voice in voices)


@call
async def synthesize() -> None:
    async with client() as connection:
        await connection.write_event(Synthesize(TEXT).event())
        sound, types = await heard(connection, "audio-stop")
        assert types[0] == "audio-start"
        seconds_of_pcm(sound)
        assert AudioStop.is_type(types[-1])


@call
async def synthesize_with_a_voice() -> None:
    for voice in (SynthesizeVoice(name="af_heart"), SynthesizeVoice(language="en-GB"), SynthesizeVoice("af_heart")):
        async with client() as connection:
            await connection.write_event(Synthesize(TEXT, voice=voice).event())
            seconds_of_pcm((await heard(connection, "audio-stop"))[0])


@call
async def two_texts_on_a_connection() -> None:
    async with client() as connection:
        for _ in range(2):
            await connection.write_event(Synthesize(TEXT).event())
            seconds_of_pcm((await heard(connection, "audio-stop"))[0])


@call
async def streaming() -> None:
    try:
        from wyoming.tts import SynthesizeChunk, SynthesizeStart, SynthesizeStop
    except ImportError:
        raise AbsentError from None
    async with client() as connection:
        await connection.write_event(SynthesizeStart().event())
        for word in ("The", "first", "sentence", "is", "here.", ""):
            await connection.write_event(SynthesizeChunk(f"{word} ").event())
        event = await connection.read_event()
        assert event is not None
        assert event.type == "audio-start", "no sound before the text has ended"
        await connection.write_event(SynthesizeChunk("And a second one.").event())
        await connection.write_event(Synthesize("The first sentence is here. And a second one.").event())
        await connection.write_event(SynthesizeStop().event())
        sound, types = await heard(connection, "synthesize-stopped")
        assert types.count("audio-stop") == 1
        seconds_of_pcm(sound)


@call
async def ping() -> None:
    try:
        from wyoming.ping import Ping, Pong
    except ImportError:
        raise AbsentError from None
    async with client() as connection:
        await connection.write_event(Ping("hello").event())
        event = await connection.read_event()
        assert event is not None
        assert Pong.from_event(event).text == "hello"


@call
async def unknown_event_is_ignored() -> None:
    async with client() as connection:
        await connection.write_event(Event("unheard-of", {"a": 1}, b"abc"))
        await connection.write_event(Synthesize(TEXT).event())
        seconds_of_pcm((await heard(connection, "audio-stop"))[0])


run()
