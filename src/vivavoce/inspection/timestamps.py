"""Timestamps as found, made to run forwards, with every complaint kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from av.packet import Packet

from vivavoce.inspection.event import Event

CONTAINER = "container"
"""The name of events about the file itself: not one of the eighteen."""

JUMP_S = 60.0
BACK_S = 1.0
EARLY_S = 0.015
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

    _kinds: dict[str, _Problem] = field(default_factory=dict[str, _Problem])

    def add(self, what: str, time_s: float, score: float = 0.6) -> None:
        """Note one more `what`, at a time."""
        known = self._kinds.get(what)
        if known:
            known.last_s, known.count = max(known.last_s, time_s), known.count + 1
        elif len(self._kinds) < KINDS:
            self._kinds[what] = _Problem(time_s, time_s, 1, score)

    def drain(self) -> list[Event]:
        """All of them, which are forgotten here: of a stream without an end."""
        found, self._kinds = self.events(), {}
        return found

    def events(self) -> list[Event]:
        """All of them, as events from the first to the last time each was seen."""
        return [
            Event(CONTAINER, known.first_s, known.last_s, known.score, {"problem": what, "count": known.count})
            for what, known in self._kinds.items()
        ]


class TimestampNormalizer:
    """Turns the timestamps of one stream into times that never go back.

    A jump of over a minute forwards, or a second backwards, is taken for a new start of the stream's clock: time goes
    on without it. A smaller step back is moved to where the frame was due.
    """

    def __init__(
        self, origin_s: float, stream: str, issues: ContainerIssues, early_s: float = EARLY_S, priming_s: float = 0.0
    ) -> None:
        """A frame that is stamped up to `early_s` before the end of the one before is in order all the same.

        In the first `priming_s` a step back is a new start without complaint: encoders stamp the samples with which
        they fill their first blocks, and begin again.
        """
        self._offset_s = -origin_s
        self._early_s, self._priming_s = early_s, priming_s
        self._due_s: float | None = None
        self._stream, self._issues = stream, issues

    def normalize(self, stamp_s: float | None, seconds: float, usual_s: float | None = None) -> float:
        """The time of a frame with this stamp, in seconds; one without is due `usual_s` after the frame before.

        `seconds` is the least that the frame lasts: the samples of a sound, next to nothing of a picture, which lasts
        until the next one whatever the container says.
        """
        due_s = self._due_s
        if stamp_s is not None:
            time_s = stamp_s + self._offset_s
        else:
            time_s = 0.0 if due_s is None else due_s + max(0.0, (usual_s or 0.0) - seconds)
        if due_s is not None:
            step_s = time_s - due_s
            if step_s > JUMP_S or step_s < -BACK_S:
                self._issues.add(f"timestamps of the {self._stream} jump", due_s)
                self._offset_s -= step_s
                time_s = due_s
            elif step_s < -max(1.01 * seconds, self._early_s):
                if due_s < self._priming_s:
                    self._offset_s -= step_s
                else:
                    self._issues.add(f"timestamps of the {self._stream} go back", due_s)
                time_s = due_s
            else:
                time_s = max(time_s, due_s - 0.99 * seconds)
        time_s = max(0.0, time_s)
        self._due_s = time_s + seconds
        return time_s


def earliest_s(start_s: float, packets: Sequence[Packet[Any]]) -> float:
    """When a file begins that says it begins at `start_s`, in seconds, by the stamps of its first packets: those of a
    stream with B-frames do not come in the order in which they are shown. A jump is no beginning."""
    stamps_s = (float(p.pts * p.time_base) for p in packets if p.pts is not None and p.time_base)
    return min((stamp_s for stamp_s in stamps_s if start_s - BACK_S < stamp_s < start_s), default=start_s)


class BestEffortStamp:
    """Chooses between the presentation and the decoding timestamp of each frame, as decoders do.

    Whichever ran backwards less often is believed: containers without presentation times (AVI) number frames in the
    order of decoding, and then it is the decoding time at which a frame came out that tells when to show it.
    """

    def __init__(self) -> None:
        self._last: list[int | None] = [None, None]
        self._faults = [0, 0]

    def choose(self, pts: int | None, dts: int | None) -> int | None:
        """The stamp of the next frame in the order in which frames are shown, in ticks of the stream; None: none to
        be believed."""
        for place, stamp in enumerate((pts, dts)):
            last = self._last[place]
            if stamp is not None:
                self._faults[place] += last is not None and stamp <= last
                self._last[place] = stamp
        return dts if pts is None or self._faults[0] > self._faults[1] else pts
