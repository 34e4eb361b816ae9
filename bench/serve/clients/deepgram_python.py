"""`deepgram-sdk` for Python: speech over HTTP and WebSocket, models; versions 3 to 7 name their calls differently."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from importlib.metadata import version
from pathlib import Path
from typing import Any

import deepgram
from calls import (
    SOCKET_URL,
    TEXT,
    TOKEN,
    URL,
    AbsentError,
    accepts,
    call,
    check_mp3,
    check_wav,
    raises,
    run,
    seconds_of_pcm,
)

VERSION = int(version("deepgram-sdk").partition(".")[0])
MODEL = "aura-2-thalia-en"


def made(token: str, kind: Any = None) -> Any:
    if VERSION < 5:
        return deepgram.DeepgramClient(token, deepgram.DeepgramClientOptions(url=URL))
    from deepgram.environment import DeepgramClientEnvironment

    places: dict[str, Any] = {"base": URL, "production": SOCKET_URL, "agent": SOCKET_URL}
    if accepts(DeepgramClientEnvironment.__init__, "agent_rest"):
        places["agent_rest"] = URL
    return (kind or deepgram.DeepgramClient)(api_key=token, environment=DeepgramClientEnvironment(**places))


client = made(TOKEN)


def only(first: int, last: int) -> None:
    if not first <= VERSION <= last:
        raise AbsentError


@call
def rest_of_versions_3_and_4() -> None:
    only(3, 4)
    speak = client.speak.rest.v("1")
    options = deepgram.SpeakOptions(model=MODEL, encoding="linear16", sample_rate=16_000, container="wav")
    with tempfile.TemporaryDirectory() as into:
        answer = speak.save(str(Path(into) / "a.wav"), {"text": TEXT}, options)
        assert answer.characters == len(TEXT)
        assert answer.content_type == "audio/wav"
        check_wav((Path(into) / "a.wav").read_bytes())
    check_mp3(speak.stream_memory({"text": TEXT}, deepgram.SpeakOptions(model=MODEL)).stream_memory.getvalue())


@call
def websocket_of_versions_3_and_4() -> None:
    only(3, 4)
    socket = client.speak.websocket.v("1")
    sound, seen = bytearray(), list[str]()
    flushed = threading.Event()
    events = deepgram.SpeakWebSocketEvents
    socket.on(events.Open, lambda *_, **__: seen.append("open"))
    socket.on(events.AudioData, lambda _, data, **__: sound.extend(data))
    socket.on(events.Metadata, lambda *_, **__: seen.append("metadata"))
    socket.on(events.Flushed, lambda *_, **__: flushed.set())
    assert socket.start(deepgram.SpeakWSOptions(model=MODEL, encoding="linear16", sample_rate=24_000))
    socket.send_text(TEXT)
    socket.flush()
    assert flushed.wait(20), "not flushed"
    seconds_of_pcm(bytes(sound))
    assert {"open", "metadata"} <= set(seen), seen
    socket.clear()
    socket.finish()


@call
def generate() -> None:
    only(5, 99)
    check_mp3(client.speak.v1.audio.generate(text=TEXT, model=MODEL))
    data = client.speak.v1.audio.generate(
        text=TEXT, model=MODEL, encoding="linear16", container="wav", sample_rate=24_000.0, tag="test", mip_opt_out=True
    )
    check_wav(data)
    for encoding in ("mp3", "opus", "flac", "aac", "mulaw", "alaw"):
        data = b"".join(client.speak.v1.audio.generate(text=TEXT, model="af_heart", encoding=encoding))
        assert len(data) > 4000, encoding


@call
def generate_at_a_bit_rate() -> None:
    only(5, 99)
    speak = client.speak.v1.audio.generate
    small, large = (len(b"".join(speak(text=TEXT, encoding="mp3", bit_rate=rate))) for rate in (32_000.0, 48_000.0))
    assert large > 1.3 * small


@call
def with_raw_response() -> None:
    only(5, 99)
    with client.speak.v1.audio.with_raw_response.generate(text=TEXT, model=MODEL) as response:
        assert response.headers["dg-char-count"] == str(len(TEXT))
        check_mp3(response.data)


def messages() -> tuple[Any, Any]:
    """Text and flush as the version wants them."""
    if VERSION == 5:
        from deepgram.extensions.types.sockets import SpeakV1ControlMessage, SpeakV1TextMessage

        return SpeakV1TextMessage(type="Speak", text=TEXT), SpeakV1ControlMessage(type="Flush")
    from deepgram.speak.v1.types import SpeakV1Flush, SpeakV1Text

    return SpeakV1Text(type="Speak", text=TEXT), SpeakV1Flush(type="Flush")


@call
def websocket() -> None:
    only(5, 99)
    text, flush = messages()
    with client.speak.v1.connect(model=MODEL, encoding="linear16", sample_rate="24000") as socket:
        for _ in range(2):
            socket.send_text(text)
            (socket.send_control if VERSION == 5 else socket.send_flush)(flush)
            sound = b""
            while True:
                message = socket.recv()
                if isinstance(message, bytes):
                    sound += message
                elif getattr(message, "type", "") == "Flushed":
                    break
            seconds_of_pcm(sound)


@call
async def asynchronous() -> None:
    only(5, 99)
    other = made(TOKEN, deepgram.AsyncDeepgramClient)
    check_mp3([piece async for piece in other.speak.v1.audio.generate(text=TEXT, model=MODEL)])
    text, flush = messages()
    async with other.speak.v1.connect(model=MODEL, encoding="linear16", sample_rate="24000") as socket:
        await socket.send_text(text)
        await (socket.send_control if VERSION == 5 else socket.send_flush)(flush)
        sound = b""
        async with asyncio.timeout(20):
            while True:
                message = await socket.recv()
                if isinstance(message, bytes):
                    sound += message
                elif getattr(message, "type", "") == "Flushed":
                    break
    seconds_of_pcm(sound)


@call
def models() -> None:
    only(5, 99)
    assert any(model.canonical_name == "af_heart" for model in client.manage.v1.models.list().tts)


@call
def errors() -> None:
    if VERSION < 5:
        speak = client.speak.rest.v("1")
        raises(lambda: speak.stream_memory({"text": TEXT}, deepgram.SpeakOptions(model="nobody")), 400)
        return
    raises(lambda: list(client.speak.v1.audio.generate(text=TEXT, model="nobody")), 400)
    raises(lambda: list(made("wrong-token").speak.v1.audio.generate(text=TEXT)), 401)


run()
