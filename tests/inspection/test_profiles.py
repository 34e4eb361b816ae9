"""Profiles are read strictly; measurements are judged by their targets; accepted events stay away."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vivavoce.cli import main
from vivavoce.errors import InputError
from vivavoce.inspection import Event, Inspection
from vivavoce.inspection.allow_list import AllowList
from vivavoce.inspection.compliance import check_measurements
from vivavoce.inspection.media import MediaInfo
from vivavoce.inspection.profile import load_profile, parse_profile, profile_names
from vivavoce.inspection.registry import defect_names
from vivavoce.inspection.session import InspectionSession


@pytest.mark.parametrize("name", profile_names())
def test_every_shipped_profile_fits_the_detectors(name: str) -> None:
    profile = load_profile(name)
    assert profile.summary
    InspectionSession(MediaInfo("none"), defect_names(), settings=profile.thresholds)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("thresold = 1", "unknown key thresold"),
        ("skip = 'hum'", "skip is a list"),
        ("skip = ['hmm']", "hmm: no such defect"),
        ("[thresholds.freeze]\nseconds = 'long'", "thresholds.freeze.seconds is a number"),
        ("[loudness]\nlufs = -23", "unknown key loudness.lufs"),
        ("thresholds = 3", "thresholds is a table"),
        ("[", "is not TOML"),
    ],
)
def test_what_is_wrong_with_a_profile_is_named(text: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        parse_profile(text, "mine.toml")


def test_a_profile_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there are animation"):
        load_profile("cinema")
    with pytest.raises(InputError, match="cannot be read"):
        load_profile(str(tmp_path / "none.toml"))


def test_measurements_pass_and_fail() -> None:
    measurements = {
        "sounds": [{"integrated_lufs": -23.2, "true_peak_dbtp": -0.3, "range_lu": 7.0}],
        "pictures": {"outside_levels_percent": 0.4},
    }
    checks = check_measurements(measurements, load_profile("broadcast"))
    assert [(check.name, check.passed) for check in checks] == [
        ("sound: integrated loudness", True),
        ("sound: true peak", False),
        ("luma outside 5-246", True),
    ]
    assert check_measurements({}, load_profile("broadcast")) == ()


def test_accepted_events_stay_away_as_long_as_the_file_is_the_same(tmp_path: Path) -> None:
    clip, events = tmp_path / "a.bin", (Event("hum", 1.0, 2.0, 0.9), Event("hum", 5.0, 6.0, 0.9))
    clip.write_bytes(b"first")
    found = Inspection(str(clip), events)
    allowed = AllowList()
    assert allowed.accept(clip, events[:1]) == 1
    assert allowed.accept(clip, events[:1]) == 0
    allowed.write(tmp_path / "list.jsonl")
    allowed = AllowList.read(tmp_path / "list.jsonl")
    assert allowed.filter(found).events == events[1:]
    moved = clip.rename(tmp_path / "b.bin")
    assert allowed.filter(Inspection(str(moved), events)).events == events[1:]
    moved.write_bytes(b"other")
    assert allowed.filter(Inspection(str(moved), events)).events == events


def test_accept_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clip, marked, accepted = tmp_path / "a.bin", tmp_path / "events.jsonl", tmp_path / "accepted.jsonl"
    clip.write_bytes(b"first")
    event = {"type": "event", "file": str(clip), "defect": "hum", "start_s": 1.0, "end_s": 2.0, "score": 0.9}
    marked.write_text(json.dumps(event) + "\n")
    assert main(["inspect", "accept", str(marked), "--allow-list", str(accepted)]) == 0
    assert json.loads(accepted.read_text())["defect"] == "hum"
    marked.write_text('{"type": "event"}\n')
    assert main(["inspect", "accept", str(marked), "--allow-list", str(accepted)]) == 2
    assert "line 1 is no event" in capsys.readouterr().err
    assert main(["inspect", "accept", str(marked)]) == 2


def test_tracks_are_counted() -> None:
    profile = parse_profile("[tracks]\nsounds = 2\nsound_channels = 2\ncaptions = 1\n", "house")
    sounds = [{"channels": 2}, {"channels": 1}]
    checks = check_measurements({"sounds": sounds, "container": {"captions": []}}, profile)
    assert [str(check) for check in checks] == [
        "pass: sound tracks 2, target 2",
        "FAIL: caption tracks 0, target 1",
        "pass: sound 1: channels 2, target 2",
        "FAIL: sound 2: channels 1, target 2",
    ]
    assert check_measurements({}, profile) == ()
