"""OpenAI's endpoints as their clients use them."""

from __future__ import annotations

import base64
import io
import itertools

import av
import numpy as np
import pytest
import soundfile

import vivavoce
from tests.serve.running import Running
from vivavoce.serve.protocols.openai import OPENAI_MODELS
from vivavoce.serve.voices import OPENAI_VOICES

TEXT = "The quick brown fox is here. It costs $5!"


def in_process(text: str, speaker: str) -> np.ndarray:
    """What the voice says without a server, as 16-bit samples."""
    samples = np.concatenate([chunk.samples for chunk in vivavoce.speak(text, speaker=speaker)])
    return (np.clip(samples, -1, 1) * 32767).astype("<i2")


def by_av(data: bytes) -> np.ndarray:
    """Samples as FFmpeg decodes them."""
    with av.open(io.BytesIO(data), "r") as container:
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])


@pytest.mark.parametrize("name", ["wav", "pcm", "flac"])
def test_lossless_sound_is_the_same_as_in_process(server: Running, name: str) -> None:
    answer = server.speak(input=TEXT, voice="af_heart", response_format=name)
    assert answer.status == 200
    if name == "pcm":
        heard = np.frombuffer(answer.body, "<i2")
    elif name == "wav":
        assert answer.body[4:8] == answer.body[40:44] == b"\xff" * 4
        heard = np.frombuffer(answer.body[44:], "<i2")
    else:
        heard = by_av(answer.body)  # libsndfile does not read a FLAC that does not say how long it is
    assert np.array_equal(heard, in_process(TEXT, "af_heart"))


@pytest.mark.parametrize(("name", "kind"), [("mp3", "audio/mpeg"), ("opus", "audio/ogg"), ("aac", "audio/aac")])
def test_coded_sound_lasts_as_long_and_is_streamed(server: Running, name: str, kind: str) -> None:
    answer = server.speak(input=TEXT, response_format=name)
    assert (answer.status, answer.headers["content-type"]) == (200, kind)
    assert answer.headers["transfer-encoding"] == "chunked"
    expected = len(in_process(TEXT, OPENAI_VOICES["alloy"]))
    decoded = _decoded(answer.body, name)
    assert expected - 2400 <= len(decoded) <= expected + 4800
    assert 0.02 < np.sqrt(np.mean(decoded**2)) < 0.5


def _decoded(data: bytes, name: str) -> np.ndarray:
    if name != "aac":
        samples, rate_hz = soundfile.read(io.BytesIO(data), dtype="float32")
        return samples[:: rate_hz // 24_000]
    return by_av(data)


def test_the_default_is_mp3_and_a_voice_may_be_an_object(server: Running) -> None:
    answer = server.speak(voice={"id": "nova"})
    assert answer.headers["content-type"] == "audio/mpeg"
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.headers["x-request-id"].startswith("req_")


def test_the_first_sound_comes_before_the_last_is_made(server: Running) -> None:
    connection = server.connection()
    body = b'{"model": "tts-1", "voice": "alloy", "response_format": "pcm", "input": "%s"}' % (b"A sentence. " * 40)
    connection.request("POST", "/v1/audio/speech", body)
    first = connection.getresponse().read(2000)
    assert len(first) == 2000
    assert server.service.admission.speaking == 1
    connection.close()


def test_server_sent_events_have_openais_names(server: Running) -> None:
    answer = server.speak(input=TEXT, stream_format="sse", response_format="pcm")
    assert answer.headers["content-type"].startswith("text/event-stream")
    *deltas, done = answer.events()
    assert {event["type"] for event in deltas} == {"speech.audio.delta"}
    sound = b"".join(base64.b64decode(event["audio"]) for event in deltas)
    assert np.array_equal(np.frombuffer(sound, "<i2"), in_process(TEXT, OPENAI_VOICES["alloy"]))
    assert done["type"] == "speech.audio.done"
    assert done["usage"]["total_tokens"] == done["usage"]["input_tokens"] + done["usage"]["output_tokens"] > 0


def test_timestamps_come_before_their_sound(server: Running) -> None:
    events = server.speak(input=TEXT, stream_format="sse", response_format="pcm", timestamps=True).events()
    assert events[0]["type"] == "speech.audio.timestamps"
    words = [word for event in events if event["type"] == "speech.audio.timestamps" for word in event["words"]]
    assert [word["text"] for word in words] == ["The", "quick", "brown", "fox", "is", "here", "It", "costs", "$5"]
    assert all(TEXT[word["start_char"] : word["end_char"]] == word["text"] for word in words)
    assert all(before["end"] <= after["start"] + 1e-3 for before, after in itertools.pairwise(words))


def test_timestamps_in_json_with_a_whole_wav(server: Running) -> None:
    spoken = server.speak(input="Café, naïve.", response_format="wav", timestamps=True).json()
    samples, rate_hz = soundfile.read(io.BytesIO(base64.b64decode(spoken["audio"])))
    assert (rate_hz, round(len(samples) / rate_hz, 4)) == (spoken["sample_rate"], spoken["duration"])
    assert [word["text"] for word in spoken["words"]] == ["Café", "naïve"]
    assert spoken["words"][1]["start_byte"] == 7
    assert spoken["words"][1]["start_char"] == 6
    assert spoken["sentences"][0]["text"] == "Café, naïve."


def test_captions(server: Running) -> None:
    text = "<speak>One &amp; two.<break time='1s'/> Three?</speak>"
    shown = server.speak(input=text, response_format="vtt").body.decode()
    assert shown.startswith("WEBVTT\n\n00:00:00.0")
    assert "\nOne &amp; two.\n" in shown
    assert "\nThree?\n" in shown
    assert server.speak(input=text, response_format="srt").body.decode().splitlines()[2] == "One & two."


def test_speed_pitch_and_instructions_are_heard(server: Running) -> None:
    plain = server.speak(response_format="pcm", input=TEXT, voice="kathleen")
    fast = server.speak(response_format="pcm", input=TEXT, voice="kathleen", speed=2.0)
    told = server.speak(
        response_format="pcm", input=TEXT, voice="kathleen", instructions="Speak slowly, with a French accent."
    )
    assert len(fast.body) < 0.65 * len(plain.body)
    assert len(told.body) > 1.1 * len(plain.body)
    assert told.headers["x-instructions-applied"].startswith("rate=0.85")
    assert told.headers["x-instructions-ignored"] == "with a french accent"


@pytest.mark.parametrize(
    ("fields", "param", "code", "message"),
    [
        ({"input": ""}, "input", "empty_string", "Invalid 'input': empty string."),
        ({"input": 5}, "input", "invalid_type", "Invalid type for 'input': expected a string, but got an integer"),
        ({"input": None}, "input", "invalid_type", "expected a string, but got null"),
        (
            {"input": "a" * 4097},
            "input",
            "string_above_max_length",
            "maximum length 4096, but got a string with length 4097",
        ),
        ({"input": "?!"}, "input", "invalid_value", "nothing to say"),
        ({"input": "<speak>a <b/></speak>"}, "input", "invalid_value", "line 1, column 10: <b> is not supported"),
        ({"input": "<!DOCTYPE speak [<!ENTITY a 'b'>]><speak>&a;</speak>"}, "input", "invalid_value", "DOCTYPE"),
        (
            {"voice": "../../etc/passwd"},
            "voice",
            "invalid_value",
            "Invalid value: '../../etc/passwd'. Supported values",
        ),
        ({"voice": {"id": "/tmp"}}, "voice", "invalid_value", "Invalid value: '/tmp'"),
        ({"voice": {"id": "nova", "x": 1}}, "voice.id", None, ""),
        ({"voice": []}, "voice", "invalid_type", ""),
        ({"model": "gpt-9"}, "model", "model_not_found", "does not exist"),
        ({"response_format": "ogg"}, "response_format", "invalid_value", "Supported values are: 'mp3', 'opus', 'aac'"),
        ({"speed": 0.1}, "speed", "decimal_below_min_value", "Expected a value >= 0.25"),
        ({"speed": 9}, "speed", "decimal_above_max_value", ""),
        ({"speed": "fast"}, "speed", "invalid_type", "expected a number, but got a string"),
        ({"speed": True}, "speed", "invalid_type", ""),
        ({"stream_format": "x"}, "stream_format", "invalid_value", ""),
        ({"instructions": "a" * 4097}, "instructions", "string_above_max_length", ""),
        ({"prosody": "x"}, "prosody", "invalid_value", ""),
        ({"volume": 1}, "volume", "unknown_parameter", "Unknown parameter: 'volume'."),
    ],
)
def test_errors_are_openais(
    server: Running, fields: dict[str, object], param: str, code: str | None, message: str
) -> None:
    answer = server.speak(**fields)
    assert answer.status == (404 if code == "model_not_found" else 400)
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["type"] == "invalid_request_error"
    assert message in error["message"]
    if code:
        assert (error["param"], error["code"]) == (param, code)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"a"', b"\xff\xfe", b'{"input": NaN}', b"[" * 100_000, b"\x00"])
def test_a_body_that_is_no_json_object(server: Running, body: bytes) -> None:
    answer = server.request("POST", "/v1/audio/speech", body)
    assert answer.status == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_missing_parameters(server: Running) -> None:
    error = server.request("POST", "/v1/audio/speech", {"model": "tts-1", "input": "Hi."}).json()["error"]
    assert error["message"] == "Missing required parameter: 'voice'."
    assert error["code"] == "missing_required_parameter"


def test_wrong_urls_and_methods(server: Running) -> None:
    assert server.request("GET", "/v1/audio/speech").status == 405
    missing = server.request("POST", "/v1/nothing", {})
    assert missing.status == 404
    assert missing.json()["error"]["message"] == "Invalid URL (POST /v1/nothing)"


def test_discovery(server: Running) -> None:
    models = server.request("GET", "/v1/models").json()
    assert models["object"] == "list"
    assert {model["id"] for model in models["data"]} >= set(OPENAI_MODELS)
    assert server.request("GET", "/v1/models/tts-1").json()["object"] == "model"
    assert server.request("GET", "/v1/models/x").status == 404
    assert {"id": "tts-1"} in server.request("GET", "/v1/audio/models").json()["models"]
    voices = {voice["id"]: voice for voice in server.request("GET", "/v1/audio/voices").json()["voices"]}
    assert set(voices) >= {*OPENAI_VOICES, *(speaker.id for speaker in server.service.engine.speakers)}
    assert voices["alloy"]["speaker"] == "af_heart"


def test_pauses_are_longer_and_shorter(server: Running) -> None:
    text = "One, two, three. And four."

    def seconds(**fields: object) -> float:
        return len(server.speak(input=text, response_format="pcm", **fields).body) / 2 / 24_000

    usual, none, long = seconds(), seconds(pauses=0.0), seconds(pauses=3.0)
    assert none < usual - 0.3
    assert long > usual + 0.8
    refused = server.speak(pauses=9)
    assert (refused.status, refused.json()["error"]["param"]) == (400, "pauses")
