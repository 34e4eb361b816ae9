"""What a page answers, checked against what was asked, and as ratings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from vivavoce.errors import InputError
from vivavoce.json_types import is_list, is_object
from vivavoce.listening.definition import REFERENCE, Finish, Kind, Listening, Message, Trial
from vivavoce.listening.session import LETTERS, Step

SCALES: dict[Kind, tuple[float, float]] = {
    Kind.MUSHRA: (0.0, 100.0), Kind.BS1116: (1.0, 5.0), Kind.CCR: (-3.0, 3.0), Kind.MOS: (1.0, 5.0)
}  # fmt: skip
STEPS = {Kind.BS1116: 0.1}
UNFORCED = "neither"
MOST_TEXT = 2000
MOST_SECONDS = 24 * 3600.0


def check_answer(step: Step, answer: Any) -> dict[str, Any]:
    """An answer as it is kept: stimuli by their systems, not by their letters.

    Raises `InputError` for one that was not asked for: other letters, scores off the scale, too long a text.
    """
    if not is_object(answer):
        raise InputError("an answer is an object")
    kept: dict[str, Any] = {"page": step.id}
    page = step.page
    if isinstance(page, Message) and page.consent and answer.get("consent") is not True:
        raise InputError("without your consent the test cannot go on")
    if isinstance(page, Finish):
        kept["questionnaire"] = _questionnaire(page, answer.get("questionnaire"))
    if isinstance(page, Trial):
        kept |= {"kind": page.kind.value, "item": page.item, "training": page.training}
        kept |= _trial(step, page, answer)
        kept["order"] = [stimulus.system for stimulus in step.slots]
        if page.options.comment:
            kept["comment"] = _text(answer.get("comment", ""), "comment")
        kept["plays"] = _plays(step, answer.get("plays"))
        if page.options.listening is not Listening.NOTHING and any(count < 1 for count in kept["plays"].values()):
            raise InputError("listen to every sound before you answer")
    seconds = answer.get("seconds", 0)
    kept["seconds"] = round(float(seconds), 2) if _number(seconds, 0, MOST_SECONDS) else None
    return kept


def _trial(step: Step, page: Trial, answer: Mapping[str, Any]) -> dict[str, Any]:
    match page.kind:
        case Kind.MUSHRA | Kind.BS1116 | Kind.MOS:
            scores = _scores(step, page.kind, answer.get("scores"))
            if page.kind is Kind.BS1116 and max(scores.values()) < SCALES[page.kind][1]:
                raise InputError("one of the two is the reference: it keeps 5.0")
            return {"scores": scores}
        case Kind.CCR:
            score = answer.get("score")
            if not isinstance(score, int) or not _number(score, *SCALES[page.kind]):
                raise InputError("score: give -3 to 3")
            first, second = (stimulus.system for stimulus in step.slots)
            return {"first": first, "second": second, "score": score}
        case Kind.AB | Kind.IDENTITY | Kind.ABX:
            return _choice(step, page, answer.get("choice"))
        case Kind.TRANSCRIPTION:
            return {"system": step.slots[0].system, "text": page.text, "heard": _text(answer.get("heard"), "heard")}
        case Kind.LIKERT:
            return {"scales": _likert(step, page, answer.get("scales"))}


def _choice(step: Step, page: Trial, choice: Any) -> dict[str, Any]:
    if choice == UNFORCED and page.options.unforced:
        return {"choice": None}
    if choice not in ("A", "B"):
        raise InputError("choice: give A or B")
    chosen = step.slots[LETTERS.index(choice)].system
    if page.kind is not Kind.ABX:
        return {"choice": chosen}
    right = REFERENCE if step.x is None else step.slots[step.x].system
    return {"choice": chosen, "right": right}


def _scores(step: Step, kind: Kind, scores: Any) -> dict[str, float]:
    low, high = SCALES[kind]
    unit = STEPS.get(kind, 1.0)
    given = _by_letter(step, scores, "scores")
    for letter, score in given.items():
        if not _number(score, low, high) or abs(score / unit - round(score / unit)) > 1e-6:
            raise InputError(f"score of {letter}: give {low:g} to {high:g} in steps of {unit:g}")
    return {step.slots[LETTERS.index(letter)].system: float(score) for letter, score in given.items()}


def _likert(step: Step, page: Trial, scales: Any) -> dict[str, list[str | None]]:
    given = _by_letter(step, scales, "scales")
    allowed = [{choice.value for choice in scale} for scale in page.options.scales]
    for letter, values in given.items():
        if not is_list(values) or len(values) != len(allowed):
            raise InputError(f"scales of {letter}: give one value for each of {len(allowed)} scales")
        for value, choices in zip(values, allowed, strict=True):
            if value is None and not page.options.must_rate:
                continue
            if not isinstance(value, str) or value not in choices:
                raise InputError(f"scales of {letter}: no such answer")
    return {step.slots[LETTERS.index(letter)].system: values for letter, values in given.items()}


def _by_letter(step: Step, value: Any, name: str) -> dict[str, Any]:
    letters = list(LETTERS[: len(step.slots)])
    if not is_object(value) or sorted(value) != letters:
        raise InputError(f"{name}: give one for each of {', '.join(letters)}")
    return value


def _plays(step: Step, plays: Any) -> dict[str, int]:
    """How often each stimulus was played, by system; the page counts, so this is told and not known."""
    counts: dict[str, Any] = plays if is_object(plays) else {}
    kept: dict[str, int] = {}
    for letter, stimulus in zip(LETTERS, step.slots, strict=False):
        count = counts.get(letter, 0)
        kept[stimulus.system] = int(count) if _number(count, 0, 10_000) else 0
    return kept


def _questionnaire(page: Finish, value: Any) -> dict[str, Any]:
    given: dict[str, Any] = value if is_object(value) else {}
    names = [question.name for question in page.questions]
    if set(given) - set(names):
        raise InputError("questionnaire: a field that is not in it")
    kept: dict[str, Any] = {}
    for question in page.questions:
        one = given.get(question.name)
        if one in (None, ""):
            if not question.optional:
                raise InputError(f"please answer: {question.label}")
            continue
        if question.type == "choice" and one not in [choice.value for choice in question.choices]:
            raise InputError(f"{question.label}: no such answer")
        low, high = question.low, question.high
        if question.type == "number" and not _number(
            one, -math.inf if low is None else low, math.inf if high is None else high
        ):
            raise InputError(f"{question.label}: give a number")
        kept[question.name] = one if question.type == "number" else _text(one, question.label)
    return kept


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or len(value) > MOST_TEXT:
        raise InputError(f"{name}: give up to {MOST_TEXT} characters")
    return value


def _number(value: Any, low: float, high: float) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return math.isfinite(value) and low <= value <= high
