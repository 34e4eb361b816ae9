"""Wyoming's events: what is offered, text in, sound out before the text has ended."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from importlib.metadata import version
from typing import Any

from wyoming.error import Error
from wyoming.event import Event, async_write_event
from wyoming.info import Attribution, Describe, Info, TtsProgram, TtsVoice, TtsVoiceSpeaker
from wyoming.ping import Ping, Pong
from wyoming.tts import (
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    SynthesizeStop,
    SynthesizeStopped,
    SynthesizeVoice,
)

from vivavoce.serve.encoders import pcm16
from vivavoce.serve.errors import ServiceError
from vivavoce.serve.service import Service
from vivavoce.serve.session import Sound, TextSession
from vivavoce.serve.synthesis import Style


async def read_event(reader: asyncio.StreamReader, most_bytes: int) -> Event | None:
    """The next event, None at the end; the library's own reader would take in whatever length a header names.

    Raises `ValueError` and its kin for what is no event.
    """
    line = await reader.readline()
    if not line:
        return None
    header: dict[str, Any] = json.loads(line)
    lengths = [header.get(name) or 0 for name in ("data_length", "payload_length")]
    if not all(isinstance(length, int) and 0 <= length <= most_bytes for length in lengths):
        raise ValueError("a length that is none")
    data: dict[str, Any] = header.get("data") or {}
    if lengths[0]:
        data = {**data, **json.loads(await reader.readexactly(lengths[0]))}
    payload = await reader.readexactly(lengths[1]) if lengths[1] else None
    return Event(str(header["type"]), data, payload)


class Conversation:
    """One connection: an event taken in at a time, sound sent by a task beside."""

    def __init__(self, writer: asyncio.StreamWriter, service: Service) -> None:
        self._writer, self._service = writer, service
        self._session: TextSession | None = None
        self._speaking: asyncio.Task[None] | None = None

    async def take(self, event: Event) -> None:
        try:
            await self._follow(event)
        except ServiceError as error:
            await self._tell(error)

    async def stop(self) -> None:
        if self._speaking:
            self._speaking.cancel()
            await asyncio.gather(self._speaking, return_exceptions=True)

    async def _follow(self, event: Event) -> None:
        if Describe.is_type(event.type):
            await self._write(info(self._service).event())
        elif Ping.is_type(event.type):
            await self._write(Pong(text=Ping.from_event(event).text).event())
        elif Synthesize.is_type(event.type):
            if self._session is None:  # else the whole text once more, for servers that do not stream
                asked = Synthesize.from_event(event)
                await self._begin(asked.voice, is_streamed=False)
                is_markup = asked.text_format == "ssml" and "<speak" not in asked.text
                await self._end(f"<speak>{asked.text}</speak>" if is_markup else asked.text)
        elif SynthesizeStart.is_type(event.type):
            await self.stop()
            await self._begin(SynthesizeStart.from_event(event).voice, is_streamed=True)
        elif SynthesizeChunk.is_type(event.type) and self._session:
            self._session.write(SynthesizeChunk.from_event(event).text)
        elif SynthesizeStop.is_type(event.type) and self._session:
            await self._end("")

    async def _begin(self, voice: SynthesizeVoice | None, *, is_streamed: bool) -> None:
        session = TextSession(self._service, _style(self._service, voice), "wyoming")
        self._session = session
        self._speaking = asyncio.create_task(self._speak(session, is_streamed=is_streamed))

    async def _end(self, text: str) -> None:
        session, self._session = self._session, None
        assert session
        if text:
            session.write(text)
        session.end()

    async def _speak(self, session: TextSession, *, is_streamed: bool) -> None:
        try:
            await self._say(session, is_streamed=is_streamed)
        except TimeoutError:
            self._writer.transport.abort()
        except ConnectionError:
            pass  # the client has gone, which the task that reads is told of

    async def _say(self, session: TextSession, *, is_streamed: bool) -> None:
        form = {"rate": session.rate_hz, "width": 2, "channels": 1}
        is_started, milliseconds = False, 0.0
        try:
            async with aclosing(session.events()) as events:
                async for event in events:
                    if not isinstance(event, Sound):
                        continue
                    if not is_started:
                        await self._write(Event("audio-start", {**form, "timestamp": 0}))
                        is_started = True
                    audio = pcm16(event.chunk.samples)
                    await self._write(Event("audio-chunk", {**form, "timestamp": round(milliseconds)}, audio))
                    milliseconds += 1000 * len(event.chunk.samples) / session.rate_hz
            if not is_started:
                await self._write(Event("audio-start", {**form, "timestamp": 0}))
            await self._write(Event("audio-stop", {"timestamp": round(milliseconds)}))
            if is_streamed:
                await self._write(SynthesizeStopped().event())
        except ServiceError as error:
            await self._tell(error)
            if is_started:
                await self._write(Event("audio-stop", {"timestamp": round(milliseconds)}))
            if is_streamed:
                await self._write(SynthesizeStopped().event())

    async def _write(self, event: Event) -> None:
        async with asyncio.timeout(self._service.settings.stall_s):
            await async_write_event(event, self._writer)

    async def _tell(self, error: ServiceError) -> None:
        await self._write(Error(text=error.message, code=error.code or "error").event())


def info(service: Service) -> Info:
    """What this server offers."""
    attribution = Attribution(name="vivavoce", url="")
    voices = [
        TtsVoice(
            name=speaker.id, attribution=attribution, installed=True,
            description=f"{speaker.name} ({speaker.language})",
            version=version("vivavoce"), languages=[speaker.language],
            speakers=[TtsVoiceSpeaker(name=speaker.name)],
        )
        for speaker in service.voices.speakers
    ]  # fmt: skip
    program = TtsProgram(
        name="vivavoce", attribution=attribution, installed=True, version=version("vivavoce"),
        description="Machine speech, with the living voice", voices=voices, supports_synthesize_streaming=True,
    )  # fmt: skip
    return Info(tts=[program])


def _style(service: Service, voice: SynthesizeVoice | None) -> Style:
    """Home Assistant names a voice, a speaker of it, or only a language."""
    if voice is None:
        return service.style()
    if voice.speaker and voice.speaker in {speaker.name for speaker in service.voices.speakers}:
        return service.style(voice.speaker)
    if voice.name:
        return service.style(voice.name)
    if voice.language:
        wanted = voice.language.replace("_", "-").lower()
        for speaker in service.voices.speakers:
            if speaker.language.lower().startswith(wanted):
                return service.style(speaker.id)
    return service.style()
