from __future__ import annotations

import numpy as np
import pytest

from vivavoce.features import BANDS
from vivavoce.training.prosody.aligner import class_weights, speed_up, warp_vocal_tract

MEL = np.random.default_rng(0).normal(size=(60, BANDS)).astype(np.float32)


def test_faster_speech_is_shorter_and_keeps_the_order_of_its_sounds():
    labels = np.repeat([3, 5, 4], 20)
    mel, said = speed_up(MEL, labels, 1.5)
    assert mel.shape == (len(said), BANDS)
    assert len(said) == pytest.approx(60 / 1.5, abs=1)
    assert said[np.flatnonzero(np.diff(said, prepend=-1))].tolist() == [3, 5, 4]
    np.testing.assert_allclose(speed_up(MEL, labels, 1.0)[0], MEL[:-1])


def test_a_longer_vocal_tract_lowers_every_band():
    peak = np.zeros((1, BANDS), np.float32)
    peak[0, 40] = 1.0
    assert warp_vocal_tract(peak, 1.15).argmax() < 40 < warp_vocal_tract(peak, 0.87).argmax()
    np.testing.assert_allclose(warp_vocal_tract(MEL, 1.0)[:, :-1], MEL[:, :-1], atol=1e-4)


def test_rare_sounds_weigh_more():
    weights = class_weights([np.repeat([1, 2], [90, 10])], 0.7).numpy()
    assert weights[2] / weights[1] == pytest.approx((91 / 11) ** 0.7, rel=1e-4)
