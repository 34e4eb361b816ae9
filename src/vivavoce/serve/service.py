"""What all protocols share: the engine, the catalogue of voices, who may speak now, and the settings."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from vivavoce.errors import InputError
from vivavoce.serve.admission import Admission
from vivavoce.serve.errors import INTERNAL, ServiceError, bad_request
from vivavoce.serve.metrics import Metrics
from vivavoce.serve.settings import Settings
from vivavoce.serve.synthesis import PROSODY_SYSTEMS, Chunk, Engine, Speaker, Speech, Style
from vivavoce.serve.voices import VoiceCatalog

logger = logging.getLogger("vivavoce.serve")


@dataclass(frozen=True)
class Service:
    """One process's means to speak."""

    settings: Settings
    engine: Engine
    voices: VoiceCatalog
    admission: Admission
    metrics: Metrics

    def style(
        self,
        voice: str | Speaker | None = None,
        rate: float = 1.0,
        pitch_semitones: float = 0.0,
        prosody: str | None = None,
        temperature: float = 0.0,
        seed: int = 0,
        pauses: float | None = None,
    ) -> Style:
        """A way to speak. Raises `ServiceError` for an unknown voice."""
        speaker = voice if isinstance(voice, Speaker) else self.voices.find(voice)
        pauses = self.settings.pauses if pauses is None else pauses
        return Style(speaker, rate, pitch_semitones, prosody or self.settings.prosody, temperature, seed, pauses)

    def speech(self, style: Style) -> Speech:
        """A speech in this style. Raises `ServiceError` for what the voice does not have."""
        try:
            return self.engine.speech(style)
        except InputError as error:
            raise bad_request(str(error), "invalid_value") from error

    async def say(
        self, speech: Speech, text: str, protocol: str, *, markup: bool | None = None, is_last: bool = True
    ) -> AsyncGenerator[Chunk]:
        """Speak one text when its turn comes, all of it unless `is_last` is false; closing the generator stops within
        a chunk.

        Raises `ServiceError` for bad input, for a server that is busy, and, logged, where the voice fails.
        """
        outcome = "hung_up"
        try:
            async with (
                self.admission.stream(),
                aclosing(speech.say(text, markup=markup, goes_on=not is_last)) as chunks,
            ):
                async for chunk in chunks:
                    yield chunk
            if is_last and len((closing := speech.closing()).samples):
                yield closing
            outcome = "ok"
        except InputError as error:
            outcome = "bad_request"
            raise bad_request(str(error), "invalid_value", "input") from error
        except ServiceError as error:
            outcome = error.code or "error"
            raise
        except Exception as error:
            outcome = "failed"
            logger.exception("the voice failed")
            raise INTERNAL from error
        finally:
            self.metrics.requests.labels(protocol, outcome).inc()


def build_service(settings: Settings) -> Service:
    """Load the voices. Raises `InputError` for one that is missing, and for a default speaker or prosody that there is
    not."""
    if settings.prosody not in PROSODY_SYSTEMS:
        raise InputError(f"prosody is {settings.prosody!r}, there are {', '.join(PROSODY_SYSTEMS)}")
    metrics = Metrics()
    engine = Engine(settings.voices, settings.threads, metrics)
    try:
        catalog = VoiceCatalog(engine.speakers, settings.speaker)
    except ServiceError as error:
        raise InputError(f"speaker: {error}") from error
    return Service(settings, engine, catalog, Admission(settings, metrics), metrics)
