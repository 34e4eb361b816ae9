"""Simulated listeners who take a test through its real addresses, to try the page, the screening and the statistics.

They are told which system is behind which letter (from the test's folder), since they cannot hear. What they answer is
marked as simulated in their files and on every report.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import numpy as np

from vivavoce.errors import InputError
from vivavoce.listening.answers import UNFORCED
from vivavoce.listening.codec import read_test
from vivavoce.listening.definition import REFERENCE, Finish, Kind, ListeningTest, Trial
from vivavoce.listening.listeners import SLIPS, USUAL, Behaviour, Spread
from vivavoce.listening.session import LETTERS, Step, steps_of
from vivavoce.listening.store import ANSWERS, read_record, session_name
from vivavoce.listening.transcripts import words_of

LOWEST, HIGHEST = 50.0, 70.0
JUST_NOTICEABLE = 25.0
"""Points between two stimuli that a listener of ABX hears in three cases of four."""
POINTS_PER_STEP = 12.0
"""Of a comparison from -3 to +3."""


def usual_means(test: ListeningTest) -> dict[str, float]:
    """Means for the systems of a test, equally far apart, for whoever gives none."""
    names = sorted({one.system for trial in test.trials() for one in trial.stimuli if not one.check} - set(USUAL))
    return dict(zip(names, np.linspace(LOWEST, HIGHEST, max(1, len(names))).tolist(), strict=False))


@dataclass
class SimulatedListener:
    """One listener: `score` draws from the model, `answer` puts it into the form that a page asks for."""

    means: Mapping[str, float]
    number: int
    behaviour: Behaviour = Behaviour.HONEST
    spread: Spread = field(default_factory=Spread)
    seed: int = 0

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng([self.seed, self.number])
        self._bias = float(self._rng.normal(0, self.spread.listener))
        self._tastes: dict[str, float] = {}
        self._middle = float(self._rng.uniform(40, 75))

    def score(self, system: str, item: str) -> float:
        """A score from 0 to 100, not rounded."""
        everything = {**USUAL, **self.means}
        mean = everything.get(system, 60.0)
        if self.behaviour is Behaviour.RANDOM:
            return float(self._rng.uniform(0, 100))
        if self.behaviour is Behaviour.LAZY:
            return float(np.clip(self._rng.normal(self._middle, 3.0), 0, 100))
        if system == REFERENCE and self.behaviour is Behaviour.HONEST:
            return float(self._rng.uniform(40, 90)) if self._rng.random() < SLIPS else 100.0
        taste = self._tastes.setdefault(system, float(self._rng.normal(0, self.spread.listener_system)))
        shared = self._of_item(item, self.spread.item) + self._of_item(f"{item} {system}", self.spread.item_system)
        score = mean + self._bias + taste + shared + float(self._rng.normal(0, self.spread.residual))
        score = 100.0 - score if self.behaviour is Behaviour.CONFUSED else score
        return float(np.clip(score, 0, 100))

    def answer(self, step: Step) -> dict[str, Any]:
        """What the page would send."""
        page = step.page
        if isinstance(page, Finish):
            return {"questionnaire": {one.name: _fill_in(one.type, one.choices) for one in page.questions}}
        if not isinstance(page, Trial):
            return {"consent": True}
        letters = LETTERS[: len(step.slots)]
        scores = {letter: self.score(one.system, page.item) for letter, one in zip(letters, step.slots, strict=True)}
        for letter, one in zip(letters, step.slots, strict=True):
            if one.expected is not None and self.behaviour is Behaviour.HONEST:
                scores[letter] = (one.expected - 1) * 25
        extra = {"plays": dict.fromkeys(letters, 1), "seconds": round(float(self._rng.lognormal(3.2, 0.4)), 1)}
        return {**self._trial(step, page, scores), **extra}

    def _trial(self, step: Step, page: Trial, scores: dict[str, float]) -> dict[str, Any]:
        match page.kind:
            case Kind.MUSHRA:
                return {"scores": {letter: round(score) for letter, score in scores.items()}}
            case Kind.MOS:
                return {"scores": {letter: round(1 + score / 25) for letter, score in scores.items()}}
            case Kind.BS1116:
                grades = {letter: round(1 + score / 25, 1) for letter, score in scores.items()}
                best = max(grades, key=grades.__getitem__)
                return {"scores": {**grades, best: 5.0}}
            case Kind.CCR:
                steps = round((scores["B"] - scores["A"]) / POINTS_PER_STEP)
                return {"score": int(np.clip(steps, -3, 3))}
            case Kind.AB | Kind.IDENTITY:
                close = page.options.unforced and abs(scores["A"] - scores["B"]) < 5
                return {"choice": UNFORCED if close else max(scores, key=scores.__getitem__)}
            case Kind.ABX:
                return {"choice": self._discriminate(step)}
            case Kind.TRANSCRIPTION:
                missed = 1 - self.means.get(step.slots[0].system, 90.0) / 100
                words = words_of(page.text or "")
                return {"heard": " ".join(word for word in words if self._rng.random() >= missed) or "?"}
            case Kind.LIKERT:
                return {"scales": {letter: self._likert(page, score) for letter, score in scores.items()}}

    def _likert(self, page: Trial, score: float) -> list[str]:
        return [scale[min(len(scale) - 1, int(score / 100 * len(scale)))].value for scale in page.options.scales]

    def _discriminate(self, step: Step) -> str:
        everything = {**USUAL, **self.means}
        first, second = (everything.get(one.system, 60.0) for one in step.slots)
        right = step.x if step.x is not None else [one.system for one in step.slots].index(REFERENCE)
        chance = 1 - 0.5 * 2 ** -(abs(first - second) / JUST_NOTICEABLE)
        chance = 0.5 if self.behaviour is not Behaviour.HONEST else chance
        return LETTERS[right if self._rng.random() < chance else 1 - right]

    def _of_item(self, name: str, deviation: float) -> float:
        """What an item, or an item by a system, has for everybody."""
        shared = np.random.default_rng([self.seed, zlib.crc32(name.encode())])
        return float(shared.normal(0, deviation))


def take_test(url: str, folder: Path, listener: SimulatedListener, token: str | None = None) -> str:
    """Take the whole test of `folder`, which is served at `url`, as the page would; returns the completion code.

    Raises `InputError` for what the server refuses, `OSError` where it cannot be reached.
    """
    state = post(f"{url}api/session", {"token": token, "simulated": True})
    token, lease = str(state["token"]), state["lease"]
    steps = steps_told(folder, token)
    while not state["done"]:
        page = int(state["number"])
        body: dict[str, Any] = {"token": token, "lease": lease, "page": page, "answer": listener.answer(steps[page])}
        state = post(f"{url}api/answer", body)
    return str(state["code"])


def steps_told(folder: Path, token: str) -> list[Step]:
    """What a listener gets, with the systems behind the letters, from where the server keeps it."""
    record = read_record(folder / ANSWERS / f"{session_name(token)}.jsonl")
    return steps_of(read_test(folder), record.number)


def post(url: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """One request of the page's. Raises `InputError` with what the server says to a request that it refuses."""
    data = json.dumps({key: value for key, value in body.items() if value is not None}).encode()
    request = Request(url, data, {"Content-Type": "application/json"})
    try:
        with urlopen(request, timeout=60) as response:
            return json.load(response)
    except HTTPError as error:
        with error:
            try:
                complaint = json.load(error)["error"]
            except (ValueError, KeyError):
                complaint = str(error)
        raise InputError(f"{url}: {complaint}") from None


def _fill_in(kind: str, choices: tuple[Any, ...]) -> Any:
    return choices[0].value if choices else 30 if kind == "number" else "simulated"
