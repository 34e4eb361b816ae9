"""Requests and messages that each protocol takes, and how they are spoiled."""

from __future__ import annotations

import copy
import json
import random
from dataclasses import dataclass
from typing import Any

VOICE = "af_heart"
_CARTESIA = {
    "model_id": "sonic-2", "transcript": "Hi there.", "voice": {"mode": "id", "id": VOICE}, "language": "en",
    "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24_000},
    "generation_config": {"speed": 1.0, "volume": 1.0},
}  # fmt: skip
_ELEVEN = {"text": "Hi there. ", "voice_settings": {"speed": 1.0}, "model_id": "eleven_flash_v2_5"}
_SDP = (
    "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
    "c=IN IP4 0.0.0.0\r\na=rtcp-mux\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdabcdabcdabcdabcdabcd\r\n"
    f"a=fingerprint:sha-256 {':'.join(['AB'] * 32)}\r\na=setup:actpass\r\na=mid:0\r\na=recvonly\r\n"
    "a=rtpmap:111 opus/48000/2\r\n"
)


@dataclass(frozen=True, slots=True)
class Request:
    """One that is answered with 2xx before it is spoiled."""

    path: str
    body: Any = None
    content_type: str = "application/json"
    method: str = "POST"


REQUESTS = (
    Request("/v1/audio/speech", {
        "model": "tts-1", "voice": VOICE, "input": "Hi there.", "response_format": "pcm", "stream_format": "sse",
        "speed": 1.0, "instructions": "Speak calmly.", "timestamps": True, "pitch": 0.5, "seed": 3,
    }),
    Request("/v1/audio/speech", {"model": "tts-1", "voice": {"id": VOICE}, "input": "Hi.", "response_format": "mp3"}),
    Request("/tts/bytes", _CARTESIA),
    Request("/tts/sse", {**_CARTESIA, "add_timestamps": True}),
    Request("/v1/speak?model=aura-2-thalia-en&encoding=linear16&sample_rate=24000", {"text": "Hi there."}),
    Request(f"/v1/text-to-speech/{VOICE}", _ELEVEN),
    Request(f"/v1/text-to-speech/{VOICE}/stream?output_format=pcm_24000", _ELEVEN),
    Request(f"/v1/text-to-speech/{VOICE}/with-timestamps", _ELEVEN),
    Request("/v1/speech", {
        "Engine": "neural", "LanguageCode": "en-US", "OutputFormat": "json", "SampleRate": "24000",
        "SpeechMarkTypes": ["word"], "Text": "Hi there.", "TextType": "text", "VoiceId": "Joanna",
    }),
    Request("/whep?redundancy=1", _SDP, "application/sdp"),
    Request("/v1/inspect", "RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\0\0\0\0",
            "audio/wav"),
    *(Request(path, method="GET") for path in (
        "/v1/voices", "/v1/models", "/v1/audio/voices", "/v1/lexicons", "/metrics", "/", "/page/app.js", "/v2/voices",
        "/voices", "/v1/voices?LanguageCode=en-US", "/v1/user", "/v1/history",
    )),
)  # fmt: skip

SOCKETS: dict[str, tuple[dict[str, Any], ...]] = {
    "/v1/stream": (
        {"type": "start", "voice": VOICE, "rate": 1.0, "format": "pcm", "sample_rate": 24_000, "marks": True},
        {"type": "text", "text": "Hi there. "}, {"type": "flush", "id": 1}, {"type": "text", "text": "And more. "},
        {"type": "cancel", "played_s": 0.1}, {"type": "end"},
    ),
    "/tts/websocket": (
        {**_CARTESIA, "context_id": "a", "continue": True, "add_timestamps": True, "max_buffer_delay_ms": 100},
        {**_CARTESIA, "context_id": "a", "continue": False, "transcript": ""}, {"context_id": "a", "cancel": True},
    ),
    "/v1/speak?model=aura-2-thalia-en&encoding=linear16&sample_rate=24000": (
        {"type": "Speak", "text": "Hi there. "}, {"type": "Flush"}, {"type": "Clear"}, {"type": "Close"},
    ),
    f"/v1/text-to-speech/{VOICE}/stream-input?output_format=pcm_24000": (
        {"text": " ", "voice_settings": {"speed": 1.0}}, {"text": "Hi there. ", "flush": True}, {"text": ""},
    ),
    f"/v1/text-to-speech/{VOICE}/multi-stream-input": (
        {"text": " ", "context_id": "a", "voice_settings": {"speed": 1.0}},
        {"text": "Hi there. ", "context_id": "a", "flush": True},
        {"context_id": "a", "close_context": True}, {"close_socket": True},
    ),
}  # fmt: skip
WYOMING: tuple[dict[str, Any], ...] = (
    {"type": "describe"}, {"type": "ping", "data": {"text": "x"}},
    {"type": "synthesize", "data": {"text": "Hi there.", "voice": {"name": VOICE, "speaker": VOICE}}},
    {"type": "synthesize-start", "data": {"voice": {"name": VOICE}}},
    {"type": "synthesize-chunk", "data": {"text": "Hi there. "}}, {"type": "synthesize-stop", "data": {}},
    {"type": "audio-chunk", "data": {"rate": 16_000}, "data_length": 2, "payload_length": 4},
)  # fmt: skip

_BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><speak>&b;&b;</speak>'
TEXTS = (
    _BOMB, "9" * 4000, "a" * 4096, "<speak>" + "<p>" * 60, "\u202e\u200b\u0301" * 900, "\U0001f600" * 500, "<speak>",
    "<speak><break time='1e9s'/></speak>", "<speak><prosody rate='0.00001'>slow</prosody></speak>", "\0\1\2", "\ud800",
    "<speak><prosody pitch='+9999st' volume='1e9dB'>high</prosody></speak>", "1e308 -0 0x7f 1/0 5.20.30", "?!.,;:-",
    "<speak><say-as interpret-as='date' format='mdy'>99/99/99999</say-as></speak>", "A. " * 1300, "\n" * 4000,
    "<speak><audio src='file:///etc/passwd'/></speak>", "<speak><voice name='../../x'>a</voice></speak>",
    "中文 العربية",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 1e308, -1e-9, 2**70, float("nan"), float("inf"), "", " ", "x" * 100_000, "../../x", "\0",
    "\ud800", "²", "8" * 5000, "%s%n{}", [], {}, [[]], {"": None}, [1] * 5000, "1; DROP TABLE", "pcm", "Infinity",
    *TEXTS,
)  # fmt: skip


def spoil(message: Any, chance: random.Random) -> Any:
    """A message with one to three values of it replaced, left out or added."""
    message = copy.deepcopy(message)
    for _ in range(chance.randint(1, 3)):
        place: Any = message
        while isinstance(place, dict) and place:
            key = chance.choice(list(place))
            if isinstance(place[key], dict | list) and place[key] and chance.random() < 0.6:
                place = place[key]
                continue
            what = chance.random()
            if what < 0.7:
                place[key] = _value(chance)
            elif what < 0.85:
                del place[key]
            else:
                place[chance.choice(["extra", "__proto__", "", "voice", "text"])] = _value(chance)
            break
        else:
            if isinstance(place, list):
                place[:] = [_value(chance)]
    return message


def _value(chance: random.Random) -> Any:
    return copy.deepcopy(chance.choice(VALUES))


def spoil_bytes(data: bytes, chance: random.Random) -> bytes:
    """Bytes with some of them turned, doubled, cut out or put in."""
    made = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(made) + 1)
        until = min(len(made), at + chance.choice([1, 2, 8, 100]))
        match chance.randrange(4):
            case 0:
                made[at:until] = chance.randbytes(until - at)
            case 1:
                made[at:at] = made[at:until]
            case 2:
                del made[at:until]
            case _:
                made[at:at] = chance.randbytes(chance.choice([1, 4, 300]))
    return bytes(made)


def as_json(message: Any, chance: random.Random) -> bytes:
    """A spoiled message as text that is nearly always JSON."""
    text = json.dumps(message) if chance.random() < 0.9 else json.dumps(message, ensure_ascii=False)
    data = text.encode("utf-8", "surrogatepass")
    return spoil_bytes(data, chance) if chance.random() < 0.2 else data
