"""Tables, markers and test reports are what their readers expect."""

from __future__ import annotations

import csv
import io
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.inspection import Event, Inspection, Severity
from vivavoce.inspection.compliance import Check
from vivavoce.inspection.export.csv_table import COLUMNS, events_csv
from vivavoce.inspection.export.edl import events_edl
from vivavoce.inspection.export.junit import results_junit
from vivavoce.inspection.export.premiere import events_xml
from vivavoce.inspection.timecode import timecode

EVENTS = (Event("freeze", 2.0, 3.2, 0.75), Event("hum", 4.0, 4.5, 0.3, {"band_hz": (50.0, 150.0)}))
FILM = Inspection(
    "=film, one.mp4", EVENTS, 61.5, ("freeze", "hum", "black"), measurements={"pictures": {"rate_hz": 25.0}}
)
NTSC = Inspection("ntsc.mxf", EVENTS[:1], 5.0, ("freeze",), measurements={"pictures": {"rate_hz": 30000 / 1001}})
SOUND = Inspection("talk.wav", EVENTS[1:], 5.0, ("hum",), {"av_sync": "no pictures"})
LOST = Inspection("lost.mp4", (), error="lost.mp4: cannot be opened")


def drop_frame_by_counting(frames: int) -> str:
    """The timecode of a frame at 29.97 Hz, counted one by one: 0 and 1 are left out each minute but every tenth."""
    seconds = minutes = count = 0
    for _ in range(frames):
        count += 1
        if count == 30:
            seconds, count = seconds + 1, 0
        if seconds == 60:
            minutes, seconds = minutes + 1, 0
            count = 2 if minutes % 10 else 0
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d};{count:02d}"


@given(st.integers(0, 40_000))
def test_drop_frame_timecode_is_what_counting_gives(frame: int) -> None:
    assert timecode((frame + 0.5) / (30000 / 1001), 30000 / 1001) == drop_frame_by_counting(frame)


def test_timecode_of_an_hour() -> None:
    assert timecode(3600.0, 25.0) == "01:00:00:00"
    assert timecode(3600.0, 30000 / 1001) == "01:00:00;00"
    assert timecode(0.999, 25.0) == "00:00:00:24"


def test_the_table_has_frames_where_there_are_pictures_and_no_formula() -> None:
    rows = list(csv.reader(io.StringIO(events_csv([FILM, SOUND]))))
    assert tuple(rows[0]) == COLUMNS
    assert rows[1][:6] == ["'=film, one.mp4", "freeze", "major", "0.750", "2.000", "3.200"]
    assert rows[1][6:10] == ["50", "80", "00:00:02:00", "00:00:03:05"]
    assert rows[3][6:10] == ["", "", "", ""]


def test_an_edit_list_has_a_marker_for_each_event_after_one_another() -> None:
    text = events_edl([FILM, NTSC])
    assert text.startswith("TITLE: ")
    assert "FCM: NON-DROP FRAME" in text
    assert " |C:ResolveColorYellow |M:freeze (major, 0.75) |D:30" in text
    assert "01:00:02:00" in text
    assert "01:01:04:00" in text  # the second file begins 62 s after the first
    assert "FCM: DROP FRAME" in events_edl([NTSC])


def test_premiere_markers_are_in_frames() -> None:
    root = ElementTree.fromstring(events_xml([FILM, NTSC]).split("<!DOCTYPE xmeml>\n")[1])
    sequences = root.findall(".//sequence")
    assert [s.findtext("rate/ntsc") for s in sequences] == ["FALSE", "TRUE"]
    assert [(m.findtext("in"), m.findtext("out")) for m in sequences[0].findall("marker")] == [
        ("50", "80"),
        ("100", "112"),
    ]


def test_junit_counts_what_failed() -> None:
    check = Check("sound: true peak", 0.5, "at most -1", False, "dBTP")
    root = ElementTree.fromstring(
        results_junit([FILM, SOUND, LOST], {FILM.file: [check]}, Severity.MAJOR).split("\n", 1)[1]
    )
    film, sound, lost = root.findall("testsuite")
    assert (film.get("tests"), film.get("failures")) == ("4", "2")
    assert (sound.get("failures"), sound.get("skipped")) == ("0", "1")
    assert lost.get("errors") == "1"
    assert "true peak" in (film.findall("testcase/failure")[-1].get("message") or "")


def test_a_table_and_a_report_name_the_items_of_the_ebu() -> None:
    found = (
        Event("black", 1.0, 2.0, 0.9),
        Event("audio_dropout", 3.0, 9.0, 0.9, {"kind": "silence"}),
        Event("audio_dropout", 3.0, 3.1, 0.9, {"kind": "gap"}),
        Event("distortion", 5.0, 6.0, 0.9),
    )
    result = Inspection("film.mp4", found, 10.0, ("black", "audio_dropout", "distortion"))
    rows = list(csv.DictReader(io.StringIO(events_csv([result]))))
    assert [row["ebu_qc"] for row in rows] == ["0016B", "0078B", "", "0231B"]
    root = ElementTree.fromstring(results_junit([result], {}).split("\n", 1)[1])
    assert [item.get("value") for item in root.iterfind(".//property")] == ["0078B", "0016B", "0231B"]


def test_other_programs_read_the_test_report() -> None:
    junitparser = pytest.importorskip("junitparser")
    suites = junitparser.JUnitXml.fromstring(results_junit([FILM, SOUND, LOST], {}, Severity.MAJOR).encode())
    assert [(suite.name, suite.tests, suite.failures, suite.errors, suite.skipped) for suite in suites] == [
        (FILM.file, 3, 1, 0, 0), (SOUND.file, 2, 0, 0, 1), (LOST.file, 1, 0, 1, 0),
    ]  # fmt: skip
    (case,) = (case for case in next(iter(suites)) if case.result)
    assert (case.name, case.result[0].message) == ("freeze", "1 events")


def test_other_programs_read_the_markers_of_premiere() -> None:
    pytest.importorskip("otio_fcp_adapter")
    otio: Any = pytest.importorskip("opentimelineio")

    film, ntsc = otio.adapters.read_from_string(events_xml([FILM, NTSC]), adapter_name="fcp_xml")
    marks = film.tracks.markers
    assert [(mark.name, mark.marked_range.start_time.to_frames()) for mark in marks] == [("freeze", 50), ("hum", 100)]
    assert [mark.marked_range.duration.to_frames() for mark in marks] == [30, 12]
    assert ntsc.tracks.markers[0].marked_range.start_time.rate == pytest.approx(30000 / 1001, abs=0.01)


def test_other_programs_read_the_edit_list() -> None:
    pytest.importorskip("otio_cmx3600_adapter")
    otio: Any = pytest.importorskip("opentimelineio")

    timeline = otio.adapters.read_from_string(events_edl([FILM]), adapter_name="cmx_3600", rate=25)
    clips = list(timeline.find_clips())
    assert [clip.name for clip in clips] == [FILM.file, FILM.file]
    starts = [clip.source_range.start_time for clip in clips]
    assert [otio.opentime.to_timecode(start, 25) for start in starts] == ["01:00:02:00", "01:00:04:00"]
