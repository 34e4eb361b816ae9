from __future__ import annotations

import numpy as np
import pytest

from vivavoce.prosody.recording import REFERENCE_FEATURES, SpeakerCentre, TokenProsody, measure, reference_features


def prosody(shift: float = 0.0) -> TokenProsody:
    random = np.random.default_rng(0)
    durations = np.array([5, 0, 12, 7])
    knots = (5.0 + shift + 0.1 * random.standard_normal((4, 4))).astype(np.float32)
    voiced = np.array([0, 0, 1, 0.5], np.float32)
    return TokenProsody(durations, knots, voiced, np.array([-6, 0, 1, 0.5], np.float32))


def test_features_say_how_and_not_who():
    low, high = prosody(), prosody(shift=0.7)
    centre, higher = SpeakerCentre(5.0, 0.5), SpeakerCentre(5.7, 0.5)
    features = reference_features(low, centre)
    assert features.shape == (4, REFERENCE_FEATURES)
    np.testing.assert_allclose(features, reference_features(high, higher), atol=1e-5)
    assert not features[1].any()


def test_own_centre_is_that_of_voiced_sound():
    centre = prosody(shift=1.0).centre()
    assert centre.log_f0 == pytest.approx(6.0, abs=0.1)
    assert 0.5 < centre.energy < 1.0


def test_measures_tokens_of_frames():
    f0 = np.array([0, 0, 200, 200, 100, 100], np.float32)
    found = measure(np.zeros((6, 80), np.float32), f0, np.array([2, 2, 2]))
    assert found.voiced.tolist() == [0, 1, 1]
    np.testing.assert_allclose(np.exp(found.knots[1]), 200, rtol=0.2)
    np.testing.assert_allclose(found.energy, 0, atol=1e-6)
