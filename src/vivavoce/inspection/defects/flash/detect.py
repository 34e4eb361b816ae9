"""Flash: sequences that can harm photosensitive viewers, after Recommendation ITU-R BT.1702-3.

A flash is a pair of opposing changes of screen luminance of 20 cd/m2 or more where the darker of the two is below
160 cd/m2; it is potentially harmful when it fills more than a quarter of the screen and there are more than three
within a second. Luminance is that of a display of 200 cd/m2 with gamma 2.4, in 40 x 22 areas of the picture. Of
saturated red, changes of 20 % and more of the red light count in the same way.

Fails on regular patterns (stripes), which the Recommendation also names and which are not looked for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np

from vivavoce.inspection.detector import Detector
from vivavoce.inspection.event import Event
from vivavoce.inspection.event_grouper import EventGroup, EventGrouper, ratio_to_threshold
from vivavoce.inspection.media import MediaInfo, VideoFrame
from vivavoce.inspection.motion import block_means, likeness

PEAK_CDM2, GAMMA = 200.0, 2.4
STEP_CDM2, DARKER_CDM2 = 20.0, 160.0
AREA = 0.25
AGAINST, AGAINST_STEP = 0.15, 0.25
"""Moving pictures grow lighter here and darker there; a flash goes one way. Of the area that changes with it, what may
change against it at most, by so much of the least step."""

SCENE, BACK, ALIKE = 0.5, 0.4, 1.5
"""A flash lights up what is there. The first change leaves the picture so like; each later one brings its area back to
where it was before the last, but for so much of the change. Or it washes all out: its mean over its spread. What
rushes past is new each time."""

WHOLE, SWING_S = 0.8, 0.5
"""A flash of the least area and step changes the mean of the screen by so much; of that, the share by which it must
change, and within what time. Patterns that pass leave the mean as it is."""

MOST_IN_SECOND = 3
RED_SHARE, RED_STEP = 0.8, 0.2
GAP_S = 1.0


class Flash(Detector):
    names = ("flash",)

    def __init__(self, media: MediaInfo, thresholds: Any = None) -> None:
        super().__init__(media, thresholds)
        self._luminance, self._red = _Swings(STEP_CDM2, DARKER_CDM2), _Swings(RED_STEP, np.inf, PEAK_CDM2)
        self._spans = EventGrouper(GAP_S)

    def on_frame(self, frame: VideoFrame) -> Iterator[Event]:
        luma = frame.blocks
        low, high = (0.0, 255.0) if frame.full_range else (16.0, 235.0)
        signal = np.clip((luma - low) / (high - low), 0.0, 1.0)
        changes = self._luminance.take(frame.time_s, PEAK_CDM2 * signal**GAMMA)
        if changes <= 2 * MOST_IN_SECOND:
            changes = max(changes, self._red.take(frame.time_s, _saturated_red(frame, signal)))
        for span in self._spans.close(frame.time_s - 1.0):  # a swing is told within the second in which it began
            yield from self._make_events(span)
        strength = (changes / 2) / (MOST_IN_SECOND + 0.5)
        swings = self._luminance if self._luminance.last_s >= self._red.last_s else self._red
        if swings.last_s == frame.time_s:
            for span in self._spans.add(swings.first_s, frame.time_s + frame.seconds, strength):
                yield from self._make_events(span)

    def finish(self, end_s: float) -> Iterator[Event]:
        for span in self._spans.finish():
            yield from self._make_events(span)

    def _make_events(self, span: EventGroup) -> Iterator[Event]:
        flashes = round(span.peak * (MOST_IN_SECOND + 0.5))
        yield Event(
            "flash", span.start_s, span.end_s, ratio_to_threshold(1.2 * span.peak), {"flashes_a_second": flashes}
        )


class _Swings:
    """Counts, over the last second, changes in one direction that fill a quarter of the screen at once."""

    def __init__(self, step: float, darker: float, scale: float = 1.0) -> None:
        """`scale` makes levels, as `likeness` compares them, of what is counted."""
        self._step, self._darker, self._scale = step, darker, np.float32(scale)
        self._extreme: np.ndarray | None = None
        self._lit: np.ndarray | None = None
        """The extreme before that one, on its side."""
        self._direction = 0
        self._means: deque[tuple[float, float]] = deque(maxlen=256)
        """Of the screen, with their times in seconds."""
        self._times: deque[float] = deque(maxlen=256)

    @property
    def first_s(self) -> float:
        """When the first of the changes of the last second began."""
        return self._times[0] if self._times else 0.0

    @property
    def last_s(self) -> float:
        """When the last of them was complete."""
        return self._times[-1] if self._times else -1.0

    def _is_light(self, swing: np.ndarray, with_it: float, values: np.ndarray) -> bool:
        """Whether a change is one of light: it goes one way, and the scene is the same or washed out."""
        if float(np.mean(-swing >= AGAINST_STEP * self._step)) >= AGAINST * with_it:
            return False
        if float(swing.mean()) >= ALIKE * float(swing.std()):
            return True
        if self._lit is None or self._lit.shape != values.shape or not self._times:
            return self._extreme is not None and likeness(self._scale * self._extreme, self._scale * values) >= SCENE
        area = swing >= self._step
        return float(np.abs(values - self._lit)[area].mean()) <= BACK * float(swing[area].mean())

    def take(self, time_s: float, values: np.ndarray) -> int:
        """Changes within the second before `time_s`."""
        if self._extreme is None or self._extreme.shape != values.shape:
            self._extreme = values.copy()
        mean = float(values.mean())
        while self._means and self._means[0][0] < time_s - SWING_S:
            self._means.popleft()
        self._means.append((time_s, mean))
        for direction in (1, -1):
            swing = direction * (values - self._extreme)
            darker = np.minimum(values, self._extreme) < self._darker
            with_it = float(np.mean((swing >= self._step) & darker))
            whole = max(direction * (mean - before) for _, before in self._means) >= WHOLE * AREA * self._step
            if direction != self._direction and whole and with_it > AREA and self._is_light(swing, with_it, values):
                self._direction = direction
                self._times.append(time_s)
                self._lit, self._extreme = self._extreme, values.copy()
                break
        else:
            outward = np.maximum if self._direction > 0 else np.minimum
            self._extreme = outward(self._extreme, values) if self._direction else values.copy()
        while self._times and self._times[0] <= time_s - 1.0:
            self._times.popleft()
        return len(self._times)


def _saturated_red(frame: VideoFrame, signal: np.ndarray) -> np.ndarray:
    """Red light where red makes up 80 % and more of all light, else 0, in the same areas as `signal`."""
    blue, red = (block_means(plane, 4) for plane in frame.small_chroma)
    rows, columns = (min(sizes) for sizes in zip(signal.shape, blue.shape, red.shape, strict=True))
    y, cb, cr = signal[:rows, :columns], (blue[:rows, :columns] - 128) / 224, (red[:rows, :columns] - 128) / 224
    linear = [np.clip(v, 0, 1) ** GAMMA for v in (y + 1.5748 * cr, y - 0.1873 * cb - 0.4681 * cr, y + 1.8556 * cb)]
    share = linear[0] / (sum(linear) + 1e-4)
    return np.where(share >= RED_SHARE, linear[0], 0.0)
