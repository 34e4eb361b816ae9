from __future__ import annotations

import numpy as np
import pytest

from tests.prosody.sounds import humming
from vivavoce.audio import Audio
from vivavoce.blocks import Addon
from vivavoce.errors import InputError
from vivavoce.features import frame_count
from vivavoce.prosody.alignment import SILENCE, Aligner, check_match, whole_sentence
from vivavoce.prosody.models.copycat import CopyCat, frame_contour
from vivavoce.voice.tokens import SYMBOLS, Tokens, tokenise


@pytest.fixture(scope="module")
def cat(addons: dict[str, Addon]) -> CopyCat:
    return CopyCat(addons["copycat"], Aligner(addons["aligner"]))


@pytest.fixture(scope="module")
def tokens() -> Tokens:
    return tokenise(whole_sentence("Go on. Go now.", "en-US"))


def test_copies_the_timing_and_answers_for_the_target(cat: CopyCat, tokens: Tokens):
    source = humming()
    made = cat.copy(source, tokens, "ben")
    count = len(tokens.symbols)
    assert made.durations_s.sum() == pytest.approx(frame_count(len(source.samples)) * 0.01, abs=1e-4)
    assert made.f0_points.shape == (count, 4)
    assert made.energy.shape == (count,)
    higher = cat.copy(source, tokens, "anna")
    assert higher.f0_points.mean() - made.f0_points.mean() > 0.3


def test_whole_text_is_one_sentence():
    assert len(whole_sentence("Go on. Go now.", "en-US").words) == 4


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        (Audio(np.zeros(24_000, np.float32), 24_000), "silent"),
        (Audio(np.zeros(0, np.float32), 24_000), "silent"),
        (Audio((0.1 * np.random.default_rng(0).standard_normal(24_000)).astype(np.float32), 24_000), "no pitch"),
        (humming(0.15), "too little for a text of 8 sounds"),
    ],
)
def test_useless_sources_are_refused(cat: CopyCat, tokens: Tokens, source: Audio, complaint: str):
    with pytest.raises(InputError, match=complaint):
        cat.copy(source, tokens, "ben")


def test_an_hour_is_refused_before_it_is_aligned(addons: dict[str, Addon], tokens: Tokens):
    with pytest.raises(InputError, match="lasts 3600 s, give 60 s at most"):
        Aligner(addons["aligner"]).align(np.zeros((360_000, 80), np.float32), tokens)


def test_contour_forgets_the_level():
    f0 = np.array([0, 100, 120, 0], np.float32)
    loudness = np.array([-6, 0, 0.5, -5], np.float32)
    np.testing.assert_allclose(frame_contour(f0, loudness), frame_contour(2 * f0, loudness + 1), atol=1e-5)
    assert not frame_contour(np.zeros(3, np.float32), np.zeros(3, np.float32)).any()


def heard(tokens: Tokens, said: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scores of frames that clearly are the symbols of `said`, two for each token, and what the tokens get of them."""
    scores = np.full((len(said), len(SYMBOLS)), -9.0, np.float32)
    scores[np.arange(len(said)), said] = -0.01
    classes = np.where(tokens.gaps, SILENCE, tokens.symbols)
    return scores, scores[:, classes]


def test_what_is_heard_must_be_the_text_and_no_more_than_it(tokens: Tokens):
    classes = np.repeat(np.where(tokens.gaps, SILENCE, tokens.symbols), 2)
    durations = np.full(len(tokens.symbols), 2)
    check_match(*heard(tokens, classes), tokens.gaps, durations)
    with pytest.raises(InputError, match="does not say its text"):
        check_match(*heard(tokens, np.where(classes == SILENCE, SILENCE, 13 + classes % 20)), tokens.gaps, durations)
    longer = np.where(np.arange(len(tokens.symbols)) == 0, 200, durations)
    talk = np.concatenate([np.full(198, 20), classes])
    with pytest.raises(InputError, match="says more than its text"):
        check_match(*heard(tokens, talk), tokens.gaps, longer)
