"""Machine speech, with the living voice: `for chunk in vivavoce.speak("…"): …`."""

from __future__ import annotations

import os

TYPE_CHECKING = False
"""As in `typing`, whose import takes as long as all the rest before the command can answer to Ctrl-C."""

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from typing import Any

    from vivavoce.audio import Audio
    from vivavoce.client import Client
    from vivavoce.transport.opus_file import OpusFile
    from vivavoce.transport.packet_stream import PacketStream
    from vivavoce.transport.receiver import Receiver
    from vivavoce.voice import SpeechChunk

__all__ = ["Client", "PacketStream", "Receiver", "protect", "speak", "speak_async"]

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
"""onnxruntime (1.32 does) tells its maker of every session, unless this is set before it is imported."""

_LAZY = {
    "Client": "vivavoce.client",
    "PacketStream": "vivavoce.transport.packet_stream",
    "Receiver": "vivavoce.transport.receiver",
}


def __getattr__(name: str) -> Any:
    """Classes are imported when they are asked for."""
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(_LAZY[name]), name)
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
    speaker or prosody, for anything that is not text and for a text with nothing to say.
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
    """`speak` for programs with an event loop: each chunk is made in a thread when it is asked for."""
    from asyncio import to_thread

    chunks = await to_thread(
        speak, text, voice=voice, speaker=speaker, rate=rate, pitch_semitones=pitch_semitones, prosody=prosody
    )
    while (chunk := await to_thread(next, chunks, None)) is not None:
        yield chunk


def protect(audio: Audio, *, codec: str | None = "dred", redundancy_s: float = 1.0, lbrr: bool = False) -> OpusFile:
    """A recording as Opus packets of 20 ms that carry their own past, `redundancy_s` of it, 24 kb/s besides.

    `codec`: `dred`, which libopus 1.6 understands, `vivavoce`, or an addon; None for plain packets. Raises
    `InputError`.
    """
    from vivavoce.redundancy.codec.payload_codec import load_codec
    from vivavoce.transport import sender
    from vivavoce.transport.opus_codec import OpusSettings

    settings = sender.ProtectionSettings(OpusSettings(lbrr=lbrr), redundancy_s)
    return sender.protect(audio, load_codec(codec) if codec else None, settings)
