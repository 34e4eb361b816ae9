"""`pipecat-ai`: its text-to-speech services of four makers in a pipeline, with words and their times."""

from __future__ import annotations

from typing import Any

import aiohttp
from calls import SOCKET_URL, TOKEN, URL, accepts, call, run
from pipecat.frames.frames import BotStoppedSpeakingFrame, TTSAudioRawFrame, TTSSpeakFrame, TTSTextFrame
from pipecat.services.cartesia.tts import CartesiaHttpTTSService, CartesiaTTSService
from pipecat.services.deepgram.tts import DeepgramHttpTTSService, DeepgramTTSService
from pipecat.services.elevenlabs.tts import ElevenLabsHttpTTSService, ElevenLabsTTSService
from pipecat.services.openai.tts import OpenAITTSService
from pipecat.tests.utils import SleepFrame, run_test

WORDS = ["Hello", "there", "How", "are", "you", "today"]
TEXT = "Hello there. How are you today?"


def settings(kind: Any, voice: str, name: str = "voice_id") -> dict[str, Any]:
    """The voice as this version wants it."""
    if hasattr(kind, "Settings"):
        return {"settings": kind.Settings(voice=voice)}
    return {name: voice}


async def speak(service: Any, words: list[str] | None = None, rate_hz: int = 24_000) -> None:
    """Say the text through a pipeline; there must be sound, and the words where they are told.

    Some services take no further frame, the last one included, before the loudspeaker has told that all was played.
    """
    frames = [TTSSpeakFrame(TEXT), SleepFrame(sleep=4.0), BotStoppedSpeakingFrame(), SleepFrame(sleep=0.2)]
    options = {"start_timeout": 20.0} if accepts(run_test, "start_timeout") else {}
    down, _ = await run_test(service, frames_to_send=frames, **options)
    sound = b"".join(frame.audio for frame in down if isinstance(frame, TTSAudioRawFrame))
    assert len(sound) / 2 / rate_hz > 1.0, f"{len(sound)} bytes of sound"
    if words is not None:
        said = " ".join(frame.text for frame in down if isinstance(frame, TTSTextFrame))
        assert "".join(c for c in said if c.isalpha() or c == " ").split() == words, said


@call
async def openai() -> None:
    made = settings(OpenAITTSService, "nova", "voice")
    await speak(OpenAITTSService(api_key=TOKEN, base_url=f"{URL}/v1", **made))


@call
async def cartesia_websocket() -> None:
    made = settings(CartesiaTTSService, "af_heart")
    await speak(CartesiaTTSService(api_key=TOKEN, url=f"{SOCKET_URL}/tts/websocket", sample_rate=24_000, **made), WORDS)


@call
async def cartesia_http() -> None:
    made = settings(CartesiaHttpTTSService, "af_heart")
    await speak(CartesiaHttpTTSService(api_key=TOKEN, base_url=URL, sample_rate=24_000, **made))


@call
async def elevenlabs_websocket() -> None:
    made = settings(ElevenLabsTTSService, "21m00Tcm4TlvDq8ikWAM")
    await speak(ElevenLabsTTSService(api_key=TOKEN, url=SOCKET_URL, sample_rate=24_000, **made), WORDS)


@call
async def elevenlabs_http() -> None:
    made = settings(ElevenLabsHttpTTSService, "21m00Tcm4TlvDq8ikWAM")
    async with aiohttp.ClientSession() as session:
        await speak(
            ElevenLabsHttpTTSService(api_key=TOKEN, base_url=URL, aiohttp_session=session, sample_rate=24_000, **made),
            WORDS,
        )


@call
async def deepgram_websocket() -> None:
    made = settings(DeepgramTTSService, "aura-2-thalia-en", "voice")
    await speak(DeepgramTTSService(api_key=TOKEN, base_url=SOCKET_URL, sample_rate=24_000, **made))


@call
async def deepgram_http() -> None:
    made = settings(DeepgramHttpTTSService, "aura-2-thalia-en", "voice")
    async with aiohttp.ClientSession() as session:
        await speak(
            DeepgramHttpTTSService(api_key=TOKEN, base_url=URL, aiohttp_session=session, sample_rate=24_000, **made)
        )


run()
