"""`elevenlabs` for Python: speech whole, streamed, with times, over its WebSockets; voices, models, account."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

from calls import SOCKET_URL, TEXT, TOKEN, URL, accepts, call, check_mp3, has, raises, run, seconds_of_pcm
from elevenlabs import VoiceSettings
from elevenlabs.client import AsyncElevenLabs, ElevenLabs
from elevenlabs.environment import ElevenLabsEnvironment
from websockets.sync.client import connect


def made(token: str, kind: Any = ElevenLabs) -> Any:
    if accepts(ElevenLabsEnvironment.__init__, "wss"):
        return kind(api_key=token, environment=ElevenLabsEnvironment(base=URL, wss=SOCKET_URL))
    return kind(api_key=token, base_url=URL)


client = made(TOKEN)
ASKED: dict[str, Any] = {"voice_id": "21m00Tcm4TlvDq8ikWAM", "text": TEXT, "model_id": "eleven_multilingual_v2"}


@call
def convert() -> None:
    check_mp3(client.text_to_speech.convert(**ASKED, output_format="mp3_44100_128"))


@call
def convert_in_every_format() -> None:
    rates = (8000, 16_000, 22_050, 24_000, 44_100, 48_000)
    for rate_hz in rates:
        data = client.text_to_speech.convert(**{**ASKED, "voice_id": "af_heart"}, output_format=f"pcm_{rate_hz}")
        seconds_of_pcm(data, rate_hz)
    for name in ("mp3_22050_32", "mp3_44100_192", "opus_48000_64", "ulaw_8000", "alaw_8000"):
        assert len(b"".join(client.text_to_speech.convert(**ASKED, output_format=name))) > 4000, name


@call
def convert_with_everything_that_may_be_said() -> None:
    settings = VoiceSettings(stability=0.4, similarity_boost=0.7, style=0.1, use_speaker_boost=True, speed=1.2)
    check_mp3(
        client.text_to_speech.convert(
            **ASKED, voice_settings=settings, language_code="en", seed=7, previous_text="Well.", next_text="Good.",
            apply_text_normalization="auto",
        )
    )  # fmt: skip


@call
def stream() -> None:
    owner: Any = client.text_to_speech
    check_mp3((owner.stream if hasattr(owner, "stream") else owner.convert_as_stream)(**ASKED))


@call
def convert_with_timestamps() -> None:
    told = client.text_to_speech.convert_with_timestamps(**ASKED)
    told = told if isinstance(told, dict) else told.dict()
    alignment = told["alignment"]
    assert "".join(alignment["characters"]) == TEXT
    ends = alignment["character_end_times_seconds"]
    assert ends == sorted(ends)
    check_mp3(base64.b64decode(told.get("audio_base_64") or told["audio_base64"]))


@call
def stream_with_timestamps() -> None:
    pieces = list(client.text_to_speech.stream_with_timestamps(**ASKED))
    shown = [piece if isinstance(piece, dict) else piece.dict() for piece in pieces]
    characters = [character for piece in shown if piece["alignment"] for character in piece["alignment"]["characters"]]
    assert "".join(characters) == TEXT


@call
def generate() -> None:
    """The call of the first versions."""
    check_mp3(has(client, "generate")(text=TEXT, voice="21m00Tcm4TlvDq8ikWAM", model="eleven_multilingual_v2"))


@call
def convert_realtime() -> None:
    owner: Any = has(client, "text_to_speech", "convert_realtime").__self__
    owner._ws_base_url = SOCKET_URL  # the library only knows wss
    data = owner.convert_realtime(
        "21m00Tcm4TlvDq8ikWAM", text=iter(["Hello ", "there. ", "How are ", "you?"]), model_id="eleven_flash_v2_5",
        output_format="pcm_24000", voice_settings=VoiceSettings(stability=0.5, similarity_boost=0.5),
    )  # fmt: skip
    seconds_of_pcm(data)


@call
def multi_stream_input() -> None:
    """No version of the library has a call for it, so its messages are sent as its documentation says."""
    url = (
        f"{SOCKET_URL}/v1/text-to-speech/af_heart/multi-stream-input?output_format=pcm_16000&model_id=eleven_flash_v2_5"
    )
    with connect(url, additional_headers={"xi-api-key": TOKEN}) as socket:
        for name in ("first", "second"):
            socket.send(json.dumps({"text": " ", "context_id": name, "voice_settings": {"stability": 0.5}}))
            socket.send(json.dumps({"text": "Hello there. ", "context_id": name}))
            socket.send(json.dumps({"text": "How are you? ", "context_id": name, "flush": True}))
        socket.send(json.dumps({"text": "", "context_id": "second"}))
        for name in ("first", "second"):
            socket.send(json.dumps({"context_id": name, "close_context": True}))
        heard: dict[str, bytes] = {"first": b"", "second": b""}
        left = set(heard)
        while left:
            told = json.loads(socket.recv(20))
            heard[told["contextId"]] += base64.b64decode(told.get("audio") or "")
            if told.get("isFinal"):
                left.discard(told["contextId"])
        socket.send(json.dumps({"close_socket": True}))
    for data in heard.values():
        seconds_of_pcm(data, 16_000)


@call
async def asynchronous_convert() -> None:
    check_mp3([piece async for piece in made(TOKEN, AsyncElevenLabs).text_to_speech.convert(**ASKED)])


@call
async def many_at_once() -> None:
    owner = made(TOKEN, AsyncElevenLabs)

    async def one() -> None:
        check_mp3([piece async for piece in owner.text_to_speech.convert(**ASKED)])

    await asyncio.gather(*(one() for _ in range(5)))


@call
def with_raw_response() -> None:
    with has(client.text_to_speech, "with_raw_response").convert(**ASKED) as response:
        assert "x-request-id" in response.headers
        check_mp3(response.data)


@call
def voices() -> None:
    listed = client.voices.get_all() if hasattr(client.voices, "get_all") else client.voices.list()
    assert any(voice.voice_id == "af_heart" for voice in listed.voices)
    assert client.voices.get("af_heart").name


@call
def voices_search() -> None:
    found = has(client.voices, "search")(page_size=2)
    assert len(found.voices) == 2
    assert found.has_more


@call
def voice_settings() -> None:
    owner = getattr(client.voices, "settings", client.voices)
    got = owner.get_settings("af_heart") if hasattr(owner, "get_settings") else owner.get("af_heart")
    assert got.stability is not None


@call
def models() -> None:
    listed = client.models.get_all() if hasattr(client.models, "get_all") else client.models.list()
    assert any(model.can_do_text_to_speech for model in listed)


@call
def user_and_subscription() -> None:
    assert client.user.get().subscription.status == "active"
    owner = getattr(client.user, "subscription", None)
    got = owner.get() if owner else client.user.get_subscription()
    assert got.character_count == 0


@call
def history() -> None:
    listed = client.history.get_all() if hasattr(client.history, "get_all") else client.history.list()
    assert listed.history == []


@call
def errors() -> None:
    raises(lambda: list(client.text_to_speech.convert(**{**ASKED, "voice_id": "nobody"})), 400)
    raises(lambda: list(client.text_to_speech.convert(**ASKED, output_format="mp3_1_1")), 400)
    raises(lambda: list(made("wrong-token").text_to_speech.convert(**ASKED)), 401)


run()
