import numpy as np
import pytest

pytest.importorskip("torch")
from vivavoce.prosody.alignment import viterbi


def scores_of(path: list[int], tokens: int, noise: float = 0.0) -> np.ndarray:
    random = np.random.default_rng(0)
    scores = noise * random.standard_normal((len(path), tokens)).astype(np.float32)
    scores[np.arange(len(path)), path] += 3.0
    return scores


def test_a_clear_path_is_found_whatever_the_batch() -> None:
    path = [0] * 4 + [1] * 3 + [3] * 5 + [4] * 2
    short = [0, 1, 1, 2]
    gaps = np.array([True, False, True, False, True])
    found = viterbi([scores_of(path, 5, 0.3), scores_of(short, 3)], [gaps, np.array([False, False, False])])
    assert found[0].tolist() == [4, 3, 0, 5, 2]
    assert found[1].tolist() == [1, 2, 1]


def test_gaps_at_both_ends_may_vanish() -> None:
    gaps = np.array([True, False, False, True])
    assert viterbi([scores_of([1, 1, 2, 2], 4)], [gaps])[0].tolist() == [0, 2, 2, 0]


def test_too_few_frames_is_an_error() -> None:
    with pytest.raises(ValueError, match="cannot hold 3 sounds"):
        viterbi([np.zeros((2, 3), np.float32)], [np.zeros(3, bool)])
