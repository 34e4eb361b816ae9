"""What a change of the frame size does to detectors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.inspection.material import babble, info, moving, pictures, sounds
from vivavoce.inspection import AudioBlock, Defect, Detector, Event, InspectionSession, VideoFrame
from vivavoce.inspection import session as sessions


class _Counter(Detector):
    """Sees and hears; says at its end how many frames it was given."""

    names = ("counter",)

    def __init__(self, media: object, thresholds: object = None) -> None:
        super().__init__(media, thresholds)  # pyright: ignore[reportArgumentType]
        self._count = 0

    def on_frame(self, frame: VideoFrame) -> Iterator[Event]:
        self._count += 1
        return iter(())

    def on_audio(self, block: AudioBlock) -> Iterator[Event]:
        return iter(())

    def finish(self, end_s: float) -> Iterator[Event]:
        yield Event("counter", 0.0, end_s, 0.6, {"frames": self._count})


class _Steady(_Counter):
    restarts_on_resize = False


@pytest.mark.parametrize(("kind", "counts"), [(_Counter, [10, 10]), (_Steady, [20])])
def test_a_detector_that_sees_and_hears_begins_anew_unless_it_says_otherwise(
    kind: type[Detector], counts: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "find_defect", lambda name: Defect(name, kind))
    small, large = moving(0.4, 96, 160, sound=False), moving(0.4, 144, 256, sound=False)
    later = [replace(frame, number=frame.number + 10, time_s=frame.time_s + 0.4) for frame in pictures(large)]
    session = InspectionSession(info(replace(small, sound=babble(0.8))), ("counter",))
    parts = [*pictures(small), *sounds(babble(0.8)), *later]
    events = [event for part in parts for event in session.process(part)]
    events += session.finish()
    assert [event.evidence["frames"] for event in events] == counts
