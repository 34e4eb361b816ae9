"""Timestamps as found, made to run forwards, with every complaint kept."""

from __future__ import annotations

from dataclasses import dataclass, field

from vivavoce.inspection.event import Event

CONTAINER = "container"
"""The name of events about the file itself: not one of the eighteen."""

JUMP_S = 60.0
BACK_S = 1.0
KINDS = 100


@dataclass(slots=True)
class _Problem:
    first_s: float
    last_s: float
    count: int
    score: float


@dataclass(slots=True)
class ContainerIssues:
    """What was wrong with the file itself, one entry a kind."""

    _kinds: dict[str, _Problem] = field(default_factory=dict)

    def add(self, what: str, time_s: float, score: float = 0.6) -> None:
        """Note one more `what`, at a time."""
        known = self._kinds.get(what)
        if known:
            known.last_s, known.count = max(known.last_s, time_s), known.count + 1
        elif len(self._kinds) < KINDS:
            self._kinds[what] = _Problem(time_s, time_s, 1, score)

    def events(self) -> list[Event]:
        """All of them, as events from the first to the last time each was seen."""
        return [
            Event(CONTAINER, known.first_s, known.last_s, known.score, {"problem": what, "count": known.count})
            for what, known in self._kinds.items()
        ]


class TimestampNormalizer:
    """Turns the timestamps of one stream into times that never go back.

    A jump of over a minute forwards, or a second backwards, is taken for a new start of the stream's clock: time goes
    on without it. A smaller step back is moved to where the picture was due.
    """

    def __init__(self, origin_s: float, stream: str, issues: ContainerIssues) -> None:
        self._offset_s = -origin_s
        self._due_s: float | None = None
        self._stream, self._issues = stream, issues

    def normalize(self, stamp_s: float | None, seconds: float) -> float:
        """The time of a frame with this stamp (None where it has none) that lasts for `seconds`."""
        due_s = self._due_s
        time_s = self._expected(due_s) if stamp_s is None else stamp_s + self._offset_s
        if due_s is not None:
            step_s = time_s - due_s
            if step_s > JUMP_S or step_s < -BACK_S:
                self._issues.add(f"timestamps of the {self._stream} jump", due_s)
                self._offset_s -= step_s
                time_s = due_s
            elif step_s < -max(1.01 * seconds, 0.015):
                self._issues.add(f"timestamps of the {self._stream} go back", due_s)
                time_s = due_s
            else:
                time_s = max(time_s, due_s - 0.99 * seconds)
        time_s = max(0.0, time_s)
        self._due_s = time_s + seconds
        return time_s

    @staticmethod
    def _expected(due_s: float | None) -> float:
        return 0.0 if due_s is None else due_s
