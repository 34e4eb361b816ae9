"""The integration layer on the voice as it is shipped, not on toys."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import vivavoce
from tests.blocks.contract import CHECKS, Case, Check, assert_close
from tests.voice.shipped import TEXT, addon, data_of, stack, whole, with_stack
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
from vivavoce.text import analyse, iter_sentences
from vivavoce.voice import Voice, load, load_voice
from vivavoce.voice.clock import Clock
from vivavoce.voice.details import voice_details

SHORT = "A suit?"
SCHEDULES = ((1,), (2, 3, 5), (8, 16, 32, 64), (37,))
ROUNDING = 5e-5
"""What float32 leaves open between a sum in one order and in another, relative to the largest value."""
BLOCKS = ("UnitUpsampler", "Decoder", "SpectralSynthesis")
once = cache(load_voice)


def inner(index: int, fixed: bool = False) -> StreamableBlock[Any]:
    """One block of the stack inside the voice's pipeline."""
    pipeline = stack(fixed)
    assert isinstance(pipeline, StreamablePipeline)
    assert isinstance(pipeline.streamable_block, StreamableStack)
    return pipeline.streamable_block.blocks[index]


@cache
def encoded() -> dict[str, np.ndarray]:
    """The data of a sentence with what the encoders made of it."""
    pipeline = stack()
    assert isinstance(pipeline, StreamablePipeline)
    data = data_of(SHORT)
    return {**data, **pipeline.sequence_block(data)}


@cache
def frames(index: int) -> Tensors:
    """The whole stream that block number `index` takes."""
    upstream = frames(index - 1) if index > 1 else None
    return whole(inner(index - 1), encoded(), upstream)


PHASES = 3e-2
"""Where sizes are fixed the last bits of a pitch may differ, and the pulse train drifts by them."""
CASES: dict[str, Callable[[], Case]] = {
    "UnitUpsampler": lambda: Case("0", lambda: inner(0), encoded(), None, lambda: inner(0, True), ROUNDING),
    "Decoder": lambda: Case("1", lambda: inner(1), encoded(), frames(1), lambda: inner(1, True), ROUNDING),
    "whole": lambda: Case("stack", stack, data_of(SHORT), None, lambda: stack(True), PHASES),
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", CASES)
def test_contract(name: str, check: Check) -> None:
    """Networks are loaded when the first check runs, so that a broken addon fails its own tests alone."""
    check(CASES[name]())


class Broken(Gain):
    """What a network with damaged weights answers."""

    def __init__(self) -> None:
        super().__init__("audio", 0.0)

    def step(self, state: tuple[()], chunk: Tensors, frames: int) -> tuple[tuple[()], Tensors]:
        return state, {"audio": chunk["audio"] * np.float32("nan")}


def test_the_shipped_stack_is_the_articles_with_sound_behind_it() -> None:
    pipeline = stack()
    assert isinstance(pipeline, StreamablePipeline)
    assert type(pipeline.sequence_block) is Encoders
    assert [type(inner(i)).__name__ for i in range(3)] == list(BLOCKS)


def test_customized_encoders_are_one_word_in_the_json_and_the_same_numbers() -> None:
    def change(stack: Any) -> Any:
        return json.loads(json.dumps(stack).replace('"Encoders"', '"CustomizedEncoders"'))

    customized = with_stack(change).build_streamable()
    assert isinstance(customized, StreamablePipeline)
    assert type(customized.sequence_block) is CustomizedEncoders
    assert_close(whole(customized, data_of()), whole(stack(), data_of()), tolerance=0.0)


@pytest.mark.parametrize("text", ["No.", TEXT], ids=["short", "question"])
def test_the_fixed_target_equals_the_dynamic_one(text: str) -> None:
    """The short one is padded, the long one has more frames than any compiled size and is split. A sample at the edge
    of voicing may be voiced in one of them."""
    data = data_of(text)
    assert_close(whole(stack(True), data), whole(stack(), data), PHASES)


def test_what_is_longer_than_every_compiled_size_is_cut_before_it_gets_there() -> None:
    """Sentences come out of the front end short enough for the sizes that are compiled unasked."""
    alphabet = voice_details(addon()).alphabet
    assert alphabet is not None
    sentences = analyse("and then the very same thing happened once more " * 60).sentences
    assert len(sentences) > 1
    assert max(len(alphabet.tokenise(sentence).symbols) for sentence in sentences) <= PADDED_SIZES[-1]
    with pytest.raises(InputError, match="the largest compiled size is 96; split the input"):
        whole(stack(True), data_of("the same thing " * 12))


def test_streamed_is_the_whole_from_text_to_sound() -> None:
    data = data_of()
    offline = join(list(stack().open(data, options=StreamOptions(ChunkSchedule((1 << 20,))))))["audio"]
    assert np.abs(offline).max() > 1e-2
    for sizes in SCHEDULES:
        streamed = join(list(stack().open(data, options=StreamOptions(ChunkSchedule(sizes)))))["audio"]
        assert streamed.shape == offline.shape
        assert np.abs(streamed - offline).max() <= 1e-5


def test_a_diagnostic_and_a_gain_in_the_json_still_speak(caplog: pytest.LogCaptureFixture) -> None:
    def change(stack: Any) -> Any:
        return [*stack, {"type": "Diagnostics", "label": "spoken"}, {"type": "Gain", "tensor": "audio", "db": -6.0}]

    changed = with_stack(change)
    voice = Voice(
        changed.build_streamable(), once().clock, changed.manifest.speakers, voice_details(changed), "quieter"
    )
    with caplog.at_level(logging.INFO):
        spoken = voice.synthesize(TEXT)
    assert "spoken: chunk 0" in caplog.text
    plain = once().synthesize(TEXT)
    assert np.sqrt(np.mean(spoken.samples**2)) < 0.6 * np.sqrt(np.mean(plain.samples**2))


def test_a_text_of_several_sentences_is_marked() -> None:
    spoken = once().synthesize("One thing. Another, my friends?")
    assert np.isfinite(spoken.samples).all()
    sentences = [mark for mark in spoken.marks if mark.type == "sentence"]
    assert [mark.value for mark in sentences] == ["One thing.", "Another, my friends?"]
    assert 0.0 <= sentences[0].time_s < 0.1 < sentences[1].time_s < len(spoken.samples) / 24_000
    words = [mark.value for mark in spoken.marks if mark.type == "word"]
    assert words == ["One", "thing", "Another", "my", "friends"]
    times = [mark.time_s for mark in spoken.marks]
    assert times == sorted(times)


def quiet_runs(samples: np.ndarray, shortest_s: float = 0.1) -> list[float]:
    """Lengths in seconds of what is silent between sounds."""
    block = 120
    count = len(samples) // block
    loud = np.sqrt((samples[: count * block].reshape(count, block) ** 2).mean(axis=1)) > 10 ** (-45 / 20)
    edges = np.flatnonzero(loud)
    return [(gap - 1) * 0.005 for gap in np.diff(edges) if (gap - 1) * 0.005 >= shortest_s]


def test_pauses_follow_what_ends_alike_for_all_speakers() -> None:
    text = "It is late.\n\nGo home.\n\n* * *\n\nThe end."
    for speaker in once().speakers:
        pauses = quiet_runs(once().synthesize(text, speaker=speaker.name).samples, 0.4)
        # a last "m" may fade under the threshold before it ends
        assert pauses == pytest.approx([0.7, 1.5], abs=0.12), speaker.name


def test_a_break_is_silence_of_its_length_in_every_speaker() -> None:
    source = "<speak>We saw <break time='800ms'/> the river.</speak>"
    for speaker in once().speakers:
        spoken = once().synthesize(source, speaker=speaker.name)
        (pause,) = quiet_runs(spoken.samples, 0.5)
        assert pause == pytest.approx(0.8, abs=0.12), speaker.name  # Kathleen's last vowel fades under the threshold
        the = next(mark for mark in spoken.marks if mark.value == "the")
        end = round(the.time_s * 24_000)
        assert not spoken.samples[end - 16_000 : end - 2_400].any(), speaker.name


def test_all_speakers_are_as_loud_and_none_clips() -> None:
    from vivavoce.audio import Audio
    from vivavoce.voice.levels import loudness_lufs

    text = (
        "The keeper of the light walked up the stairs, and looked out over the grey water once more. "
        "Nobody answered the bell. My brother sold his boat last summer, but he still goes down to the harbour."
    )
    for speaker in once().speakers:
        spoken = once().synthesize(text, speaker=speaker.name)
        assert loudness_lufs(Audio(spoken.samples, 24_000)) == pytest.approx(-20.0, abs=1.0), speaker.name
    loud = once().synthesize("<speak><prosody volume='+20dB'>Hello there, all of you.</prosody></speak>")
    assert 0.5 < np.abs(loud.samples).max() < 10 ** (-1 / 20)


def test_silent_words_are_silence_and_the_others_are_not() -> None:
    source = "<speak>One <prosody volume='silent'>two three</prosody> four.</speak>"
    spoken = once().synthesize(source)
    one, two, three, four = (mark for mark in spoken.marks if mark.type == "word")

    def sound(start_s: float, end_s: float) -> float:
        return float(np.abs(spoken.samples[round(start_s * 24_000) : round(end_s * 24_000)]).max())

    assert sound(two.time_s + 0.06, three.end_s) == 0.0
    assert min(sound(mark.time_s, mark.end_s) for mark in (one, four)) > 0.05
    pieces = list(once().stream(source, schedule=ChunkSchedule((1,))))
    np.testing.assert_allclose(np.concatenate([piece.samples for piece in pieces]), spoken.samples, atol=1e-5)
    assert not once().synthesize("<speak><prosody volume='silent'>All of it.</prosody></speak>").samples.any()


@pytest.mark.parametrize("wrong", [b"hi", b"", 5, None, ["hi"], [3]])
def test_what_is_no_text_is_a_clear_error(wrong: Any) -> None:
    with pytest.raises(InputError, match="a voice speaks a str"):
        vivavoce.speak(wrong)


def test_what_is_predicted_is_of_the_speaker_that_markup_asks_for() -> None:
    asked = '<speak><voice name="bm_george">Hello there.</voice></speak>'
    (marked,) = iter_sentences(asked, speakers=once().speakers)
    (plain,) = analyse("Hello there.").sentences
    found = once().predict(marked, once().style("af_heart"))
    wanted = once().predict(plain, once().style("bm_george"))
    assert found
    assert wanted
    np.testing.assert_array_equal(found.durations, wanted.durations)
    np.testing.assert_array_equal(found.tracks["f0"], wanted.tracks["f0"])


def test_a_speaker_that_is_no_name_is_a_clear_error() -> None:
    with pytest.raises(InputError, match="unknown speaker 3, this voice has"):
        vivavoce.speak("Hello.", speaker=3)  # type: ignore[arg-type]


WRONG = {
    "no rate": ({"sample_rate_hz": None, "hop": None}, "says no sample_rate_hz"),
    "another clock": ({"hop": 240}, "hop is 240, its stack makes 300 samples a frame"),
    "no speakers": ({"speakers": ()}, "names no speakers"),
    "no language": ({"speakers": (Speaker("x"),)}, 'speaker "x" has no language'),
    "rate of no voice": ({"sample_rate_hz": 500, "hop": 300}, "500 Hz is no rate of a voice"),
    "details": ({"details": {"voice": {"speed": 1}}}, 'unknown key "speed"'),
    "boundary": ({"details": {"voice": {"boundary_s": 3.0}}}, "boundary_s is 3"),
}


@pytest.mark.parametrize(("changes", "complaint"), WRONG.values(), ids=WRONG.keys())
def test_an_addon_that_is_no_voice_is_refused(
    changes: dict[str, Any], complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed(path: Path) -> Addon:
        known = load_addon(path)
        return replace(known, manifest=replace(known.manifest, **changes))

    monkeypatch.setattr(load, "load_addon", changed)
    with pytest.raises(InputError, match=complaint):
        load_voice()


def test_sound_that_is_no_number_never_leaves_a_voice() -> None:
    details = voice_details(addon())
    voice = Voice(StreamableStack([stack(), Broken()]), Clock(24_000, 300), addon().manifest.speakers, details)
    with pytest.raises(InputError, match="samples that are not numbers"):
        voice.synthesize(TEXT)


def test_streams_in_threads_do_not_meet() -> None:
    from concurrent.futures import ThreadPoolExecutor

    wanted = once().synthesize(SHORT).samples
    with ThreadPoolExecutor(4) as pool:
        for made in pool.map(lambda _: once().synthesize(SHORT).samples, range(8)):
            np.testing.assert_array_equal(made, wanted)


def test_a_stream_that_is_closed_stops() -> None:
    chunks = once().stream("This is said. " * 1000)
    assert len(next(chunks).samples)
    chunks.close()  # type: ignore[attr-defined]
    assert list(chunks) == []
