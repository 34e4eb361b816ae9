"""ElevenLabs' messages, formats, and times of characters."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from html import unescape
from typing import Annotated, Any

from pydantic import AliasChoices, Field

from vivavoce.serve.encoders import AudioEncoder
from vivavoce.serve.errors import ServiceError, bad_request
from vivavoce.serve.formats import RATES_HZ, encoder, media_type
from vivavoce.serve.requests import LenientModel
from vivavoce.serve.service import Service
from vivavoce.serve.session import Sound, Spoken, TextSession
from vivavoce.serve.synthesis import Style

DEFAULT_FORMAT = "mp3_44100_128"
VOICE_ID = re.compile(r"[A-Za-z0-9]{20}")
"""Of their voices, which we do not have: the default speaker answers."""
_FORMATS = {"pcm": "pcm", "mp3": "mp3", "ulaw": "mulaw", "alaw": "alaw", "opus": "opus", "wav": "wav"}
_TAG = re.compile(r"<[^<>]*>")


class VoiceSettings(LenientModel):
    """How it is said; the rest of theirs has no counterpart."""

    speed: float | None = None


class Convert(LenientModel):
    """The body of the HTTP endpoints."""

    text: str
    voice_settings: VoiceSettings | None = None
    language_code: str | None = None
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] | None = None


class Message(LenientModel):
    """What comes over a WebSocket."""

    text: str | None = None
    voice_settings: VoiceSettings | None = None
    xi_api_key: Annotated[str | None, Field(validation_alias=AliasChoices("xi_api_key", "xi-api-key"))] = None
    authorization: str | None = None
    context_id: Annotated[str | None, Field(validation_alias=AliasChoices("context_id", "contextId"))] = None
    flush: bool | None = None
    try_trigger_generation: bool | None = None
    close_context: bool | None = None
    close_socket: bool | None = None


@dataclass(frozen=True, slots=True)
class OutputFormat:
    """What the sound is sent as."""

    name: str
    rate_hz: int
    bit_rate_bps: int | None = None

    @classmethod
    def parse(cls, text: str) -> OutputFormat:
        """`mp3_44100_128` and the like. Raises `ServiceError`."""
        kind, *numbers = text.split("_")
        are_numbers = all(number.isascii() and number.isdigit() and len(number) <= 6 for number in numbers)
        if kind not in _FORMATS or not 1 <= len(numbers) <= 2 or not are_numbers or int(numbers[0]) not in RATES_HZ:
            raise bad_request(f"output_format {text[:40]!r} is not supported", "invalid_output_format", "output_format")
        bit_rate_bps = 1000 * int(numbers[1]) if len(numbers) == 2 else None
        return cls(_FORMATS[kind], int(numbers[0]), bit_rate_bps)

    @property
    def media_type(self) -> str:
        return media_type(self.name)

    def encoder(self, from_hz: int) -> AudioEncoder:
        return encoder(self.name, from_hz, self.rate_hz, self.bit_rate_bps)


@dataclass(slots=True)
class Alignment:
    """Characters of a text with the seconds at which each begins and ends."""

    characters: list[str] = field(default_factory=list[str])
    starts: list[float] = field(default_factory=list[float])
    ends: list[float] = field(default_factory=list[float])

    @classmethod
    def of(cls, spoken: Spoken, origin_s: float) -> Alignment:
        """Every character of the text that was spoken, without markup, in seconds from `origin_s` on.

        Those of a word share its time evenly, those between words the time between; the last ends with the sound, so
        that a client which adds messages up stays in step.
        """
        made = cls()
        for text, begin_s, end_s in _stretches(spoken):
            for number, character in enumerate(text):
                made.characters.append(character)
                made.starts.append(begin_s + (end_s - begin_s) * number / len(text) - origin_s)
                made.ends.append(begin_s + (end_s - begin_s) * (number + 1) / len(text) - origin_s)
        return made

    def extend(self, other: Alignment) -> None:
        self.characters += other.characters
        self.starts += other.starts
        self.ends += other.ends

    def end_with_space(self) -> Alignment:
        """The same with a space after the last word, without which clients take it for the beginning of one."""
        if self.characters and not self.characters[-1].isspace():
            self.extend(Alignment([" "], self.ends[-1:], self.ends[-1:]))
        return self

    def as_milliseconds(self) -> dict[str, list[Any]]:
        """The alignment in milliseconds, as messages of the WebSocket have it."""
        starts = [round(1000 * start) for start in self.starts]
        lengths = [round(1000 * end) - start for start, end in zip(starts, self.ends, strict=True)]
        return {"chars": self.characters, "charStartTimesMs": starts, "charDurationsMs": lengths}

    def as_seconds(self) -> dict[str, list[Any]]:
        """The alignment in seconds, as answers of the HTTP endpoints have it."""
        return {
            "characters": self.characters,
            "character_start_times_seconds": [round(start, 4) for start in self.starts],
            "character_end_times_seconds": [round(end, 4) for end in self.ends],
        }


def _stretches(spoken: Spoken) -> Iterator[tuple[str, float, float]]:
    """Words and what stands between them, with their times, which never go back."""
    text, place, now_s = spoken.piece.text, 0, spoken.begin_s
    for word in spoken.words:
        begin, end = word.start_char - spoken.piece.character, word.end_char - spoken.piece.character
        if begin < place:
            continue
        start_s = max(now_s, word.start)
        yield _plain(text[place:begin]), now_s, start_s
        place, now_s = end, max(start_s, word.end)
        yield _plain(text[begin:end]), start_s, now_s
    yield _plain(text[place:]), now_s, max(now_s, spoken.end_s)


def _plain(text: str) -> str:
    return unescape(_TAG.sub("", text))


async def sound_and_times(session: TextSession, coder: AudioEncoder) -> AsyncGenerator[tuple[bytes, Spoken | None]]:
    """Encoded sound, and after each piece of the text what was spoken."""
    begin = coder.begin()
    async with aclosing(session.events()) as events:
        async for event in events:
            if isinstance(event, Spoken):
                if event.words:
                    yield b"", event
            elif isinstance(event, Sound):
                data = begin + coder.encode(event.chunk.samples)
                begin = b""
                if data:
                    yield data, None
    if rest := begin + coder.finish():
        yield rest, None


def style(
    service: Service, voice: str, settings: VoiceSettings | None, language: str | None = None, seed: int = 0
) -> Style:
    """The style that a request asks for. Raises `ServiceError` for a voice that is neither theirs nor ours."""
    speed = settings.speed if settings and settings.speed else 1.0
    speaker = service.voices.find(voice, VOICE_ID, language)
    return service.style(speaker, min(max(speed, 0.25), 4.0), seed=seed)


def error_response(error: ServiceError) -> dict[str, Any]:
    """ElevenLabs' form of an error over HTTP."""
    return {"detail": {"status": error.code or "error", "code": error.code or "error", "message": error.message}}
