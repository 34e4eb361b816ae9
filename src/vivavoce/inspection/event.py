"""What a detector says: this defect, from here to there, this surely."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from vivavoce.errors import InputError


class Severity(IntEnum):
    """How much a viewer would mind."""

    MINOR = 1
    MAJOR = 2
    CRITICAL = 3

    @classmethod
    def parse(cls, name: str) -> Severity:
        """The severity of a name. Raises `InputError` for another name."""
        try:
            return cls[name.upper()]
        except KeyError:
            known = ", ".join(severity.name.lower() for severity in cls)
            raise InputError(f"{name}: no such severity, use one of {known}") from None


CERTAIN, DOUBTFUL, LONG_S = 0.8, 0.5, 1.0


@dataclass(frozen=True, slots=True)
class Event:
    """One defect in one stretch of a file, in seconds from the file's start.

    `score` in [0, 1] is how far the measurement lies beyond its threshold (0.5 and less: just beyond). `evidence`
    holds plain JSON values that the report draws: `box` (left, top, right, bottom in fractions of the picture),
    `map` (rows of fractions), `band_hz` (low, high), `channel`, `stream` and the detector's own figures.
    """

    defect: str
    start_s: float
    end_s: float
    score: float
    evidence: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def seconds(self) -> float:
        return self.end_s - self.start_s

    @property
    def severity(self) -> Severity:
        """Doubtful is minor; certain and a second or longer is critical; the rest is major."""
        if self.score <= DOUBTFUL:
            return Severity.MINOR
        return Severity.CRITICAL if self.score >= CERTAIN and self.seconds >= LONG_S else Severity.MAJOR

    @property
    def gravity(self) -> tuple[Severity, float]:
        """What events are ranked by: the severity, then the score."""
        return self.severity, self.score

    def as_json(self) -> dict[str, Any]:
        """Plain values, times to the millisecond."""
        return {
            "defect": self.defect,
            "start_s": round(self.start_s, 3),
            "end_s": round(self.end_s, 3),
            "score": round(self.score, 3),
            "severity": self.severity.name.lower(),
            "evidence": dict(self.evidence),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Event:
        """The event that `as_json` wrote. Raises `InputError` when it is something else."""
        try:
            start_s, end_s, score = (float(document[name]) for name in ("start_s", "end_s", "score"))
            return cls(str(document["defect"]), start_s, end_s, score, dict(document.get("evidence", {})))
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"not an event: {error}") from error


def graver(one: Event | None, other: Event) -> Event:
    """The graver of two events; the first if they are equally grave, the second if there is no first."""
    return other if one is None or other.gravity > one.gravity else one
