"""How late a sound is by its lips, on lips that open and shut at known times."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from bench.inspection.lips import CLOSURES, Closure, Gaps, lateness, own_late_ms, read_closures

SHUT_S = (0.62, 1.5, 2.31, 3.4)
LONG_S = 0.08


def lips(rate_hz: float = 25.0) -> Gaps:
    """Lips that are open but for four closures of 80 ms, and take 60 ms to close and open."""
    times_s = np.arange(0.0, 4.0, 1.0 / rate_hz)
    away_s = np.min([np.maximum(start - times_s, times_s - start - LONG_S) for start in SHUT_S], axis=0)
    return Gaps(times_s, 0.15 * np.clip(away_s / 0.06, 0.0, 1.0))


def heard(late_s: float) -> list[Closure]:
    return [Closure("m", start + late_s, start + late_s + LONG_S) for start in SHUT_S]


@pytest.mark.parametrize("late_ms", [-120.0, -40.0, 0.0, 55.0, 150.0])
def test_sound_is_as_late_as_it_was_made(late_ms: float) -> None:
    found = lateness(lips(), heard(late_ms / 1000))
    assert found is not None
    assert found.closures == len(SHUT_S)
    assert found.late_ms == pytest.approx(late_ms, abs=12.0)


def test_one_end_of_a_closure_is_enough() -> None:
    halves = [
        Closure("p", None, c.end_s) if n % 2 else Closure("m", c.start_s, None) for n, c in enumerate(heard(0.08))
    ]
    found = lateness(lips(100.0), halves)
    assert found is not None
    assert found.late_ms == pytest.approx(80.0, abs=12.0)


def test_the_interval_shrinks_with_the_closures() -> None:
    one, four = lateness(lips(), heard(0.0)[:1]), lateness(lips(), heard(0.0))
    assert one is not None
    assert four is not None
    assert one.error_ms == pytest.approx(2 * four.error_ms)


def test_lips_that_do_not_shut_tell_nothing() -> None:
    times_s = np.arange(0.0, 4.0, 0.04)
    assert lateness(Gaps(times_s, 0.1 + 0.05 * np.sin(times_s)), heard(0.0)) is None


def test_closures_that_are_listed_have_at_least_one_end_each_and_lengths_of_closures() -> None:
    for closures in read_closures().values():
        for closure in closures:
            assert closure.start_s is not None or closure.end_s is not None
            assert 0.02 < closure.span_s[1] - closure.span_s[0] < 0.2


def test_every_clip_that_was_measured_is_listed(tmp_path: Path) -> None:
    late = own_late_ms()
    assert set(late) <= set(read_closures(CLOSURES))
    assert all(math.isfinite(value) and abs(value) < 200 for value in late.values())
    table = tmp_path / "late.tsv"
    table.write_text("clip\tlate_ms\terror_ms\tclosures\na\t-40\t20\t2\n")
    assert own_late_ms(table) == {"a": -40.0}
