"""Cartesia's messages, and its own markup as SSML."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from xml.sax.saxutils import escape

from pydantic import Field

from vivavoce.serve.encoders import AudioEncoder
from vivavoce.serve.errors import bad_request
from vivavoce.serve.formats import RATES_HZ, encoder
from vivavoce.serve.requests import LenientModel
from vivavoce.serve.service import Service
from vivavoce.serve.synthesis import Style

VOICE_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""Of their voices, which we do not have: the default speaker answers."""
ENCODINGS = {"pcm_s16le": "pcm", "pcm_f32le": "f32", "pcm_mulaw": "mulaw", "pcm_alaw": "alaw"}
_SPEEDS = {"slowest": 0.6, "slow": 0.8, "normal": 1.0, "fast": 1.2, "fastest": 1.5}
_TAGS = re.compile(
    r"<break\s+time\s*=\s*(?P<quote>[\"'])(?P<time>[\d.]+(?:ms|s))(?P=quote)\s*/?>"
    r"|<spell>(?P<spell>.*?)</spell>"
    r"|</?(?:speed|volume|emotion)\b[^<>]*/?>",
    re.DOTALL | re.IGNORECASE,
)


class Controls(LenientModel):
    """What older clients put beside a voice."""

    speed: str | float | None = None


class Voice(LenientModel):
    """Who speaks; an embedding is somebody whom we do not have, as is a foreign `id`."""

    mode: Literal["id", "embedding"] = "id"
    id: str | None = Field(default=None, max_length=200)
    controls: Annotated[Controls | None, Field(alias="__experimental_controls")] = None


class OutputFormat(LenientModel):
    """What the sound is sent as; `container` other than `raw` is for `/tts/bytes`."""

    container: Literal["raw", "wav", "mp3"] = "raw"
    encoding: Literal["pcm_s16le", "pcm_f32le", "pcm_mulaw", "pcm_alaw"] = "pcm_s16le"
    sample_rate: int = 24_000
    bit_rate: Annotated[int, Field(ge=8_000, le=320_000)] | None = None

    @property
    def name(self) -> str:
        """The name of the format among ours."""
        match self.container:
            case "raw":
                return ENCODINGS[self.encoding]
            case "wav" if self.encoding != "pcm_s16le":
                return f"wav_{ENCODINGS[self.encoding]}"
            case container:
                return container


class GenerationConfig(LenientModel):
    """How it is said; emotions are not ours to play."""

    speed: Annotated[float, Field(ge=0.25, le=4)] | None = None
    volume: Annotated[float, Field(ge=0, le=2)] | None = None


class Generation(LenientModel):
    """A request, or more of the text of one that goes on."""

    model_id: str = "sonic"
    transcript: str
    voice: Annotated[str, Field(max_length=200)] | Voice = Voice()
    language: str | None = None
    locale: str | None = None
    context_id: str | None = Field(default=None, max_length=200)
    continue_: Annotated[bool, Field(alias="continue")] = False
    flush: bool = False
    output_format: OutputFormat = OutputFormat()
    add_timestamps: bool = False
    max_buffer_delay_ms: Annotated[float, Field(ge=0, le=10_000)] | None = None
    generation_config: GenerationConfig | None = None
    speed: str | float | None = None

    def rate_hz(self) -> int:
        rate_hz = self.output_format.sample_rate
        if rate_hz not in RATES_HZ:
            raise bad_request(
                f"sample_rate {rate_hz} is none of {', '.join(map(str, RATES_HZ))}", "invalid_sample_rate"
            )
        return rate_hz

    def encoder(self, from_hz: int) -> AudioEncoder:
        """What turns sound at `from_hz` into what is asked for. Raises `ServiceError`."""
        return encoder(self.output_format.name, from_hz, self.rate_hz(), self.output_format.bit_rate)

    def volume(self) -> float:
        config = self.generation_config
        return 1.0 if config is None or config.volume is None else config.volume

    def style(self, service: Service) -> Style:
        """The style that a request asks for. Raises `ServiceError` for an unknown voice."""
        voice = Voice(id=self.voice) if isinstance(self.voice, str) else self.voice
        config = self.generation_config
        speed = self.speed if config is None or config.speed is None else config.speed
        if speed is None and voice.controls and voice.controls.speed is not None:
            speed = voice.controls.speed
            if not isinstance(speed, str):
                speed = 1.5 ** min(max(speed, -1.0), 1.0)  # which older clients count from -1 to 1
        rate = _SPEEDS.get(speed, 1.0) if isinstance(speed, str) else (1.0 if speed is None else speed)
        speaker = service.voices.find(voice.id, VOICE_ID, self.locale or self.language)
        return service.style(speaker, min(max(rate, 0.25), 4.0))


def as_ssml(text: str) -> str:
    """A transcript with Cartesia's tags as SSML; one without is left as it is."""
    if text.lstrip().startswith("<speak") or not _TAGS.search(text):
        return text
    parts: list[str] = []
    place = 0
    for match in _TAGS.finditer(text):
        parts.append(escape(text[place : match.start()]))
        if match["time"]:
            parts.append(f'<break time="{match["time"]}"/>')
        elif match["spell"] is not None:
            parts.append(f'<say-as interpret-as="characters">{escape(match["spell"])}</say-as>')
        place = match.end()
    return f"<speak>{''.join(parts)}{escape(text[place:])}</speak>"
