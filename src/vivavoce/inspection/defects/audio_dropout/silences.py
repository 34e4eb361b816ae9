"""Digital silence where there was sound: seconds of it are a loss, unless the sound had faded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from vivavoce.inspection.defects.audio_dropout.events import dropout_event
from vivavoce.inspection.defects.audio_dropout.levels import FADE_STEPS, LOUD_DB, STEP_S, breaks_off
from vivavoce.inspection.event import Event

SILENT_DB = -85.0
LEAST_HEARD = 200
"""Steps of sound, half a second, without which a stream holds none that could be lost."""


@dataclass(slots=True)
class Silences:
    """The digital silence of one stream, followed from block to block."""

    stream: int
    least_s: float
    """How long one lasts that is a loss."""
    heard_steps: int = 0
    begun_s: float | None = None
    """When the one that is open began."""
    loud_before: bool = False
    """Whether there was sound right before it."""

    @property
    def heard_any(self) -> bool:
        """Whether there was sound that could be lost."""
        return self.heard_steps >= LEAST_HEARD

    def add(self, start_s: float, levels: np.ndarray, before: np.ndarray) -> Iterator[Event]:
        """Take the levels of the next block (steps,), in dB, and those of the two seconds before."""
        silent = levels < SILENT_DB
        self.heard_steps += int(np.count_nonzero(levels > LOUD_DB))
        for step in np.flatnonzero(np.diff(silent, prepend=self.begun_s is not None)).tolist():
            at_s = start_s + step * STEP_S
            if silent[step]:
                lately = np.concatenate([before, levels[:step]])[-FADE_STEPS:]
                self.begun_s, self.loud_before = at_s, bool(len(lately)) and breaks_off(lately)
            else:
                yield from self.finish(at_s)

    def finish(self, end_s: float) -> Iterator[Event]:
        """The silence that is open, if any, ends."""
        start_s, self.begun_s = self.begun_s, None
        if start_s is not None and self.loud_before and self.heard_any and end_s - start_s >= self.least_s:
            yield dropout_event(self.stream, start_s, end_s, 0.9, "silence")
