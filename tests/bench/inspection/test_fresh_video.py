"""Events of fresh clips are counted by the verdicts on them."""

from typing import Any

import pytest
from bench.inspection.fresh_video import VERDICTS, Clip, count_halves, read_clips
from bench.inspection.verdicts import Verdict, read_verdicts

from bench.inspection import fresh_video

CLIPS = [Clip("kept back", "camera", "one/two", "a/b.mp4"), Clip("tuned on", "titles", "three", "c.mp4")]


def event(defect: str, start_s: float, end_s: float) -> dict[str, Any]:
    return {"source": "one/two", "file": "b.mp4", "defect": defect, "start_s": start_s, "end_s": end_s}


def test_what_nobody_judged_is_false(monkeypatch: pytest.MonkeyPatch) -> None:
    verdicts = [
        Verdict("one/two", "b.mp4", "freeze", 2.0, 3.0, real=True),
        Verdict("one/two", "b.mp4", "stutter", 2.0, 3.0, real=False),
    ]
    monkeypatch.setattr(fresh_video, "read_verdicts", lambda path: verdicts)
    rows = [event("freeze", 2.2, 3.4), event("freeze", 9.0, 9.4), event("stutter", 2.0, 2.5)]
    rows += [{"source": "one/two", "file": "b.mp4", "seconds": 36.0}]
    kept, camera = count_halves(CLIPS, rows)
    assert (kept.name, camera.name) == ("kept back", "camera")
    assert (dict(kept.real), dict(kept.false)) == ({"freeze": 1}, {"freeze": 1, "stutter": 1})
    assert kept.hours == pytest.approx(0.01)


def test_the_halves_share_no_source_and_verdicts_are_of_their_clips() -> None:
    clips = read_clips()
    halves = [{clip.source for clip in clips if clip.half == half} for half in fresh_video.HALVES]
    assert halves[0].isdisjoint(halves[1])
    known = {(clip.source, clip.name) for clip in clips}
    assert all((verdict.source, verdict.file) in known for verdict in read_verdicts(VERDICTS))
