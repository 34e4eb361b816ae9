"""Small files that users of such tools stumbled over, with the right answer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.inspection.material import babble
from vivavoce.inspection import Event, inspect_file

CASES = Path(__file__).parents[1] / "data" / "inspection" / "cases"


def events(name: str) -> list[Event]:
    result = inspect_file(CASES / name)
    assert result.error is None
    return list(result.events)


@pytest.mark.parametrize("name", ["03_anime_held.mp4", "16_vfr_screen.mp4", "testsrc2_clean.mp4", "flower_480x270.mp4"])
def test_nothing_is_wrong(name: str) -> None:
    assert [(event.defect, event.start_s, event.end_s) for event in events(name)] == []


def test_times_of_a_variable_rate_are_true() -> None:
    (event,) = events("vfr_bframes.mp4")
    assert event.defect == "black"
    assert event.start_s == pytest.approx(9.5, abs=1 / 60)
    assert event.end_s == pytest.approx(10.2, abs=1 / 30)


@pytest.mark.parametrize(
    ("name", "kind", "start_s", "end_s"),
    [
        ("silence_6s_mid.mp4", "silence", 2.0, 8.5),
        ("sound_track_3_5s_short.mp4", "ends early", 6.5, 10.0),
    ],
)
def test_sound_that_is_lost(name: str, kind: str, start_s: float, end_s: float) -> None:
    (event,) = events(name)
    assert (event.defect, event.evidence["kind"]) == ("audio_dropout", kind)
    assert (event.start_s, event.end_s) == (pytest.approx(start_s, abs=0.1), pytest.approx(end_s, abs=0.1))


def test_samples_that_are_no_numbers_are_told(tmp_path: Path) -> None:
    samples = babble(2.0, 1)[0]
    samples[48_000:50_400] = np.nan
    path = tmp_path / "nan.wav"
    header = b"RIFF\xff\xff\xff\x7fWAVEfmt " + np.array([16], "<u4").tobytes() + np.array([3, 1], "<u2").tobytes()
    header += np.array([48_000, 192_000], "<u4").tobytes() + np.array([4, 32], "<u2").tobytes()
    path.write_bytes(header + b"data" + np.array([4 * len(samples)], "<u4").tobytes() + samples.astype("<f4").tobytes())
    told = [event for event in inspect_file(path).events if event.defect == "container"]
    assert any(event.evidence["problem"] == "samples that are no numbers" for event in told)
