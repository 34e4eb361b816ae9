from __future__ import annotations

import re
from itertools import pairwise

import numpy as np

from tests.prosody.sounds import humming
from vivavoce.audio import Audio
from vivavoce.prosody.page import comparison_page
from vivavoce.voice.page import Take
from vivavoce.voice.timing import SpeechMark


def test_page_holds_players_tracks_and_durations():
    audio = humming(1.0)
    marks = (SpeechMark(0.1, 0.35, "word", 0, 3, "<b>"), SpeechMark(0.35, 0.9, "word", 4, 8, "word"))
    page = comparison_page("a & b", [Take("one", audio, marks), Take("two", audio, marks)])
    assert page.count("<audio") == 2
    assert page.count('class="energy"') == 2
    assert 'class="pitch"' in page
    assert "<td>250</td><td>250</td>" in page
    assert "a &amp; b" in page
    assert "<b>" not in page
    assert "{{" not in page


def test_silence_has_a_page():
    page = comparison_page("nothing", [Take("one", Audio(np.zeros(4800, np.float32), 24_000), ())])
    assert 'class="pitch"' not in page


def test_a_short_sentence_is_as_wide_as_the_page_and_a_long_one_wider():
    def width(seconds: float) -> int:
        page = comparison_page("x", [Take("one", Audio(np.zeros(round(24_000 * seconds), np.float32), 24_000), ())])
        return int(re.findall(r'<svg [^>]*width="(\d+)"', page)[0])

    assert width(0.4) == width(2.0) == 957
    assert width(10.0) == 2201


def test_all_of_the_pitch_is_shown_and_little_of_it_is_drawn_small():
    calm = comparison_page("x", [Take("one", humming(1.0), ())])
    assert "6 semitones either side" in calm
    octaves = Audio(np.concatenate([humming(1.0).samples, humming(0.4, 480.0).samples]), 24_000)
    assert re.search("(1[6-9]|2[0-9]) semitones either side", comparison_page("x", [Take("one", octaves, ())]))


def test_words_that_are_said_fast_are_written_apart():
    said = ["if", "it", "is", "up", "to", "me", "I", "am", "in", "on", "it"]
    marks = tuple(SpeechMark(0.07 * n, 0.07 * (n + 1), "word", 0, 1, word) for n, word in enumerate(said))
    page = comparison_page("x", [Take("one", Audio(np.zeros(72_000, np.float32), 24_000), marks)])
    texts = re.findall(r'<text x="([\d.]+)" y="(\d+)">(\w+)</text>', page)
    assert [word for _, _, word in texts] == said
    for row in {y for _, y, _ in texts}:
        placed = [(float(x), word) for x, y, word in texts if y == row]
        assert all(x + 6 * len(word) < after for (x, word), (after, _) in pairwise(placed))
