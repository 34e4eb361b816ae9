from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from bench.speech.endings import Ending, summary, without_edges

from vivavoce.audio import Audio
from vivavoce.features import HOP, RATE_HZ


def test_silence_at_the_edges_is_cut_to_a_tenth_of_a_second() -> None:
    silence, tone = np.zeros(RATE_HZ, np.float32), np.full(RATE_HZ // 2, 0.1, np.float32)
    kept = without_edges(Audio(np.concatenate([silence, tone, silence]), RATE_HZ)).samples
    assert len(kept) == len(tone) + 20 * HOP
    np.testing.assert_array_equal(kept[10 * HOP : -10 * HOP], tone)


def test_what_is_too_soft_or_too_short_is_swallowed() -> None:
    good, soft, short = Ending(0.1, -6.0, 1.0, True), Ending(0.1, -30.0, 1.0, True), Ending(0.02, -6.0, 0.0, False)
    assert [one.swallowed for one in (good, soft, short)] == [False, True, True]
    assert summary("a", [good, soft, short]) == ("a", "2", "2 of 3", "0.10", "-6.0", "-30.0", "67 %")
