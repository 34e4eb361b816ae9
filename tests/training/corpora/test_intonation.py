import numpy as np
import pytest

from vivavoce.training.corpora.intonation import KINDS, rewrite_pitch, spoken_words

SYMBOLS = list("hɛlˈO wˈɜld ðˈɛɹ")
DURATIONS = [4, *([3] * len(SYMBOLS)), 4]
WORDS = spoken_words(SYMBOLS, DURATIONS)
RANDOM = np.random.default_rng(0)


def flat(values: int = 2 * sum(DURATIONS)) -> np.ndarray:
    """A voice at 200 Hz with a tremor of a few cents, voiceless at both ends."""
    f0 = 200.0 * np.exp(0.004 * np.sin(np.arange(values))).astype(np.float32)
    f0[:8] = f0[-8:] = 10.0
    return f0


def semitones(f0: np.ndarray) -> np.ndarray:
    return 12 * np.log2(f0 / 200.0)


def test_words_lie_where_their_symbols_last() -> None:
    assert [word.symbols for word in WORDS] == ["hɛlˈO", "wˈɜld", "ðˈɛɹ"]
    assert WORDS[0].start == 8
    assert WORDS[0].accent == 8 + 6 * 4
    assert WORDS[0].end == WORDS[1].start - 6


@pytest.mark.parametrize(("kind", "chosen"), [(kind, [0]) for kind in KINDS])
def test_silence_and_length_stay(kind: str, chosen: list[int]) -> None:
    changed = rewrite_pitch(flat(), WORDS, kind, chosen, RANDOM)
    assert changed.shape == flat().shape
    np.testing.assert_array_equal(changed[:8], flat()[:8])
    assert np.abs(semitones(changed[8:-8])).max() > 2.0


def test_a_yes_no_question_ends_high_and_a_wh_question_low() -> None:
    rise = semitones(rewrite_pitch(flat(), WORDS, "yes_no", [], RANDOM, 0.0))
    fall = semitones(rewrite_pitch(flat(), WORDS, "wh", [], RANDOM, 0.0))
    assert rise[-10] > 7.0
    assert rise[WORDS[-1].accent] < -2.0
    assert fall[-10] < -5.0
    assert fall[WORDS[0].accent + 4] > 5.0


def test_alternatives_rise_and_then_fall() -> None:
    line = semitones(rewrite_pitch(flat(), WORDS, "or", [1], RANDOM, 0.0))
    assert line[WORDS[1].end] > 4.0
    assert line[-10] < -4.0


def test_an_emphasised_word_peaks_and_the_rest_is_low() -> None:
    line = semitones(rewrite_pitch(flat(), WORDS, "emphasis", [1], RANDOM, 0.0))
    assert line.argmax() in range(WORDS[1].start, WORDS[1].end)
    assert line[WORDS[2].accent] < -2.0


def test_the_fine_movement_is_kept() -> None:
    changed = rewrite_pitch(flat(), WORDS, "yes_no", [], RANDOM, 0.0)
    moved = np.log(changed[WORDS[-1].accent : -9])
    tremor = moved - np.convolve(np.pad(moved, 3, "edge"), np.ones(7) / 7, "valid")
    assert np.abs(tremor[4:-4]).max() > 0.002


def test_a_voiceless_track_is_left_alone() -> None:
    silent = np.full(100, 10.0, np.float32)
    np.testing.assert_array_equal(rewrite_pitch(silent, WORDS, "wh", [], RANDOM), silent)


def test_a_kind_without_a_rule_is_an_error() -> None:
    with pytest.raises(ValueError, match="no rule for the kind 'shout'"):
        rewrite_pitch(flat(), WORDS, "shout", [], RANDOM)
