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
    prosody: str = "auto",
) -> Iterator[SpeechChunk]:
    """Speak a text or SSML: chunks of sound (samples,) at the voice's rate with their marks, generated lazily.

    `prosody` is one of `vivavoce.prosody.prosody_systems()`. Raises `vivavoce.errors.InputError` for an unknown voice,
    speaker or prosody, and for a text with nothing to say, `TypeError`
    for what is no text.
    """
    from vivavoce.prosody import prosody_source
    from vivavoce.voice.load import DEFAULT_VOICE, shared_voice

    chosen, source = shared_voice(voice or DEFAULT_VOICE), prosody_source(prosody)
    return chosen.stream(text, speaker=speaker, rate=rate, pitch_semitones=pitch_semitones, prosody=source)


async def speak_async(
    text: str,
    *,
    voice: str | None = None,
    speaker: str | None = None,
    rate: float = 1.0,
    pitch_semitones: float = 0.0,
    prosody: str = "auto",
) -> AsyncIterator[SpeechChunk]:
    """The same without holding up the event loop: each chunk is made in a thread when it is asked for."""
    from asyncio import to_thread

    chunks = await to_thread(
        speak, text, voice=voice, speaker=speaker, rate=rate, pitch_semitones=pitch_semitones, prosody=prosody
    )
    while (chunk := await to_thread(next, chunks, None)) is not None:
        yield chunk
