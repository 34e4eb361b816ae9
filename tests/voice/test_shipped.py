"""The integration layer on the voices as they are shipped, not on toys."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import vivavoce
from tests.blocks.contract import CHECKS, Case, Check, assert_close
from tests.blocks.toys import ARTICLE_STACK
from tests.voice.shipped import TEXT, acoustic, addon, data_of, vocoder, whole, with_stack
from vivavoce.blocks import (
    Addon,
    ChunkSchedule,
    Speaker,
    StreamableBlock,
    StreamablePipeline,
    StreamableStack,
    StreamOptions,
    Tensors,
    join,
    load_addon,
)
from vivavoce.blocks.encoders import CustomizedEncoders, Encoders
from vivavoce.blocks.fixed import PADDED_SIZES
from vivavoce.blocks.gain import Gain
from vivavoce.errors import InputError
from vivavoce.text import analyse
from vivavoce.voice import Voice, load, load_voice
from vivavoce.voice.clock import Clock
from vivavoce.voice.tokens import tokenise

VOICES = ("vivavoce", "legacy-heart")
CLOCK = Clock(24_000, 240)
SHORT = "A suit?"
SCHEDULES = ((1,), (2, 3, 5), (8, 16, 32, 64), (37,))
ROUNDING = 2e-5
"""What float32 leaves open between a sum in one order and in another, relative to the largest value."""
HEARD_AGAIN = {"vivavoce": 1.0, "legacy-heart": 30.0}
"""How much of that is made of it by a voice that hears its own frames again, as a multiple."""


def inner(name: str, index: int, fixed: bool = False) -> StreamableBlock[Any]:
    """One block of the stack inside a voice's pipeline."""
    pipeline = acoustic(name, fixed)
    assert isinstance(pipeline, StreamablePipeline)
    assert isinstance(pipeline.streamable_block, StreamableStack)
    return pipeline.streamable_block.blocks[index]


def encoded(name: str) -> dict[str, np.ndarray]:
    """The data of a sentence with what the encoders made of it."""
    pipeline = acoustic(name)
    assert isinstance(pipeline, StreamablePipeline)
    data = data_of(SHORT)
    return {**data, **pipeline.sequence_block(data)}


def cases() -> list[Case]:
    made = []
    for name in VOICES:
        data = encoded(name)
        first, second = type(inner(name, 0)).__name__, type(inner(name, 1)).__name__
        upstream = whole(inner(name, 0), data)
        made += [
            Case(f"{name} {first}", lambda n=name: inner(n, 0), data, None, lambda n=name: inner(n, 0, True), ROUNDING),
            Case(
                f"{name} {second}",
                lambda n=name: inner(n, 1),
                {},
                upstream,
                lambda n=name: inner(n, 1, True),
                ROUNDING,
            ),
            Case(
                f"{name} whole",
                lambda n=name: acoustic(n),
                data_of(),
                None,
                lambda n=name: acoustic(n, True),
                ROUNDING,
            ),
        ]
    mel = whole(acoustic("vivavoce"), data_of(SHORT))
    return [*made, Case("Vocoder", vocoder, {}, mel, lambda: vocoder(True), 1e-4)]


@cache
def all_cases() -> dict[str, Case]:
    return {case.name: case for case in cases()}


NAMES = (
    "vivavoce LengthRegulator", "vivavoce Decoder", "vivavoce whole",
    "legacy-heart AttentionDecoder", "legacy-heart StreamingNetwork", "legacy-heart whole", "Vocoder",
)  # fmt: skip


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", NAMES)
def test_contract(name: str, check: Check) -> None:
    """Networks are loaded when the first check runs, so that a broken addon fails its own tests alone."""
    check(all_cases()[name])


class Broken(Gain):
    """What a network with damaged weights answers."""

    def __init__(self) -> None:
        super().__init__("audio", 0.0)

    def step(self, state: tuple[()], chunk: Tensors, frames: int) -> tuple[tuple[()], Tensors]:
        return state, {"audio": chunk["audio"] * np.float32("nan")}


def test_the_shipped_stack_is_the_articles() -> None:
    assert addon("vivavoce").manifest.stack == ARTICLE_STACK
    pipeline = acoustic("vivavoce")
    assert isinstance(pipeline, StreamablePipeline)
    assert type(pipeline.sequence_block) is Encoders
    assert [type(inner("vivavoce", i)).__name__ for i in (0, 1)] == ["LengthRegulator", "Decoder"]


@pytest.mark.parametrize("name", VOICES)
def test_customized_encoders_are_one_word_in_the_json_and_the_same_numbers(name: str) -> None:
    def change(stack: Any) -> Any:
        return json.loads(json.dumps(stack).replace('"Encoders"', '"CustomizedEncoders"'))

    customized = with_stack(name, change).build_streamable()
    assert isinstance(customized, StreamablePipeline)
    assert type(customized.sequence_block) is CustomizedEncoders
    assert_close(whole(customized, data_of()), whole(acoustic(name), data_of()), tolerance=0.0)


@pytest.mark.parametrize("name", VOICES)
@pytest.mark.parametrize("text", ["No.", TEXT, "a, " * 40 + "b."], ids=["short", "question", "long"])
def test_the_fixed_target_equals_the_dynamic_one(name: str, text: str) -> None:
    """The short one is padded, the long one has more frames than any compiled size and is split."""
    (sentence,) = analyse(text).sentences
    assert len(tokenise(sentence).symbols) <= 96
    data = data_of(text)
    fixed, dynamic = whole(acoustic(name, True), data), whole(acoustic(name), data)
    assert_close(fixed, dynamic, ROUNDING * HEARD_AGAIN[name])
    sound, expected = (
        whole(vocoder(is_fixed), {}, mel)["audio"] for is_fixed, mel in ((True, fixed), (False, dynamic))
    )
    assert np.abs(sound - expected).max() <= 1e-4 * HEARD_AGAIN[name]


def test_what_is_longer_than_every_compiled_size_is_cut_before_it_gets_there() -> None:
    """Sentences come out of the front end short enough for the sizes that are compiled unasked."""
    sentences = analyse("and then the very same thing happened once more " * 60).sentences
    assert len(sentences) > 1
    assert max(len(tokenise(sentence).symbols) for sentence in sentences) <= PADDED_SIZES[-1]
    with pytest.raises(InputError, match="the largest compiled size is 96; split the input"):
        whole(acoustic("vivavoce", True), data_of("the same thing " * 12))


@pytest.mark.parametrize("name", VOICES)
def test_streamed_is_the_whole_from_text_to_sound(name: str) -> None:
    chain = StreamableStack([acoustic(name), vocoder()])
    data = data_of()
    offline = join(list(chain.open(data, options=StreamOptions(ChunkSchedule((1 << 20,))))))["audio"]
    assert np.abs(offline).max() > 1e-3
    for sizes in SCHEDULES:
        streamed = join(list(chain.open(data, options=StreamOptions(ChunkSchedule(sizes)))))["audio"]
        assert streamed.shape == offline.shape
        assert np.abs(streamed - offline).max() <= 1e-4


@pytest.mark.parametrize("name", VOICES)
def test_a_diagnostic_and_a_gain_in_the_json_still_speak(name: str, caplog: pytest.LogCaptureFixture) -> None:
    def change(stack: Any) -> Any:
        return [*stack, {"type": "Diagnostics", "label": "decoded"}, {"type": "Gain", "tensor": "log_f0", "db": 0.3}]

    changed = with_stack(name, change).build_streamable()
    voice = Voice(StreamableStack([changed, vocoder()]), CLOCK, addon(name).manifest.speakers)
    with caplog.at_level(logging.INFO):
        spoken = voice.synthesize(TEXT)
    assert "decoded: chunk 0" in caplog.text
    plain = load_voice(name).synthesize(TEXT)
    assert spoken.samples.shape == plain.samples.shape
    assert spoken.marks == plain.marks
    assert np.abs(spoken.samples - plain.samples).max() > 1e-3


def test_both_kinds_say_a_text_of_several_sentences() -> None:
    for name in VOICES:
        voice = load_voice(name)
        spoken = voice.synthesize("One thing. Another, my friends?")
        assert np.isfinite(spoken.samples).all()
        sentences = [mark for mark in spoken.marks if mark.type == "sentence"]
        assert [mark.value for mark in sentences] == ["One thing.", "Another, my friends?"]
        assert 0.0 == sentences[0].time_s < sentences[1].time_s < len(spoken.samples) / 24_000
        words = [mark.value for mark in spoken.marks if mark.type == "word"]
        assert words == (["One", "thing", "Another", "my", "friends"] if voice.has_word_timings else [])


def test_sentences_are_apart_and_the_end_is_near() -> None:
    voice = load_voice()
    for speaker in voice.speakers:
        spoken = voice.synthesize("The fox is quick. Will it rain tomorrow?", speaker=speaker.name)
        words = [mark for mark in spoken.marks if mark.type == "word"]
        assert 0.2 < words[4].time_s - words[3].end_s < 0.6
        assert len(spoken.samples) / 24_000 - words[-1].end_s < 0.26
        assert len(spoken.samples) / 24_000 == pytest.approx(max(mark.end_s for mark in spoken.marks))


def test_silent_words_are_silence_and_the_others_are_not() -> None:
    source = "<speak>One <prosody volume='silent'>two three</prosody> four.</speak>"
    voice = load_voice()
    spoken = voice.synthesize(source)
    one, two, three, four = (mark for mark in spoken.marks if mark.type == "word")

    def sound(start_s: float, end_s: float) -> float:
        return float(np.abs(spoken.samples[round(start_s * 24_000) : round(end_s * 24_000)]).max())

    assert sound(two.time_s, three.end_s) == 0.0
    assert min(sound(mark.time_s, mark.end_s) for mark in (one, four)) > 0.05
    pieces = list(voice.stream(source, schedule=ChunkSchedule((1,))))
    np.testing.assert_allclose(np.concatenate([piece.samples for piece in pieces]), spoken.samples, atol=1e-4)
    assert not voice.synthesize("<speak><prosody volume='silent'>All of it.</prosody></speak>").samples.any()


@pytest.mark.parametrize("wrong", [b"hi", b"", 5, None, ["hi"], [3]])
def test_what_is_no_text_is_a_clear_error(wrong: Any) -> None:
    with pytest.raises(TypeError, match="a voice speaks a str"):
        vivavoce.speak(wrong)


def test_a_voice_refuses_markup_that_it_cannot_follow() -> None:
    voice = load_voice("legacy-heart")
    voice.synthesize("<speak><prosody pitch='+2st' rate='90%' volume='-6dB'>One.</prosody></speak>")
    with pytest.raises(InputError, match='voice "legacy-heart" cannot follow breaks of a given length'):
        voice.synthesize("<speak>One <break time='1s'/> two.</speak>")
    with pytest.raises(InputError, match='voice "legacy-heart" cannot follow silent words'):
        voice.synthesize("<speak>One <prosody volume='silent'>two.</prosody></speak>")


@pytest.mark.parametrize("name", ["vivavoce", "vocoder"])
def test_an_addon_of_another_rate_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def at_16_khz(path: Path) -> Addon:
        known = load_addon(path)
        rate_hz = 16_000 if path.name == name else known.manifest.sample_rate_hz
        return replace(known, manifest=replace(known.manifest, sample_rate_hz=rate_hz))

    monkeypatch.setattr(load, "load_addon", at_16_khz)
    with pytest.raises(InputError, match='"vocoder" is for (16|24)000 Hz, "vivavoce" for (24|16)000 Hz'):
        load_voice()


def test_sound_that_is_no_number_never_leaves_a_voice() -> None:
    voice = Voice(StreamableStack([acoustic("vivavoce"), vocoder(), Broken()]), CLOCK, (Speaker("kathleen", "en-US"),))
    with pytest.raises(InputError, match="samples that are not numbers"):
        voice.synthesize(TEXT)
