"""Defects from packages that are not ours, and what the session does with those that fail."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.inspection.material import info, moving, pictures, written
from vivavoce.cli import main
from vivavoce.errors import InputError
from vivavoce.inspection import InspectionSession, Journal, Stamp, defect_names, find_defect, inspect_file, registry
from vivavoce.inspection import journal as journals
from vivavoce.inspection.registry import all_defects
from vivavoce.plugins import all_plugins

LETTERBOX = """
from dataclasses import dataclass

from vivavoce.inspection import Defect, Detector, Event, Sampling


@dataclass(frozen=True)
class Thresholds:
    bar_level: float = 30.0


class Letterbox(Detector):
    names = ("letterbox",)
    sampling = Sampling(every_s=1.0)
    Thresholds = Thresholds

    def on_frame(self, frame):
        if frame.small[:10].max() < self.thresholds.bar_level:
            yield Event("letterbox", frame.time_s, frame.time_s + 1.0, 0.6)


DEFECT = Defect("letterbox", Letterbox)
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the path with the distribution `letterbox-detector` installed in it, as pip leaves it."""
    folder = tmp_path / "site"
    about = folder / "letterbox_detector-1.0.dist-info"
    about.mkdir(parents=True)
    (folder / "letterbox_detector.py").write_text(LETTERBOX)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: letterbox-detector\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[vivavoce.defects]\nletterbox = letterbox_detector:DEFECT\n")
    monkeypatch.syspath_prepend(str(folder))
    _forget()
    yield folder
    sys.modules.pop("letterbox_detector", None)
    _forget()


def _forget() -> None:
    registry.find_defect.cache_clear()
    all_plugins.cache_clear()


@pytest.fixture(scope="module")
def dark_above(tmp_path_factory: pytest.TempPathFactory) -> Path:
    clip = moving(2.0, sound=False)
    for frame in clip.frames:
        frame.luma[:20] = 16
    return written(tmp_path_factory.mktemp("films") / "film.mp4", clip)


def test_a_package_of_somebody_else_adds_a_defect(
    package: Path, dark_above: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "letterbox" in defect_names()
    (first, second) = inspect_file(dark_above, ("letterbox",)).events
    assert (first.defect, first.start_s, second.start_s) == ("letterbox", 0.0, 1.0)
    assert main(["inspect", str(dark_above), "--only", "letterbox", "--fail-on", "major"]) == 3
    assert "letterbox" in capsys.readouterr().out


def test_settings_reach_the_detector_and_unknown_ones_are_refused(package: Path, dark_above: Path) -> None:
    strict = {"letterbox": {"bar_level": 1.0}}
    assert inspect_file(dark_above, ("letterbox",), settings=strict).events == ()
    wrong = inspect_file(dark_above, ("letterbox",), settings={"letterbox": {"smell": 1.0}})
    assert wrong.error == "letterbox: has no threshold smell, there are bar_level"


@pytest.mark.parametrize(
    ("module", "said"),
    [("raise RuntimeError('no')", "cannot be loaded"), ("DEFECT = 7", "is int, not a Defect")],
)
def test_a_broken_package_costs_its_own_defect_alone(package: Path, dark_above: Path, module: str, said: str) -> None:
    (package / "letterbox_detector.py").write_text(module)
    result = inspect_file(dark_above, ("letterbox", "black"))
    assert (result.error, result.detectors) == (None, ("black",))
    assert said in result.skipped["letterbox"]


def test_two_packages_with_one_name_are_told_apart(package: Path) -> None:
    points = package / "letterbox_detector-1.0.dist-info" / "entry_points.txt"
    points.write_text("[vivavoce.defects]\nblack = letterbox_detector:DEFECT\n")
    _forget()
    with pytest.raises(InputError, match="black: registered by letterbox_detector:DEFECT and vivavoce.inspection"):
        find_defect("black")


def test_every_defect_of_ours_is_whole() -> None:
    assert len(all_defects()) == 18
    for defect in all_defects():
        assert defect.simulator is not None
        assert defect.name in defect.detector.names


def test_a_skipped_detector_is_run_once_it_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    media = tmp_path / "film.mp4"
    media.write_bytes(b"film")
    journal = Journal.open(tmp_path / "events.jsonl")
    missing = {"tearing": "addon not installed"}
    result = InspectionSession(info(moving(0.2)), ("black",)).summary(())
    object.__setattr__(result, "file", str(media))
    object.__setattr__(result, "skipped", missing)
    journal.add(result, Stamp.of(media))
    monkeypatch.setattr(journals, "missing_detectors", lambda names: {n: r for n, r in missing.items() if n in names})
    assert journal.has(media, ("black", "tearing")) == result
    monkeypatch.setattr(journals, "missing_detectors", lambda names: {})
    assert journal.has(media, ("black", "tearing")) is None
    assert journal.has(media, ("black",)) == result


def test_notices_are_no_detectors_that_did_not_run() -> None:
    clip = moving(0.4, 8, 8, sound=False)
    session = InspectionSession(info(clip), ("black",))
    events = [event for frame in pictures(clip) for event in session.process(frame)]
    result = session.summary([*events, *session.finish()])
    assert result.skipped == {}
    assert "frames under 16 x 16 pixels were not looked at" in result.notices
