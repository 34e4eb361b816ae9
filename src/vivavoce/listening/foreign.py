"""Results of other tools: webMUSHRA's CSV files, pymushra's exports and data base, P.808's votes."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from vivavoce.errors import InputError
from vivavoce.json_types import is_list, is_object
from vivavoce.listening.definition import Kind
from vivavoce.listening.ratings import Rating
from vivavoce.listening.results import Results

MOST_BYTES = 256 << 20
Row = dict[str, str]


def read_foreign(path: Path, pattern: str | None = None) -> Results:
    """Results in a file of another tool's, told by its columns.

    `pattern` is a regular expression with groups `system` and `item`, for P.808's files, which know clips alone;
    without it a clip's folder is its system, and its name the item. Raises `InputError` for a file of another kind.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file, nor a folder that holds a listening test")
    if path.stat().st_size > MOST_BYTES:
        raise InputError(f"{path}: over {MOST_BYTES >> 20} MiB")
    try:
        rows = _pymushra_rows(path) if path.suffix.lower() == ".json" else _rows(path)
    except (UnicodeDecodeError, csv.Error, ValueError, RecursionError) as error:
        raise InputError(f"{path}: not a file of results ({error})") from None
    if not rows:
        raise InputError(f"{path}: holds no answers")
    for columns, kind, read in _READERS:
        if columns <= set(rows[0]):
            return _collect(path, kind, rows, read, pattern)
    raise InputError(f"{path}: columns of no tool that is known here ({', '.join(list(rows[0])[:8])})")


def _collect(
    path: Path, kind: Kind, rows: list[Row], read: Callable[[Row, re.Pattern[str] | None], Rating | None],
    pattern: str | None,
) -> Results:  # fmt: skip
    try:
        compiled = re.compile(pattern) if pattern else None
    except re.error as error:
        raise InputError(f"pattern {pattern!r}: {error}") from None
    ratings: list[Rating] = []
    for number, row in enumerate(rows, 2):
        try:
            rating = read(row, compiled)
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{path}:{number}: not an answer ({error})") from None
        if rating is not None:
            ratings.append(rating)
    if not ratings:
        raise InputError(f"{path}: holds no answers")
    results = Results(kind, ratings, list(dict.fromkeys(rating.listener for rating in ratings)))
    if "MOS" in rows[0]:
        results.notes.append("the file holds no listeners: intervals are over clips, for these listeners alone")
    return results


def _rows(path: Path) -> list[Row]:
    with open(path, newline="", encoding="utf-8-sig") as file:
        head = file.readline()
        file.seek(0)
        delimiter = ";" if head.count(";") > head.count(",") else ","
        rows = csv.DictReader(file, delimiter=delimiter)
        return [{key: value or "" for key, value in row.items() if key} for row in rows]


def _pymushra_rows(path: Path) -> list[Row]:
    """pymushra's TinyDB: tables of trials, each with its responses; or its own export, a list of flat rows."""
    value = json.loads(path.read_text(encoding="utf-8"))
    if is_list(value):
        return [{str(key): str(one) for key, one in row.items()} for row in value if is_object(row)]
    tables = [table for table in value.values() if is_object(table)]
    trials = [trial for table in tables for trial in table.values() if is_object(trial)]
    return [row for trial in trials for row in _trial_rows(trial)]


def _trial_rows(trial: dict[str, Any]) -> Iterator[Row]:
    person = trial.get("questionaire")
    responses: list[dict[str, Any]] = trial.get("responses") or []
    for response in responses:
        row = {f"responses_{key}": str(value) for key, value in response.items()}
        row["wm_id"], row["wm_type"] = str(trial.get("id", "")), str(trial.get("type", "mushra"))
        row["questionaire_uuid"] = str(person.get("uuid", "")) if is_object(person) else ""
        yield row


def _mushra(row: Row, pattern: re.Pattern[str] | None) -> Rating:
    stimulus, score = row["rating_stimulus"], float(row["rating_score"])
    return Rating(row["session_uuid"], row["trial_id"], stimulus, score, _ms(row, "rating_time"))


def _pymushra(row: Row, pattern: re.Pattern[str] | None) -> Rating | None:
    if row.get("wm_type", "mushra") != "mushra":
        return None
    stimulus, score = row["responses_stimulus"], float(row["responses_score"])
    return Rating(row["questionaire_uuid"], row["wm_id"], stimulus, score, _ms(row, "responses_time"))


def _read_pair(row: Row, pattern: re.Pattern[str] | None) -> Rating:
    score = {"correct": 1.0, "incorrect": 0.0}.get(row["choice_answer"], 0.5)
    return Rating(_person(row), row["trial_id"], row["choice_non_reference"], score, _ms(row, "choice_time"))


def _bs1116(row: Row, pattern: re.Pattern[str] | None) -> Rating:
    grade = float(row["rating_non_reference_score"]) - float(row["rating_reference_score"])
    return Rating(_person(row), row["trial_id"], row["rating_non_reference"], grade, _ms(row, "rating_time"))


def _likert(row: Row, pattern: re.Pattern[str] | None) -> Rating:
    value = row.get("stimuli_rating", row.get("stimuli_rating1", "")).strip()
    return Rating(_person(row), row["trial_id"], row["stimuli"], float(value), _ms(row, "rating_time"))


def _vote(row: Row, pattern: re.Pattern[str] | None) -> Rating:
    system, item = _clip(row, row["file"], pattern)
    return Rating(row["workerid"], item, system, float(row["vote"]))


def _clip_mean(row: Row, pattern: re.Pattern[str] | None) -> Rating:
    system, item = _clip(row, row["file_url"], pattern)
    return Rating(item, "all clips", system, float(row["MOS"]))


def _clip(row: Row, file: str, pattern: re.Pattern[str] | None) -> tuple[str, str]:
    """System and item of a clip."""
    if pattern:
        match = pattern.search(file)
        if not match or not {"system", "item"} <= set(match.groupdict()):
            raise ValueError(f"{file} does not match the pattern's groups system and item")
        return match["system"], match["item"]
    place = PurePosixPath(file)
    condition = "_".join(value for key, value in sorted(row.items()) if key.startswith("condition") and value)
    if condition:
        return condition, place.stem.replace(condition, "")
    return place.parent.name or "clips", place.stem


def _person(row: Row) -> str:
    """webMUSHRA leaves the listener's number out of some files; what they said of themselves stands for it."""
    if row.get("session_uuid"):
        return row["session_uuid"]
    known = list(row)[1 : list(row).index("trial_id")]
    person = " ".join(row[key] for key in known).strip()
    if not person:
        raise ValueError("nothing in it tells listeners apart: neither session_uuid nor a questionnaire")
    return person


def _ms(row: Row, name: str) -> float | None:
    try:
        return float(row.get(name, "")) / 1000
    except ValueError:
        return None


_READERS: list[tuple[set[str], Kind, Callable[[Row, re.Pattern[str] | None], Rating | None]]] = [
    ({"session_uuid", "trial_id", "rating_stimulus", "rating_score"}, Kind.MUSHRA, _mushra),
    ({"questionaire_uuid", "wm_id", "responses_stimulus", "responses_score"}, Kind.MUSHRA, _pymushra),
    ({"trial_id", "choice_non_reference", "choice_answer"}, Kind.ABX, _read_pair),
    ({"trial_id", "rating_reference_score", "rating_non_reference_score"}, Kind.BS1116, _bs1116),
    ({"trial_id", "stimuli", "stimuli_rating"}, Kind.LIKERT, _likert),
    ({"trial_id", "stimuli", "stimuli_rating1"}, Kind.LIKERT, _likert),
    ({"workerid", "file", "vote"}, Kind.MOS, _vote),
    ({"file_url", "n", "MOS"}, Kind.MOS, _clip_mean),
]
