"""`cartesia` for Python: bytes, events, WebSocket contexts, voices; versions 1 to 4 name their calls differently."""

from __future__ import annotations

import base64
from importlib.metadata import version
from typing import Any

import cartesia
from calls import (
    HOST,
    SOCKET_URL,
    TEXT,
    TOKEN,
    URL,
    AbsentError,
    accepts,
    call,
    check_wav,
    has,
    raises,
    run,
    seconds_of_pcm,
)

LOCAL = f"localhost:{HOST.partition(':')[2]}"
"""Versions 1 and 2 speak without encryption to this name alone."""
RAW = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24_000}
WAV = {"container": "wav", "encoding": "pcm_s16le", "sample_rate": 24_000}
VOICE_ID = "71a7ad14-091c-4e8e-a314-022ece01c121"
VERSION = int(version("cartesia").partition(".")[0])


def made(token: str) -> Any:
    if accepts(cartesia.Cartesia.__init__, "websocket_base_url"):
        return cartesia.Cartesia(api_key=token, base_url=URL, websocket_base_url=SOCKET_URL, max_retries=0)
    return cartesia.Cartesia(api_key=token, base_url=LOCAL if VERSION == 1 else f"http://{LOCAL}")


client = made(TOKEN)
ASKED: dict[str, Any] = {"model_id": "sonic-2", "transcript": TEXT, "language": "en"}
VOICE: dict[str, Any] = {"voice_id": VOICE_ID} if VERSION == 1 else {"voice": {"mode": "id", "id": VOICE_ID}}


def field(item: Any, name: str) -> Any:
    return item.get(name) if isinstance(item, dict) else getattr(item, name, None)


@call
def bytes_whole() -> None:
    speak = has(client.tts, "bytes")
    data = speak(**ASKED, **VOICE, output_format=RAW)
    seconds_of_pcm(data if isinstance(data, bytes) else b"".join(data))
    data = speak(**ASKED, **VOICE, output_format=WAV)
    check_wav(data if isinstance(data, bytes) else b"".join(data))


@call
def generate() -> None:
    answer = has(client.tts, "generate")(
        model_id="sonic-3", transcript=TEXT, voice="af_heart", output_format=WAV, locale="en-US", normalization="auto",
        generation_config={"speed": 1.2, "volume": 0.8, "emotion": "calm"},
    ) if VERSION >= 4 else has(client.tts, "generate")(**ASKED, **VOICE, output_format=WAV)  # fmt: skip
    check_wav(answer.read() if hasattr(answer, "read") else b"".join(answer.iter_bytes()))


@call
def mp3() -> None:
    if VERSION == 1:
        raise AbsentError
    output = {"container": "mp3", "sample_rate": 44_100, "bit_rate": 128_000}
    data = client.tts.bytes(**ASKED, **VOICE, output_format=output)
    assert len(data if isinstance(data, bytes) else b"".join(data)) > 10_000


@call
def with_raw_and_streaming_response() -> None:
    if VERSION < 3:
        raise AbsentError
    answer = client.tts.with_raw_response.generate(**ASKED, **VOICE, output_format=WAV)
    assert answer.headers["content-type"] == "audio/wav"
    with client.tts.with_streaming_response.generate(**ASKED, **VOICE, output_format=RAW) as response:
        seconds_of_pcm(list(response.iter_bytes()))


@call
def events() -> None:
    extra = {} if VERSION == 1 else {"add_timestamps": True}
    sound, words = b"", list[str]()
    for event in client.tts.sse(**ASKED, **VOICE, output_format=RAW, **extra):
        if VERSION == 1:
            sound += event["audio"]
            continue
        kind = field(event, "type")
        if kind == "chunk":
            sound += base64.b64decode(event.data)
        elif kind == "timestamps":
            words += event.word_timestamps.words
    seconds_of_pcm(sound)
    assert VERSION == 1 or words == ["Hello", "there", "How", "are", "you", "today"], words


@call
def websocket_of_versions_1_and_2() -> None:
    socket = client.tts.websocket()
    sound, words = b"", list[str]()
    for item in socket.send(**ASKED, **VOICE, output_format=RAW, stream=True, add_timestamps=True):
        sound += field(item, "audio") or b""
        times = field(item, "word_timestamps")
        words += (field(times, "words") or []) if times else []
    seconds_of_pcm(sound)
    assert len(words) == 6, words
    socket.close()


@call
def websocket_context() -> None:
    if VERSION >= 3:
        raise AbsentError
    socket = client.tts.websocket()
    context = socket.context()
    sound = b""
    pieces = iter(["Hello there. ", "How are ", "you today?"])
    for item in context.send(model_id="sonic-2", transcript=pieces, **VOICE, output_format=RAW):
        sound += field(item, "audio") or b""
    seconds_of_pcm(sound)


@call
def websocket_connect() -> None:
    if VERSION < 3:
        raise AbsentError
    with client.tts.websocket_connect() as connection:
        voice = {"mode": "id", "id": "af_heart"}
        for _ in range(2):
            context = connection.context(model_id="sonic-3", voice=voice, output_format=RAW, add_timestamps=True)
            for piece in ("Hello there. ", "How are ", "you today?"):
                context.push(piece)
            context.no_more_inputs()
            answers = list(context.receive())
            assert answers[-1].type == "done"
            seconds_of_pcm([answer.audio for answer in answers if answer.type == "chunk"])
            starts = [
                time for answer in answers if answer.type == "timestamps" for time in answer.word_timestamps.start
            ]
            assert len(starts) == 6
            assert starts == sorted(starts)


@call
def cancel_a_context() -> None:
    if VERSION < 3:
        raise AbsentError
    with client.tts.websocket_connect() as connection:
        context = connection.context(model_id="sonic-3", voice={"mode": "id", "id": "af_heart"}, output_format=RAW)
        context.push("A sentence that is quite long and takes its time. " * 20)
        for answer in context.receive():
            if answer.type == "chunk":
                break
        context.cancel()


@call
async def asynchronous() -> None:
    if VERSION < 3:
        raise AbsentError
    other = cartesia.AsyncCartesia(api_key=TOKEN, base_url=URL, websocket_base_url=SOCKET_URL)
    answer = await other.tts.generate(**ASKED, **VOICE, output_format=RAW)
    seconds_of_pcm(await answer.read())
    async with other.tts.websocket_connect() as connection:
        context = connection.context(model_id="sonic-3", voice={"mode": "id", "id": "af_heart"}, output_format=RAW)
        await context.push(TEXT)
        await context.no_more_inputs()
        seconds_of_pcm([part.audio async for part in context.receive() if part.type == "chunk"])


@call
def voices_list_and_get() -> None:
    names = [field(voice, "id") for voice in client.voices.list()]
    assert "af_heart" in names
    assert len(names) == len(set(names))
    if VERSION >= 3:
        assert "af_heart" in [voice.id for voice in client.voices.list(limit=1)]
    get = client.voices.get
    assert field(get(id="af_heart") if accepts(get, "id") else get("af_heart"), "name")


@call
def status() -> None:
    got = has(client, "get_status")() if VERSION >= 3 else has(client, "api_status").get()
    assert got.ok


@call
def errors() -> None:
    if VERSION < 3:
        nobody = {"voice_id": "x"} if VERSION == 1 else {"voice": {"mode": "id", "id": "x"}}
        raises(lambda: list(client.tts.bytes(**ASKED, **nobody, output_format=RAW)), "Supported values")
        return
    speak = client.tts.generate
    raises(lambda: speak(**ASKED, voice={"mode": "id", "id": "nobody"}, output_format=RAW).read(), 400)
    raises(lambda: speak(**ASKED, **VOICE, output_format={**RAW, "sample_rate": 7}).read(), 400)
    raises(lambda: made("wrong-token").tts.generate(**ASKED, **VOICE, output_format=RAW).read(), 401)


run()
