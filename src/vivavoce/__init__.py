"""Machine speech, with the living voice: `for chunk in vivavoce.speak("…"): …`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vivavoce.client import Client
    from vivavoce.voice import SpeechChunk

__all__ = ["Client", "speak", "speak_async"]


def __getattr__(name: str) -> Any:
    """`Client` is imported when it is asked for."""
    if name == "Client":
        from vivavoce.client import Client

        return Client
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def speak(
    text: str,
    *,
    voice: str | None = None,
    speaker: str | None = None,
    rate: float = 1.0,
    pitch_semitones: float = 0.0,
) -> Iterator[SpeechChunk]:
    """Speak a text or SSML: chunks of sound (samples,) at the voice's rate with their marks, generated lazily.

    Raises `vivavoce.errors.InputError` for an unknown voice or speaker, and for a text with nothing to say, `TypeError`
    for what is no text.
    """
    from vivavoce.voice.load import DEFAULT_VOICE, shared_voice

    chosen = shared_voice(voice or DEFAULT_VOICE)
    return chosen.stream(text, speaker=speaker, rate=rate, pitch_semitones=pitch_semitones)


async def speak_async(
    text: str,
    *,
    voice: str | None = None,
    speaker: str | None = None,
    rate: float = 1.0,
    pitch_semitones: float = 0.0,
) -> AsyncIterator[SpeechChunk]:
    """The same without holding up the event loop: each chunk is made in a thread when it is asked for."""
    from asyncio import to_thread

    chunks = await to_thread(speak, text, voice=voice, speaker=speaker, rate=rate, pitch_semitones=pitch_semitones)
    while (chunk := await to_thread(next, chunks, None)) is not None:
        yield chunk
