"""Events, spans, the journal, several workers, the page."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from av.packet import Packet
from hypothesis import given
from hypothesis import strategies as st

from tests.inspection.material import moving, written
from vivavoce.errors import InputError
from vivavoce.inspection import Event, Inspection, InspectionJob, Journal, Severity, Stamp, inspect_files
from vivavoce.inspection.decode import repeated_until_s
from vivavoce.inspection.defects.audio_artifacts.detect import CLASSES
from vivavoce.inspection.defects.audio_artifacts.track import Heard, Track
from vivavoce.inspection.event_grouper import EventGrouper
from vivavoce.inspection.report import report_page
from vivavoce.inspection.simulation import simulate
from vivavoce.inspection.timestamps import BestEffortStamp, ContainerIssues, TimestampNormalizer, earliest_s
from vivavoce.inspection.tracks import EARLY_S

EVENT = Event("black", 1.0, 1.5, 0.9, {"pictures": 12, "map": [[0.1, 0.9]]})


def test_severity_follows_from_score_and_length() -> None:
    assert Event("x", 0, 9, 0.5).severity is Severity.MINOR
    assert Event("x", 0, 0.1, 0.9).severity is Severity.MAJOR
    assert Event("x", 0, 1.0, 0.9).severity is Severity.CRITICAL
    with pytest.raises(InputError, match="minor, major, critical"):
        Severity.parse("awful")


def test_an_event_survives_json() -> None:
    assert Event.from_json(json.loads(json.dumps(EVENT.as_json()))) == EVENT
    with pytest.raises(InputError):
        Event.from_json({"defect": "x"})


@given(st.lists(st.booleans(), max_size=60))
def test_spans_hold_what_was_strong_and_nothing_twice(strong: list[bool]) -> None:
    spans = EventGrouper(gap_s=0.15)
    found = [s for n, s_ in enumerate(strong) for s in spans.add(n / 10, (n + 1) / 10, 2.0 if s_ else 0.0)]
    found += spans.finish()
    assert sum(span.count for span in found) == sum(strong)
    assert all(a.end_s + 0.15 < b.start_s for a, b in pairwise(found))


def test_the_first_blocks_of_sound_may_be_stamped_again_without_complaint() -> None:
    issues = ContainerIssues()
    clock = TimestampNormalizer(0.0, "sound", issues, early_s=0.04, priming_s=0.2)
    stamps_s = [0.0, 0.05, 0.1, 0.03, 0.08, 0.13]
    times_s = [clock.normalize(stamp_s, 0.05) for stamp_s in stamps_s]
    assert times_s == pytest.approx([0.0, 0.05, 0.1, 0.15, 0.2, 0.25])
    assert issues.events() == []


@given(st.lists(st.floats(0, 500), min_size=1, max_size=60))
def test_a_clock_never_goes_back(stamps: list[float]) -> None:
    clock = TimestampNormalizer(0.0, "pictures", ContainerIssues())
    times = [clock.normalize(stamp, 0.04) for stamp in stamps]
    assert all(b > a for a, b in pairwise(times))


@given(st.lists(st.floats(0, 50), min_size=2, max_size=60))
def test_times_of_pictures_are_those_of_their_stamps(gaps: list[float]) -> None:
    """Whatever the container says of their length: a variable rate is no fault."""
    stamps = [sum(gaps[:n]) + 0.01 * n for n in range(len(gaps))]
    issues = ContainerIssues()
    clock = TimestampNormalizer(0.0, "pictures", issues)
    assert [clock.normalize(stamp, 0.001, 0.04) for stamp in stamps] == pytest.approx(stamps)
    assert issues.events() == []


def test_short_blocks_of_vorbis_are_not_out_of_order() -> None:
    issues = ContainerIssues()
    clock = TimestampNormalizer(0.0, "sound", issues, EARLY_S)
    long_s, short_s = 1024 / 48_000, 128 / 48_000
    clock.normalize(1.0, long_s)
    clock.normalize(1.0 + long_s - 0.016, short_s)
    assert not issues.events()
    clock.normalize(0.9, short_s)
    assert [event.evidence["problem"] for event in issues.events()] == ["timestamps of the sound go back"]


def test_without_presentation_times_the_decoding_times_count() -> None:
    """AVI numbers pictures in the order of decoding; they come out in the order of showing."""
    pts, dts = (1, 2, 4, 3, 6, 5, 8, 7), (2, 3, 4, 5, 6, 7, 8, 9)
    stamps = BestEffortStamp()
    assert [stamps.choose(p, d) for p, d in zip(pts, dts, strict=True)] == [1, 2, 4, 5, 6, 7, 8, 9]
    assert stamps.choose(11, None) is None
    steady = BestEffortStamp()
    assert [steady.choose(p, p + 2) for p in range(5)] == [0, 1, 2, 3, 4]


def test_a_stream_begins_with_the_picture_that_is_shown_first() -> None:
    """RTSP numbers pictures in the order of decoding, and its start is the stamp of the first packet that has one."""
    packets = [_packet(pts) for pts in (None, 14_400, 7_200, 3_600, 10_800)]
    assert earliest_s(0.16, packets) == pytest.approx(0.04)
    assert earliest_s(0.0, packets) == 0.0
    assert earliest_s(30.0, packets) == 30.0


def test_an_empty_packet_of_theora_shows_the_picture_before_on() -> None:
    for codec, size, until_s in (("theora", 0, 0.8), ("theora", 9, None), ("h264", 0, None)):
        stream = SimpleNamespace(codec_context=SimpleNamespace(name=codec))
        packet: Any = SimpleNamespace(size=size, pts=11, duration=1, time_base=Fraction(1, 15), stream=stream)
        assert repeated_until_s(packet) == until_s


def _packet(pts: int | None) -> Packet[Any]:
    packet = Packet(1)
    packet.pts, packet.time_base = pts, Fraction(1, 90_000)
    return packet


@pytest.mark.parametrize(("seconds", "found"), [((1.0,), 1), ((1.0, 0.5), 1), ((1.0, 1.0, 1.0), 0)])
def test_a_hum_that_fills_most_of_a_short_sound_is_one(seconds: tuple[float, ...], found: int) -> None:
    track, start_s, events = Track(0, {"hum": 0.7}), 0.0, list[Event]()
    for number, length_s in enumerate(seconds):
        likely = dict.fromkeys(CLASSES, 0.0) | {"hum": 1.0 if number == 0 else 0.6 if length_s < 1.0 else 0.2}
        heard = Heard(likely, likely, dict.fromkeys(CLASSES, 0))
        events += track.add(start_s, start_s + length_s, heard)
        start_s += length_s
    assert len([*events, *track.finish()]) == found


def test_a_hiss_that_a_loud_bar_covers_is_one() -> None:
    track, events = Track(0, {"hiss": 0.5, "distortion": 0.5}), list[Event]()
    for start_s, there in enumerate((1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0)):
        likely = dict.fromkeys(CLASSES, 0.0) | {"hiss": there, "distortion": there}
        events += track.add(float(start_s), start_s + 1.0, Heard(likely, likely, dict.fromkeys(CLASSES, 0)))
    events += track.finish()
    found = [event.defect for event in events]
    assert (found.count("hiss"), found.count("distortion")) == (1, 2)


@pytest.mark.parametrize(("rise_db", "seconds", "told"), [(0.0, 20, 1), (1.0, 20, 0), (1.0, 9, 1)])
def test_noise_that_swells_is_of_the_place(rise_db: float, seconds: int, told: int) -> None:
    track, events = Track(0, {"hiss": 0.5}), list[Event]()
    likely = dict.fromkeys(CLASSES, 0.0) | {"hiss": 1.0}
    for second in range(seconds):
        heard = Heard(likely, likely, dict.fromkeys(CLASSES, 0), noise_db=rise_db * second)
        events += track.add(float(second), second + 1.0, heard)
    assert len([*events, *track.finish()]) == told


def test_a_journal_is_taken_up_where_it_stopped(tmp_path: Path) -> None:
    media, path = tmp_path / "film.mp4", tmp_path / "events.jsonl"
    media.write_bytes(b"film")
    Journal.open(path).add(Inspection(str(media), (EVENT,), 2.0, ("black",)), Stamp.of(media))
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"type": "event", "file": "next.mp4", "defect": "bl')
    journal = Journal.open(path)
    assert path.read_bytes() == whole
    assert journal.has(media, ("black",)) == Inspection(str(media), (EVENT,), 2.0, ("black",))
    assert journal.has(media, ("black", "freeze")) is None
    media.write_bytes(b"another film")
    assert journal.has(media, ("black",)) is None


def test_a_file_that_is_no_journal_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir,\n")
    with pytest.raises(InputError, match="line 1"):
        Journal.open(path)
    assert path.read_text() == "Dear Sir,\n"


def test_workers_give_every_file_once_and_the_same(tmp_path: Path) -> None:
    clip = moving(2.0)
    damaged, _ = simulate("black", clip, 0.8, 0.3, 1.0)
    files = [written(tmp_path / f"{n}.mp4", damaged if n % 2 else clip) for n in range(3)]
    files.append(tmp_path / "empty.mp4")
    files[-1].touch()
    results = {Path(r.file).name: r for r in inspect_files(files, InspectionJob(("black", "freeze")), 2)}
    assert {name: len(r.events) for name, r in results.items()} == {"0.mp4": 0, "1.mp4": 1, "2.mp4": 0, "empty.mp4": 0}
    assert results["empty.mp4"].error


def test_the_page_holds_everything_and_escapes_names(tmp_path: Path) -> None:
    damaged, _ = simulate("audio_dropout", moving(2.0), 0.8, 0.3, 1.0)
    path = written(tmp_path / "a <b> film.mp4", damaged)
    (result,) = inspect_files([path], InspectionJob(("audio_dropout", "black")), 1)
    page = report_page([result, Inspection("gone.mp4", (), error="gone.mp4: <script>")])
    assert "a &lt;b&gt; film.mp4" in page
    assert "<script>:" not in page
    assert "&lt;script&gt;" in page
    for kind in ("image/jpeg", "video/webm"):
        assert f"data:{kind};base64," in page
    assert "http" not in page.replace("http://www.w3.org", "")
