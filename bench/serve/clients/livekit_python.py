"""`livekit-agents`: its text-to-speech plugins of four makers, whole texts and texts written bit by bit."""

from __future__ import annotations

from typing import Any

import aiohttp
from calls import SOCKET_URL, TEXT, TOKEN, URL, AbsentError, accepts, call, run
from livekit.plugins import cartesia, deepgram, elevenlabs, openai


async def whole(made: Any) -> None:
    """`synthesize`: all frames of a text."""
    seconds = 0.0
    async for event in made.synthesize(TEXT):
        seconds += event.frame.duration
    assert seconds > 1.0, f"{seconds} s"
    await made.aclose()


async def streamed(made: Any, words: bool) -> None:
    """`stream`: the text word by word, sound before it has ended; with times of words where the plugin takes them."""
    seconds, timed = 0.0, list[str]()
    stream = made.stream()
    for word in TEXT.split(" "):
        stream.push_text(f"{word} ")
    stream.end_input()
    async for event in stream:
        seconds += event.frame.duration
        for item in event.frame.userdata.get("lk.timed_transcripts", []):
            assert item.start_time >= 0, item.start_time
            timed.append(str(item))
    assert seconds > 1.0, f"{seconds} s"
    if words:
        assert "".join("".join(timed).split()).startswith("Hellothere"), timed
    await stream.aclose()
    await made.aclose()


def session() -> dict[str, Any]:
    return {"http_session": aiohttp.ClientSession()}


@call
async def openai_in_every_way() -> None:
    for model in ("tts-1", "gpt-4o-mini-tts"):
        await whole(openai.TTS(model=model, voice="nova", api_key=TOKEN, base_url=f"{URL}/v1"))
    if accepts(openai.TTS.__init__, "response_format"):
        for form in ("pcm", "wav", "mp3", "opus"):
            await whole(openai.TTS(model="gpt-4o-mini-tts", api_key=TOKEN, base_url=f"{URL}/v1", response_format=form))


@call
async def cartesia_whole() -> None:
    await whole(cartesia.TTS(api_key=TOKEN, base_url=URL, voice="af_heart", **session()))


@call
async def cartesia_streamed() -> None:
    await streamed(cartesia.TTS(api_key=TOKEN, base_url=URL, voice="af_heart", **session()), words=True)


@call
async def cartesia_left_and_asked_again() -> None:
    """An agent that is interrupted leaves its stream, and speaks again by the same service."""
    made = cartesia.TTS(api_key=TOKEN, base_url=URL, voice="af_heart", **session())
    stream = made.stream()
    stream.push_text(TEXT * 20)
    stream.flush()
    async for event in stream:
        assert event.frame.duration > 0
        break
    await stream.aclose()
    await streamed(made, words=True)


@call
async def elevenlabs_whole() -> None:
    await whole(elevenlabs.TTS(api_key=TOKEN, base_url=f"{URL}/v1", voice_id="21m00Tcm4TlvDq8ikWAM", **session()))


@call
async def elevenlabs_streamed() -> None:
    made = elevenlabs.TTS(api_key=TOKEN, base_url=f"{URL}/v1", voice_id="21m00Tcm4TlvDq8ikWAM", **session())
    await streamed(made, words=True)


@call
async def elevenlabs_voices() -> None:
    made = elevenlabs.TTS(api_key=TOKEN, base_url=f"{URL}/v1", **session())
    if not hasattr(made, "list_voices"):
        raise AbsentError
    assert any(voice.id == "af_heart" for voice in await made.list_voices())


@call
async def deepgram_whole() -> None:
    base = f"{URL}/v1/speak"
    await whole(deepgram.TTS(api_key=TOKEN, base_url=base, model="aura-2-thalia-en", **session()))


@call
async def deepgram_streamed() -> None:
    base = f"{SOCKET_URL}/v1/speak"
    await streamed(deepgram.TTS(api_key=TOKEN, base_url=base, model="aura-2-thalia-en", **session()), words=False)


run()
