"""`boto3` for Polly: speech, marks, voices, errors, signed with the server's token."""

from __future__ import annotations

import json
from typing import Any

import boto3
from calls import TEXT, TOKEN, URL, call, check_mp3, raises, run, seconds_of_pcm


def polly(secret: str) -> Any:
    return boto3.client(
        "polly", endpoint_url=URL, region_name="eu-west-1", aws_access_key_id="any", aws_secret_access_key=secret
    )


client = polly(TOKEN)


def refused(code: str, **fields: Any) -> None:
    asked = {"Text": TEXT, "VoiceId": "Joanna", "OutputFormat": "mp3", **fields}
    raises(lambda: client.synthesize_speech(**asked), code)


@call
def synthesize_speech() -> None:
    answer = client.synthesize_speech(Text=TEXT, VoiceId="Joanna", OutputFormat="mp3", Engine="neural")
    assert answer["ContentType"] == "audio/mpeg"
    assert answer["RequestCharacters"] == len(TEXT)
    check_mp3(answer["AudioStream"].read())


@call
def every_format() -> None:
    for rate in ("8000", "16000"):
        answer = client.synthesize_speech(Text=TEXT, VoiceId="af_heart", OutputFormat="pcm", SampleRate=rate)
        seconds_of_pcm(answer["AudioStream"].read(), int(rate))
    for rate in ("8000", "16000", "22050", "24000"):
        answer = client.synthesize_speech(Text=TEXT, VoiceId="Brian", OutputFormat="mp3", SampleRate=rate)
        check_mp3(answer["AudioStream"].read())


@call
def ssml() -> None:
    text = '<speak>Hello <mark name="here"/> there.<break time="300ms"/> <prosody rate="slow">Slowly.</prosody></speak>'
    answer = client.synthesize_speech(Text=text, TextType="ssml", VoiceId="Joanna", OutputFormat="pcm")
    seconds_of_pcm(answer["AudioStream"].read(), 16_000)


@call
def speech_marks() -> None:
    text = '<speak>Hello <mark name="here"/> there.</speak>'
    answer = client.synthesize_speech(
        Text=text, TextType="ssml", VoiceId="Joanna", OutputFormat="json", SpeechMarkTypes=["sentence", "word", "ssml"]
    )
    assert answer["ContentType"] == "application/x-json-stream"
    marks = [json.loads(line) for line in answer["AudioStream"].read().splitlines()]
    assert {mark["type"] for mark in marks} == {"sentence", "word", "ssml"}
    for mark in marks:
        if mark["type"] == "word":
            assert text.encode()[mark["start"] : mark["end"]].decode() == mark["value"]


@call
def describe_voices() -> None:
    voices = client.describe_voices()["Voices"]
    assert {"Joanna", "Brian"} <= {voice["Id"] for voice in voices}
    assert {voice["LanguageCode"] for voice in client.describe_voices(LanguageCode="en-GB")["Voices"]} == {"en-GB"}
    assert client.describe_voices(Engine="neural")["Voices"]


@call
def paginator() -> None:
    assert sum(len(page["Voices"]) for page in client.get_paginator("describe_voices").paginate()) > 5


@call
def lexicons_and_tasks() -> None:
    assert client.list_lexicons()["Lexicons"] == []
    assert client.list_speech_synthesis_tasks()["SynthesisTasks"] == []


@call
def what_there_is_not_is_refused_by_name() -> None:
    task = {"Text": TEXT, "VoiceId": "Joanna", "OutputFormat": "mp3", "OutputS3BucketName": "bucket"}
    raises(lambda: client.start_speech_synthesis_task(**task), "ValidationException")
    raises(lambda: client.get_speech_synthesis_task(TaskId="any"), "SynthesisTaskNotFoundException")
    raises(lambda: client.get_lexicon(Name="mine"), "LexiconNotFoundException")
    raises(lambda: client.delete_lexicon(Name="mine"), "LexiconNotFoundException")
    raises(lambda: client.put_lexicon(Name="mine", Content="<lexicon/>"), "ValidationException")


@call
def every_engine() -> None:
    for engine in ("standard", "neural", "long-form", "generative"):
        answer = client.synthesize_speech(Text=TEXT, VoiceId="Joanna", OutputFormat="mp3", Engine=engine)
        check_mp3(answer["AudioStream"].read())
    refused("MarksNotSupportedForFormatException", OutputFormat="json", SpeechMarkTypes=["viseme", "word"])
    assert client.describe_voices(IncludeAdditionalLanguageCodes=True)["Voices"]


@call
def telephone_formats_and_ogg_opus() -> None:
    known = client.meta.service_model.shape_for("OutputFormat").enum
    for form, kind in (("mulaw", "audio/mulaw"), ("alaw", "audio/alaw"), ("ogg_opus", "audio/ogg")):
        if form not in known:
            continue
        answer = client.synthesize_speech(Text=TEXT, VoiceId="Joanna", OutputFormat=form)
        assert answer["ContentType"] == kind, answer["ContentType"]
        assert len(answer["AudioStream"].read()) > 4000, form


@call
def sound_read_in_pieces() -> None:
    answer = client.synthesize_speech(Text=TEXT, VoiceId="Joanna", OutputFormat="pcm")
    seconds_of_pcm(list(answer["AudioStream"].iter_chunks(1024)), 16_000)
    stream = client.synthesize_speech(Text=TEXT * 20, VoiceId="Joanna", OutputFormat="pcm")["AudioStream"]
    assert len(stream.read(2000)) == 2000
    stream.close()


@call
def each_kind_of_mark() -> None:
    for kind in ("sentence", "word", "ssml"):
        text = '<speak>Hello <mark name="here"/> there.</speak>'
        answer = client.synthesize_speech(
            Text=text, TextType="ssml", VoiceId="Amy", OutputFormat="json", SpeechMarkTypes=[kind], SampleRate="22050"
        )
        marks = [json.loads(line) for line in answer["AudioStream"].read().splitlines()]
        assert {mark["type"] for mark in marks} == {kind}, marks
        assert all(isinstance(mark["time"], int) for mark in marks)


@call
def ogg() -> None:
    answer = client.synthesize_speech(Text=TEXT, VoiceId="Joanna", OutputFormat="ogg_vorbis")
    assert answer["ContentType"] == "audio/ogg"
    assert answer["AudioStream"].read()[:4] == b"OggS"


@call
def presigned_url() -> None:
    from urllib.request import Request, urlopen

    asked = {"Text": TEXT, "VoiceId": "Joanna", "OutputFormat": "mp3"}
    for method in ("GET", "POST"):
        url = client.generate_presigned_url("synthesize_speech", Params=asked, HttpMethod=method)
        with urlopen(Request(url, method=method), timeout=30) as answer:
            check_mp3(answer.read())


@call
def errors() -> None:
    refused("InvalidSsmlException", Text="<speak><", TextType="ssml")
    refused("TextLengthExceededException", Text="x" * 9000)
    refused("InvalidSampleRateException", SampleRate="123")
    refused("MarksNotSupportedForFormatException", SpeechMarkTypes=["word"])
    refused("LexiconNotFoundException", LexiconNames=["mine"])
    refused("ValidationException", VoiceId="Nobody")
    wrong = polly("wrong-token")
    error = raises(lambda: wrong.synthesize_speech(Text=TEXT, VoiceId="Joanna", OutputFormat="mp3"), "API key")
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] in (401, 403)


run()
