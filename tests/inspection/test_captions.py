"""Caption files, and what is wrong with captions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.inspection.material import sounds
from vivavoce.inspection.captions import find_sidecar, read_captions
from vivavoce.inspection.captions.garble import garbled_share
from vivavoce.inspection.captions.markup import plain_lines
from vivavoce.inspection.defects.caption_quality.simulate import KINDS, simulate
from vivavoce.inspection.errors import MediaError
from vivavoce.inspection.limits import Limits
from vivavoce.inspection.media import SAMPLE_RATE_HZ, AudioInfo, Cue, MediaInfo
from vivavoce.inspection.profile import load_profile
from vivavoce.inspection.session import InspectionSession, inspect_file
from vivavoce.inspection.simulation import Clip
from vivavoce.inspection.simulation.captions import write_captions
from vivavoce.inspection.simulation.injection import Injection

SENTENCES = (
    "The kettle is on the stove.",
    "Nobody has seen the keys.",
    "Shall we leave at seven?",
    "It rained all night.",
)
STARTS = (1.0, 5.0, 8.5, 13.0, 16.0, 21.0, 25.5, 28.0)
CUES = tuple(Cue(start, start + 2.0, (SENTENCES[n % 4],), n + 1) for n, start in enumerate(STARTS))


def spoken(cues: tuple[Cue, ...]) -> np.ndarray:
    """Noise where somebody speaks, room noise elsewhere."""
    random = np.random.default_rng(0)
    sound = random.normal(0, 0.0005, (1, 33 * SAMPLE_RATE_HZ))
    for cue in cues:
        span = slice(round(cue.start_s * SAMPLE_RATE_HZ), round(cue.end_s * SAMPLE_RATE_HZ))
        sound[:, span] += random.normal(0, 0.1, sound[:, span].shape)
    return sound.astype(np.float32)


def problems(cues: tuple[Cue, ...], sound: np.ndarray | None = None) -> list[str]:
    work = InspectionSession(
        MediaInfo("x", sounds=(AudioInfo("aac", 48_000, 1),), captions=("x",)), ["caption_quality"]
    )
    events = [event for cue in cues for event in work.process(cue)]
    for second in sounds(sound) if sound is not None else ():
        events += work.process(second)
    return [event.evidence["problem"] for event in (*events, *work.finish())]


def test_good_captions_raise_nothing() -> None:
    assert problems(CUES, spoken(CUES)) == []


@pytest.mark.parametrize(
    ("kind", "problem"),
    [("overlap", "overlaps the one before"), ("fast", "too fast"), ("order", "out of order"), ("garble", "garbled")],
)
def test_rules(kind: str, problem: str) -> None:
    at = Injection(4.0, 10.0, 0.9, np.random.default_rng(0))
    close = tuple(replace(cue, end_s=cue.start_s + 2.4) for cue in CUES)
    damaged, _ = simulate(Clip(cues=close), at, kind)
    assert problem in problems(damaged.cues)


@pytest.mark.parametrize("late_s", [-2.0, 1.5])
def test_a_common_shift_is_measured(late_s: float) -> None:
    late = tuple(replace(cue, start_s=cue.start_s + late_s, end_s=cue.end_s + late_s) for cue in CUES[1:])
    work = InspectionSession(
        MediaInfo("x", sounds=(AudioInfo("aac", 48_000, 1),), captions=("x",)), ["caption_quality"]
    )
    for part in (*late, *sounds(spoken(CUES[1:]))):
        list(work.process(part))
    (event,) = work.finish()
    assert event.evidence["late_s"] == pytest.approx(late_s, abs=0.15)


def test_one_caption_apart_from_its_speech_is_found() -> None:
    late = tuple(
        replace(cue, start_s=cue.start_s + 1.5, end_s=cue.end_s + 1.5) if cue.number == 5 else cue for cue in CUES
    )
    assert problems(late, spoken(CUES)) == ["caption apart from its speech"]
    assert problems(CUES, spoken(CUES)) == []


def test_speech_that_nobody_captioned_is_found() -> None:
    speech = (*CUES[:5], Cue(18.5, 32.0, ("A long speech.",)))
    assert problems(CUES[:5], spoken(speech)) == ["speech without captions"]


def test_every_simulated_kind_changes_the_cues() -> None:
    for kind in KINDS:
        damaged, _ = simulate(Clip(cues=CUES), Injection(4.0, 10.0, 0.9, np.random.default_rng(0)), kind)
        assert damaged.cues != CUES


@pytest.mark.parametrize("suffix", [".srt", ".vtt"])
def test_what_is_written_is_read_again(tmp_path: Path, suffix: str) -> None:
    write_captions(tmp_path / f"film{suffix}", CUES)
    assert read_captions(tmp_path / f"film{suffix}") == list(CUES)
    assert find_sidecar(tmp_path / "film.mp4") == tmp_path / f"film{suffix}"


def test_ttml(tmp_path: Path) -> None:
    path = tmp_path / "film.ttml"
    path.write_text(
        '<tt xmlns="http://www.w3.org/ns/ttml" xmlns:p="http://www.w3.org/ns/ttml#parameter" p:frameRate="25"><body>'
        '<div begin="10s"><p begin="00:00:01.500" end="00:00:03:05">One<br/><span>two &amp; three</span></p>'
        '<p begin="4s" dur="500ms">Four</p></div></body></tt>'
    )
    assert read_captions(path) == [Cue(11.5, 13.2, ("One", "two & three"), 1), Cue(14.0, 14.5, ("Four",), 2)]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.srt", " \n", "it is empty"),
        ("a.srt", "nothing here", "no captions"),
        ("a.ttml", "<tt", "not XML"),
        ("a.ttml", "<!DOCTYPE tt [<!ENTITY a 'b'>]><tt/>", "document type"),
        ("a.vtt", "WEBVTT\n\n" + "00:01.000 --> 00:02.000\nx\n\n" * 9, "over 8 captions"),
    ],
)
def test_bad_caption_files_are_one_line(tmp_path: Path, name: str, content: str, said: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(MediaError, match=said) as caught:
        read_captions(path, Limits(cues=8))
    assert str(path) in str(caught.value)


def test_a_caption_file_alone_is_inspected(tmp_path: Path) -> None:
    path = tmp_path / "film.vtt"
    path.write_text("WEBVTT\n\n00:01.000 --> 00:01.600\nThis is far too much text for so short a time.\n")
    (event,) = inspect_file(path, ("caption_quality",)).events
    assert event.evidence["problem"] == "too fast"


def test_markup_is_taken_off() -> None:
    assert plain_lines(r"{\an8}<i>One</i> &amp; <c.red>two</c>\Nthree") == ("One & two", "three")


def test_garble() -> None:
    assert garbled_share("Où est la bibliothèque ? À côté du théâtre, «voilà» – 100 %!") == 0.0
    assert garbled_share("OÃ¹ est la bibliothÃ¨que") > 0.05
    assert garbled_share("T\ufffde ke%tl@e i^s o\ufffd") > 0.2


# UTF-8 that was read as Latin-1 begins with a letter of this block, so those in chance order may well look garbled
OUTSIDE_LATIN_1 = st.characters(categories=("L", "N", "Zs")).filter(lambda letter: not "\xa0" <= letter <= "\xff")


@given(st.text(alphabet=OUTSIDE_LATIN_1, max_size=80))
def test_plain_words_are_never_garbled(text: str) -> None:
    assert garbled_share(text) == 0.0


@pytest.mark.parametrize(
    ("profile", "cue", "problem"),
    [
        ("netflix", Cue(0.0, 1.0, ("Eighteen letters..",), 1), "too fast"),
        ("netflix", Cue(0.0, 0.8, ("Quite short",), 1), "too short"),
        ("netflix", Cue(0.0, 7.2, ("Quite long",), 1), "too long"),
        (
            "netflix",
            Cue(0.0, 5.0, ("This line is of forty-three characters, yes",), 1),
            "too many lines or too long a line",
        ),
        ("netflix", Cue(0.0, 5.0, ("One", "two", "three"), 1), "too many lines or too long a line"),
        ("bbc", Cue(0.0, 1.0, ("I do not see why",), 1), "too fast"),
        ("bbc", Cue(0.0, 5.0, ("This line has exactly 38 characters...",), 1), "too many lines or too long a line"),
    ],
)
def test_rules_of_a_house(profile: str, cue: Cue, problem: str) -> None:
    def found(settings: dict[str, dict[str, float]] | None) -> list[str]:
        session = InspectionSession(MediaInfo("x", captions=("x",)), ["caption_quality"], settings=settings)
        return [event.evidence["problem"] for event in session.process(cue)]

    assert found(load_profile(profile).thresholds) == [problem]
    assert found(None) == []


def test_captions_too_close_and_captions_that_follow_at_once() -> None:
    session = InspectionSession(
        MediaInfo("x", captions=("x",)), ["caption_quality"], settings=load_profile("netflix").thresholds
    )
    times = ((0.0, 2.0), (2.08, 4.0), (4.02, 6.0))
    cues = [Cue(start_s, end_s, ("Well then.",), n) for n, (start_s, end_s) in enumerate(times, 1)]
    (event,) = (event for cue in cues for event in session.process(cue))
    assert (event.evidence["problem"], event.evidence["caption"]) == ("too close to the one before", 3)


def test_two_tracks_are_two_texts() -> None:
    cues = tuple(replace(cue, track=track) for cue in CUES for track in ("en", "de"))
    assert problems(cues, spoken(CUES)) == []
