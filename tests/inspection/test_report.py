"""The page: small, sorted, explained, and what it saves goes back."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest

from tests.inspection.material import moving, written
from vivavoce.cli import main
from vivavoce.inspection import Event, Inspection, InspectionJob, inspect_files
from vivavoce.inspection.labels import read_labels
from vivavoce.inspection.report import report_page
from vivavoce.inspection.report.figures import explain
from vivavoce.inspection.simulation import simulate

EVENTS = Path(__file__).parents[1] / "data" / "inspection" / "events.json"
DRAWN = {"box", "map", "band_hz"}


@pytest.fixture(scope="module")
def inspected(tmp_path_factory: pytest.TempPathFactory) -> Inspection:
    damaged, _ = simulate("black", moving(3.0), 0.8, 0.4, 1.0)
    path = written(tmp_path_factory.mktemp("films") / "it's a film.mp4", damaged)
    (result,) = inspect_files([path], InspectionJob(("black", "freeze")), 1)
    return result


def test_a_page_of_seventy_files_is_under_three_megabytes(inspected: Inspection) -> None:
    events = tuple(Event("black", 0.1 * n, 0.1 * n + 0.3, 0.9, {"logo_share": 0.02, "pictures": 8}) for n in range(25))
    results = [Inspection(inspected.file, events, 3.0, inspected.detectors, {}, inspected.measurements)] * 70
    page = report_page(results)
    assert len(page.encode()) < 3_000_000
    assert page.count("<article") == 60
    assert page.count("data:image/jpeg") >= 20


def test_media_lie_beside_the_page_when_asked(inspected: Inspection, tmp_path: Path) -> None:
    folder = tmp_path / "a report.media"
    page = report_page([inspected], media_folder=folder)
    assert "data:image" not in page
    places = re.findall(r'src="([^"]+)"', page)
    assert {Path(place).suffix for place in places} == {".jpg", ".webm"}
    for place in places:
        assert (tmp_path / place.replace("%20", " ")).stat().st_size > 100


def test_what_is_measured_and_found_is_said_in_sentences(inspected: Inspection) -> None:
    measured = {**inspected.measurements, "content": [{"kind": "bars", "start_s": 0.0, "end_s": 1.0}]}
    result = Inspection(
        inspected.file, inspected.events, 3.0, ("black", "freeze"), {}, measured, None, ("there is no sound in it",)
    )
    page = report_page([result])
    for said in (
        explain("logo_share"), explain("true_peak_dbtp"), "there is no sound in it",
        "No programme: colour bars, 0:00.00 – 0:01.00", "Nothing was found by freeze.", "EBU QC item</dt><dd>0016B",
    ):  # fmt: skip
        assert html.escape(said) in page or said in page


def test_every_figure_that_detectors_give_has_a_sentence() -> None:
    found = [event for events in json.loads(EVENTS.read_text()).values() for event in events]
    names = {name for event in found for name in event["evidence"]} - DRAWN
    assert len(names) > 10
    assert {name for name in names if not explain(name)} == set()


def test_what_the_page_marks_is_accepted_and_learned(
    inspected: Inspection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torn = Event("tearing", 1.0, 1.2, 0.7)
    hum = Event("hum", 0.0, 2.0, 0.7, {"stream": 0})
    page = report_page([Inspection(inspected.file, (torn, hum, *inspected.events), 3.0)])
    (name,) = set(re.findall(r'<section id="file0" data-file="([^"]+)"', page))
    lines = [
        json.dumps({"type": "event", "file": html.unescape(name), **json.loads(html.unescape(line))})
        for line in re.findall(r"data-event='([^']+)'", page)
    ]
    saved, allowed, labels = tmp_path / "saved.jsonl", tmp_path / "accepted.jsonl", tmp_path / "labels.jsonl"
    saved.write_text("\n".join(lines) + "\n")
    accept = ["inspect", "accept", str(saved), "--allow-list", str(allowed), "--labels", str(labels)]
    assert main(accept) == 0
    assert main(accept) == 0
    assert "0 labels added" in capsys.readouterr().err
    assert [(label.kind, label.start_s, label.answer) for label in read_labels(labels)] == [
        ("tearing", 1.1, "none"), ("sound", 0.0, "none"), ("sound", 1.0, "none"),
    ]  # fmt: skip
    assert main(["inspect", inspected.file, "--only", "black", "--allow-list", str(allowed), "--fail-on", "minor"]) == 0
