"""Answers as webMUSHRA writes them: a CSV file for each kind of page, and the JSON that pymushra keeps."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from vivavoce.listening.definition import REFERENCE, Finish, Kind, ListeningTest, flatten
from vivavoce.listening.store import Record

HEADS: dict[str, tuple[str, ...]] = {
    "mushra": ("rating_stimulus", "rating_score", "rating_time", "rating_comment"),
    "paired_comparison": ("choice_reference", "choice_non_reference", "choice_answer", "choice_time", "choice_comment"),
    "bs1116": (
        "rating_reference", "rating_non_reference", "rating_reference_score", "rating_non_reference_score",
        "rating_time", "choice_comment",
    ),
    "lss": ("stimuli_rating", "stimuli", "rating_time"),
}  # fmt: skip
FILES = {
    Kind.MUSHRA: "mushra", Kind.ABX: "paired_comparison", Kind.BS1116: "bs1116", Kind.MOS: "lss", Kind.LIKERT: "lss"
}  # fmt: skip
Row = tuple[Any, ...]


def csv_files(test: ListeningTest, records: Iterable[Record]) -> dict[str, str]:
    """Contents by file name; only files that have answers. Practice is left out, and what webMUSHRA does not ask."""
    kept = list(records)
    made: dict[str, str] = {}
    for name in HEADS:
        rows = [row for record in kept for row in rows_of(test, record, name)]
        if rows:
            made[f"{name}.csv"] = to_csv([header(test, name), *rows])
    return made


def header(test: ListeningTest, name: str) -> Row:
    """The first line of a file. The listener's number stands in all of them, where webMUSHRA has it in one only."""
    return ("session_test_id", *_fields(test), "session_uuid", "trial_id", *HEADS[name])


def rows_of(test: ListeningTest, record: Record, name: str) -> Iterator[Row]:
    """One listener's lines of a file."""
    person = _questionnaire(record)
    who = (test.id, *(person.get(field, "") for field in _fields(test)), record.session)
    kinds = {trial.id: trial for trial in test.trials() if not trial.training and FILES.get(trial.kind) == name}
    for line in record.answers:
        trial = kinds.get(str(line["page"]))
        if trial is not None:
            for row in _rows(trial.kind, line):
                yield (*who, trial.id.rpartition("/")[0] or trial.id, *row)


def _questionnaire(record: Record) -> dict[str, Any]:
    """What one listener said about themselves, nothing where the test did not ask."""
    for line in record.answers:
        if "questionnaire" in line:
            return line["questionnaire"]
    return {}


def pymushra_trials(test: ListeningTest, records: Iterable[Record]) -> list[dict[str, Any]]:
    """MUSHRA trials as pymushra's data base holds them."""
    trials: list[dict[str, Any]] = []
    mushra = {trial.id for trial in test.trials() if trial.kind is Kind.MUSHRA and not trial.training}
    for record in records:
        person = _questionnaire(record)
        for line in record.answers:
            if line["page"] in mushra:
                names = ("stimulus", "score", "time", "comment")
                responses = [dict(zip(names, row, strict=True)) for row in _rows(Kind.MUSHRA, line)]
                trials.append({
                    "id": line["page"], "type": "mushra", "testId": test.id, "responses": responses,
                    "questionaire": {**person, "uuid": record.session}, "date": _date(line["time"]), "config": "",
                })  # fmt: skip
    return trials


def to_csv(rows: Iterable[Row]) -> str:
    """Rows as PHP's fputcsv writes them."""
    memory = io.StringIO()
    csv.writer(memory, lineterminator="\n").writerows(rows)
    return memory.getvalue()


def _rows(kind: Kind, line: dict[str, Any]) -> Iterator[Row]:
    time_ms, comment = round(1000 * (line.get("seconds") or 0)), line.get("comment", "")
    match kind:
        case Kind.MUSHRA:
            for system, score in line["scores"].items():
                yield system, _number(score), time_ms, comment
        case Kind.BS1116:
            scores = line["scores"]
            other = next(system for system in scores if system != REFERENCE)
            yield REFERENCE, other, scores[REFERENCE], scores[other], time_ms, comment
        case Kind.ABX:
            systems = line["order"]
            other = next((system for system in systems if system != line["right"]), "")
            right = "correct" if line["choice"] == line["right"] else "incorrect"
            yield line["right"], other, "undecided" if line["choice"] is None else right, time_ms, comment
        case Kind.MOS:
            for system, score in line["scores"].items():
                yield _number(score), system, time_ms
        case Kind.LIKERT:
            for system, values in line["scales"].items():
                yield "; ".join(value or "" for value in values), system, time_ms
        case _:
            return


def _fields(test: ListeningTest) -> list[str]:
    return [question.name for page in flatten(test.pages) if isinstance(page, Finish) for question in page.questions]


def _number(score: float) -> float | int:
    return int(score) if score == int(score) else score


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
