"""Events as CSV (RFC 4180), for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

from vivavoce.inspection.export.marks import Mark, marks_of
from vivavoce.inspection.qc_items import ebu_qc_item
from vivavoce.inspection.session import Inspection

COLUMNS = (
    "file", "defect", "severity", "score", "start_s", "end_s", "start_frame", "end_frame", "start_timecode",
    "end_timecode", "evidence", "ebu_qc",
)  # fmt: skip


def events_csv(results: Sequence[Inspection]) -> str:
    """The table's text; times in seconds, frames and timecode empty where there are no pictures."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for result in results:
        for mark in marks_of(result):
            writer.writerow(_row(result.file, mark))
    return text.getvalue()


def _row(file: str, mark: Mark) -> tuple[object, ...]:
    event = mark.event
    return (
        _inert(file), event.defect, event.severity.name.lower(), f"{event.score:.3f}", f"{event.start_s:.3f}",
        f"{event.end_s:.3f}", mark.start_frame, mark.end_frame, mark.start_timecode, mark.end_timecode,
        json.dumps({k: v for k, v in event.evidence.items() if k != "map"}, ensure_ascii=False), ebu_qc_item(event),
    )  # fmt: skip


def _inert(text: str) -> str:
    """A file's name that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
