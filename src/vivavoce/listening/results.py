"""What listeners answered, from a test's own folder: as ratings to be analysed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from vivavoce.errors import InputError
from vivavoce.listening.codec import read_test
from vivavoce.listening.definition import REFERENCE, Kind, ListeningTest, Trial
from vivavoce.listening.ratings import Rating
from vivavoce.listening.store import Record, read_records
from vivavoce.listening.transcripts import word_accuracy

PAIR = " over "
GOLD_TOLERANCE = 1.0


@dataclass
class Results:
    """Answers of one kind."""

    kind: Kind
    ratings: list[Rating]
    """Of pairs (`ccr`, `ab`, `identity`, `abx`) the system is `A over B`, and the score how far, or whether, A wins."""
    listeners: list[str]
    """Everybody who came, whether or not they finished."""
    unfinished: list[str] = field(default_factory=list[str])
    checks: dict[str, tuple[int, int, int, int]] = field(default_factory=dict[str, tuple[int, int, int, int]])
    """By listener: traps missed, traps, gold clips missed, gold clips."""
    baseline: str | None = None
    simulated: bool = False
    notes: list[str] = field(default_factory=list[str])
    questionnaire: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    group: str = ""
    """Of items, where these are not all."""

    @property
    def is_pairs(self) -> bool:
        return self.kind in (Kind.CCR, Kind.AB, Kind.IDENTITY, Kind.ABX)


def by_group(results: Results) -> list[Results]:
    """The same in parts, by what the names of items begin with: `complex-01` is of the group `complex`."""
    groups: dict[str, list[Rating]] = {}
    for rating in results.ratings:
        groups.setdefault(rating.item.rpartition("-")[0] or rating.item, []).append(rating)
    return [replace(results, ratings=ratings, group=group) for group, ratings in groups.items()]


def read_folder(folder: Path) -> list[Results]:
    """The answers of a test's folder, one for each kind of trial in it.

    Raises `InputError` where nobody has answered a trial yet.
    """
    test, records = read_test(folder), read_records(folder)
    trials = {trial.id: trial for trial in test.trials() if not trial.training}
    kinds = list(dict.fromkeys(trial.kind for trial in trials.values()))
    results = [_of_kind(kind, test, trials, records) for kind in kinds]
    results = [one for one in results if one.ratings]
    if not results:
        raise InputError(f"{folder}: nobody has answered a trial yet")
    return results


def _of_kind(kind: Kind, test: ListeningTest, trials: dict[str, Trial], records: list[Record]) -> Results:
    results = Results(kind, [], [], baseline=test.baseline, notes=list(test.notes))
    results.simulated = any(record.simulated for record in records)
    for record in records:
        results.listeners.append(record.session)
        if not any(line["page"] == "finish" for line in record.answers):
            results.unfinished.append(record.session)
        missed = [0, 0, 0, 0]
        for line in record.answers:
            if "questionnaire" in line:
                results.questionnaire.append(line["questionnaire"])
            trial = trials.get(str(line.get("page")))
            if trial is None or trial.kind is not kind or line.get("training"):
                continue
            if check := trial.stimuli[0].check:
                wrong = abs(line["scores"][trial.stimuli[0].system] - (trial.stimuli[0].expected or 0.0))
                place = 0 if check == "trap" else 2
                missed[place] += wrong > (0.0 if check == "trap" else GOLD_TOLERANCE)
                missed[place + 1] += 1
                continue
            results.ratings.extend(_ratings(record.session, trial, line))
        results.checks[record.session] = (missed[0], missed[1], missed[2], missed[3])
    return results


def _ratings(listener: str, trial: Trial, line: dict[str, Any]) -> Iterator[Rating]:
    item, seconds = trial.item, line.get("seconds")
    match trial.kind:
        case Kind.MUSHRA | Kind.MOS:
            for system, score in line["scores"].items():
                yield Rating(listener, item, system, float(score), seconds)
        case Kind.BS1116:
            reference = line["scores"][REFERENCE]
            for system, score in line["scores"].items():
                if system != REFERENCE:
                    yield Rating(listener, item, system, float(score) - float(reference), seconds)
        case Kind.CCR:
            name, turned = pair_name(trial, line["second"])
            yield Rating(listener, item, name, -float(line["score"]) if turned else float(line["score"]), seconds)
        case Kind.AB | Kind.IDENTITY:
            name, turned = pair_name(trial, line["choice"])
            score = 0.5 if line["choice"] is None else float(not turned)
            yield Rating(listener, item, name, score, seconds)
        case Kind.ABX:
            name = next((one.system for one in trial.stimuli if one.system != REFERENCE), "")
            if len({one.system for one in trial.stimuli} - {REFERENCE}) == 2:
                name = pair_name(trial, None)[0]
            score = 0.5 if line["choice"] is None else float(line["choice"] == line["right"])
            yield Rating(listener, item, name, score, seconds)
        case Kind.TRANSCRIPTION:
            accuracy = word_accuracy(line.get("text") or "", line["heard"])
            yield Rating(listener, item, line["system"], 100 * accuracy, seconds)
        case Kind.LIKERT:
            yield from _likert(listener, trial, line)


def _likert(listener: str, trial: Trial, line: dict[str, Any]) -> Iterator[Rating]:
    """The place of each answer on its scale, from 1; several scales are told apart by a number behind the system."""
    scales = trial.options.scales
    for system, values in line["scales"].items():
        for number, (value, scale) in enumerate(zip(values, scales, strict=True), 1):
            places = [choice.value for choice in scale]
            if value in places:
                name = f"{system} ({number})" if len(scales) > 1 else system
                yield Rating(listener, trial.item, name, 1.0 + places.index(value), line.get("seconds"))


def pair_name(trial: Trial, winner: str | None) -> tuple[str, bool]:
    """`A over B` for a pair, in the order of the test's definition, and whether the winner is B."""
    first, second = (stimulus.system for stimulus in trial.stimuli)
    return f"{second}{PAIR}{first}", winner == first
